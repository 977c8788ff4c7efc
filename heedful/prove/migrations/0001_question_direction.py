from django.db import migrations, models


class Migration(migrations.Migration):

    initial = True

    dependencies = [
    ]

    operations = [
        migrations.CreateModel(
            name='QuestionDirection',
            fields=[
                ('question', models.CharField(max_length=80, primary_key=True, serialize=False)),
                ('more_is', models.CharField(choices=[('better', 'Better'), ('worse', 'Worse')], max_length=6)),
            ],
        ),
    ]
