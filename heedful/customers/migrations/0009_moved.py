from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("customers", "0008_handle"),
    ]

    operations = [
        migrations.AddIndex(
            model_name="customer",
            index=models.Index(
                condition=models.Q(("person__lt", models.F("id"))),
                fields=["id"],
                include=("person",),
                name="customers_moved",
            ),
        ),
    ]
