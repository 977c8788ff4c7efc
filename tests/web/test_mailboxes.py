"""The pages of mailboxes, and what a case shows of a mail that came in."""

import hashlib
from collections.abc import Callable
from typing import Any

import pytest
from django.test import Client
from django.utils import timezone

from heedful.act.models import Case
from heedful.associates.models import Associate, Company, Key
from heedful.kit.actor import SYSTEM
from heedful.listen.channels.email import mailboxes
from heedful.listen.channels.email.models import InboxItem, Mailbox
from heedful.listen.channels.email.take_in import MailArrival, take_in
from heedful.listen.conversations import files
from heedful.listen.models import Attachment, Message, UndeliverableAddress
from tests.letters import letter
from tests.work import work

pytestmark = pytest.mark.django_db
type As = Callable[[Associate], Client]
PLACE = {
    "name": "Care",
    "address": "care@acme.test",
    "host": "127.0.0.1",
    "port": 1,
    "cover": "none",
    "secret": "s3cret",
}
TYPED = {**PLACE, "login": "password", "folder": "INBOX", "mark": "subject", "since": "0"}


@pytest.fixture
def mailbox(acme: Company) -> Mailbox:
    return mailboxes.add(settings=mailboxes.MailboxSettings(**PLACE), by=SYSTEM, at=timezone.now())  # type: ignore[arg-type]


def arrive(mailbox: Mailbox, raw: bytes) -> Message:
    """Let a mail be taken in, kept to the letter."""
    from heedful.listen.channels.email import reading

    now, mail = timezone.now(), reading.read(raw)
    arrival = MailArrival(mail=mail, mailbox=mailbox, external_id=mail.message_id, received_at=now)
    message = take_in(arrival=arrival, at=now).message
    assert message is not None
    InboxItem.objects.create(
        mailbox=mailbox, uid_validity=1, uid=message.pk, state="taken", raw=files.store(raw), message=message,
        received_at=now, taken_at=now,
    )  # fmt: skip
    work(at=now)
    return message


def test_a_mailbox_is_set_up_paused_and_removed(as_: As, ada: Associate) -> None:
    client = as_(ada)
    assert "No mailbox is read yet" in client.get("/setup/mailboxes").content.decode()
    assert client.post("/setup/mailboxes/add", TYPED).status_code == 302
    row = Mailbox.objects.get()
    here = f"/setup/mailboxes/{row.pk}"
    page = client.get(here).content.decode()
    assert "care@acme.test" in page
    assert "s3cret" not in page
    client.post(here, {**TYPED, "name": "Support", "secret": ""})
    assert Mailbox.objects.values_list("name", "secret").get() == ("Support", "s3cret")
    client.post(f"{here}/rest", {"to": "off"})
    assert "Paused" in client.get("/setup/mailboxes").content.decode()
    client.post(f"{here}/rest", {"to": "on"})
    client.post(f"{here}/tries")
    client.post(f"{here}/removal")
    assert not Mailbox.objects.exists()


def test_the_trial_says_what_is_wrong(as_: As, ada: Associate, mailbox: Mailbox) -> None:
    client = as_(ada)
    page = client.post(f"/setup/mailboxes/{mailbox.pk}/trial", follow=True).content.decode()
    assert "Nobody answers at 127.0.0.1:1. Is the port right?" in page


def test_a_mail_that_was_put_aside_is_shown_and_tried_again(as_: As, ada: Associate, mailbox: Mailbox) -> None:
    raw, now = letter(), timezone.now()
    item = InboxItem.objects.create(
        mailbox=mailbox, uid_validity=1, uid=1, state="aside", reason="It could not be read.", subject="My parcel",
        external_id="<m-1@example.test>", raw=files.store(raw), received_at=now, taken_at=now,
    )  # fmt: skip
    client, here = as_(ada), f"/setup/mailboxes/{mailbox.pk}"
    assert "It could not be read." in client.get(here).content.decode()
    assert client.get(f"{here}/items/{item.pk}/mail.eml").content == raw
    client.post(f"{here}/items/{item.pk}/tries")
    assert Message.objects.get().subject == "My parcel"


