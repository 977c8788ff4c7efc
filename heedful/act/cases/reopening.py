"""A customer who writes on a closed case: by one rule it goes on, or what they wrote belongs to another case."""

from dataclasses import replace
from datetime import datetime

from django.db import transaction

from heedful.act import case_policy
from heedful.act.cases import closing, opening, work
from heedful.act.cases.rows import lock
from heedful.act.models import Case
from heedful.associates import company
from heedful.kit.actor import By
from heedful.listen.models import Message
from heedful.understand.detection import Trouble

WROTE_AGAIN = "The customer wrote again."


@transaction.atomic
def hear_message_after(*, case: Case, message: Message, heard_at: datetime, by: By) -> Case:
    """Take notice of what a customer wrote on a case that was closed.

    Within the days in which another failure is a second one the case goes on, heard again; after them, and where the
    matter has another open case, the message opens or joins that one, which names the earlier. What came before the
    closing was there when somebody closed it.
    """
    matter = opening.hold_matter(case.customer_id, case.brand_id)
    row = lock(case)
    if row.closed_at is None:
        return work.hear_message(case=row, heard_at=heard_at, by=by)
    if heard_at <= row.closed_at:
        return row
    if opening.open_case_for(matter) is None and _is_in_time(row, heard_at=heard_at):
        return closing.go_on(row, reason=WROTE_AGAIN, with_lead=row.with_lead, is_heard_again=True, by=by, at=heard_at)
    return opening.open_for_trouble(trouble=_trouble(row, message, heard_at=heard_at), by=by, at=heard_at)


def _is_in_time(row: Case, *, heard_at: datetime) -> bool:
    first = company.days_before(heard_at, case_policy.find().repeat_days)
    return row.closed_at is not None and row.closed_at >= first


def _trouble(row: Case, message: Message, *, heard_at: datetime) -> Trouble:
    """A message as what another case opens with or is joined by; it names the earlier one."""
    what = f"Wrote again on case {row.pk}, which was closed: {row.title}"
    trouble = opening.trouble_in(message, customer=row.customer_id)
    return replace(trouble, what=what, words=message.text, happened_at=heard_at, brand=row.brand_id)
