"""What a case says with its customer: in threads that it points to, while notes stay with colleagues."""

from datetime import datetime, timedelta

import pytest

from heedful.act import cases
from heedful.act.cases import backfill, correspondence
from heedful.act.cases.backfill import PastCase, PastNote
from heedful.act.models import Case, CaseThread, Note
from heedful.associates.models import Associate
from heedful.courier.models import Mail
from heedful.customers.models import Customer
from heedful.kit.actor import SYSTEM, By
from heedful.kit.errors import Forbidden, Refused
from heedful.listen.conversations.backfill import MessageDraft
from heedful.listen.models import Message, Thread
from tests.act.conftest import meet, trouble

pytestmark = pytest.mark.django_db
HOUR = timedelta(hours=1)


@pytest.fixture
def case(carla: Customer, noon: datetime) -> Case:
    return cases.open_for_trouble(trouble=trouble(carla), by=SYSTEM, at=noon)


def write(case: Case, by: By, at: datetime, text: str = "I am sorry.") -> Message:
    return cases.write(case=case, subject=f"About {text}", text=text, by=by, at=at)


def said(case: Case) -> list[str]:
    return [message.text for message in correspondence.messages_of(case).order_by("occurred_at", "pk")]


def test_a_case_goes_on_in_one_thread_after_it_was_closed_too(case: Case, mira: Associate, noon: datetime) -> None:
    write(case, mira.by, noon, "One.")
    cases.close(case=case, outcome="solved", cause="late", by=mira.by, at=noon + HOUR)
    cases.reopen(case=case, by=mira.by, at=noon + 2 * HOUR)
    write(case, mira.by, noon + 3 * HOUR, "Two.")

    thread = Thread.objects.get()
    assert (thread.customer, thread.channel, thread.subject) == (case.customer, "email", "About One.")
    assert (thread.started_at, thread.last_out_at) == (noon, noon + 3 * HOUR)
    assert (said(case), CaseThread.objects.get().case) == (["One.", "Two."], case)


def test_each_case_has_threads_of_its_own(case: Case, mira: Associate, noon: datetime) -> None:
    write(case, mira.by, noon, "One.")
    cases.close(case=case, outcome="solved", cause="late", by=mira.by, at=noon)
    later = cases.open_for_trouble(trouble=trouble(case.customer, "feedback:2"), by=SYSTEM, at=noon + HOUR)
    write(later, mira.by, noon + HOUR, "Two.")

    assert (said(case), said(later), Thread.objects.count()) == (["One."], ["Two."], 2)
    found = correspondence.messages_of_person(case.who.pk).order_by("occurred_at")
    assert [(row.text, row.case_id) for row in found] == [("One.", case.pk), ("Two.", later.pk)]  # type: ignore[attr-defined]


def test_notes_and_messages_have_no_number_twice(case: Case, mira: Associate, noon: datetime) -> None:
    numbers = [
        cases.note(case=case, text="She speaks Spanish.", by=mira.by, at=noon).pk,
        write(case, mira.by, noon).pk,
        cases.log_call(case=case, text="She was glad.", by=mira.by, at=noon).pk,
        write(case, mira.by, noon).pk,
    ]
    assert numbers == sorted(set(numbers))
    assert list(correspondence.notes_of(case).order_by("pk")) == list(Note.objects.order_by("pk"))
    assert [note.text for note in Note.objects.order_by("pk")] == ["She speaks Spanish.", "She was glad."]


def test_what_is_refused_begins_no_thread(case: Case, mira: Associate, mallory: Associate, noon: datetime) -> None:
    for by, sentence in ((mallory.by, "You may not"), (mira.by, "no e-mail address")):
        with pytest.raises(Forbidden if by == mallory.by else Refused, match=sentence):
            write(case, by, noon)
        Customer.objects.update(email="")
    assert (Thread.objects.count(), Message.objects.count(), Mail.objects.count()) == (0, 0, 0)
    assert Case.objects.get().is_waiting


def test_cases_of_before_bring_what_was_said_and_noted(carla: Customer, mira: Associate, noon: datetime) -> None:
    past = PastCase(
        troubles=[trouble(carla)],
        opened_at=noon,
        notes=[PastNote(text="Speaks Spanish.", at=noon)],
        messages=[MessageDraft(text="Sorry.", subject="Late", at=noon + HOUR, associate=mira)],
    )
    silent = PastCase(troubles=[trouble(meet("carl@example.org"), "feedback:2")], opened_at=noon)
    row, other = backfill.create(history=[past, silent], by=SYSTEM, at=noon + HOUR)

    assert [note.text for note in correspondence.notes_of(row)] == ["Speaks Spanish."]
    message = correspondence.messages_of(row).get()
    assert (message.text, message.subject, message.associate, message.sending) == ("Sorry.", "Late", mira, None)
    assert (message.thread.customer, message.thread.last_out_at) == (carla, noon + HOUR)
    assert (said(other), Mail.objects.count()) == ([], 0)
