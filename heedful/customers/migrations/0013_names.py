from django.db import migrations


class Migration(migrations.Migration):
    """The tables bear the names of the product's nouns."""

    dependencies = [
        ('customers', '0012_verified'),
        # These still call the kinds by their name of before.
        ('listen', '0004_tally'),
        ('promise', '0006_felt'),
        ('act', '0009_history'),
    ]
    operations = [
        migrations.RenameModel('Kind', 'TouchpointKind'),
    ]
