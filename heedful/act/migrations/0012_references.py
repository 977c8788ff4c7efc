from django.db import migrations

FORWARDS = "UPDATE act_casetrouble SET reference = 'commitment:' || substr(reference, 10) WHERE reference LIKE 'instance:%'"
BACKWARDS = "UPDATE act_casetrouble SET reference = 'instance:' || substr(reference, 12) WHERE reference LIKE 'commitment:%'"


class Migration(migrations.Migration):
    """Troubles name promises to customers as they are called now."""

    dependencies = [('act', '0011_names_in_rows')]
    operations = [migrations.RunSQL(FORWARDS, BACKWARDS)]
