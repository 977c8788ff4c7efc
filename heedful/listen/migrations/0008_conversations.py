import django.db.models.deletion
from django.conf import settings
from django.db import migrations, models


class Migration(migrations.Migration):
    """Conversations on any channel: threads, and messages in both directions."""

    dependencies = [
        ('courier', '0005_outbox'),
        ('customers', '0014_answers_as_given'),
        ('listen', '0007_respondent'),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.CreateModel(
            name='Thread',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('channel', models.CharField(max_length=20)),
                ('subject', models.CharField(blank=True, max_length=250)),
                ('started_at', models.DateTimeField()),
                ('last_in_at', models.DateTimeField(null=True)),
                ('last_out_at', models.DateTimeField(null=True)),
                ('customer', models.ForeignKey(db_index=False, null=True, on_delete=django.db.models.deletion.CASCADE, related_name='+', to='customers.customer')),
            ],
        ),
        migrations.CreateModel(
            name='Message',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('direction', models.CharField(choices=[('in', 'To us'), ('out', 'From us')], max_length=3)),
                ('channel', models.CharField(max_length=20)),
                ('author', models.CharField(choices=[('associate', 'Associate'), ('customer', 'Customer'), ('system', 'Heedful')], max_length=9)),
                ('subject', models.CharField(blank=True, max_length=250)),
                ('text', models.TextField()),
                ('occurred_at', models.DateTimeField()),
                ('external_id', models.CharField(max_length=500, null=True)),
                ('source', models.CharField(blank=True, max_length=80)),
                ('associate', models.ForeignKey(db_index=False, null=True, on_delete=django.db.models.deletion.SET_NULL, related_name='+', to=settings.AUTH_USER_MODEL)),
                ('customer', models.ForeignKey(db_index=False, null=True, on_delete=django.db.models.deletion.SET_NULL, related_name='+', to='customers.customer')),
                ('outbox_item', models.ForeignKey(null=True, on_delete=django.db.models.deletion.SET_NULL, related_name='+', to='courier.outboxitem')),
                ('thread', models.ForeignKey(db_index=False, on_delete=django.db.models.deletion.CASCADE, related_name='messages', to='listen.thread')),
            ],
        ),
        migrations.AddIndex(
            model_name='thread',
            index=models.Index(fields=['customer', '-started_at'], name='listen_thread_of_customer'),
        ),
        migrations.AddIndex(
            model_name='message',
            index=models.Index(fields=['thread', 'occurred_at', 'id'], name='listen_message_of_thread'),
        ),
        migrations.AddIndex(
            model_name='message',
            index=models.Index(condition=models.Q(('customer__isnull', False)), fields=['customer'], name='listen_message_of_customer'),
        ),
        migrations.AddConstraint(
            model_name='message',
            constraint=models.UniqueConstraint(condition=models.Q(('external_id__isnull', False)), fields=('channel', 'external_id'), name='listen_message_arrives_once'),
        ),
        migrations.AddConstraint(
            model_name='message',
            constraint=models.CheckConstraint(condition=models.Q(('direction', 'out'), ('outbox_item', None), _connector='OR'), name='listen_message_in_does_not_leave'),
        ),
    ]