def test_a_case_shows_who_wrote_to_which_mailbox_and_gives_files_as_downloads(
    as_: As, mira: Associate, mailbox: Mailbox
) -> None:
    page = b"<script>alert(1)</script>"
    message = arrive(mailbox, letter(files=(("bill.html", page), ("label.pdf", b"%PDF-1.4\n"))))
    case, client = Case.objects.get(), as_(mira)
    shown = client.get(f"/cases/{case.pk}").content.decode()
    for words in ("Alice Archer &lt;alice@example.test&gt;", "Where is my parcel?", 'to <span dir="auto">Care</span>'):
        assert words in shown
    assert 'value="Re: My parcel"' in shown
    for file in Attachment.objects.filter(message=message):
        answer = client.get(f"/cases/{case.pk}/files/{file.pk}")
        assert answer["Content-Disposition"].startswith("attachment; filename=")
        assert answer["X-Content-Type-Options"] == "nosniff"
        assert "html" not in answer["Content-Type"]
        assert hashlib.sha256(answer.content).hexdigest() == file.blob_id
        assert client.get(f"/cases/{case.pk + 1}/files/{file.pk}").status_code == 404


def test_a_mail_as_it_was_laid_out_can_do_nothing(as_: As, mira: Associate, mailbox: Mailbox) -> None:
    html = b"From: alice@example.test\nMessage-ID: <h@x>\nContent-Type: text/html\n\n<b>Hi</b><script>x()</script>"
    message = arrive(mailbox, html)
    answer = as_(mira).get(f"/cases/{Case.objects.get().pk}/messages/{message.pk}/layout")
    assert "<b>Hi</b>" in answer.content.decode()
    assert "script" not in answer.content.decode()
    assert "default-src 'none'" in answer["Content-Security-Policy"]
    assert "sandbox" in answer["Content-Security-Policy"]


def test_the_writer_sees_that_a_mail_came_back(as_: As, mira: Associate, mailbox: Mailbox) -> None:
    arrive(mailbox, letter())
    UndeliverableAddress.objects.create(address="alice@example.test", reason="No such user.", at=timezone.now())
    page = as_(mira).get(f"/cases/{Case.objects.get().pk}").content.decode()
    assert "No such user." in page


def test_a_program_sees_how_mailboxes_stand_and_never_a_secret(client: Client, mailbox: Mailbox) -> None:
    from heedful.associates import keys

    _, secret = keys.add(name="Tool", scope=Key.Scope.FULL, by=SYSTEM, at=timezone.now())
    headers: dict[str, Any] = {"authorization": f"Bearer {secret}"}
    answer = client.get("/api/mailboxes", headers=headers)
    assert [(row["address"], row["failures"]) for row in answer.json()] == [("care@acme.test", 0)]
    assert "s3cret" not in answer.content.decode()
    body = {**PLACE, "name": "Help", "secret": ""}
    here = f"/api/mailboxes/{mailbox.pk}"
    assert client.put(here, body, content_type="application/json", headers=headers).json()["name"] == "Help"
    assert client.post(f"{here}/pause", headers=headers).json()["paused_at"] is not None
    assert client.delete(here, headers=headers).status_code == 204


def test_who_answers_a_conversation_and_takes_no_part_in_it_is_shown_as_such(
    as_: As, mira: Associate, mailbox: Mailbox
) -> None:
    arrive(mailbox, letter())
    arrive(mailbox, letter(sender="eve@evil.test", message_id="<2@x>", in_reply_to="<m-1@example.test>"))
    first, second = Case.objects.order_by("pk")
    client, words = as_(mira), "Answers a conversation with Alice Archer, and takes no part in it"
    assert words in client.get(f"/cases/{second.pk}").content.decode()
    assert words not in client.get(f"/cases/{first.pk}").content.decode()
