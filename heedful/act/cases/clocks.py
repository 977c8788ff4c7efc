"""The clock of a case: it runs in the customer's own log, so that the promise which gave it can judge it."""

from datetime import UTC, datetime

from django.db import transaction
from django.utils import timezone

from heedful.act import clock
from heedful.act.cases.events import CaseEscalated
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
    """Write into the log that somebody answered; only the first answer after an opening counts."""
    if case.answered_at is not None:
        return
    case.answered_at = at
    case.first_act_at = case.first_act_at or at
    case.save(update_fields=["answered_at", "first_act_at"])
    if case.flood_of_id is None:
        _record(case, clock.ANSWERED, by=by, at=at)


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
    return touchpoints.TouchpointDraft(
        kind=kind,
        happened_at=at,
        message=f"{kind}:{name}",
        customer=case.customer_id,
        channel="desk",
        properties={"case": name},
    )
