"""The process that takes in mail, killed in the middle of a batch: each mail is there exactly once."""

import contextlib
import os
import subprocess
import sys
from collections.abc import Callable, Iterator

import pytest
from django.utils import timezone

from heedful.kit.actor import SYSTEM
from heedful.listen.channels.email import mailboxes
from heedful.listen.models import InboxItem, Mailbox, Message
from tests.cli.conftest import eventually
from tests.dovecot import PASSWORD, Dovecot
from tests.dovecot import dovecot as _dovecot
from tests.letters import letter

dovecot: Callable[..., Dovecot] = _dovecot
READER = "import django; django.setup(); from heedful.loop import mail; mail.run()"
MANY = 60


@contextlib.contextmanager
def reading() -> Iterator[subprocess.Popen[bytes]]:
    environment = os.environ | {"DJANGO_SETTINGS_MODULE": "heedful.config.settings", "PYTHONPATH": "."}
    process = subprocess.Popen([sys.executable, "-c", READER], env=environment)
    try:
        yield process
    finally:
        process.kill()
        process.wait()


def mailbox(dovecot: Dovecot, user: str, **changed: object) -> Mailbox:
    place = {"host": "127.0.0.1", "port": dovecot.port, "cover": "none", "user": user, "secret": PASSWORD, **changed}
    settings = mailboxes.MailboxSettings(name=user, address=f"{user}@acme.test", **place)  # type: ignore[arg-type]
    return mailboxes.add(settings=settings, by=SYSTEM, at=timezone.now())


@pytest.mark.django_db(transaction=True, serialized_rollback=True)
def test_each_mail_is_there_once_though_the_process_was_killed_and_a_mailbox_is_dead(dovecot: Dovecot) -> None:
    row, dead = mailbox(dovecot, "killed"), mailbox(dovecot, "dead", secret="wrong")
    with reading() as first, reading():
        eventually(lambda: Mailbox.objects.get(pk=row.pk).checked_at is not None, "the mailbox is read")
        dovecot.put("killed", *(letter(sender=f"c{n}@x.example", message_id=f"<{n}@x>") for n in range(MANY)))
        eventually(lambda: Message.objects.count() >= 5, "the first mails")
        first.kill()
        eventually(lambda: Message.objects.count() >= MANY, "the rest of them")
        dovecot.put("killed", letter(message_id="<last@x>", subject="Last"))
        eventually(lambda: Message.objects.filter(subject="Last").exists(), "the last one")
    assert sorted(InboxItem.objects.values_list("uid", flat=True)) == list(range(1, MANY + 2))
    assert Message.objects.count() == MANY + 1
    dead.refresh_from_db()
    assert (dead.failures > 0, dead.checked_at) == (True, None)
    assert dead.answer == "The mail server does not accept this name and password: Authentication failed."
