"""How a case begins: trouble opens one for that person, or joins the one that is open."""

from collections.abc import Sequence
from datetime import datetime, timedelta
from decimal import Decimal

from django.db import connection, transaction

from heedful.act import case_policy, clock, priority, routes
from heedful.act.cases import clocks
from heedful.act.cases.events import CaseClaimed, CaseJoined, CaseOpened
from heedful.act.clock import Clock
from heedful.act.models import Case, CasePolicy, CaseTrouble
from heedful.associates import associates
from heedful.associates.models import Associate, Team
from heedful.customers.models import Customer, Feedback
from heedful.kit import live
from heedful.kit.actor import By
from heedful.kit.errors import Refused
from heedful.ledger import events
from heedful.promise.models import Promise
from heedful.understand import detection
from heedful.understand.detection import Trouble
from heedful.understand.models import Reading

ANOTHER = timedelta(hours=24)
"""Trouble that comes to an open case later than this is a failure of its own, not more of the same."""


@transaction.atomic
def open_for_trouble(*, trouble: Trouble, by: By, at: datetime) -> Case:
    """Open a case for the person in trouble, or join the open one; of two signs at once the second joins."""
    person = lock_person(trouble.customer)
    if known := CaseTrouble.objects.select_related("case").filter(reference=trouble.reference).first():
        return _hear_more(known, trouble, by=by, at=at)
    if case := open_case_of(person):
        return join(case, trouble, by=by, at=at)
    return open_new(person, trouble, by=by, at=at)


@transaction.atomic
def take(*, feedback: Feedback, by: By, at: datetime) -> Case:
    """Take a case from what a customer said, whatever the rules make of it: it is the taker's own."""
    associates.must(by, "case.work")
    me = Associate.objects.filter(pk=by.id).first() if by.kind == "associate" else None
    if me is None:
        raise Refused("Only an associate can have a case.", code="no_associate")
    case = open_for_trouble(trouble=_taken(feedback), by=by, at=at)
    if not case.is_open:
        raise Refused(f"There was a case for this already, number {case.pk}. Reopen it to go on.", code="closed")
    if case.owner_id not in (None, me.pk):
        raise Refused(f"{case.owner} has a case for this customer already, number {case.pk}.", code="already_claimed")
    if case.owner_id is None:
        case.owner, case.claimed_at = me, at
        case.save(update_fields=["owner", "claimed_at"])
        events.record(CaseClaimed(case.pk, me.pk), by=by, at=at)
    return case


def _taken(feedback: Feedback) -> Trouble:
    """What a customer said, as the rules weigh it, or as mild trouble where they find none."""
    told = _topics(reading := Reading.objects.filter(feedback=feedback).first())
    return _weighed(feedback, reading) or Trouble(
        reference=f"feedback:{feedback.pk}",
        customer=feedback.customer_id,
        severity=detection.MILD,
        what="Taken from feedback",
        happened_at=feedback.happened_at,
        stage=feedback.stage_slug,
        topics=tuple(told),
    )


def _weighed(feedback: Feedback, reading: Reading | None) -> Trouble | None:
    """The trouble in an answer sheet as it stands now."""
    return detection.trouble_in(
        feedback,
        scores={score.question: score.answer for score in feedback.scores.all()},
        signals=reading.signals if reading else (),
        topics=_topics(reading),
        rules=detection.rules(),
    )


def _topics(reading: Reading | None) -> list[str]:
    return [topic["slug"] for topic in reading.topics] if reading else []


def lock_person(customer: int) -> int:
    """Return the person of a record, held until the transaction ends so that nobody opens a second case beside."""
    person = None
    while person != (found := _person_of(customer)):
        person = found
        with connection.cursor() as cursor:
            cursor.execute("SELECT pg_advisory_xact_lock(hashtextextended(%s, 0))", [f"act.case:{person}"])
    return found


def open_case_of(person: int) -> Case | None:
    """The case that somebody works on for this person, held; the oldest, where a merge brought two together."""
    cases = Case.objects.select_for_update().of_person(person).open().filter(flood_of=None)
    return cases.order_by("opened_at", "pk").first()


def open_new(person: int, trouble: Trouble, *, flood_of: Promise | None = None, by: By, at: datetime) -> Case:
    """Open a case with its clock, its team and its priority."""
    ways = case_policy.find()
    is_repeat = flood_of is None and has_failed_before(person, days=ways.repeat_days, at=at)
    started = clock.start(practice=ways, is_short=is_repeat, at=at)
    team = routes.team_for(stage=trouble.stage, topics=trouble.topics)
    case = new_case([trouble], started=started, team=team, is_repeat=is_repeat, at=at)
    case.with_lead, case.flood_of = is_repeat or flood_of is not None, flood_of
    case.priority = priority_of(case, ways, at=at)
    case.save(force_insert=True)
    add_trouble(case, trouble, at=at)
    if flood_of is None:
        clocks.begin(case, by=by, at=at)
    clocks.call_a_lead_in_time(case)
    events.record(CaseOpened(case.pk, trouble.customer, case.priority, is_repeat, trouble.reference), by=by, at=at)
    publish(case, person)
    return case


