from django.db import migrations, models


class Migration(migrations.Migration):
    """Which forms of standard there are is said by their modules, and no longer by the table."""

    dependencies = [
        ('promise', '0007_names'),
    ]
    operations = [
        migrations.AlterField(
            model_name='standard',
            name='form',
            field=models.CharField(max_length=20),
        ),
    ]
