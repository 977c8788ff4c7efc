from django.db import migrations, models

import heedful.customers.models


class Migration(migrations.Migration):
    """An answer that was given on another scale is kept as it was given; what is there stays on the question's own."""

    dependencies = [("customers", "0013_names")]
    operations = [
        migrations.RemoveIndex("score", "customers_score_covering"),
        migrations.AlterField("score", "value", heedful.customers.models.WholeOrFloatField()),
        migrations.AddField("score", "given", heedful.customers.models.WholeOrFloatField(null=True)),
        migrations.AddField("score", "lowest", models.SmallIntegerField(null=True)),
        migrations.AddField("score", "highest", models.SmallIntegerField(null=True)),
        migrations.AddField(
            "score", "label", models.CharField(blank=True, db_default="", default="", max_length=80)
        ),
        migrations.AddIndex(
            "score",
            models.Index(
                fields=["question", "happened_at"],
                include=("value", "stage_slug", "channel", "customer", "kind", "lowest", "highest"),
                name="customers_score_covering",
            ),
        ),
    ]
