import django.db.models.expressions
from django.db import migrations, models

CHECKED = """
SET CONSTRAINTS ALL IMMEDIATE;
SET CONSTRAINTS ALL DEFERRED;
"""
"""Rows that wait to be checked would keep their tables from being changed."""

CLOCKS = """
UPDATE act_case SET clock_number = reopened WHERE reopened > 0;

UPDATE act_case SET clock_started_at = reopening.at
FROM (SELECT data->>'case' AS number, max(at) AS at FROM ledger_entry WHERE kind = 'CaseReopened' GROUP BY 1) AS reopening
WHERE reopened > 0 AND reopening.number = act_case.id::text;
"""
"""A case that was opened again has the clock of its last opening."""

PRAISE = """
UPDATE act_casetrouble AS trouble SET is_failure = false FROM understand_reading AS reading
WHERE trouble.what = 'Taken from feedback' AND trouble.reference = 'feedback:' || reading.feedback_id
    AND reading.sentiment = 'positive';
"""
"""What somebody took as a case although no rule found trouble in it, and its words were happy."""

URGENCY = models.Case(
    models.When(is_heard_again=True, then=models.Value(0)),
    models.When(answered_at=None, then=models.Value(5)),
    default=models.Value(15),
)


class Migration(migrations.Migration):
    dependencies = [
        ("act", "0014_threads_of_cases"),
        ("ledger", "0004_names"),
        ("understand", "0006_trouble_report"),
    ]

    operations = [
        migrations.AddField("case", "first_due_at", models.DateTimeField(null=True)),
        migrations.AddField("case", "clock_number", models.PositiveSmallIntegerField(db_default=0, default=0)),
        migrations.AddField("case", "clock_started_at", models.DateTimeField(null=True)),
        migrations.AddField("case", "is_heard_again", models.BooleanField(db_default=False, default=False)),
        migrations.AddField("casetrouble", "is_failure", models.BooleanField(db_default=True, default=True)),
        migrations.RunSQL(CLOCKS, migrations.RunSQL.noop),
        migrations.RunSQL(PRAISE, migrations.RunSQL.noop),
        migrations.RunSQL(CHECKED, CHECKED),
        migrations.RemoveIndex("case", "act_case_urgency"),
        migrations.AddIndex(
            "case",
            models.Index(
                django.db.models.expressions.CombinedExpression(URGENCY, "-", models.F("priority")),
                models.F("due_at"),
                models.F("id"),
                condition=models.Q(("closed_at", None)),
                name="act_case_urgency",
            ),
        ),
    ]
