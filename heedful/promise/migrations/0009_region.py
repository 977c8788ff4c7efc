from django.db import migrations, models


class Migration(migrations.Migration):
    """A calendar knows whose public holidays it takes; those of before keep their days, and choose no region."""

    dependencies = [
        ('promise', '0008_forms_of_standard'),
    ]
    operations = [
        migrations.AddField(
            'calendar', 'region', models.CharField(blank=True, db_default='', default='', max_length=20)
        ),
        migrations.AddField('calendar', 'public_holidays', models.JSONField(db_default=[], default=list)),
    ]
