from django.db import migrations, models
from django.utils import timezone


class Migration(migrations.Migration):
    dependencies = [("customers", "0002_the_log")]

    operations = [
        migrations.AddField("customer", "own_first_at", models.DateTimeField(default=timezone.now), preserve_default=False),
        migrations.AddField("customer", "own_last_at", models.DateTimeField(default=timezone.now), preserve_default=False),
    ]
