"""Evidence: the touchpoints of some people that standards are judged by, read from the log in a few queries."""

from collections import defaultdict
from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

import msgspec
from django.db import connection

from heedful.customers import question_kinds
from heedful.customers.models import Customer
from heedful.promise.judging import Evidence, StandardSpec

PEOPLE = "SELECT DISTINCT coalesce(person_id, id) FROM customers_customer WHERE id = ANY(%s)"
RECORDS = "SELECT id, coalesce(person_id, id) FROM customers_customer WHERE person_id = ANY(%s) OR id = ANY(%s)"
"""Two questions, since a plan for both in one may compare every customer with every other."""

SEEN = """
SELECT id, customer_id, kind, happened_at, CASE WHEN %(carried)s THEN properties END, scores, subject
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
            any(spec.form == "score" and not spec.from_kind for spec in specs),
            any(spec.property or spec.match_property for spec in specs),
        )


@dataclass(slots=True)
class Person:
    """What is known of one person: touchpoints by kind, and who told of each."""

    by_kind: dict[str, list[Evidence]] = field(default_factory=lambda: defaultdict(list))
    scored: list[Evidence] = field(default_factory=list)

    def about(self, spec: StandardSpec) -> list[Evidence]:
        """The touchpoints that a standard is judged by; none when nothing can have opened it."""
        if spec.form == "score" and not spec.from_kind:
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


def read(records: Mapping[int, int], wanted: EvidenceNeed) -> tuple[dict[int, Person], dict[int, int]]:
    """What is known of each person, and the record that each touchpoint belongs to."""
    people: dict[int, Person] = defaultdict(Person)
    owners: dict[int, int] = {}
    with connection.cursor() as cursor:
        cursor.execute(
            SEEN,
            {
                "records": list(records),
                "kinds": sorted(wanted.kinds),
                "scored": wanted.any_score,
                "carried": wanted.properties,
            },
        )
        for pk, record, kind, happened_at, properties, scores, subject in cursor:
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
            owners[pk] = record
    return people, owners


def records_touched(
    *, batches: list[int], first: int, last: int, earliest: datetime, latest: datetime, wanted: EvidenceNeed
) -> list[int]:
    """The records of whom batches told something that standards look at; the ranges are those of all of them."""
    with connection.cursor() as cursor:
        cursor.execute(
            TOUCHED,
            {
                "batches": batches,
                "first": first,
                "last": last,
                "earliest": earliest,
                "latest": latest,
                "kinds": sorted(wanted.kinds),
                "scored": wanted.any_score,
            },
        )
        return [record for (record,) in cursor.fetchall()]


def facts_of(people: Collection[int]) -> dict[int, dict[str, Any]]:
    """The attributes of people, with segment and language among them, by which an audience is chosen."""
    rows = Customer.objects.filter(pk__in=people).values_list("pk", "attributes", "segment", "language")
    return {pk: {**attributes, "segment": segment, "language": language} for pk, attributes, segment, language in rows}


def belongs(facts: Mapping[str, Any], audience: Mapping[str, Collection[Any]]) -> bool:
    """Whether a promise is made to somebody: each attribute has one of the accepted values, whatever the case."""
    return all(_word(facts.get(name)) in {_word(value) for value in values} for name, values in audience.items())


def _word(value: Any) -> str:
    return str(value).strip().casefold()


def _places(scores: Mapping[str, Any]) -> dict[str, float]:
    return {question: question_kinds.place(question, score) for question, score in scores.items()}


def _decoded(text: str | None) -> dict[str, Any]:
    decoded: dict[str, Any] = msgspec.json.decode(text) if text else {}
    return decoded
