from typing import Any

from django.db import migrations


def rule(apps: Any, schema_editor: Any) -> None:
    """Being treated badly counts as trouble, as the other signs do."""
    apps.get_model("understand", "TroubleRule").objects.create(signal="rude", severity=2)


class Migration(migrations.Migration):
    dependencies = [("understand", "0004_signals")]

    operations = [migrations.RunPython(rule, migrations.RunPython.noop)]
