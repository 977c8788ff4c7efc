"""Evidence: the standards of today, and the touchpoints of some people by which they are measured, in a few queries."""

from collections import defaultdict
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, NamedTuple

import msgspec
from django.db import connection

from heedful.customers import question_kinds
from heedful.customers.models import Customer
from heedful.promise import standards
from heedful.promise.models import Promise, Standard
from heedful.promise.standards import contract
from heedful.promise.standards.contract import Evidence, StandardSpec

PEOPLE = "SELECT DISTINCT coalesce(person_id, id) FROM customers_customer WHERE id = ANY(%s)"
RECORDS = "SELECT id, coalesce(person_id, id) FROM customers_customer WHERE person_id = ANY(%s) OR id = ANY(%s)"
"""Two questions, since a plan for both in one may compare every customer with every other."""

SEEN = """
SELECT id, customer_id, kind, happened_at, CASE WHEN %(carried)s THEN properties END, scores, subject, brand_id, source
FROM customers_touchpoint
WHERE customer_id = ANY(%(records)s)
    AND (kind = ANY(%(kinds)s) OR (%(scored)s AND scores IS NOT NULL))
"""

TOUCHED = """
SELECT DISTINCT customer_id FROM customers_touchpoint
WHERE id BETWEEN %(first)s AND %(last)s AND happened_at BETWEEN %(earliest)s AND %(latest)s AND batch = ANY(%(batches)s)
    AND (kind = ANY(%(kinds)s) OR (%(scored)s AND scores IS NOT NULL))
"""


@dataclass(frozen=True, slots=True)
class Measure:
    """A standard as it is evaluated, with the promise it belongs to and until when it opens anything."""

    spec: StandardSpec
    promise: int
    ended_at: datetime | None
    audience: Mapping[str, Collection[Any]]

    def is_for(self, facts: Mapping[str, Any]) -> bool:
        """Whether it is promised to somebody: each attribute has one of the accepted values, whatever the case."""
        return all(
            _word(facts.get(name)) in {_word(value) for value in values} for name, values in self.audience.items()
        )


def measures(promise: Promise | None = None) -> list[Measure]:
    """Every standard that can be measured, those that ended too: what they opened goes on."""
    rows = Standard.objects.filter(is_waiting=False).select_related("promise", "calendar").order_by("pk")
    if promise is not None:
        rows = rows.filter(promise=promise)
    zone = standards.company_zone()
    return [
        Measure(
            standards.spec(standard, time_zone=zone), standard.promise_id, standard.ended_at, standard.promise.audience
        )
        for standard in rows
    ]


@dataclass(frozen=True, slots=True)
class EvidenceNeed:
    """What standards look at: kinds of touchpoint, answers of any kind, and whether properties matter."""

    kinds: frozenset[str]
    any_score: bool
    properties: bool

    @classmethod
    def by(cls, specs: Iterable[StandardSpec]) -> "EvidenceNeed":
        """Gather what these standards look at."""
        specs = list(specs)
        return cls(
            frozenset(kind for spec in specs for kind in (spec.from_kind, spec.to_kind) if kind),
            any(contract.is_any_score(spec) for spec in specs),
            any(spec.property or spec.match_property for spec in specs),
        )


class Origin(NamedTuple):
    """The record that a touchpoint belongs to, its brand, and where it came from."""

    record: int
    brand: int | None
    source: str


@dataclass(slots=True)
class Person:
    """What is known of one person: touchpoints by kind, and the attributes by which an audience is chosen."""

    by_kind: dict[str, list[Evidence]] = field(default_factory=lambda: defaultdict(list))
    scored: list[Evidence] = field(default_factory=list)
    facts: Mapping[str, Any] = field(default_factory=dict)

    def about(self, spec: StandardSpec) -> list[Evidence]:
        """The touchpoints that a standard is measured by; none when nothing can have opened it."""
        if contract.is_any_score(spec):
            return self.scored
        opened = self.by_kind.get(spec.from_kind, [])
        if not opened or spec.to_kind in ("", spec.from_kind):
            return opened
        return opened + self.by_kind.get(spec.to_kind, [])


def records_of(ids: Collection[int]) -> dict[int, int]:
    """Record -> person, for every record of the people that these records belong to."""
    with connection.cursor() as cursor:
        cursor.execute(PEOPLE, [sorted(ids)])
        people = [person for (person,) in cursor.fetchall()]
        cursor.execute(RECORDS, [people, people])
        return dict(cursor.fetchall())


def read(records: Mapping[int, int], measures: Sequence[Measure]) -> tuple[dict[int, Person], dict[int, Origin]]:
    """What is known of each person, and whose each touchpoint is and where it came from."""
    people, origins = _touchpoints(records, EvidenceNeed.by(measure.spec for measure in measures))
    if any(measure.audience for measure in measures):
        for pk, facts in _facts_of(people).items():
            people[pk].facts = facts
    return people, origins


def _touchpoints(records: Mapping[int, int], need: EvidenceNeed) -> tuple[dict[int, Person], dict[int, Origin]]:
    people: dict[int, Person] = defaultdict(Person)
    origins: dict[int, Origin] = {}
    with connection.cursor() as cursor:
        cursor.execute(
            SEEN,
            {
                "records": list(records),
                "kinds": sorted(need.kinds),
                "scored": need.any_score,
                "carried": need.properties,
            },
        )
        for pk, record, kind, happened_at, properties, scores, subject, brand, source in cursor:
            seen = Evidence(
                id=pk,
                kind=kind,
                happened_at=happened_at,
                properties=_decoded(properties),
                scores=_places(_decoded(scores)),
                subject=subject or "",
            )
            person = people[records[record]]
            person.by_kind[kind].append(seen)
            if scores:
                person.scored.append(seen)
            origins[pk] = Origin(record, brand, source)
    return people, origins


def records_in(
    *, batches: list[int], first: int, last: int, earliest: datetime, latest: datetime, need: EvidenceNeed
) -> list[int]:
    """The records of whom batches say something that standards look at; the ranges are those of all of them."""
    with connection.cursor() as cursor:
        cursor.execute(
            TOUCHED,
            {
                "batches": batches,
                "first": first,
                "last": last,
                "earliest": earliest,
                "latest": latest,
                "kinds": sorted(need.kinds),
                "scored": need.any_score,
            },
        )
        return [record for (record,) in cursor.fetchall()]


def _facts_of(people: Collection[int]) -> dict[int, dict[str, Any]]:
    """The attributes of people, with segment and language among them, by which an audience is chosen."""
    rows = Customer.objects.filter(pk__in=people).values_list("pk", "attributes", "segment", "language")
    return {pk: {**attributes, "segment": segment, "language": language} for pk, attributes, segment, language in rows}


def _word(value: Any) -> str:
    return str(value).strip().casefold()


def _places(scores: Mapping[str, Any]) -> dict[str, float]:
    return {question: question_kinds.place(question, score) for question, score in scores.items()}


def _decoded(text: str | None) -> dict[str, Any]:
    decoded: dict[str, Any] = msgspec.json.decode(text) if text else {}
    return decoded
