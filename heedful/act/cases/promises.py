"""What a promise that was broken, or is about to be, does to the cases.

A broken promise joins the customer's open case or opens one. When one promise breaks for more customers in an hour than
the practice allows cases (`flood_cases`), one more case is opened for the lead, and every further customer is written
down there with a trouble of their own: nobody is lost, the count is the number of these rows, and the desk is not
buried. A promise at risk tells the open case; whether it opens one is the practice's to say.
"""

from datetime import datetime, timedelta

from django.db import connection, transaction
from django.db.models import F

from heedful.act import practice, priority
from heedful.act.cases import opening
from heedful.act.cases.events import CaseJoined
from heedful.act.models import Case, Practice, Trouble
from heedful.customers.models import Customer
from heedful.kit.actor import By
from heedful.ledger import events
from heedful.promise.models import Instance, Promise
from heedful.understand.trouble import FRESH, MILD, Sign

HOUR = timedelta(hours=1)


@transaction.atomic
def open_for_broken_promise(*, instance: Instance, by: By, at: datetime) -> Case | None:
    """A promise was broken: somebody must act, unless it broke so long ago that this is history."""
    if instance.counts_at < at - FRESH:
        return None
    sign = sign_of(instance, broken=True)
    person = opening.lock_person(sign.customer)
    if Trouble.objects.filter(reference=sign.reference).exists() or opening.open_case_of(person):
        return opening.open_for_trouble(sign=sign, by=by, at=at)
    _lock_promise(instance.promise_id)
    if is_flooded(instance.promise, practice.find(), at=at):
        return _join_flood(person, instance.promise, sign, by=by, at=at)
    return opening.open_new(person, sign, by=by, at=at)


@transaction.atomic
def open_for_promise_at_risk(*, instance: Instance, by: By, at: datetime) -> Case | None:
    """A promise is about to be broken: tell the open case, and open one where the practice says so."""
    if instance.promise.is_case_clock or instance.counts_at < at - FRESH:
        return None
    sign = sign_of(instance, broken=False)
    person = opening.lock_person(sign.customer)
    is_known = Trouble.objects.filter(reference=sign.reference).exists()
    if is_known or opening.open_case_of(person) or _opens(practice.find(), person):
        return opening.open_for_trouble(sign=sign, by=by, at=at)
    return None


def sign_of(instance: Instance, *, broken: bool) -> Sign:
    """A promise's state as trouble; one at risk is mild, for it can still be kept."""
    words = instance.promise.words
    return Sign(
        reference=f"instance:{instance.pk}:{'broken' if broken else 'at_risk'}",
        customer=instance.customer_id,
        severity=instance.promise.severity if broken else MILD,
        what=f"Promise broken: {words}" if broken else f"Promise at risk: {words}",
        happened_at=instance.counts_at if broken else instance.at_risk_at or instance.started_at,
        stage=instance.promise.stage_id or "",
        promise=instance.promise_id,
    )


def is_flooded(promise: Promise, ways: Practice, *, at: datetime) -> bool:
    """Whether this promise has opened as many cases in the last hour as one hour may bring."""
    opened = Trouble.objects.filter(
        promise=promise, heard_at__gt=at - HOUR, case__opened_at=F("heard_at"), case__flood_of=None
    )
    return opened.count() >= ways.flood_cases


def _join_flood(person: int, promise: Promise, sign: Sign, *, by: By, at: datetime) -> Case:
    case = Case.objects.select_for_update().open().filter(flood_of=promise).first()
    if case is None:
        return opening.open_new(person, sign, flood_of=promise, by=by, at=at)
    opening.add_trouble(case, sign, at=at)
    case.title = f"Broken for {case.troubles.count():,} customers: {promise.words}"[:200]
    case.save(update_fields=["title"])
    events.record(CaseJoined(case.pk, sign.customer, case.priority, sign.reference), by=by, at=at)
    opening.tell(case)
    return case


def _lock_promise(promise: int) -> None:
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_advisory_xact_lock(hashtextextended(%s, 0))", [f"act.promise:{promise}"])


def _opens(ways: Practice, person: int) -> bool:
    if ways.at_risk == Practice.AtRisk.VALUABLE:
        value = Customer.objects.values_list("value_amount", flat=True).get(pk=person)
        return priority.is_valuable(value, practice.high_value(ways))
    return ways.at_risk == Practice.AtRisk.ALWAYS
