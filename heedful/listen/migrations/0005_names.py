import django.db.models.deletion
from django.db import migrations, models


class Migration(migrations.Migration):
    """The tables bear the names of the product's nouns."""

    dependencies = [
        ('listen', '0004_tally'),
        ('customers', '0013_names'),
    ]
    operations = [
        migrations.RenameModel('Ask', 'Invitation'),
        migrations.AlterField(
            model_name='invitation',
            name='survey',
            field=models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='invitations', to='listen.survey'),
        ),
    ]
