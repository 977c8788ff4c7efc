"""What a promise that was broken, or is about to be, does to the cases.

A broken promise joins the customer's open case or opens one. When one promise breaks for more customers in an hour than
the case policy allows cases (`flood_cases`), one more case is opened for the lead, and every further customer is
written down there with a trouble of their own: nobody is lost, the count is the number of these rows, and the desk is
not buried. A promise at risk tells the open case; whether it opens one is the case policy's to say.
"""

from datetime import datetime, timedelta

from django.db import connection, transaction
from django.db.models import F

from heedful.act import case_policy, priority
from heedful.act.cases import opening
from heedful.act.cases.events import CaseJoined
from heedful.act.models import Case, CasePolicy, CaseTrouble
from heedful.customers import worth
from heedful.kit.actor import By
from heedful.ledger import events
from heedful.ledger.references import Reference
from heedful.promise.models import Commitment, Promise
from heedful.understand.detection import FRESH, MILD, Trouble

HOUR = timedelta(hours=1)


@transaction.atomic
def open_for_broken_promise(*, commitment: Commitment, by: By, at: datetime) -> Case | None:
    """A promise was broken: somebody must act, unless it broke so long ago that this is history."""
    if commitment.counts_at < at - FRESH:
        return None
    trouble = trouble_of(commitment, broken=True)
    matter = opening.hold_matter(trouble.customer, trouble.brand)
    if opening.case_for(trouble, matter):
        return opening.open_for_trouble(trouble=trouble, by=by, at=at)
    _lock_promise(commitment.promise_id)
    if is_flooded(commitment.promise, case_policy.find(), at=at):
        return _join_flood(matter, commitment.promise, trouble, by=by, at=at)
    return opening.open_new(matter, trouble, by=by, at=at)


@transaction.atomic
def open_for_promise_at_risk(*, commitment: Commitment, by: By, at: datetime) -> Case | None:
    """A promise is about to be broken: tell the open case, and open one where the case policy says so."""
    if commitment.promise.is_case_clock or commitment.counts_at < at - FRESH:
        return None
    trouble = trouble_of(commitment, broken=False)
    matter = opening.hold_matter(trouble.customer, trouble.brand)
    if opening.case_for(trouble, matter) or _opens(case_policy.find(), matter.person):
        return opening.open_for_trouble(trouble=trouble, by=by, at=at)
    return None


def trouble_of(commitment: Commitment, *, broken: bool) -> Trouble:
    """A promise's state as trouble; one at risk is mild, for it can still be kept."""
    words = commitment.promise.words
    return Trouble(
        reference=str(Reference("commitment", commitment.pk, "broken" if broken else "at_risk")),
        customer=commitment.customer_id,
        severity=commitment.promise.severity if broken else MILD,
        what=f"Promise broken: {words}" if broken else f"Promise at risk: {words}",
        happened_at=commitment.counts_at if broken else commitment.at_risk_at or commitment.started_at,
        stage=commitment.promise.stage_id or "",
        promise=commitment.promise_id,
        brand=commitment.brand_id,
        source=commitment.source,
    )


def is_flooded(promise: Promise, ways: CasePolicy, *, at: datetime) -> bool:
    """Whether this promise has opened as many cases in the last hour as one hour may bring."""
    opened = CaseTrouble.objects.filter(
        promise=promise, heard_at__gt=at - HOUR, case__opened_at=F("heard_at"), case__flood_of=None
    )
    return opened.count() >= ways.flood_cases


def _join_flood(matter: opening.Matter, promise: Promise, trouble: Trouble, *, by: By, at: datetime) -> Case:
    case = Case.objects.select_for_update().open().filter(flood_of=promise, brand=trouble.brand).first()
    if case is None:
        return opening.open_new(matter, trouble, flood_of=promise, by=by, at=at)
    opening.add_trouble(case, trouble, at=at)
    case.title = f"Broken for {case.troubles.count():,} customers: {promise.words}"[:200]
    case.save(update_fields=["title"])
    events.record(CaseJoined(case.pk, trouble.customer, case.priority, trouble.reference), by=by, at=at)
    opening.publish(case)
    return case


def _lock_promise(promise: int) -> None:
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_advisory_xact_lock(hashtextextended(%s, 0))", [f"act.promise:{promise}"])


def _opens(ways: CasePolicy, person: int) -> bool:
    if ways.at_risk == CasePolicy.AtRisk.VALUABLE:
        return priority.is_valuable(worth.of_people([person]).get(person), case_policy.high_value(ways))
    return ways.at_risk == CasePolicy.AtRisk.ALWAYS
