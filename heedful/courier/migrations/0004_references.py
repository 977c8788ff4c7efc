from django.db import migrations

FORWARDS = "UPDATE courier_mail SET reference = 'invitation:' || substr(reference, 5) WHERE reference LIKE 'ask:%'"
BACKWARDS = "UPDATE courier_mail SET reference = 'ask:' || substr(reference, 12) WHERE reference LIKE 'invitation:%'"


class Migration(migrations.Migration):
    """Mails name invitations as they are called now."""

    dependencies = [('courier', '0003_held_by_whom_and_slow')]
    operations = [migrations.RunSQL(FORWARDS, BACKWARDS)]
