from django.db import migrations, models


class Migration(migrations.Migration):

    dependencies = [
        ('associates', '0005_rate_limits_and_disclosures'),
    ]

    operations = [
        migrations.CreateModel(
            name='ExchangeRate',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('currency', models.CharField(max_length=3)),
                ('into', models.CharField(max_length=3)),
                ('day', models.DateField()),
                ('rate', models.DecimalField(decimal_places=10, max_digits=20)),
            ],
            options={
                'constraints': [models.UniqueConstraint(fields=('into', 'currency', 'day'), name='associates_rate_once'), models.CheckConstraint(condition=models.Q(('rate__gt', 0)), name='associates_rate_above_nothing')],
            },
        ),
    ]
