"""What an associate begins by hand: a case for a customer, or words to one who has none."""

from collections.abc import Collection
from datetime import datetime

from django.db import transaction

from heedful.act import causes, gaps
from heedful.act.cases import opening, ownership, work
from heedful.act.cases.events import CustomerApproached
from heedful.act.models import Case
from heedful.associates import associates
from heedful.customers.models import Customer
from heedful.kit import live, names
from heedful.kit.actor import By
from heedful.kit.errors import Refused
from heedful.ledger import events
from heedful.ledger.references import Reference
from heedful.listen import conversations
from heedful.listen.channels import email
from heedful.listen.models import Message
from heedful.understand import detection
from heedful.understand.detection import Trouble

SERIOUS = 2
SEVERITIES = range(detection.MILD, detection.MILD + 3)
LONGEST_REASON = 300


@transaction.atomic
def open_by_hand(
    *, customer: Customer, reason: str, cause: str = "", severity: int = SERIOUS, by: By, at: datetime
) -> Case:
    """Open a case for what somebody knows of a customer, or tell the one that is open; a new one is the opener's.

    Where it is a second failure it is left to the lead. The `cause` is kept where it is known already.
    """
    associates.must(by, "case.work")
    brand = opening.brand_of_approach(customer.pk)
    trouble = _trouble(customer, reason, severity, brand, at=at)
    cause = causes.check(cause) if cause else ""
    matter = opening.hold_matter(customer.pk, brand)
    joined = opening.open_case_for(matter)
    case = opening.open_for_trouble(trouble=trouble, by=by, at=at)
    if cause:
        case.cause = cause
        case.save(update_fields=["cause"])
    if joined is None:
        ownership.claim_free(case, by=by, at=at)
    return case


@transaction.atomic
def write_to(
    *,
    customer: Customer,
    subject: str,
    text: str,
    to: str = "",
    with_gaps: Collection[str] = (),
    by: By,
    at: datetime,
) -> Message:
    """Write to a customer: on their open case where there is one, else on a thread that belongs to none.

    `to` and `with_gaps` are as in `work.write`.
    """
    associates.must(by, "customer.write")
    words = {"subject": subject, "text": text, "to": to}
    brand = opening.brand_of_approach(customer.pk)
    if case := opening.open_case_for(opening.hold_matter(customer.pk, brand)):
        return work.write(case=case, **words, with_gaps=with_gaps, by=by, at=at)
    gaps.refuse(subject, text, but=with_gaps)
    thread = conversations.start(customer=customer, channel=email.CHANNEL.name, subject=subject, brand=brand, at=at)
    message = conversations.write(thread=thread, **words, purpose="customer", by=by, at=at)
    events.record(CustomerApproached(customer.pk, message.pk, message.outbox_item_id), by=by, at=at)
    live.publish("customer", opening.matter_of(customer.pk).person)
    return message


def _trouble(customer: Customer, reason: str, severity: int, brand: int | None, *, at: datetime) -> Trouble:
    if not (reason := names.one_line(reason, most=LONGEST_REASON)):
        raise Refused("Say what is wrong, so that colleagues see why there is a case.", code="no_reason")
    if severity not in SEVERITIES:
        raise Refused("Choose how bad it is.", code="no_such_severity")
    return Trouble(
        reference=str(Reference("opening", customer.pk, f"{at:%Y%m%d%H%M%S%f}")),
        customer=customer.pk,
        severity=severity,
        what=reason,
        happened_at=at,
        stage=customer.stage_id or "",
        brand=brand,
    )
