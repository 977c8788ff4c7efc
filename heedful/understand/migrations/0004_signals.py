from typing import Any

from django.db import migrations

SIGNALS = [
    ("safety", 3), ("escalation", 3), ("cancellation", 3), ("privacy", 3), ("vulnerable", 2),
    ("broken_promise", 2), ("no_answer", 2), ("outage", 2), ("billing", 2),
]  # fmt: skip


def rules(apps: Any, schema_editor: Any) -> None:
    rule = apps.get_model("understand", "TroubleRule")
    rule.objects.bulk_create([rule(signal=signal, severity=severity) for signal, severity in SIGNALS])


class Migration(migrations.Migration):
    dependencies = [("understand", "0003_defaults")]

    operations = [migrations.RunPython(rules, migrations.RunPython.noop)]
