from django.db import migrations, models


class Migration(migrations.Migration):

    dependencies = [
        ('customers', '0009_moved'),
        ('promise', '0005_settled'),
    ]

    operations = [
        migrations.RemoveIndex(
            model_name='instance',
            name='promise_instance_settled',
        ),
        migrations.AddIndex(
            model_name='instance',
            index=models.Index(condition=models.Q(('settled_at__isnull', False)), fields=['settled_at'], include=('promise', 'state', 'customer', 'counts_at', 'id'), name='promise_instance_settled'),
        ),
    ]
