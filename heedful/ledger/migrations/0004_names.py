from django.db import migrations


class Migration(migrations.Migration):
    """The tables bear the names of the product's nouns."""

    dependencies = [
        ('ledger', '0003_answered'),
    ]
    operations = [
        migrations.RenameModel('Answered', 'IdempotentReply'),
    ]
