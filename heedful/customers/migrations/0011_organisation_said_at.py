from django.db import migrations, models


class Migration(migrations.Migration):

    dependencies = [
        ('customers', '0010_worth'),
    ]

    operations = [
        migrations.AddField(
            model_name='organisation',
            name='said_at',
            field=models.JSONField(default=dict),
        ),
    ]
