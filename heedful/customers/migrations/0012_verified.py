import django.db.models.deletion
from django.db import migrations, models


class Migration(migrations.Migration):
    """What there is counts as verified; nothing is rewritten, since a column's default needs no row to be touched."""

    dependencies = [
        ("customers", "0011_organisation_said_at"),
    ]

    operations = [
        migrations.AddField(
            model_name="customer",
            name="unverified",
            field=models.JSONField(db_default=models.Value({}, models.JSONField()), default=dict),
        ),
        migrations.AddField(
            model_name="customer",
            name="is_attached",
            field=models.BooleanField(db_default=False, default=False),
        ),
        migrations.AddField(
            model_name="identity",
            name="verified",
            field=models.BooleanField(db_default=True, default=False),
        ),
        migrations.AddField(
            model_name="identitylink",
            name="verified",
            field=models.BooleanField(db_default=True, default=False),
        ),
        migrations.CreateModel(
            name="AddressChange",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("kind", models.CharField(choices=[("email", "E-mail"), ("phone", "Phone")], max_length=5)),
                ("old", models.CharField(max_length=254)),
                ("new", models.CharField(blank=True, max_length=254)),
                ("changed_by", models.CharField(max_length=200)),
                ("changed_at", models.DateTimeField()),
                (
                    "customer",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="address_changes",
                        to="customers.customer",
                    ),
                ),
            ],
            options={
                "indexes": [models.Index(fields=["customer", "changed_at"], name="customers_address_changes")],
            },
        ),
    ]
