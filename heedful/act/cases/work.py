"""How a customer is answered: written to, or called."""

from collections.abc import Collection
from datetime import datetime

from django.db import transaction

from heedful.act import gaps
from heedful.act.cases import clocks, correspondence, notes, ownership
from heedful.act.cases.events import CustomerCalled, CustomerWrittenTo
from heedful.act.cases.opening import publish
from heedful.act.cases.rows import lock, lock_for
from heedful.act.models import Case, Note
from heedful.kit.actor import By
from heedful.kit.errors import Refused
from heedful.ledger import events
from heedful.listen import conversations
from heedful.listen.channels import email
from heedful.listen.models import Message

PURPOSE = "case"
"""Of what leaves the building from a case."""


@transaction.atomic
def write(
    *,
    case: Case,
    subject: str,
    text: str,
    to: str = "",
    with_gaps: Collection[str] = (),
    by: By,
    at: datetime,
) -> Message:
    """Write to the customer: a case that nobody had is the writer's, unless it is with the lead.

    The clock stops when the words leave: see `note_departure`. `to` is the address that the writer saw; where it is no
    longer the customer's, nothing is sent. `with_gaps` are gaps such as `[date]` that the writer has seen and means so.
    """
    row = lock_for(case, "case.work", by=by)
    _refuse_flood(row)
    gaps.refuse(subject, text, but=with_gaps)
    thread = correspondence.thread_for(row, channel=email.CHANNEL.name, subject=subject, at=at)
    message = conversations.write(thread=thread, subject=subject, text=text, to=to, purpose=PURPOSE, by=by, at=at)
    ownership.claim_free(row, by=by, at=at)
    events.record(CustomerWrittenTo(row.pk, message.pk, message.outbox_item_id), by=by, at=at)
    publish(row)
    return message


@transaction.atomic
def log_call(*, case: Case, text: str, by: By, at: datetime) -> Note:
    """Write down what was said on the phone: the clock stops."""
    row = lock_for(case, "case.work", by=by)
    _refuse_flood(row)
    written = notes.write_down(row, text, kind=Note.Kind.CALL, by=by, at=at)
    clocks.stop(row, by=by, at=at)
    ownership.claim_free(row, by=by, at=at)
    events.record(CustomerCalled(row.pk, written.pk), by=by, at=at)
    publish(row)
    return written


@transaction.atomic
def note_departure(*, case: Case, by: By) -> Case:
    """Take notice of what left or did not: the clock stopped when words left, and goes on while none did."""
    row = lock(case)
    clocks.stop_for_what_left(row, by=by)
    publish(row)
    return row


@transaction.atomic
def hear_message(*, case: Case, heard_at: datetime, by: By) -> Case:
    """Take notice of what the customer wrote: who had been answered waits again, and stands on top."""
    row = lock(case)
    clocks.stop_for_what_left(row, by=by)
    clocks.hear_again(row, heard_at=heard_at, by=by)
    publish(row)
    return row


def _refuse_flood(row: Case) -> None:
    if row.flood_of_id is not None:
        raise Refused("This case stands for many customers. Open the one you want to speak to, and take a case there.")
