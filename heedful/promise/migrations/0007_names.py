import django.db.models.deletion
from django.db import migrations, models


class Migration(migrations.Migration):
    """The tables bear the names of the product's nouns."""

    dependencies = [
        ('promise', '0006_felt'),
        ('customers', '0013_names'),
    ]
    operations = [
        migrations.RenameModel('Instance', 'Commitment'),
        migrations.RenameModel('Unread', 'Unreadable'),
        migrations.AlterField(
            model_name='commitment',
            name='promise',
            field=models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='commitments', to='promise.promise'),
        ),
        migrations.AlterField(
            model_name='commitment',
            name='standard',
            field=models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='commitments', to='promise.standard'),
        ),
        migrations.RenameField('Flip', 'instance', 'commitment'),
    ]
