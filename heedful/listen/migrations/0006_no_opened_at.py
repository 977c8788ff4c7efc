from django.db import migrations


class Migration(migrations.Migration):
    """Nothing ever read when an invitation was opened, and no survey wrote it."""

    dependencies = [('listen', '0005_names')]
    operations = [migrations.RemoveField(model_name='invitation', name='opened_at')]
