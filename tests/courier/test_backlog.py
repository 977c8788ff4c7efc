"""For how long the oldest mail has waited, and why, is said in the shell and where the house is set up."""

import argparse
from collections.abc import Callable
from datetime import timedelta

import pytest
from django.test import Client
from django.utils import timezone
from procrastinate.contrib.django.models import ProcrastinateJob

from heedful.associates.models import Associate
from heedful.cli import check as check_command
from heedful.cli import mail as mail_command
from heedful.courier import backlog, mails, outbox
from heedful.courier.models import Destination, Mail, Sending
from heedful.kit.actor import SYSTEM
from heedful.kit.errors import Refused
from tests.courier.conftest import Postbox, hand_over_mails
from tests.work import work

pytestmark = pytest.mark.django_db
NOW = timezone.now()


def write(to: str = "ada@example.com", **ago: float) -> Mail:
    return mails.send(to=to, subject="S", text="T", purpose="case", by=SYSTEM, at=NOW - timedelta(**ago))


def call(*words: str) -> int:
    parser = argparse.ArgumentParser()
    mail_command.arguments(parser)
    return mail_command.run(parser.parse_args(words))


@pytest.mark.parametrize(
    ("waits", "is_fine", "sentence"),
    [
        ([], True, "No mail waits to leave."),
        ([{"seconds": 12}], True, "One mail waits for 12 s."),
        ([{"minutes": 10}, {"seconds": 3}], True, "2 mails wait, the oldest for 10 min."),
        ([{"seconds": 1}, {"hours": 3}, {"minutes": 5}], False, "3 mails wait, the oldest for 3 h."),
        ([{"minutes": 11}], False, "One mail waits for 11 min."),
    ],
)
def test_the_oldest_mail_that_waits_is_said(
    postbox: Postbox, waits: list[dict[str, int]], is_fine: bool, sentence: str
) -> None:
    for ago in waits:
        write("ada@example.com", **ago)
    standing = backlog.backlog(at=NOW)
    assert (standing.is_fine, standing.sentence) == (is_fine, sentence)


def test_the_reason_is_what_the_server_said_or_the_mail_s_own(postbox: Postbox) -> None:
    mail = write(hours=1)
    Mail.objects.update(said="The mail server said 451 Greylisted. It will be tried again.")
    assert backlog.backlog(at=NOW).sentence.endswith(
        "for 1 h. The mail server said 451 Greylisted. It will be tried again."
    )
    Destination.objects.update(answer="It is away.", failures=1, resting_until=NOW + timedelta(minutes=1))
    assert backlog.backlog(at=NOW).sentence == "One mail waits for 1 h. It is away."
    Mail.objects.filter(pk=mail.pk).update(state=Sending.SENT)
    assert backlog.backlog(at=NOW).oldest is None


def test_the_check_and_setup_say_it(
    postbox: Postbox, as_: Callable[[Associate], Client], ada: Associate, mira: Associate
) -> None:
    write(hours=3)
    Mail.objects.filter(pk=write("bea@example.com").pk).update(state=Sending.FAILED)
    found = list(check_command._mail())
    assert (False, "One mail waits for 3 h.") in found
    given_up = "One mail of the last seven days could not be sent and can be tried again by hand."
    assert (True, f"{given_up} `heedful mail list` says why.") in found
    for page in ("/setup/", "/setup/mails"):
        assert "One mail waits for 3 h." in as_(ada).get(page).content.decode()


def test_a_command_lists_them_and_tries_one_again(postbox: Postbox, capsys: pytest.CaptureFixture[str]) -> None:
    postbox.answers["ada@example.com"] = "550 No such user"
    first = write()
    second = write("bea@example.com")
    Mail.objects.filter(pk=second.pk).update(state=Sending.FAILED, said="It was set aside.")
    hand_over_mails()
    call("list")
    shown = capsys.readouterr().out
    assert f"{first.pk:>6}  Given up  ada@example.com  S" in shown
    assert "The mail server said 550 No such user. It will not be tried again." in shown
    assert "It was set aside." in shown
    call("again", str(second.pk))
    assert capsys.readouterr().out == "It is on its way to the mail server.\n"
    postbox.answers.clear()
    call("again", "--all")
    hand_over_mails()
    assert sorted(to for envelope in postbox.taken for to in envelope.rcpt_tos) == [
        "ada@example.com",
        "bea@example.com",
    ]
    for words, why in ((["again", "0"], "There is no mail 0"), (["again", str(first.pk)], "on its way")):
        with pytest.raises(Refused, match=why):
            call(*words)


def test_mails_whose_turn_was_lost_are_served_all_the_same(postbox: Postbox) -> None:
    write(minutes=2)
    ProcrastinateJob.objects.all().delete()
    outbox.wake_forgotten(at=NOW)
    outbox.wake_forgotten(at=NOW)
    assert ProcrastinateJob.objects.count() == 1
    work(at=NOW)
    assert [envelope.rcpt_tos for envelope in postbox.taken] == [["ada@example.com"]]
    outbox.wake_forgotten(at=NOW)
    assert not ProcrastinateJob.objects.exists()


def test_who_rests_is_not_woken(postbox: Postbox) -> None:
    write(minutes=2)
    ProcrastinateJob.objects.all().delete()
    Destination.objects.update(failures=1, resting_until=NOW + timedelta(minutes=5))
    outbox.wake_forgotten(at=NOW)
    assert not ProcrastinateJob.objects.exists()
