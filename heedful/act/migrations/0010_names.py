from django.db import migrations


class Migration(migrations.Migration):
    """The tables bear the names of the product's nouns."""

    dependencies = [
        ('act', '0009_history'),
        ('promise', '0007_names'),
    ]
    operations = [
        migrations.RenameModel('Practice', 'CasePolicy'),
        migrations.RenameModel('Trouble', 'CaseTrouble'),
    ]
