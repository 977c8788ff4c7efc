"""Mails leave once, in order of urgency, and say why when they do not."""

from datetime import UTC, datetime, timedelta
from email import message_from_bytes
from email.policy import default
from typing import Any

import pytest
from django.utils import timezone
from procrastinate.contrib.django.models import ProcrastinateJob

from heedful.courier import mails
from heedful.courier.models import Mail, MailServer, MailTry, Sending
from heedful.kit.actor import SYSTEM
from heedful.kit.errors import Refused
from heedful.ledger.models import Entry
from heedful.ledger.references import Reference
from tests.courier.conftest import Postbox

pytestmark = pytest.mark.django_db
AT = datetime(2026, 5, 4, 9, 0, tzinfo=UTC)


def write(**changed: Any) -> Mail:
    given: dict[str, Any] = {
        "to": "ada@example.com",
        "subject": "How was it?",
        "text": "Hello Ada",
        "purpose": "case",
        "by": SYSTEM,
        "at": timezone.now(),
    }
    return mails.send(**(given | changed))


def test_without_a_server_a_mail_is_kept_and_no_job_is_spent(settings: Any) -> None:
    settings.SMTP_URL = ""
    mail = write()
    assert mail.state == Sending.KEPT
    assert mail.said == "Kept here: no mail server is set up."
    assert not ProcrastinateJob.objects.exists()


def test_a_mail_is_handed_over_as_it_was_written(postbox: Postbox) -> None:
    mail = write(
        to_name="Ada Łovelace",
        subject="Wie war’s? 🙂",
        html="<p>Hello <b>Ada</b></p>",
        headers={"List-Unsubscribe": "<https://care.example/s/x/stop>"},
    )
    mails.drain()
    mail.refresh_from_db()
    assert (mail.state, mail.said, mail.next_try_at) == (Sending.SENT, "", None)
    (envelope,) = postbox.taken
    assert isinstance(envelope.content, bytes)
    message = message_from_bytes(envelope.content, policy=default)
    assert message["Subject"] == "Wie war’s? 🙂"
    assert message["To"].addresses[0].display_name == "Ada Łovelace"
    assert message["List-Unsubscribe"] == "<https://care.example/s/x/stop>"
    assert message["Message-ID"] == mail.message_id
    assert [part.get_content_type() for part in message.iter_parts()] == ["text/plain", "text/html"]
    assert MailTry.objects.get().ok


def test_one_connection_serves_all_mails_that_are_due(postbox: Postbox) -> None:
    for number in range(5):
        write(to=f"a{number}@example.com")
    mails.drain()
    assert len(postbox.taken) == 5
    assert len(postbox.sessions) == 1


def test_what_people_wrote_goes_before_what_a_survey_asks(postbox: Postbox) -> None:
    write(to="survey@example.com", purpose="survey")
    write(to="person@example.com", purpose="case")
    mails.drain()
    assert [envelope.rcpt_tos[0] for envelope in postbox.taken] == ["person@example.com", "survey@example.com"]


def test_the_same_reference_is_the_same_mail(postbox: Postbox) -> None:
    first = write(reference=Reference("invitation", 1))
    assert write(reference=Reference("invitation", 1), subject="Another") == first
    mails.drain()
    assert len(postbox.taken) == 1


@pytest.mark.parametrize(
    "changed",
    [
        {"subject": "Hi\r\nBcc: all@example.com"},
        {"subject": "Hi\nthere"},
        {"to": "ada@example.com\nBcc: all@example.com"},
        {"to": "not an address"},
        {"to": "x" * 70_000 + "@example.com"},
        {"headers": {"X-A": "1\r\nBcc: all@example.com"}},
        {"headers": {"X-A\r\nBcc: all@example.com": "1"}},
    ],
)
def test_a_mail_that_smuggles_headers_is_refused(changed: dict[str, Any]) -> None:
    with pytest.raises(Refused):
        write(**changed)
    assert not Mail.objects.exists()
    assert not Entry.objects.exists()


def test_a_name_with_a_line_break_becomes_one_line(postbox: Postbox) -> None:
    write(to_name="Ada\r\nBcc: all@example.com")
    mails.drain()
    assert postbox.taken[0].rcpt_tos == ["ada@example.com"]
    assert isinstance(postbox.taken[0].content, bytes)
    assert message_from_bytes(postbox.taken[0].content)["Bcc"] is None


def test_what_a_database_cannot_hold_is_left_out_of_the_text(postbox: Postbox) -> None:
    mail = write(text="a\x00b\ud800c", html="<p>\x00</p>")
    assert (mail.text, mail.html) == ("abc", "<p></p>")


def test_a_refusal_for_now_is_tried_again_later(postbox: Postbox) -> None:
    postbox.answers["ada@example.com"] = "451 Greylisted"
    mail = write()
    mails.drain()
    mail.refresh_from_db()
    assert mail.state == Sending.WAITING
    assert mail.next_try_at is not None
    assert mail.next_try_at > timezone.now()
    assert mail.said == "The mail server said 451 Greylisted. It will be tried again."
    assert ProcrastinateJob.objects.filter(scheduled_at=mail.next_try_at).exists()


