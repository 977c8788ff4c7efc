"""The talk against the walk: each promise, how often it was kept, how it felt, its worth and what is done."""

from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from datetime import datetime
from decimal import Decimal

from django.db.models import QuerySet

from heedful.associates import company
from heedful.customers import worth as worths
from heedful.customers.slices import WHOLE, Slice
from heedful.customers.worth import Total
from heedful.kit import bundle
from heedful.promise import attainment
from heedful.promise.attainment import Attainment
from heedful.promise.models import Promise, Standard
from heedful.prove import answers, experience, periods, scores
from heedful.prove.experience import ExperienceByOutcome
from heedful.prove.periods import Period
from heedful.prove.scores import Estimate

WORTH_OVER_DAYS = 90


@dataclass(frozen=True, slots=True)
class Worth:
    """Who was touched by the broken promise in the last 90 days, and what they are worth a year."""

    period: Period
    customers: int = 0
    total: Total = field(default_factory=Total)

    @property
    def amount(self) -> Decimal:
        """What is in the company's currency or converted into it."""
        return self.total.amount


@dataclass(frozen=True, slots=True)
class PromiseCard:
    """One promise on the board."""

    promise: Promise
    standards: list[Standard]
    kept: int
    due: int
    open: int
    attainment: Estimate | None
    attainment_before: Estimate | None
    experience: list[ExperienceByOutcome]
    gap: Estimate | None
    gap_in: str | None
    """The question in which it is measured."""
    worth: Worth
    cases: int
    """Open cases in which it was broken."""

    @property
    def foremost_experience(self) -> ExperienceByOutcome | None:
        """The question by which it is felt."""
        return experience.foremost(self.promise, self.experience)

    @property
    def is_measurable(self) -> bool:
        """Whether any of its standards has what it needs; nothing is counted where none has."""
        today = [standard for standard in self.standards if standard.ended_at is None]
        return not today or not all(standard.is_waiting for standard in today)

    @property
    def change(self) -> Estimate | None:
        """The walk against the period before."""
        return scores.change(self.attainment, self.attainment_before)


def cards(
    *,
    period: Period,
    at: datetime,
    with_experience: bool = True,
    zone: str = "",
    part: Slice = WHOLE,
    beside: Iterable[bundle.Query | None] = (),
) -> list[PromiseCard]:
    """Every promise of today, those whose breaking touches the most value first, in two statements.

    How it felt costs more than the rest together, so that whoever does not show it can leave it out. What stands
    `beside` them is read with the second.
    """
    promises = Promise.objects.active().select_related("owner", "stage", "recount")
    shown = _cards(promises, period, at, part, with_experience=with_experience, zone=zone, beside=beside)
    return sorted(shown, key=lambda card: (-card.worth.amount, -(card.due - card.kept), card.promise.words))


def card(*, promise: Promise, period: Period, at: datetime, part: Slice = WHOLE) -> PromiseCard:
    """One promise, whether it is still made or not."""
    return _cards(Promise.objects.filter(pk=promise.pk), period, at, part, only=promise)[0]


def _cards(
    promises: QuerySet[Promise],
    period: Period,
    at: datetime,
    part: Slice,
    *,
    only: Promise | None = None,
    with_experience: bool = True,
    zone: str = "",
    beside: Iterable[bundle.Query | None] = (),
) -> list[PromiseCard]:
    standards, questions = Standard.objects.filter(promise__in=promises).order_by("pk"), answers.questions_query()
    bundle.fetch(None if only else promises, standards, questions if with_experience else None)
    made = [only] if only else list(promises)
    counts = _attainment(period, only, part)
    after = None
    if with_experience and made:
        after = experience.query(made, [code for (code,) in questions], period, zone=zone, part=part)
    worth = WorthQueries(worth_period(at, zone=zone), part)
    cases = CASES.rows({"of_cases": part.condition("k")}, **part.values)
    bundle.fetch(*counts, *worth, cases, after.rows if after else None, *beside)
    attainments, before, open_cases = counts.now(), counts.before(), dict(cases)
    experiences = experience.of_outcomes(after.counts(), made, attainments) if after else {}
    of_promise, worth_of = _by_promise(standards), worth.by_promise()
    return [
        _card(
            promise,
            of_promise.get(promise.pk, []),
            attainments.get(promise.pk, Attainment()),
            before.get(promise.pk, Attainment()),
            experiences.get(promise.pk, []),
            worth_of.get(promise.pk, Worth(worth.period)),
            open_cases.get(promise.pk, 0),
        )
        for promise in made
    ]


