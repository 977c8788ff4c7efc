from django.db import migrations

FUNCTIONS = {
    'heedful.promise.instances.advance': 'heedful.promise.commitments.advance',
    'heedful.promise.instances.rejudge': 'heedful.promise.commitments.reevaluate',
    'heedful.promise.instances.ring': 'heedful.promise.commitments.ring',
    'heedful.promise.instances.fire': 'heedful.promise.commitments.fire',
    'heedful.listen.asks.notice': 'heedful.listen.invitations.plan_for',
    'heedful.listen.asks.send_due': 'heedful.listen.invitations.send_due',
    'heedful.courier.deliveries.notice': 'heedful.courier.deliveries.dispatch',
    'heedful.ledger.once.forget': 'heedful.ledger.idempotency.forget',
    'heedful.cli.demo.live_on': 'heedful.demo.alive.live_on',
}
"""What jobs that wait were asked to call, and what it is called now."""

KINDS = {
    'CustomerAsked': 'CustomerInvited',
    'CustomerSpared': 'InvitationSuppressed',
    'PastCasesKept': 'CasesBackfilled',
    'PastAsksKept': 'InvitationsBackfilled',
    'PracticeChanged': 'CasePolicyChanged',
    'MomentPlaced': 'TouchpointKindPlaced',
    'OrganisationsMet': 'OrganisationsDescribed',
}
KEYS = {
    'ask': ('invitation', ['CustomerInvited', 'InvitationSuppressed', 'SurveyAnswered', 'HelpAnswered', 'CustomerStoppedSurveys']),
    'instances': ('commitments', ['PromiseBroken', 'PromiseAtRisk']),
}


def forwards(apps, schema_editor):
    rename(schema_editor, FUNCTIONS, KINDS, {old: (new, kinds) for old, (new, kinds) in KEYS.items()})


def backwards(apps, schema_editor):
    rename(schema_editor, _turned(FUNCTIONS), {}, {new: (old, kinds) for old, (new, kinds) in KEYS.items()})
    rename(schema_editor, {}, _turned(KINDS), {})


def _turned(names):
    return {new: old for old, new in names.items()}


def rename(schema_editor, functions, kinds, keys):
    with schema_editor.connection.cursor() as cursor:
        for old, new in functions.items():
            cursor.execute(
                "UPDATE procrastinate_jobs SET args = replace(args::text, %s::text, %s::text)::jsonb,"
                " lock = replace(lock, %s::text, %s::text), queueing_lock = replace(queueing_lock, %s::text, %s::text)"
                " WHERE status IN ('todo', 'doing') AND args::text LIKE %s",
                [f'"{old}"', f'"{new}"', old, new, old, new, f'%"{old}"%'],
            )
        for old, new in kinds.items():
            cursor.execute('UPDATE ledger_entry SET kind = %s WHERE kind = %s', [new, old])
            cursor.execute(
                'UPDATE courier_endpoint SET kinds = replace(kinds::text, %s::text, %s::text)::jsonb',
                [f'"{_heard(old)}"', f'"{_heard(new)}"'],
            )
        for old, (new, of) in keys.items():
            cursor.execute(
                'UPDATE ledger_entry SET data = data - %s::text || jsonb_build_object(%s::text, data -> %s::text)'
                ' WHERE kind = ANY(%s) AND data ? %s',
                [old, new, old, of, old],
            )
            cursor.execute(
                "UPDATE procrastinate_jobs SET args = jsonb_set(args, '{arguments}', (args -> 'arguments') - %s::text"
                " || jsonb_build_object(%s::text, args -> 'arguments' -> %s::text))"
                " WHERE status IN ('todo', 'doing') AND args ->> 'function' LIKE 'heedful.listen.invitations.%%'"
                " AND args -> 'arguments' ? %s",
                [old, new, old, old],
            )


def _heard(name):
    """Return the name under which endpoints outside hear of an event."""
    words = ''.join(f' {letter.lower()}' if letter.isupper() else letter for letter in name).split()
    return f"{words[0]}.{'_'.join(words[1:])}"


class Migration(migrations.Migration):
    """Rows that name functions, events and their fields name them as they are called now."""

    dependencies = [
        ('act', '0010_names'),
        ('listen', '0005_names'),
        ('ledger', '0004_names'),
        ('courier', '0003_held_by_whom_and_slow'),
        ('procrastinate', '0041_post_retry_failed_job'),
    ]
    operations = [migrations.RunPython(forwards, backwards)]