def test_a_mail_that_is_refused_again_and_again_waits_longer_each_time(postbox: Postbox) -> None:
    postbox.answers["ada@example.com"] = "451 Greylisted"
    mail = write()
    for pause in mails.PAUSES_S[:4]:
        Mail.objects.update(next_try_at=timezone.now())
        mails.drain()
        mail.refresh_from_db()
        last = mail.tries.latest("pk")
        assert mail.next_try_at is not None
        assert 0.9 * pause <= (mail.next_try_at - last.at).total_seconds() <= 1.1 * pause


def test_a_mail_that_was_given_up_has_two_days_again_when_somebody_sends_it_anew(postbox: Postbox) -> None:
    mail = write(at=timezone.now() - timedelta(days=3))
    mails.drain()
    mail.refresh_from_db()
    assert (mail.state, postbox.taken) == (Sending.FAILED, [])
    mails.try_again(mail=mail, by=SYSTEM, at=timezone.now())
    mails.drain()
    mail.refresh_from_db()
    assert (mail.state, len(postbox.taken)) == (Sending.SENT, 1)


def test_a_refusal_for_now_holds_nobody_up(postbox: Postbox) -> None:
    postbox.answers["ada@example.com"] = "452 Mailbox full"
    write()
    write(to="bea@example.com")
    mails.drain()
    assert [envelope.rcpt_tos for envelope in postbox.taken] == [["bea@example.com"]]


def test_a_refusal_for_good_is_not_tried_again(postbox: Postbox) -> None:
    postbox.answers["ada@example.com"] = "550 No such user"
    mail = write()
    mails.drain()
    mail.refresh_from_db()
    assert mail.state == Sending.FAILED
    assert mail.said == "The mail server said 550 No such user. It will not be tried again."
    assert Entry.objects.filter(kind="MailGivenUp").count() == 1


def test_a_server_that_fails_rests_longer_each_time(settings: Any) -> None:
    settings.SMTP_URL = "smtp://127.0.0.1:1"
    write()
    write(to="bea@example.com")
    rests = []
    for _ in range(3):
        MailServer.objects.update(resting_until=None)
        mails.drain()
        server = MailServer.objects.get()
        assert server.resting_until is not None
        rests.append(server.resting_until - timezone.now())
    assert rests[0] < rests[1] < rests[2]
    assert MailTry.objects.count() == 3
    assert server.answer.startswith("We could not reach your mail server smtp://127.0.0.1:1")


def test_a_resting_server_is_not_called(postbox: Postbox) -> None:
    write()
    until = timezone.now() + timedelta(minutes=5)
    MailServer.objects.create(address=postbox.url, failures=1, resting_until=until)
    mails.drain()
    assert postbox.taken == []
    assert ProcrastinateJob.objects.filter(scheduled_at=until).exists()


def test_a_server_that_answers_again_is_forgiven(postbox: Postbox) -> None:
    MailServer.objects.create(address=postbox.url, failures=4, failing_since=AT, resting_until=AT)
    write()
    mails.drain()
    server = MailServer.objects.get()
    assert (server.failures, server.failing_since, server.resting_until) == (0, None, None)


def test_after_two_days_a_mail_is_given_up_with_the_reason(settings: Any) -> None:
    settings.SMTP_URL = "smtp://127.0.0.1:1"
    mail = write(at=timezone.now() - timedelta(days=2, minutes=1))
    MailServer.objects.create(address="smtp://127.0.0.1:1", answer="It was not there.")
    mails.drain()
    mail.refresh_from_db()
    assert mail.state == Sending.FAILED
    assert mail.said == "Tried for two days without success. It was not there."


def test_two_at_once_do_not_hand_over_twice(postbox: Postbox) -> None:
    write()
    MailServer.objects.create(address=postbox.url, busy_until=timezone.now() + timedelta(seconds=50))
    ProcrastinateJob.objects.all().delete()
    mails.drain()
    assert postbox.taken == []
    # Who is handing over may have been killed, and nobody else would come.
    assert [job.scheduled_at for job in ProcrastinateJob.objects.all()] == [MailServer.objects.get().busy_until]
    MailServer.objects.update(busy_until=timezone.now() - timedelta(seconds=1))
    mails.drain()
    assert len(postbox.taken) == 1


def test_a_password_is_not_sent_uncovered(settings: Any) -> None:
    from heedful.courier import smtp

    assert smtp.parse("smtp://me:secret@10.0.0.1:25").is_near is False
    assert smtp.parse("smtp://me:se%40cret@127.0.0.1").password == "se@cret"
    assert "secret" not in smtp.parse("smtp://me:secret@10.0.0.1:25").shown


def test_a_setting_that_is_no_address_is_said_and_nothing_is_lost(settings: Any) -> None:
    settings.SMTP_URL = "mail.example.com"
    mail = write()
    mails.drain()
    mail.refresh_from_db()
    assert mail.state == Sending.WAITING
    assert MailServer.objects.get().answer.startswith("HEEDFUL_SMTP must look like")


def test_a_kept_mail_is_sent_when_there_is_a_server(postbox: Postbox, settings: Any) -> None:
    settings.SMTP_URL = ""
    mail = write()
    with pytest.raises(Refused, match="Set HEEDFUL_SMTP"):
        mails.try_again(mail=mail, by=SYSTEM, at=timezone.now())
    settings.SMTP_URL = postbox.url
    mails.try_again(mail=mail, by=SYSTEM, at=timezone.now())
    mails.drain()
    assert len(postbox.taken) == 1
    with pytest.raises(Refused, match="on its way"):
        mails.try_again(mail=mail, by=SYSTEM, at=timezone.now())
