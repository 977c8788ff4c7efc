"""How a case ends, and how it goes on when it had not helped."""

from datetime import datetime

from django.db import transaction

from heedful.act import causes
from heedful.act.cases import clocks, ownership
from heedful.act.cases.events import CaseClosed, CaseReopened, CustomerSaidWhetherItHelped
from heedful.act.cases.opening import add_trouble, hold_matter, open_for_trouble, publish, worsen
from heedful.act.cases.rows import lock, lock_for
from heedful.act.models import Case, CaseTrouble
from heedful.kit import names
from heedful.kit.actor import By
from heedful.kit.errors import Refused
from heedful.ledger import events
from heedful.understand.detection import Trouble

DID_NOT_HELP = "The customer said that it did not help."


@transaction.atomic
def close(*, case: Case, outcome: str, cause: str, by: By, at: datetime) -> Case:
    """Close a case with what came of it and why it happened; the customer is asked whether it helped."""
    row = lock_for(case, "case.close", by=by, is_open=False)
    if not row.is_open:
        raise Refused("This case is closed already.", code="already_closed")
    if outcome not in Case.Outcome.values:
        raise Refused("Choose what came of it.", code="no_such_outcome")
    row.outcome, row.cause, row.closed_at = outcome, causes.check(cause), at
    row.save(update_fields=["outcome", "cause", "closed_at"])
    clocks.stop(row, by=by, at=at)
    events.record(CaseClosed(row.pk, row.customer_id, outcome, cause), by=by, at=at)
    publish(row)
    return row


@transaction.atomic
def reopen(*, case: Case, reason: str = "", by: By, at: datetime) -> Case:
    """Go on with a case that was closed, too early or by mistake."""
    row = lock_for(case, "case.close", by=by, is_open=False)
    if row.is_open:
        raise Refused("This case is open.", code="already_open")
    return go_on(row, reason=names.text(reason), with_lead=row.with_lead, by=by, at=at)


@transaction.atomic
def hear_whether_it_helped(*, case: Case, helped: bool, said_at: datetime | None = None, by: By, at: datetime) -> Case:
    """Take the customer's own word, said when they said it; a no opens the case again, with the lead.

    The word said last stands, in whatever order and however often words are heard. The same word after another closing
    is a new one: it is about what was done since.
    """
    row, said_at = lock(case), said_at or at
    if row.helped_at is not None and said_at <= row.helped_at:
        return row
    row.helped, row.helped_at = helped, said_at
    row.save(update_fields=["helped", "helped_at"])
    events.record(CustomerSaidWhetherItHelped(row.pk, helped), by=by, at=at)
    if not helped and not row.is_open:
        return go_on(row, reason=DID_NOT_HELP, with_lead=True, by=by, at=at)
    publish(row)
    return row


@transaction.atomic
def hear_trouble_after(*, case: Case, trouble: Trouble, by: By, at: datetime) -> Case:
    """Take trouble from the very answer to whether a case had helped: it is not a new case, this one had not helped."""
    hold_matter(trouble.customer, trouble.brand)
    if CaseTrouble.objects.filter(reference=trouble.reference).exists():
        return open_for_trouble(trouble=trouble, by=by, at=at)
    row = lock(case)
    add_trouble(row, trouble, at=at)
    if not row.is_open:
        row = go_on(row, reason=trouble.what, with_lead=True, by=by, at=at)
    clocks.hear_again(row, heard_at=at, by=by)
    return worsen(row, trouble, by=by, at=at)


def go_on(row: Case, *, reason: str, with_lead: bool, is_heard_again: bool = False, by: By, at: datetime) -> Case:
    """Let the customer of a closed case wait again: a new clock runs, the short one where we had failed.

    The caller holds the case. `is_heard_again` where it is because of what came after our last word.
    """
    clocks.restart(row, is_short=with_lead or row.is_repeat, at=at)
    row.reopened += 1
    row.closed_at, row.outcome, row.with_lead = None, "", with_lead
    row.is_heard_again = is_heard_again
    ownership.release(row, by=by, at=at)
    ownership.leave_to_lead(row)
    row.priority = max(row.priority, Case.Priority.HIGH) if with_lead else row.priority
    row.save()
    if row.flood_of_id is None:
        clocks.begin(row, by=by, at=at)
    clocks.call_a_lead_in_time(row)
    events.record(CaseReopened(row.pk, row.customer_id, reason, with_lead), by=by, at=at)
    publish(row)
    return row
