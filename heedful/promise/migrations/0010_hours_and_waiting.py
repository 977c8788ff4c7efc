from django.db import migrations, models


WAITING = """
UPDATE promise_standard s SET is_waiting = true
WHERE s.ended_at IS NULL AND EXISTS (
    SELECT 1 FROM unnest(ARRAY[s.from_kind, s.to_kind]) AS kind
    WHERE kind <> '' AND kind NOT LIKE 'heedful\\_%%'
        AND NOT EXISTS (SELECT 1 FROM customers_touchpointkind k WHERE k.slug = kind AND k.last_arrived_at IS NOT NULL)
        AND NOT EXISTS (SELECT 1 FROM customers_touchpoint t WHERE t.kind = kind))
"""
UNCOUNTED = """
DELETE FROM promise_flip f USING promise_commitment c, promise_standard s
WHERE f.commitment_id = c.id AND c.standard_id = s.id AND s.is_waiting;
DELETE FROM promise_commitment c USING promise_standard s WHERE c.standard_id = s.id AND s.is_waiting;
"""


def wait(apps, schema_editor):
    """What needs a kind that never came in cannot be measured, and nothing of it is counted."""
    with schema_editor.connection.cursor() as cursor:
        cursor.execute(WAITING, [])
        cursor.execute(UNCOUNTED)


class Migration(migrations.Migration):
    """Hours have a first day, a promise has a question by which it is felt, and a standard may wait for a kind."""

    dependencies = [
        ('promise', '0009_region'),
        ('customers', '0014_answers_as_given'),
    ]

    operations = [
        migrations.AddField(
            model_name='calendar',
            name='earlier',
            field=models.JSONField(blank=True, null=True),
        ),
        migrations.AddField(
            model_name='calendar',
            name='since',
            field=models.DateTimeField(blank=True, null=True),
        ),
        migrations.AddField(
            model_name='promise',
            name='experience_question',
            field=models.CharField(blank=True, db_default='', default='', max_length=80),
        ),
        migrations.AddField(
            model_name='standard',
            name='is_waiting',
            field=models.BooleanField(db_default=False, default=False),
        ),
        migrations.RunPython(wait, migrations.RunPython.noop),
    ]
