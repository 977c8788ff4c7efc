import django.db.models.deletion
from django.db import migrations, models

STATES = [('waiting', 'Waiting'), ('sent', 'Sent'), ('kept', 'Kept'), ('failed', 'Given up')]

FORWARDS = """
INSERT INTO courier_destination
    (carrier, key, failures, failing_since, resting_until, busy_until, held_by, is_slow, answer)
SELECT 'smtp', address, failures, failing_since, resting_until, busy_until, held_by, true, answer
FROM courier_mailserver ORDER BY id;

INSERT INTO courier_destination (carrier, key, failures, is_slow, answer)
SELECT 'smtp', 'HEEDFUL_SMTP', 0, true, ''
WHERE EXISTS (SELECT FROM courier_mail WHERE state = 'waiting')
    AND NOT EXISTS (SELECT FROM courier_destination WHERE carrier = 'smtp');

INSERT INTO courier_destination
    (carrier, key, failures, failing_since, resting_until, busy_until, held_by, is_slow, answer)
SELECT 'webhook', id::text, failures, failing_since, resting_until, busy_until, held_by, is_slow, ''
FROM courier_endpoint ORDER BY id;

UPDATE courier_endpoint SET destination_id = there.id
FROM courier_destination AS there WHERE there.carrier = 'webhook' AND there.key = courier_endpoint.id::text;

INSERT INTO courier_outboxitem
    (id, carrier, destination_id, purpose, urgency, reference, message_id, payload, state, created_at, next_try_at,
    sent_at, said)
SELECT id, 'smtp', CASE WHEN state <> 'kept' THEN
        (SELECT max(there.id) FROM courier_destination AS there WHERE there.carrier = 'smtp') END,
    purpose, (purpose = 'survey')::int, reference, message_id,
    jsonb_build_object('to', "to", 'to_name', to_name, 'subject', subject, 'text', text, 'html', html, 'headers', headers),
    state, created_at, next_try_at, sent_at, said
FROM courier_mail;

SELECT setval(pg_get_serial_sequence('courier_outboxitem', 'id'), coalesce(max(id), 1), max(id) IS NOT NULL)
FROM courier_outboxitem;

INSERT INTO courier_outboxtry (item_id, at, ok, status, answer)
SELECT mail_id, at, ok, NULL, answer FROM courier_mailtry ORDER BY id;

INSERT INTO courier_outboxitem
    (carrier, destination_id, purpose, urgency, reference, message_id, payload, state, created_at, next_try_at, sent_at,
    said)
SELECT 'webhook', endpoint.destination_id, delivery.kind, 0,
    'delivery:' || delivery.endpoint_id || ':' || delivery.entry_id, 'msg_' || replace(delivery.id::text, '-', ''),
    jsonb_build_object('body', delivery.body), delivery.state, delivery.created_at, delivery.next_try_at,
    (SELECT max(at) FROM courier_deliverytry AS try WHERE try.delivery_id = delivery.id AND delivery.state = 'sent'), ''
FROM courier_delivery AS delivery JOIN courier_endpoint AS endpoint ON endpoint.id = delivery.endpoint_id
ORDER BY delivery.entry_id, delivery.endpoint_id;

INSERT INTO courier_outboxtry (item_id, at, ok, status, answer)
SELECT item.id, try.at, coalesce(try.status BETWEEN 200 AND 299, false), try.status, try.answer
FROM courier_deliverytry AS try
    JOIN courier_outboxitem AS item ON item.message_id = 'msg_' || replace(try.delivery_id::text, '-', '')
ORDER BY try.id;

UPDATE procrastinate_jobs SET args = jsonb_build_object('function', 'heedful.courier.outbox.drain', 'arguments',
    jsonb_build_object('destination', there.id, 'patient', true))
FROM (SELECT max(id) AS id FROM courier_destination WHERE carrier = 'smtp') AS there
WHERE args ->> 'function' = 'heedful.courier.mails.drain' AND status IN ('todo', 'doing') AND there.id IS NOT NULL;

UPDATE procrastinate_jobs SET args = jsonb_build_object('function', 'heedful.courier.outbox.drain', 'arguments',
    jsonb_build_object('destination', endpoint.destination_id, 'patient',
        coalesce((args -> 'arguments' ->> 'patient')::boolean, true)))
FROM courier_endpoint AS endpoint
WHERE args ->> 'function' = 'heedful.courier.deliveries.drain' AND status IN ('todo', 'doing')
    AND (args -> 'arguments' ->> 'endpoint')::bigint = endpoint.id;

DELETE FROM procrastinate_jobs WHERE status = 'todo'
    AND args ->> 'function' IN ('heedful.courier.mails.drain', 'heedful.courier.deliveries.drain');
"""

