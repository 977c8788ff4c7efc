"""What follows for the cases when something happened elsewhere; run twice, each changes nothing the second time."""

from collections.abc import Sequence
from typing import cast

from django.utils import timezone

from heedful.act import cases, escalations
from heedful.act.models import Case, CaseThread
from heedful.associates.associates import AssociateChanged, AssociateDeactivated
from heedful.associates.models import Associate
from heedful.courier.carriers.smtp.events import MailGivenUp, MailSent
from heedful.customers.models import Customer, Feedback
from heedful.kit.actor import SYSTEM, By, Kind
from heedful.ledger import references
from heedful.ledger.models import Entry
from heedful.listen import answers, invitations
from heedful.listen.conversations import MessageReceived
from heedful.listen.models import Invitation, Message
from heedful.promise.commitments import PromiseAtRisk, PromiseBroken
from heedful.promise.models import Commitment
from heedful.understand.detection import Trouble, TroubleHeard


def open_cases(event: TroubleHeard, *, entry: Entry) -> None:
    """Customers said something that somebody must act on."""
    del entry
    about = _cases_invited_about(event.troubles)
    for trouble in event.troubles:
        if case := about.get(trouble.reference):
            cases.hear_trouble_after(case=case, trouble=trouble, by=SYSTEM, at=timezone.now())
        elif Customer.objects.filter(pk=trouble.customer).exists():
            cases.open_for_trouble(trouble=trouble, by=SYSTEM, at=timezone.now())


def open_for_broken_promises(event: PromiseBroken, *, entry: Entry) -> None:
    """We did not do what we said."""
    del entry
    for commitment in _commitments(event.commitments, Commitment.State.BROKEN):
        cases.open_for_broken_promise(commitment=commitment, by=SYSTEM, at=timezone.now())


def warn_of_promises_at_risk(event: PromiseAtRisk, *, entry: Entry) -> None:
    """We are about not to do what we said."""
    del entry
    for commitment in _commitments(event.commitments, Commitment.State.AT_RISK):
        cases.open_for_promise_at_risk(commitment=commitment, by=SYSTEM, at=timezone.now())


def write_to_the_leads(event: cases.CaseEscalated, *, entry: Entry) -> None:
    """A case is about to be late: who leads the team hears it wherever they are."""
    del entry
    case = Case.objects.select_related("customer__person", "owner", "team").filter(pk=event.case).first()
    if case is not None and case.is_waiting:
        escalations.write_to_the_leads(case=case, at=timezone.now())


def release_cases(event: AssociateDeactivated | AssociateChanged, *, entry: Entry) -> None:
    """Somebody no longer works here, or sees other brands: the cases that they cannot work go back to their teams."""
    owner = Associate.objects.filter(pk=event.associate).first()
    if owner is not None:
        cases.release_each(
            owner=owner, by=By(cast("Kind", entry.by_kind), entry.by_id, entry.by_label), at=timezone.now()
        )


def ask_whether_it_helped(event: cases.CaseClosed, *, entry: Entry) -> None:
    """A case was closed: the customer has the last word, unless it stood for many or there was no trouble."""
    del entry
    case = Case.objects.select_related("customer").get(pk=event.case)
    if case.closed_at is not None and case.flood_of_id is None and case.outcome != Case.Outcome.NO_TROUBLE:
        invitations.invite_after_case(
            customer=case.customer, case_id=case.pk, brand=case.brand_id, by=SYSTEM, at=case.closed_at
        )


def hear_whether_it_helped(event: answers.HelpAnswered, *, entry: Entry) -> None:
    """The customer had the last word."""
    case = Case.objects.filter(pk=event.case).first()
    if case is not None:
        cases.hear_whether_it_helped(case=case, helped=event.helped, said_at=entry.at, by=SYSTEM, at=timezone.now())


def note_departure(event: MailSent | MailGivenUp, *, entry: Entry) -> None:
    """Words that were written on a case left, or will not: its clock stopped when they left, or goes on."""
    del entry
    if case := _case_of_message(outbox_item=event.mail):
        cases.note_departure(case=case, by=SYSTEM)


def is_of_case(event: MailSent | MailGivenUp) -> bool:
    """Whether what left was written on a case."""
    return event.purpose == cases.PURPOSE


def hear_message(event: MessageReceived, *, entry: Entry) -> None:
    """A customer wrote: who had been answered waits again, a closed case goes on, a thread without one opens one."""
    message = Message.objects.select_related("thread__team").filter(pk=event.message).first()
    if message is None:
        return
    case = _case_of_message(pk=message.pk) or cases.open_for_message(message=message, by=SYSTEM, at=timezone.now())
    if case is not None and case.is_open:
        cases.hear_message(case=case, heard_at=entry.at, by=SYSTEM)
    elif case is not None:
        cases.hear_message_after(case=case, message=message, heard_at=entry.at, by=SYSTEM)


def _case_of_message(**which: int) -> Case | None:
    """The case on whose thread a message stands."""
    threads = Message.objects.filter(**which).values("thread")
    link = CaseThread.objects.select_related("case").filter(thread__in=threads).first()
    return link.case if link else None


def _cases_invited_about(troubles: Sequence[Trouble]) -> dict[str, Case]:
    """The case about which a customer was asked, by the reference of the sign in the answer."""
    feedback = references.numbers("feedback", [trouble.reference for trouble in troubles])
    subjects = dict(Feedback.objects.filter(pk__in=feedback.values()).values_list("pk", "subject"))
    invited = references.numbers("invitation", subjects.values())
    about = Invitation.objects.filter(pk__in=invited.values(), case_id__isnull=False)
    case_of = dict(about.values_list("pk", "case_id"))
    cases = Case.objects.in_bulk(case_of.values())
    numbers = {name: case_of.get(invited.get(subjects.get(pk, ""), 0)) for name, pk in feedback.items()}
    return {name: cases[case] for name, case in numbers.items() if case in cases}


def _commitments(ids: list[int], state: str) -> list[Commitment]:
    """The instances of an event that still stand as it says."""
    return list(Commitment.objects.select_related("promise").filter(pk__in=ids, state=state).order_by("pk"))
