from django.db import migrations, models


class Migration(migrations.Migration):

    dependencies = [
        ('associates', '0002_views'),
    ]

    operations = [
        migrations.AddField(
            model_name='associate',
            name='hears_escalations',
            field=models.BooleanField(default=True),
        ),
    ]