BACKWARDS = """
INSERT INTO courier_mailserver (address, failures, failing_since, resting_until, busy_until, held_by, answer)
SELECT key, failures, failing_since, resting_until, busy_until, held_by, answer
FROM courier_destination WHERE carrier = 'smtp' ORDER BY id;

UPDATE courier_endpoint SET failures = there.failures, failing_since = there.failing_since,
    resting_until = there.resting_until, busy_until = there.busy_until, held_by = there.held_by, is_slow = there.is_slow
FROM courier_destination AS there WHERE there.id = courier_endpoint.destination_id;

INSERT INTO courier_mail (id, "to", to_name, subject, text, html, headers, purpose, reference, message_id, state,
    created_at, next_try_at, sent_at, said)
SELECT id, payload ->> 'to', payload ->> 'to_name', payload ->> 'subject', payload ->> 'text', payload ->> 'html',
    payload -> 'headers', left(purpose, 40), reference, message_id, state, created_at, next_try_at, sent_at, said
FROM courier_outboxitem WHERE carrier = 'smtp';

SELECT setval(pg_get_serial_sequence('courier_mail', 'id'), coalesce(max(id), 1), max(id) IS NOT NULL)
FROM courier_outboxitem;

INSERT INTO courier_mailtry (mail_id, at, ok, answer)
SELECT item_id, at, ok, answer FROM courier_outboxtry JOIN courier_mail ON courier_mail.id = item_id
ORDER BY courier_outboxtry.id;

INSERT INTO courier_delivery (id, endpoint_id, entry_id, kind, body, state, created_at, next_try_at)
SELECT substr(item.message_id, 5)::uuid, endpoint.id, split_part(item.reference, ':', 3)::bigint, item.purpose,
    item.payload ->> 'body', item.state, item.created_at, item.next_try_at
FROM courier_outboxitem AS item JOIN courier_endpoint AS endpoint ON endpoint.destination_id = item.destination_id
WHERE item.carrier = 'webhook';

INSERT INTO courier_deliverytry (delivery_id, at, status, answer)
SELECT substr(item.message_id, 5)::uuid, try.at, try.status, try.answer
FROM courier_outboxtry AS try JOIN courier_outboxitem AS item ON item.id = try.item_id
WHERE item.carrier = 'webhook' ORDER BY try.id;

UPDATE procrastinate_jobs SET args = jsonb_build_object('function', 'heedful.courier.mails.drain', 'arguments',
    '{}'::jsonb)
FROM courier_destination AS there
WHERE args ->> 'function' = 'heedful.courier.outbox.drain' AND status IN ('todo', 'doing')
    AND (args -> 'arguments' ->> 'destination')::bigint = there.id AND there.carrier = 'smtp';

UPDATE procrastinate_jobs SET args = jsonb_build_object('function', 'heedful.courier.deliveries.drain', 'arguments',
    jsonb_build_object('endpoint', endpoint.id, 'patient', args -> 'arguments' -> 'patient'))
FROM courier_endpoint AS endpoint
WHERE args ->> 'function' = 'heedful.courier.outbox.drain' AND status IN ('todo', 'doing')
    AND (args -> 'arguments' ->> 'destination')::bigint = endpoint.destination_id;

UPDATE courier_endpoint SET destination_id = NULL;
"""

CHECKED = 'SET CONSTRAINTS ALL IMMEDIATE; SET CONSTRAINTS ALL DEFERRED;'
"""Rows that wait to be checked would keep their tables from being changed."""


