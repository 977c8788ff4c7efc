from django.db import migrations, models

COMPLETE = """
UPDATE listen_ask a SET is_complete = true FROM listen_survey s
WHERE s.id = a.survey_id AND a.state = 'answered' AND NOT EXISTS (
    SELECT 1 FROM jsonb_array_elements(s.questions) AS q WHERE q->>'code' <> 'open' AND NOT a.answers ? (q->>'code'))
"""


class Migration(migrations.Migration):

    dependencies = [
        ('customers', '0008_handle'),
        ('listen', '0003_own_kinds'),
    ]

    operations = [
        migrations.AddField(
            model_name='ask',
            name='is_complete',
            field=models.BooleanField(db_default=False, default=False),
        ),
        migrations.RunSQL(COMPLETE, migrations.RunSQL.noop),
        migrations.AddIndex(
            model_name='ask',
            index=models.Index(fields=['survey', 'created_at'], include=('state', 'reason', 'channel', 'moment_id', 'case_id', 'is_complete'), name='listen_ask_tally'),
        ),
    ]