def _attainment(period: Period, only: Promise | None, part: Slice) -> attainment.AttainmentQueries:
    last = period.before
    return attainment.AttainmentQueries(
        since=period.since,
        until=period.until,
        before=last.since if last else None,
        promise=only.pk if only else None,
        part=part,
    )


def _card(
    promise: Promise,
    standards: list[Standard],
    now: Attainment,
    before: Attainment,
    experiences: list[ExperienceByOutcome],
    worth: Worth,
    cases: int,
) -> PromiseCard:
    gap = experience.widest_gap(promise, experiences)
    measured_by = _questions_of(standards)
    return PromiseCard(
        promise=promise,
        standards=standards,
        kept=now.kept,
        due=now.due,
        open=now.pending + now.at_risk,
        attainment=scores.share_of(now.kept, now.due),
        attainment_before=scores.share_of(before.kept, before.due),
        experience=[one for one in experiences if one.question not in measured_by],
        gap=gap.gap if gap else None,
        gap_in=gap.question if gap else None,
        worth=worth,
        cases=cases,
    )


def _by_promise(standards: Iterable[Standard]) -> dict[int, list[Standard]]:
    by_promise: dict[int, list[Standard]] = defaultdict(list)
    for standard in standards:
        by_promise[standard.promise_id].append(standard)
    return by_promise


def _questions_of(standards: Iterable[Standard]) -> set[str]:
    """Questions that decide whether the promise was kept: how these were answered then says nothing more."""
    return {standard.question for standard in standards if standard.question}


WORTH = bundle.SqlPattern(
    """
WITH touched AS MATERIALIZED (
    SELECT DISTINCT i.promise_id, coalesce(m.person_id, i.customer_id) AS person
    FROM promise_commitment i LEFT JOIN customers_customer m ON m.id = i.customer_id AND m.person_id < m.id
    WHERE i.state = 'broken' AND i.counts_at >= %(since)s AND i.counts_at < %(until)s {of_commitments}
)
SELECT t.promise_id, p.value_currency, count(*), coalesce(sum(p.value_amount), 0)
FROM touched t JOIN customers_customer p ON p.id = t.person AND p.id = ANY(ARRAY(SELECT person FROM touched))
GROUP BY 1, 2
""",
    *("bigint", "text", "bigint", "numeric"),
)
"""Those who were touched are named to the index once more, so that it reads these together and in order."""
CASES = bundle.SqlPattern(
    "SELECT promise_id, count(DISTINCT case_id) FROM act_casetrouble"
    " WHERE case_id = ANY(ARRAY(SELECT k.id FROM act_case k WHERE k.closed_at IS NULL {of_cases}))"
    " AND promise_id IS NOT NULL GROUP BY 1",
    *("bigint", "bigint"),
)
"""Open cases by the promise that was broken or at risk in them; they are named to the index, for closed ones grow."""


def worth_period(at: datetime, *, zone: str = "") -> Period:
    """The time over which it is counted who was touched."""
    return periods.last_days(WORTH_OVER_DAYS, at=at, zone=zone or company.zone())


class WorthQueries:
    """What is read of who was touched by each promise, what they are worth, and the rates of currencies."""

    def __init__(self, period: Period, part: Slice) -> None:
        self.period = period
        within = {"of_commitments": part.condition("i")}
        self.touched = WORTH.rows(within, since=period.since, until=period.until, **part.values)
        self.rates = worths.factors_query()

    def __iter__(self) -> Iterator[bundle.Query]:
        return iter((self.touched, self.rates))

    def by_promise(self) -> dict[int, Worth]:
        """Who was touched by each promise of which somebody was."""
        customers, sums = Counter[int](), defaultdict[int, list[tuple[str, Decimal]]](list)
        for promise, currency, number, amount in self.touched:
            customers[promise] += number
            sums[promise].append((currency, amount))
        by = worths.factors_of(self.rates)
        return {
            promise: Worth(self.period, customers[promise], worths.total(sums[promise], by)) for promise in customers
        }