def forwards(apps, schema_editor):
    _run(schema_editor, FORWARDS)


def backwards(apps, schema_editor):
    _run(schema_editor, BACKWARDS)


def _run(schema_editor, statements):
    with schema_editor.connection.cursor() as cursor:
        for statement in (statements + CHECKED).split(';\n'):
            if statement.strip():
                cursor.execute(statement)


class Migration(migrations.Migration):
    """Mails and deliveries become pieces in one outbox; mails keep their numbers, deliveries their names outside."""

    dependencies = [
        ('courier', '0004_references'),
        ('procrastinate', '0041_post_retry_failed_job'),
    ]

    operations = [
        migrations.CreateModel(
            name='Destination',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('carrier', models.CharField(max_length=20)),
                ('key', models.CharField(max_length=300)),
                ('failures', models.PositiveIntegerField(default=0)),
                ('failing_since', models.DateTimeField(blank=True, null=True)),
                ('resting_until', models.DateTimeField(blank=True, null=True)),
                ('busy_until', models.DateTimeField(blank=True, null=True)),
                ('held_by', models.BigIntegerField(blank=True, null=True)),
                ('is_slow', models.BooleanField(db_default=True, default=True)),
                ('answer', models.TextField(blank=True)),
            ],
            options={
                'constraints': [models.UniqueConstraint(fields=('carrier', 'key'), name='courier_destination_once')],
            },
        ),
        migrations.CreateModel(
            name='OutboxItem',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('carrier', models.CharField(max_length=20)),
                ('purpose', models.CharField(max_length=80)),
                ('urgency', models.PositiveSmallIntegerField(default=0)),
                ('reference', models.CharField(max_length=120, null=True, unique=True)),
                ('message_id', models.CharField(max_length=200, unique=True)),
                ('payload', models.JSONField(default=dict)),
                ('state', models.CharField(choices=STATES, default='waiting', max_length=8)),
                ('created_at', models.DateTimeField()),
                ('next_try_at', models.DateTimeField(blank=True, null=True)),
                ('sent_at', models.DateTimeField(blank=True, null=True)),
                ('said', models.CharField(blank=True, max_length=300)),
                ('destination', models.ForeignKey(null=True, on_delete=django.db.models.deletion.PROTECT, related_name='items', to='courier.destination')),
            ],
            options={
                'indexes': [
                    models.Index(fields=['carrier', '-id'], name='courier_outbox_recent'),
                    models.Index(condition=models.Q(('state', 'waiting')), fields=['destination', 'urgency', 'next_try_at'], name='courier_outbox_due'),
                ],
            },
        ),
        migrations.CreateModel(
            name='OutboxTry',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('at', models.DateTimeField()),
                ('ok', models.BooleanField()),
                ('status', models.PositiveSmallIntegerField(null=True)),
                ('answer', models.TextField(blank=True)),
                ('item', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='tries', to='courier.outboxitem')),
            ],
        ),
        migrations.AddField(
            model_name='endpoint',
            name='destination',
            field=models.OneToOneField(null=True, on_delete=django.db.models.deletion.PROTECT, related_name='endpoint', to='courier.destination'),
        ),
        migrations.RunPython(forwards, backwards),
        migrations.AlterField(
            model_name='endpoint',
            name='destination',
            field=models.OneToOneField(on_delete=django.db.models.deletion.PROTECT, related_name='endpoint', to='courier.destination'),
        ),
        *[
            migrations.RemoveField(model_name='endpoint', name=name)
            for name in ('failures', 'failing_since', 'resting_until', 'busy_until', 'held_by', 'is_slow')
        ],
        *[migrations.DeleteModel(name=name) for name in ('DeliveryTry', 'Delivery', 'MailTry', 'Mail', 'MailServer')],
        *[
            migrations.CreateModel(
                name=name,
                fields=[],
                options={'proxy': True, 'indexes': [], 'constraints': []},
                bases=('courier.outboxitem',),
            )
            for name in ('Mail', 'Delivery')
        ],
    ]
