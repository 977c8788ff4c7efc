"""How a case is worked: claimed, given back, handed over, noted, answered."""

from datetime import datetime

from django.db import transaction

from heedful.act import replies
from heedful.act.cases import clocks
from heedful.act.cases.events import (
    CaseClaimed,
    CaseGivenBack,
    CaseHandedOver,
    CaseNoted,
    CustomerCalled,
    CustomerWrittenTo,
)
from heedful.act.cases.opening import publish
from heedful.act.models import Case, Note
from heedful.associates import associates
from heedful.associates.models import Associate, Role, Team
from heedful.courier import mails
from heedful.customers.models import Customer
from heedful.kit import characters
from heedful.kit.actor import By
from heedful.kit.errors import Refused
from heedful.ledger import events

LEADING = frozenset({Role.LEAD, Role.LEADER, Role.CX, Role.ADMIN})
"""Who may take what is with the lead."""


@transaction.atomic
def claim(*, case: Case, by: By, at: datetime) -> Case:
    """Say: this is mine. Of two who say it at once the first has it, and the other reads who."""
    row = lock_for(case, "case.work", by=by)
    me = associate_of(by)
    if row.owner_id == me.pk:
        raise Refused("This case is yours already.", code="already_yours")
    if row.owner is not None:
        raise Refused(f"{row.owner.name} has claimed this case already.", code="already_claimed")
    if row.with_lead and me.role not in LEADING:
        raise Refused("This case is with the lead, who can hand it over to you.", code="with_lead")
    _own(row, me, at)
    events.record(CaseClaimed(row.pk, me.pk), by=by, at=at)
    publish(row)
    return row


@transaction.atomic
def give_back(*, case: Case, by: By, at: datetime) -> Case:
    """Say: this is no longer mine. It waits in the team's queue again, and its clock goes on as it did."""
    row = lock_for(case, "case.work", by=by)
    me, owner = associate_of(by), row.owner
    if owner is None:
        raise Refused("Nobody has claimed this case.", code="not_claimed")
    if owner.pk != me.pk and not associates.may(me, "case.lead"):
        raise Refused(f"{owner.name} has this case. Only they, or a lead, can give it back.", code="not_yours")
    row.owner = row.claimed_at = None
    row.team = row.team or owner.team
    row.save(update_fields=["owner", "team", "claimed_at"])
    events.record(CaseGivenBack(row.pk, owner.pk, row.team_id), by=by, at=at)
    publish(row)
    return row


@transaction.atomic
def hand_over(
    *, case: Case, to: Associate | None = None, team: Team | None = None, reason: str = "", by: By, at: datetime
) -> Case:
    """Give the case to a colleague, or to a team where nobody has it yet."""
    row = lock_for(case, "case.assign", by=by)
    if to is None and team is None:
        raise Refused("Choose a colleague or a team.")
    if to is not None and not to.is_active:
        raise Refused(f"{to.name} no longer works here.")
    if to is not None and to.pk == row.owner_id:
        raise Refused(f"{to.name} has this case already.")
    row.owner, row.claimed_at = to, at if to else None
    row.team = team or (to.team if to else None) or row.team
    row.save(update_fields=["owner", "team", "claimed_at"])
    if reason.strip():
        _write_down(row, Note.Kind.NOTE, reason, by=by, at=at)
    events.record(CaseHandedOver(row.pk, row.owner_id, row.team_id, reason.strip()), by=by, at=at)
    publish(row)
    return row


@transaction.atomic
def note(*, case: Case, text: str, by: By, at: datetime) -> Note:
    """Write something down for colleagues; on a closed case too."""
    row = lock_for(case, "case.work", by=by, is_open=False)
    written = _write_down(row, Note.Kind.NOTE, text, by=by, at=at)
    events.record(CaseNoted(row.pk, written.pk), by=by, at=at)
    publish(row)
    return written


@transaction.atomic
def write(*, case: Case, subject: str, text: str, to: str = "", by: By, at: datetime) -> Note:
    """Write to the customer: the clock stops, and a case that nobody had is the writer's.

    `to` is the address that the writer saw; where it is no longer the customer's, nothing is sent.
    """
    row = lock_for(case, "case.work", by=by)
    person = _one_person(row)
    if not person.email:
        raise Refused("We know no e-mail address of this customer. Call, and write down here what was said.")
    if to and to != person.email:
        raise Refused(f"The address became {person.email} while you wrote. Is it theirs? Then send it again.")
    if not subject.strip():
        raise Refused("Give the mail a subject.")
    replies.refuse_blanks(text)
    written = _write_down(row, Note.Kind.MAIL, text, subject=subject, by=by, at=at)
    mail = mails.send(
        to=person.email,
        to_name=person.name,
        subject=written.subject,
        text=written.text,
        purpose="case",
        reference=f"note:{written.pk}",
        by=by,
        at=at,
    )
    written.outbox_item = mail
    written.save(update_fields=["outbox_item"])
    _act(row, by=by, at=at)
    events.record(CustomerWrittenTo(row.pk, written.pk, mail.pk), by=by, at=at)
    publish(row)
    return written


@transaction.atomic
def log_call(*, case: Case, text: str, by: By, at: datetime) -> Note:
    """Write down what was said on the phone: the clock stops."""
    row = lock_for(case, "case.work", by=by)
    _one_person(row)
    written = _write_down(row, Note.Kind.CALL, text, by=by, at=at)
    _act(row, by=by, at=at)
    events.record(CustomerCalled(row.pk, written.pk), by=by, at=at)
    publish(row)
    return written


def lock_for(case: Case, action: str, *, by: By, is_open: bool = True) -> Case:
    """The case as it is now, held for a change by somebody who may make it."""
    associates.must(by, action, case)
    row = lock(case)
    if is_open and not row.is_open:
        raise Refused("This case is closed. Reopen it to go on.", code="closed")
    return row


def lock(case: Case) -> Case:
    """The case as it is once nobody else changes it. Its owner is read after: a join would show the owner before."""
    return Case.objects.select_for_update().get(pk=case.pk)


def associate_of(by: By) -> Associate:
    """Who it is that does this; a case is worked by a person, not by a program."""
    if by.kind != "associate":
        raise Refused("Only an associate can have a case.", code="no_associate")
    return Associate.objects.get(pk=by.id)


def _own(row: Case, me: Associate, at: datetime) -> None:
    row.owner, row.claimed_at = me, at
    row.team = row.team or me.team
    row.save(update_fields=["owner", "team", "claimed_at"])


def _act(row: Case, *, by: By, at: datetime) -> None:
    """The customer heard from us."""
    clocks.stop(row, by=by, at=at)
    if row.owner_id is None and by.kind == "associate":
        _own(row, associate_of(by), at)
        events.record(CaseClaimed(row.pk, int(by.id)), by=by, at=at)


def _write_down(row: Case, kind: str, text: str, *, subject: str = "", by: By, at: datetime) -> Note:
    if not text.strip():
        raise Refused("Write something first.")
    author = associate_of(by) if by.kind == "associate" else None
    subject = " ".join(characters.straight(subject).split())[:250]
    return Note.objects.create(case=row, kind=kind, text=text.strip(), subject=subject, author=author, at=at)


def _one_person(row: Case) -> Customer:
    if row.flood_of_id is not None:
        raise Refused("This case stands for many customers. Open the one you want to speak to, and take a case there.")
    root = row.customer.person
    return root if root is not None else row.customer
