import django.db.models.deletion
from django.db import migrations, models


class Migration(migrations.Migration):
    """A message on a case points to what left the building, whichever carrier took it; mails kept their numbers."""

    dependencies = [
        ('act', '0012_references'),
        ('courier', '0005_outbox'),
    ]

    operations = [
        migrations.RunSQL(
            'UPDATE act_note SET mail_id = NULL WHERE NOT EXISTS'
            ' (SELECT FROM courier_outboxitem AS item WHERE item.id = mail_id)',
            migrations.RunSQL.noop,
        ),
        migrations.RenameField('note', 'mail_id', 'outbox_item'),
        migrations.AlterField(
            model_name='note',
            name='outbox_item',
            field=models.ForeignKey(null=True, on_delete=django.db.models.deletion.SET_NULL, related_name='+', to='courier.outboxitem'),
        ),
    ]