def new_case(troubles: Sequence[Trouble], *, started: Clock, team: Team | None, is_repeat: bool, at: datetime) -> Case:
    """A case as it begins, not written down yet: named after the worst that was heard, of the first who said it."""
    worst = max(troubles, key=lambda trouble: trouble.severity)
    return Case(
        customer_id=troubles[0].customer,
        title=worst.what[:200],
        team=team,
        severity=worst.severity,
        is_repeat=is_repeat,
        opened_at=at,
        heard_at=min(troubles[0].happened_at, at),
        escalate_at=started.escalate_at,
        due_at=started.due_at,
    )


def has_failed_before(person: int, *, days: int, at: datetime) -> bool:
    """Whether this person had trouble that we worked on within so many days."""
    before = Case.objects.of_person(person).filter(opened_at__gte=at - timedelta(days=days), flood_of=None)
    return before.exclude(outcome=Case.Outcome.NO_TROUBLE).exists()


def add_trouble(case: Case, trouble: Trouble, *, at: datetime) -> None:
    """Write down what was heard."""
    case_trouble(case, trouble, at=at).save(force_insert=True)


def case_trouble(case: Case, trouble: Trouble, *, at: datetime) -> CaseTrouble:
    """What was heard, not written down yet."""
    return CaseTrouble(
        case=case,
        customer_id=trouble.customer,
        reference=trouble.reference,
        what=trouble.what[:300],
        words=trouble.words,
        severity=trouble.severity,
        promise_id=trouble.promise,
        happened_at=trouble.happened_at,
        heard_at=at,
    )


def priority_of(case: Case, ways: CasePolicy, *, at: datetime) -> int:
    """How far to the front a case belongs now."""
    value, high_value = _value_of(case.customer_id), case_policy.high_value(ways)
    return weigh(case, value=value, high_value=high_value, began=case.opened_at, at=at)


def weigh(case: Case, *, value: Decimal | None, high_value: Decimal | None, began: datetime, at: datetime) -> int:
    """The same, of a customer whose value is known; `began` is when the clock started that runs."""
    return priority.of(
        severity=case.severity,
        value=value,
        high_value=high_value,
        is_repeat=case.is_repeat,
        left=priority.share_remaining(opened_at=began, due_at=case.due_at, at=at) if case.is_waiting else 1.0,
    )


def publish(case: Case, person: int | None = None) -> None:
    """Let open pages know that a case changed, and the pages of its customer."""
    live.publish("cases", case.pk)
    live.publish("customer", person or _person_of(case.customer_id))


def join(case: Case, trouble: Trouble, *, by: By, at: datetime) -> Case:
    """Let more trouble come to an open case, which the caller holds."""
    add_trouble(case, trouble, at=at)
    if at - case.opened_at >= ANOTHER and not case.is_repeat:
        _make_second_failure(case, at=at)
    return worsen(case, trouble, by=by, at=at)


def _hear_more(known: CaseTrouble, trouble: Trouble, *, by: By, at: datetime) -> Case:
    """The same answer sheet said more: its words come after its score, and may be heard before it."""
    trouble = _as_it_stands(known) or trouble
    if (known.severity, known.words) == (trouble.severity, trouble.words):
        return known.case
    known.severity, known.words, known.what = trouble.severity, trouble.words, trouble.what[:300]
    known.save(update_fields=["severity", "words", "what"])
    case = Case.objects.select_for_update().get(pk=known.case_id)
    return worsen(case, trouble, by=by, at=at) if case.is_open else case


def _as_it_stands(known: CaseTrouble) -> Trouble | None:
    feedback = Feedback.objects.filter(pk=known.feedback_id or 0).first()
    return _weighed(feedback, Reading.objects.filter(feedback=feedback).first()) if feedback else None


def worsen(case: Case, trouble: Trouble, *, by: By, at: datetime) -> Case:
    """A case is as bad as the worst that was heard; its title says what that was."""
    if trouble.severity > case.severity:
        case.severity, case.title = trouble.severity, trouble.what[:200]
    case.priority = max(case.priority, priority_of(case, case_policy.find(), at=at))
    case.save(update_fields=["severity", "title", "priority", "is_repeat", "with_lead", "due_at", "escalate_at"])
    events.record(CaseJoined(case.pk, trouble.customer, case.priority, trouble.reference), by=by, at=at)
    publish(case)
    return case


def _make_second_failure(case: Case, *, at: datetime) -> None:
    """We failed somebody whom we had not yet helped: a lead takes over, and what is left of the clock is halved."""
    case.is_repeat = case.with_lead = True
    if case.is_waiting:
        short = clock.start(practice=case_policy.find(), is_short=True, at=at)
        case.due_at, case.escalate_at = min(case.due_at, short.due_at), min(case.escalate_at, short.escalate_at)
        clocks.call_a_lead_in_time(case)


def _person_of(customer: int) -> int:
    row = Customer.objects.only("person_id").get(pk=customer)
    return row.person_id or row.pk


def _value_of(customer: int) -> Decimal | None:
    return Customer.objects.filter(pk=_person_of(customer)).values_list("value_amount", flat=True).first()
