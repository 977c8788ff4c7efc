"""The clock of a case: it runs in the customer's own log, so that the promise which gave it can judge it."""

from datetime import UTC, datetime

from django.db import transaction
from django.utils import timezone

from heedful.act import case_policy, clock
from heedful.act.cases import correspondence
from heedful.act.cases.events import CaseEscalated, CaseHeardAgain
from heedful.act.models import Case
from heedful.customers import touchpoints
from heedful.kit import live
from heedful.kit.actor import SYSTEM, By
from heedful.ledger import events, jobs

SOURCE = "heedful"


def begin(case: Case, *, by: By, at: datetime) -> None:
    """Write into the customer's log that a case was opened: from here on we owe an answer."""
    _record(case, clock.OPENED, by=by, at=at)


def stop(case: Case, *, by: By, at: datetime) -> None:
    """Write into the log that the customer heard from us; only the first time since the clock began counts.

    Words that left before and were not seen to have left yet are that first time.
    """
    if case.answered_at is not None:
        return
    if left := correspondence.first_left(case, since=case.waits_since):
        at = min(at, left.left_at)
    case.answered_at, case.is_heard_again = at, False
    case.first_act_at = case.first_act_at or at
    case.save(update_fields=["answered_at", "first_act_at", "is_heard_again"])
    if case.flood_of_id is None:
        _record(case, clock.ANSWERED, by=by, at=at)


def stop_for_what_left(case: Case, *, by: By) -> None:
    """Stop the clock at the time at which words to the customer left; the caller holds the case.

    What came after they were written is not answered by them: it has a clock of its own, from when we heard it.
    """
    while case.is_waiting and (left := correspondence.first_left(case, since=case.waits_since)):
        stop(case, by=by, at=left.left_at)
        if heard_at := correspondence.next_word_at(case, after=left.at):
            hear_again(case, heard_at=heard_at, after=left.at, by=by)


def hear_again(case: Case, *, heard_at: datetime, after: datetime | None = None, by: By) -> bool:
    """Let the customer of an answered case wait again for what came after our last word; says whether they do.

    The caller holds the case. `after` is when our last word was written, where the caller knows it.
    """
    if case.answered_at is None or not case.is_open or case.flood_of_id is not None:
        return False
    if heard_at <= (after or correspondence.last_word_at(case) or case.answered_at):
        return False
    restart(case, is_short=case.with_lead or case.is_repeat, at=heard_at)
    case.is_heard_again = True
    case.save()
    begin(case, by=by, at=heard_at)
    call_a_lead_in_time(case)
    events.record(CaseHeardAgain(case.pk, case.customer_id), by=by, at=heard_at)
    return True


def restart(case: Case, *, is_short: bool, at: datetime) -> None:
    """Give a case a clock of its own from now on; the caller saves it, and writes it into the log."""
    started = clock.start(policy=case_policy.find(), is_short=is_short, at=at)
    case.first_due_at = case.first_due_at or case.due_at
    case.clock_number, case.clock_started_at = case.clock_number + 1, at
    case.answered_at, case.escalated_at, case.is_heard_again = None, None, False
    case.escalate_at, case.due_at = started.escalate_at, started.due_at


def call_a_lead_in_time(case: Case) -> None:
    """Have a lead called before the answer is late."""
    moment = case.escalate_at
    jobs.enqueue(
        call_a_lead,
        at=moment,
        priority=10,
        queue=jobs.CLOCKS,
        case_id=case.pk,
        clock=case.clock,
        moment=moment.astimezone(UTC).isoformat(),
    )


def call_a_lead(*, case_id: int, clock: str, moment: str = "") -> None:
    """Runs in the worker when most of a clock is gone; a clock that was stopped or replaced calls nobody.

    It runs by the clock of the database: where ours is behind, it is the `moment` all the same.
    """
    case, now = Case.objects.filter(pk=case_id).first(), timezone.now()
    if case and case.clock == clock:
        escalate(case=case, by=SYSTEM, at=max(now, datetime.fromisoformat(moment)) if moment else now)


@transaction.atomic
def escalate(*, case: Case, by: By, at: datetime) -> bool:
    """Call a lead if the customer still waits and most of the time is gone; says whether it was needed."""
    row = Case.objects.select_for_update().get(pk=case.pk)
    stop_for_what_left(row, by=by)
    if not row.is_waiting or row.escalated_at is not None or at < row.escalate_at:
        return False
    row.escalated_at, row.priority = at, min(Case.Priority.URGENT, row.priority + 1)
    row.save(update_fields=["escalated_at", "priority"])
    events.record(CaseEscalated(row.pk), by=by, at=at)
    live.publish("cases", row.pk)
    return True


def _record(case: Case, kind: str, *, by: By, at: datetime) -> None:
    touchpoints.record(drafts=[draft(case, kind, case.clock, at=at)], source=SOURCE, by=by, at=at)


def draft(case: Case, kind: str, name: str, *, at: datetime) -> touchpoints.TouchpointDraft:
    """A start or a stop of a case's clock as it stands in the customer's log, by the name of the clock."""
    properties: dict[str, str | bool] = {"case": name}
    if kind == clock.OPENED and case.is_heard_again and name == case.clock:
        properties["heard_again"] = True
    return touchpoints.TouchpointDraft(
        kind=kind,
        happened_at=at,
        message=f"{kind}:{name}",
        customer=case.customer_id,
        channel="desk",
        properties=properties,
        brand=case.brand_id,
    )
