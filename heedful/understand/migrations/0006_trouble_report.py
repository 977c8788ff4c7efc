import django.db.models.deletion
from django.db import migrations, models


class Migration(migrations.Migration):

    dependencies = [
        ('customers', '0014_answers_as_given'),
        ('understand', '0005_rude'),
    ]

    operations = [
        migrations.CreateModel(
            name='TroubleReport',
            fields=[
                ('feedback', models.OneToOneField(on_delete=django.db.models.deletion.CASCADE, primary_key=True, related_name='+', serialize=False, to='customers.feedback')),
                ('digest', models.CharField(max_length=32)),
                ('reported_at', models.DateTimeField()),
            ],
        ),
    ]
