from typing import Any

import django.db.models.deletion
from django.db import migrations, models

OLD, NEW = 0.5, 0.25


def thresholds(apps: Any, schema_editor: Any) -> None:
    """Nobody could set a threshold before, so each is the old default."""
    apps.get_model("understand", "Topic").objects.filter(threshold=OLD).update(threshold=NEW)


def rules(apps: Any, schema_editor: Any) -> None:
    """Who asks to be called, or cannot wait, is somebody to act for."""
    rule = apps.get_model("understand", "TroubleRule")
    for signal in ("contact", "urgent"):
        if not rule.objects.filter(signal=signal).exists():
            rule.objects.create(signal=signal, severity=2)


class Migration(migrations.Migration):
    dependencies = [("customers", "0001_initial"), ("understand", "0006_trouble_report")]

    operations = [
        migrations.AlterField("topic", "threshold", models.FloatField(default=0.25)),
        migrations.AlterField("reading", "sentiment", models.CharField(blank=True, max_length=8)),
        migrations.CreateModel(
            name="Correction",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                (
                    "part",
                    models.CharField(
                        choices=[("sentiment", "Sentiment"), ("topic", "Topic"), ("signal", "Signal")], max_length=12
                    ),
                ),
                ("value", models.CharField(max_length=80)),
                ("taken", models.JSONField()),
                ("model", models.CharField(max_length=80)),
                ("text_digest", models.CharField(max_length=32)),
                ("made_by", models.CharField(max_length=80)),
                ("made_at", models.DateTimeField()),
                ("undone_at", models.DateTimeField(null=True)),
                (
                    "feedback",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE, related_name="+", to="customers.feedback"
                    ),
                ),
            ],
            options={
                "constraints": [
                    models.UniqueConstraint(
                        condition=models.Q(("undone_at", None)),
                        fields=("feedback", "part", "value", "text_digest"),
                        name="understand_correction_once",
                    )
                ],
            },
        ),
        migrations.RunPython(thresholds, migrations.RunPython.noop),
        migrations.RunPython(rules, migrations.RunPython.noop),
    ]
