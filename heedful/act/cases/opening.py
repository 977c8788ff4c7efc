"""How a case begins: trouble opens one for its matter, or joins the one that is open.

What a matter is, and that it has one open case, is decided here: in `matter_of` and `open_case_for`.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from decimal import Decimal

from django.db import connection, transaction
from django.db.models import Exists, OuterRef

from heedful.act import case_policy, clock, priority, routes
from heedful.act.cases import clocks, correspondence
from heedful.act.cases.events import CaseJoined, CaseOpened
from heedful.act.clock import Clock
from heedful.act.models import Case, CasePolicy, CaseThread, CaseTrouble
from heedful.associates import brands, company
from heedful.associates.models import Team
from heedful.customers import question_kinds, worth
from heedful.customers.models import Customer, Feedback
from heedful.kit import live, names
from heedful.kit.actor import By
from heedful.ledger import events
from heedful.ledger.references import Reference
from heedful.listen.models import Message
from heedful.promise.models import Promise
from heedful.understand import detection
from heedful.understand.detection import Trouble
from heedful.understand.models import Reading

ANOTHER = timedelta(hours=24)
"""Trouble that comes to an open case later than this is a failure of its own, not more of the same."""


@transaction.atomic
def open_for_trouble(*, trouble: Trouble, by: By, at: datetime) -> Case:
    """Open a case for the person in trouble, or join the open one; of two signs at once the second joins."""
    matter = hold_matter(trouble.customer, trouble.brand)
    if row := _trouble_row(trouble):
        return _hear_more(row, trouble, by=by, at=at)
    if case := open_case_for(matter):
        return join(case, trouble, by=by, at=at)
    return open_new(matter, trouble, by=by, at=at)


@transaction.atomic
def open_for_message(*, message: Message, by: By, at: datetime) -> Case | None:
    """Open a case for what a customer wrote, or let it join the one of their matter; nothing where nobody is known.

    What somebody asks is no failure of ours, as long as nothing else shows that it is.
    """
    customer = message.customer_id or message.thread.customer_id
    if customer is None:
        return None
    matter, trouble = hold_matter(customer, message.thread.brand_id), trouble_in(message, customer=customer)
    if row := _trouble_row(trouble):
        return row.case
    case = open_case_for(matter)
    if case is None:
        case = open_new(matter, trouble, team=message.thread.team, by=by, at=at)
    else:
        join(case, trouble, by=by, at=at)
    CaseThread.objects.get_or_create(thread=message.thread, defaults={"case": case})
    return case


def trouble_in(message: Message, *, customer: int) -> Trouble:
    """A message as what a case opens with: that somebody writes is no failure of ours."""
    return Trouble(
        reference=str(Reference("message", message.pk)),
        customer=customer,
        severity=detection.MILD,
        what=message.subject or names.one_line(message.text, most=200),
        happened_at=message.occurred_at,
        is_failure=False,
        brand=message.thread.brand_id,
        source=message.source,
    )


def trouble_from(feedback: Feedback) -> Trouble:
    """What a customer said, as the rules weigh it, or as mild trouble where they find none; praise is no failure."""
    reading = Reading.objects.filter(feedback=feedback).first()
    sentiment = reading.sentiment if reading else ""
    return _weighed(feedback, reading) or Trouble(
        reference=str(Reference("feedback", feedback.pk)),
        customer=feedback.customer_id,
        severity=detection.MILD,
        what="Taken from feedback",
        happened_at=feedback.happened_at,
        stage=feedback.stage_slug,
        topics=tuple(_topics(reading)),
        is_failure=not detection.is_praise(_scores(feedback), sentiment=sentiment),
        brand=feedback.brand_id,
        source=feedback.source,
    )


def _weighed(feedback: Feedback, reading: Reading | None) -> Trouble | None:
    """The trouble in an answer sheet as it stands now."""
    return detection.trouble_in(
        feedback,
        scores=_scores(feedback),
        signals=reading.signals if reading else (),
        topics=_topics(reading),
        rules=detection.rules(),
    )


def _scores(feedback: Feedback) -> dict[str, question_kinds.Score]:
    return {score.question: score.answer for score in feedback.scores.all()}


def _topics(reading: Reading | None) -> list[str]:
    return [topic["slug"] for topic in reading.topics] if reading else []


@dataclass(frozen=True, slots=True)
class Matter:
    """What one open case is about: whatever a person has with one brand, under whichever record they came."""

    person: int
    brand: int | None = None


def matter_of(customer: int, brand: int | None = None) -> Matter:
    """Say to which matter the trouble of a record belongs; each has one open case at most."""
    row = Customer.objects.only("person_id").get(pk=customer)
    return Matter(row.person_id or row.pk, brand)


def brand_of_approach(customer: int) -> int | None:
    """The brand for which somebody turns to a customer: that of the open case, else the one of who does it."""
    cases = Case.objects.of_person(matter_of(customer).person).open().filter(flood_of=None)
    of_cases = cases.order_by("opened_at", "pk").values_list("brand", flat=True)[:1]
    return next(iter(of_cases), brands.own())


def hold_matter(customer: int, brand: int | None = None) -> Matter:
    """Return the matter, held until the transaction ends so that nobody opens a second case beside."""
    matter = None
    while matter != (current := matter_of(customer, brand)):
        matter = current
        with connection.cursor() as cursor:
            cursor.execute("SELECT pg_advisory_xact_lock(hashtextextended(%s, 0))", [f"act.case:{matter.person}"])
    return current


def open_case_for(matter: Matter) -> Case | None:
    """The case that somebody works on in this matter, held; the oldest, where a merge brought two together."""
    rows = Case.objects.select_for_update(of=["self"]).of_person(matter.person).open()
    cases = rows.filter(flood_of=None, brand=matter.brand)
    return cases.order_by("opened_at", "pk").first()


def case_for(trouble: Trouble, matter: Matter) -> Case | None:
    """The case that heard of this trouble already, else the one that it would join; none where it would open one."""
    row = _trouble_row(trouble)
    return row.case if row else open_case_for(matter)


def _trouble_row(trouble: Trouble) -> CaseTrouble | None:
    return CaseTrouble.objects.select_related("case").filter(reference=trouble.reference).first()


def open_new(
    matter: Matter,
    trouble: Trouble,
    *,
    flood_of: Promise | None = None,
    team: Team | None = None,
    by: By,
    at: datetime,
) -> Case:
    """Open a case with its clock, its team and its priority; the routes say which team where nothing else does."""
    ways = case_policy.find()
    is_repeat = flood_of is None and trouble.is_failure and has_failed_before(matter, days=ways.repeat_days, at=at)
    started = clock.start(policy=ways, is_short=is_repeat, at=at)
    team = team or routes.team_for(stage=trouble.stage, topics=trouble.topics)
    case = new_case([trouble], started=started, team=team, is_repeat=is_repeat, at=at)
    case.with_lead, case.flood_of = is_repeat or flood_of is not None, flood_of
    case.priority = priority_of(case, ways, at=at)
    case.save(force_insert=True)
    add_trouble(case, trouble, at=at)
    if flood_of is None:
        clocks.begin(case, by=by, at=at)
    clocks.call_a_lead_in_time(case)
    events.record(CaseOpened(case.pk, trouble.customer, case.priority, is_repeat, trouble.reference), by=by, at=at)
    publish(case)
    return case


def new_case(troubles: Sequence[Trouble], *, started: Clock, team: Team | None, is_repeat: bool, at: datetime) -> Case:
    """A case as it begins, not written down yet: named after the worst that was heard last, of the first who spoke."""
    worst = max(troubles, key=lambda trouble: (trouble.severity, trouble.happened_at))
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
        brand_id=troubles[0].brand,
        source=troubles[0].source,
    )


def has_failed_before(matter: Matter, *, days: int, at: datetime) -> bool:
    """Whether this person had trouble with the brand that we worked on within so many days."""
    failures = CaseTrouble.objects.filter(case=OuterRef("pk"), is_failure=True)
    since = company.days_before(at, days)
    before = Case.objects.of_person(matter.person).filter(opened_at__gte=since, flood_of=None, brand=matter.brand)
    return before.exclude(outcome=Case.Outcome.NO_TROUBLE).filter(Exists(failures)).exists()


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
        is_failure=trouble.is_failure,
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


def publish(case: Case) -> None:
    """Let open pages know that a case changed, and the pages of its customer."""
    live.publish("cases", case.pk)
    live.publish("customer", matter_of(case.customer_id).person)


def join(case: Case, trouble: Trouble, *, by: By, at: datetime) -> Case:
    """Let more trouble come to an open case, which the caller holds."""
    had_failed = case.troubles.filter(is_failure=True).exists()
    add_trouble(case, trouble, at=at)
    if trouble.is_failure and had_failed and at - case.opened_at >= ANOTHER and not case.is_repeat:
        _make_second_failure(case, at=at)
    if correspondence.waiting_troubles(case).filter(reference=trouble.reference).exists():
        clocks.hear_again(case, heard_at=at, by=by)
    return worsen(case, trouble, by=by, at=at)


def _hear_more(row: CaseTrouble, trouble: Trouble, *, by: By, at: datetime) -> Case:
    """The same answer sheet said more: its words come after its score, and may be heard before it."""
    trouble = _as_it_stands(row) or trouble
    if (row.severity, row.words) == (trouble.severity, trouble.words):
        return row.case
    is_worse = trouble.severity > row.severity
    row.severity, row.words, row.what = trouble.severity, trouble.words, trouble.what[:300]
    row.is_failure = trouble.is_failure
    row.save(update_fields=["severity", "words", "what", "is_failure"])
    case = Case.objects.select_for_update().get(pk=row.case_id)
    if is_worse:
        clocks.hear_again(case, heard_at=at, by=by)
    return worsen(case, trouble, by=by, at=at) if case.is_open else case


def _as_it_stands(row: CaseTrouble) -> Trouble | None:
    feedback = Feedback.objects.filter(pk=row.feedback_id or 0).first()
    return _weighed(feedback, Reading.objects.filter(feedback=feedback).first()) if feedback else None


def worsen(case: Case, trouble: Trouble, *, by: By, at: datetime) -> Case:
    """A case is as bad as the worst that was heard; its title says what that was, the latest of the worst."""
    case.severity = max(case.severity, trouble.severity)
    worst = case.troubles.order_by("-severity", "-is_failure", "-happened_at", "-pk").values_list("what", flat=True)
    case.title = (worst.first() or case.title)[:200]
    case.priority = max(case.priority, priority_of(case, case_policy.find(), at=at))
    case.save(update_fields=["severity", "title", "priority", "is_repeat", "with_lead", "due_at", "escalate_at"])
    events.record(CaseJoined(case.pk, trouble.customer, case.priority, trouble.reference), by=by, at=at)
    publish(case)
    return case


def _make_second_failure(case: Case, *, at: datetime) -> None:
    """We failed somebody whom we had not yet helped: a lead takes over, and what is left of the clock is halved."""
    case.is_repeat = case.with_lead = True
    if case.is_waiting:
        short = clock.start(policy=case_policy.find(), is_short=True, at=at)
        case.due_at, case.escalate_at = min(case.due_at, short.due_at), min(case.escalate_at, short.escalate_at)
        clocks.call_a_lead_in_time(case)


def _value_of(customer: int) -> Decimal | None:
    person = matter_of(customer).person
    return worth.of_people([person]).get(person)
