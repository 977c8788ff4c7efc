"""A mail comes in over IMAP, is a case, is answered by mail, and the answer to that joins the same case."""

import threading
from collections.abc import Callable, Iterator
from email import message_from_bytes
from typing import Any

import pytest
from django.test import Client
from django.utils import timezone

from heedful.act.models import Case
from heedful.associates.models import Associate, Team
from heedful.customers import sources
from heedful.customers.models import Customer
from heedful.kit.actor import SYSTEM
from heedful.listen.channels.email import imap, intake, mailboxes
from heedful.listen.channels.email.models import InboxItem, Mailbox
from heedful.listen.models import Message
from tests.courier.conftest import Postbox
from tests.courier.conftest import postbox as _postbox
from tests.dovecot import PASSWORD, Dovecot
from tests.dovecot import dovecot as _dovecot
from tests.letters import letter
from tests.work import work

pytestmark = pytest.mark.django_db
postbox: Callable[..., Iterator[Postbox]] = _postbox
dovecot: Callable[..., Dovecot] = _dovecot


def settings_of(dovecot: Dovecot, user: str, **changed: Any) -> mailboxes.MailboxSettings:
    place = {"host": "127.0.0.1", "port": dovecot.port, "cover": "none", "user": user, "secret": PASSWORD}
    return mailboxes.MailboxSettings(**{"name": "Care", "address": "care@acme.test", **place, **changed})


def take(mailbox: Mailbox) -> int:
    """What the process does for one mailbox, and the worker after it."""
    with imap.ImapConnection(mailboxes.place_of(mailbox)) as wire:
        count = sum(intake.take_new(mailbox=mailbox, wire=wire))
    work(at=timezone.now())
    return count


def test_a_mail_becomes_a_case_and_its_answers_stay_in_it(
    dovecot: Dovecot, postbox: Postbox, care: Team, mira: Associate, as_: Callable[[Associate], Client]
) -> None:
    mailbox = mailboxes.add(settings=settings_of(dovecot, "story", team=care), since=None, by=SYSTEM, at=timezone.now())
    assert take(mailbox) == 0
    dovecot.put("story", letter(cc="Bob <bob@example.test>", files=(("label.pdf", b"%PDF-1.4"),)))
    assert take(mailbox) == 1

    case = Case.objects.get()
    person = Customer.objects.get(email="alice@example.test")
    assert (case.title, case.who, case.team, case.is_waiting) == ("My parcel", person, care, True)
    assert (person.name, case.source) == ("Alice Archer", mailbox.source)
    assert sources.every()[mailbox.source] == f"Mailbox {mailbox.pk}"
    client = as_(mira)
    assert "My parcel" in client.get("/cases").content.decode()
    page = client.get(f"/cases/{case.pk}").content.decode()
    assert "Where is my parcel?" in page

    words = {"subject": "Re: My parcel", "text": "It comes tomorrow.", "to": "alice@example.test"}
    assert client.post(f"/cases/{case.pk}/mails", words).status_code == 302
    work(at=timezone.now())
    (envelope,) = postbox.taken
    assert envelope.mail_from == "care@acme.test"
    assert envelope.rcpt_tos == ["alice@example.test", "bob@example.test"]
    answer = message_from_bytes(envelope.content or b"")  # type: ignore[arg-type]
    assert (answer["In-Reply-To"], answer["References"]) == ("<m-1@example.test>", "<m-1@example.test>")
    assert (answer["Reply-To"], answer["Cc"]) == ("care@acme.test", "Bob <bob@example.test>")
    case.refresh_from_db()
    assert not case.is_waiting

    again = letter(message_id="<m-2@example.test>", text="Thank you, but when?", in_reply_to=answer["Message-ID"])
    dovecot.put("story", again)
    assert take(mailbox) == 1
    case = Case.objects.get()
    assert (case.is_waiting, case.is_heard_again) == (True, True)
    assert list(Message.objects.order_by("pk").values_list("direction", "text")) == [
        ("in", "Where is my parcel?"),
        ("out", "It comes tomorrow."),
        ("in", "Thank you, but when?"),
    ]
    assert set(InboxItem.objects.values_list("state", flat=True)) == {"taken"}
    assert take(mailbox) == 0


def test_what_is_wrong_with_a_mailbox_is_said_in_words(dovecot: Dovecot, care: Team) -> None:
    row = mailboxes.add(settings=settings_of(dovecot, "wrong"), by=SYSTEM, at=timezone.now())
    assert mailboxes.trial(row) == ""
    here = f"127.0.0.1:{dovecot.port}"
    wrong: list[tuple[dict[str, object], str]] = [
        ({"secret": "no"}, "The mail server does not accept this name and password: Authentication failed."),
        ({"folder": "Möbel & Co"}, "There is no folder 'Möbel & Co' in this mailbox. There are: INBOX."),
        ({"port": 1}, "Nobody answers at 127.0.0.1:1. Is the port right?"),
        ({"host": "nowhere.invalid"}, "A password is not sent without encryption, but to this machine itself."),
        ({"host": "nowhere.invalid", "cover": "tls"}, "No server is called nowhere.invalid. Is the name right?"),
        ({"cover": "tls"}, f"The mail server {here} does not speak TLS as it should."),
    ]
    for changed, sentence in wrong:
        for name, value in changed.items():
            setattr(row, name, value)
        assert mailboxes.trial(row).startswith(sentence), changed
        row.refresh_from_db()


def test_news_is_heard_while_waiting_and_only_then(dovecot: Dovecot, acme: object) -> None:
    row = mailboxes.add(settings=settings_of(dovecot, "idle"), by=SYSTEM, at=timezone.now())
    with imap.ImapConnection(mailboxes.place_of(row)) as wire:
        assert wire.can_idle
        assert not wire.idle(wait_s=0.1)
        later = threading.Timer(0.2, dovecot.put, ("idle", letter()))
        later.start()
        assert wire.idle(wait_s=20)
        later.join()
        assert wire.uids_after(0) == [1]
        dovecot.put("idle", letter())
        wire.stay()  # the server says here that there is more, and says nothing of it while we wait
        assert wire.idle(wait_s=0.5)
        assert wire.uids_after(1) == [2]
        assert not wire.idle(wait_s=60, is_over=lambda: True)
