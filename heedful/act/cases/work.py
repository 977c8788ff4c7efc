"""How a customer is answered: written to, or called."""

from datetime import datetime

from django.db import transaction

from heedful.act import replies
from heedful.act.cases import clocks, notes, ownership
from heedful.act.cases.events import CustomerCalled, CustomerWrittenTo
from heedful.act.cases.opening import publish
from heedful.act.cases.rows import lock_for
from heedful.act.models import Case, Note
from heedful.courier import mails
from heedful.customers.models import Customer
from heedful.kit.actor import By
from heedful.kit.errors import Refused
from heedful.ledger import events
from heedful.ledger.references import Reference


@transaction.atomic
def write(*, case: Case, subject: str, text: str, to: str = "", by: By, at: datetime) -> Note:
    """Write to the customer: the clock stops, and a case that nobody had is the writer's, unless it is with the lead.

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
    written = notes.write_down(row, text, kind=Note.Kind.MAIL, subject=subject, by=by, at=at)
    mail = mails.send(
        to=person.email,
        to_name=person.name,
        subject=written.subject,
        text=written.text,
        purpose="case",
        reference=Reference("note", written.pk),
        by=by,
        at=at,
    )
    written.mail_id = mail.pk
    written.save(update_fields=["mail_id"])
    _act(row, by=by, at=at)
    events.record(CustomerWrittenTo(row.pk, written.pk, mail.pk), by=by, at=at)
    publish(row)
    return written


@transaction.atomic
def log_call(*, case: Case, text: str, by: By, at: datetime) -> Note:
    """Write down what was said on the phone: the clock stops."""
    row = lock_for(case, "case.work", by=by)
    _one_person(row)
    written = notes.write_down(row, text, kind=Note.Kind.CALL, by=by, at=at)
    _act(row, by=by, at=at)
    events.record(CustomerCalled(row.pk, written.pk), by=by, at=at)
    publish(row)
    return written


def _act(row: Case, *, by: By, at: datetime) -> None:
    """The customer heard from us."""
    clocks.stop(row, by=by, at=at)
    ownership.claim_free(row, by=by, at=at)


def _one_person(row: Case) -> Customer:
    if row.flood_of_id is not None:
        raise Refused("This case stands for many customers. Open the one you want to speak to, and take a case there.")
    root = row.customer.person
    return root if root is not None else row.customer
