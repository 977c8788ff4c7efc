from typing import Any

from django.db import migrations

CAUSES = [
    ("late", "We were late"), ("missed-appointment", "Appointment missed"), ("fault", "Fault or outage"),
    ("wrong-bill", "Bill was wrong"), ("price", "Price"), ("wrong-information", "We told them something wrong"),
    ("not-told", "We did not tell them"), ("hard-to-reach", "We were hard to reach"), ("rude", "We were unfriendly"),
    ("product", "Product did not do what it should"), ("setup", "Setting up was too hard"),
    ("own-mistake", "A slip of the customer's own"), ("other", "Something else"),
]  # fmt: skip


def practice(apps: Any, schema_editor: Any) -> None:
    apps.get_model("act", "Practice").objects.create(pk=1)


def causes(apps: Any, schema_editor: Any) -> None:
    cause = apps.get_model("act", "Cause")
    cause.objects.bulk_create([cause(slug=slug, name=name) for slug, name in CAUSES])


class Migration(migrations.Migration):
    dependencies = [("act", "0002_routes_and_practice")]

    operations = [
        migrations.RunPython(practice, migrations.RunPython.noop),
        migrations.RunPython(causes, migrations.RunPython.noop),
    ]
