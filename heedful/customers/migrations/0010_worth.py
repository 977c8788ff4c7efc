from django.db import migrations, models

NOBODY_IS_WORTH_LESS_THAN_NOTHING = """
UPDATE customers_customer SET value_amount = NULL, value_currency = '', value_source = '' WHERE value_amount < 0
"""


class Migration(migrations.Migration):

    dependencies = [
        ('customers', '0009_moved'),
    ]

    operations = [
        migrations.RunSQL(NOBODY_IS_WORTH_LESS_THAN_NOTHING, migrations.RunSQL.noop),
        migrations.AddConstraint(
            model_name='customer',
            constraint=models.CheckConstraint(
                condition=models.Q(('value_amount__gte', 0)), name='customers_worth_nothing_or_more'
            ),
        ),
    ]
