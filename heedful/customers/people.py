"""Who is one person: records join by what was seen together or what somebody said, and part again exactly."""

from collections import defaultdict
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from decimal import Decimal, InvalidOperation
from functools import lru_cache
from typing import Any

import msgspec
from django.db import connection, transaction
from django.db.models import Model, Q

from heedful.associates import associates
from heedful.customers import components, identities
from heedful.customers.identities import Name, Span
from heedful.customers.models import Customer, Identity, IdentityLink, Merge
from heedful.kit import characters, live, prepared
from heedful.kit.actor import By
from heedful.kit.errors import Refused
from heedful.ledger import events

type Fact = tuple[Any, datetime]
"""What was said, and when it was true."""

NEVER: Mapping[int, Span] = {}

FEW = 5
MOST_IN_ONE = 5_000
"""Records that are looked at around one link; beyond that something is wrong with the identities that are sent."""


@dataclass(frozen=True, slots=True)
class CustomersMerged:
    """Somebody said that two customers are one."""

    merge: int
    a: int
    b: int


@dataclass(frozen=True, slots=True)
class MergeUndone:
    """Somebody took a merge back."""

    merge: int
    a: int
    b: int


@dataclass(frozen=True, slots=True)
class PeopleRegrouped:
    """Records that were known before now belong together differently; `people` are the roots before and after."""

    people: list[int]


@transaction.atomic
def merge(*, a: Customer, b: Customer, reason: str = "", by: By, at: datetime) -> Merge:
    """Say that two customers are one person. Nothing is moved, so `undo` brings back exactly what was."""
    associates.must(by, "customer.merge")
    _one_at_a_time()
    if len(set(Customer.objects.filter(pk__in=[a.pk, b.pk]).values_list("person_id", flat=True))) < 2:
        raise Refused("These two are one customer already.", code="already_merged")
    row = Merge.objects.create(a=a, b=b, reason=reason[:200], merged_by=str(by), merged_at=at)
    regroup(records={a.pk, b.pk}, by=by, at=at)
    events.record(CustomersMerged(row.pk, a.pk, b.pk), by=by, at=at)
    return row


@transaction.atomic
def undo(*, merge: Merge, by: By, at: datetime) -> None:
    """Take a merge back: what it brought together parts again, unless something else holds it together."""
    associates.must(by, "customer.merge")
    row = Merge.objects.select_for_update().get(pk=merge.pk)
    if row.undone_at is not None:
        raise Refused("This merge was undone already.", code="already_undone")
    row.undone_at, row.undone_by = at, str(by)
    row.save(update_fields=["undone_at", "undone_by"])
    regroup(records={row.a_id, row.b_id}, by=by, at=at)
    events.record(MergeUndone(row.pk, row.a_id, row.b_id), by=by, at=at)


def meet(
    *, messages: Sequence[tuple[Name, ...]], times: Sequence[datetime], by: By, at: datetime
) -> tuple[list[int], Mapping[int, Span]]:
    """Find the record of each message's strongest identity, made if need be; who was seen together is joined.

    `times` says of each message when it was. Returns the records, and of those that are new when they were seen.
    """
    if (records := identities.settled(messages)) is not None:
        return records, NEVER
    known, links, new = identities.resolve(messages=messages, times=times)
    if links:
        join_new(links=links, new=new, by=by, at=at)
    records = [known[message[0]].customer for message in messages]
    identities.settle(messages, records)
    return records, new


def regroup(*, records: Collection[int], by: By, at: datetime) -> set[int]:
    """Work out anew which records around these belong together; returns the people that changed. Runs one at a time."""
    _one_at_a_time()
    around = _neighbourhood(set(records))
    before = dict(Customer.objects.filter(pk__in=around.tiers).values_list("pk", "person_id"))
    after = components.group(around.tiers, around.links, around.merges)
    moved = {record: person for record, person in after.items() if before[record] != person}
    if not moved:
        return set()
    held = around.tiers.keys() | {person for person in before.values() if person}
    _hold(held)
    _move(moved)
    people = {person for record in moved for person in (after[record], before[record]) if person}
    refresh(people=set(after.values()), held=held)
    events.record(PeopleRegrouped(sorted(people)), by=by, at=at)
    return people


def _one_at_a_time() -> None:
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_advisory_xact_lock(hashtext('heedful.people'))")


def join_new(*, links: Iterable[components.Link], new: Collection[int], by: By, at: datetime) -> None:
    """Group records after they were seen together for the first time; those among new records alone need no look-up."""
    old: set[int] = set()
    fresh: list[components.Link] = []
    for a, b in links:
        if a in new and b in new:
            fresh.append((a, b))
        else:
            old |= {a, b}
    fresh = _apart_from(fresh, old)
    if fresh:
        tiers = _tiers({record for link in fresh for record in link})
        moved = {record: person for record, person in components.group(tiers, fresh, ()).items() if record != person}
        _move(moved)
        refresh(people=set(moved.values()), held=new)
    if old:
        regroup(records=old, by=by, at=at)


def _apart_from(links: list[components.Link], old: set[int]) -> list[components.Link]:
    """Keep the links that no chain connects to records which are looked up anyway; the others are seen from there."""
    grew = True
    while grew and links:
        touching = [link for link in links if old & set(link)]
        grew = bool(touching)
        old.update(record for link in touching for record in link)
        links = [link for link in links if link not in touching]
    return links


def _move(person_of: Mapping[int, int]) -> None:
    if person_of:
        with connection.cursor() as cursor:
            cursor.execute(
                "UPDATE customers_customer c SET person_id = w.person"
                " FROM unnest(%s::bigint[], %s::bigint[]) AS w(id, person) WHERE c.id = w.id",
                [list(person_of), list(person_of.values())],
            )


@dataclass(frozen=True, slots=True)
class _Around:
    tiers: dict[int, int]
    links: set[components.Link]
    merges: set[components.Link]


def _neighbourhood(records: set[int]) -> _Around:
    """Everything that is connected to these records, contested or not."""
    found, edge = set(records), set(records)
    links: set[components.Link] = set()
    merges: set[components.Link] = set()
    while edge and len(found) < MOST_IN_ONE:
        beside = set(
            IdentityLink.objects.filter(Q(a__customer__in=edge) | Q(b__customer__in=edge)).values_list(
                "a__customer_id", "b__customer_id"
            )
        )
        said = set(Merge.objects.filter(Q(a__in=edge) | Q(b__in=edge), undone_at=None).values_list("a_id", "b_id"))
        links |= beside
        merges |= said
        edge = {record for pair in beside | said for record in pair} - found
        found |= edge
    links = {(a, b) for a, b in links if a in found and b in found}
    return _Around(_tiers(found), links, {(a, b) for a, b in merges if a in found and b in found})


def _tiers(records: Collection[int]) -> dict[int, int]:
    kinds = dict(Identity.objects.filter(customer__in=records).values_list("customer_id", "kind"))
    return {record: components.TIER.get(kinds.get(record, ""), 2) for record in records}


def describe(*, facts: Mapping[int, Mapping[str, Fact]], seen: Mapping[int, Span] = NEVER) -> dict[int, Span]:
    """Write down what arrivals said about records: the later saying of each attribute stands, whatever came first.

    `facts` gives for each record its attributes, each with the time at which it was true; None says nothing. `seen`
    gives when records were first and last seen; returns those for which that is written now.
    """
    said = {
        record: {key: _stamped(fact) for key, fact in new.items() if fact[0] is not None}
        for record, new in facts.items()
    }
    held = prepared.fetch(HOLD, [prepared.numbers(said)])
    rows = [(record, person, msgspec.json.decode(text)) for record, person, text in held if record in said]
    changed = [(record, person, _merged(old, said[record]), old) for record, person, old in rows]
    changed = [row for row in changed if row[2] != row[3]]
    came = [(record, *new[STAGE]) for record, _, new, old in changed if new.get(STAGE) != old.get(STAGE)]
    if came:
        stages = [{"id": record, "stage": str(stage), "at": at} for record, stage, at in came]
        prepared.fetch(CAME, [prepared.document(stages)])
    own = {record: _Own(new, seen.get(record)) for record, _, new, _ in changed}
    people = {person for _, person, _, _ in changed}
    if apart := [_told(record, own[record]) for record in own if record not in people]:
        prepared.fetch(FACTS, [prepared.document(apart)])
    refresh(people=people, held={record for record, _, _ in held}, own=own)
    return {record: seen[record] for record in own if record in seen}


@dataclass(frozen=True, slots=True)
class _Own:
    """What a record itself holds from now on: its facts and, where it is told, when it was seen."""

    facts: dict[str, list[Any]]
    seen: Span | None


UNSAID: Mapping[int, _Own] = {}


def _told(record: int, own: _Own) -> dict[str, Any]:
    first, last = own.seen or (None, None)
    return {"id": record, "facts": own.facts, "first": first, "last": last}


CAME = """
INSERT INTO customers_stagechange (customer_id, stage_id, at, source)
SELECT w.id, slug, w.at, '' FROM jsonb_to_recordset(%s::jsonb) AS w(id bigint, stage text, at timestamptz)
JOIN customers_stage ON slug = w.stage ON CONFLICT DO NOTHING
"""

FACTS = """
UPDATE customers_customer c SET facts = w.facts,
    own_first_at = least(own_first_at, w.first), own_last_at = greatest(own_last_at, w.last)
FROM jsonb_to_recordset(%s::jsonb) AS w(id bigint, facts jsonb, first timestamptz, last timestamptz)
WHERE c.id = w.id
"""


def tell(*, records: Collection[int]) -> None:
    """Let the open pages of a few customers know that something came in; nobody watches each of many."""
    if 0 < len(records) <= FEW:
        for person in set(Customer.objects.filter(pk__in=records).values_list("person_id", flat=True)):
            live.tell("customer", person)


def _stamped(fact: Fact) -> list[Any]:
    return [fact[0], _stamp(fact[1])]


@lru_cache(maxsize=10_000)
def _stamp(at: datetime) -> str:
    return at.astimezone(UTC).isoformat()


def _merged(old: Mapping[str, list[Any]], new: Mapping[str, list[Any]]) -> dict[str, list[Any]]:
    return {**old, **{key: fact for key, fact in new.items() if key not in old or _is_later(fact, old[key])}}


STAGE = "lifecycle_stage"


def _later(fact: list[Any]) -> tuple[str, str]:
    return fact[1], repr(fact[0])


def _is_later(fact: list[Any], other: list[Any]) -> bool:
    return fact[1] > other[1] or (fact[1] == other[1] and repr(fact[0]) > repr(other[0]))


HOLD = """
WITH told AS (SELECT %s::bigint[] AS ids)
SELECT id, person_id, facts FROM customers_customer
WHERE id = ANY((SELECT ids || ARRAY(SELECT person_id FROM customers_customer WHERE id = ANY(ids)) FROM told)::bigint[])
ORDER BY id FOR NO KEY UPDATE
"""
"""Records and the people whom they belong to, always in one order, so that two cannot each wait for the other."""


def hold(*, records: Collection[int]) -> None:
    """Wait until nobody else changes these records and the people whom they belong to, and let nobody until we end."""
    prepared.fetch(HOLD, [prepared.numbers(records)])


def _hold(records: Collection[int]) -> None:
    """Let nobody else change these records, nor the view of these people, until this transaction is done."""
    prepared.fetch(
        "SELECT 1 FROM customers_customer WHERE id = ANY(%s::bigint[]) ORDER BY id FOR NO KEY UPDATE",
        [prepared.numbers(sorted(records))],
    )


RECORDS = """
SELECT c.person_id, c.id, c.facts, c.own_first_at, c.own_last_at, i.kind, i.value
FROM customers_customer c LEFT JOIN customers_identity i ON i.customer_id = c.id
WHERE c.person_id = ANY(%s::bigint[]) ORDER BY c.person_id, c.id
"""

VIEW = """
UPDATE customers_customer c SET name = w.name, email = w.email, phone = w.phone, handle = w.handle,
    language = w.language, segment = w.segment, attributes = w.attributes, organisation_id = o.id, stage_id = s.slug,
    value_amount = w.amount, value_currency = w.currency, value_source = w.source,
    first_seen_at = w.first_seen_at, last_seen_at = w.last_seen_at, is_known = w.is_known,
    facts = coalesce(w.facts, c.facts),
    own_first_at = least(own_first_at, w.first), own_last_at = greatest(own_last_at, w.last)
FROM jsonb_to_recordset(%s::jsonb) AS w(id bigint, name text, email text, phone text, handle text,
    language text, segment text, attributes jsonb, organisation bigint, stage text, amount numeric(14, 2),
    currency text, source text, first_seen_at timestamptz, last_seen_at timestamptz, is_known boolean,
    facts jsonb, first timestamptz, last timestamptz)
LEFT JOIN customers_organisation o ON o.id = w.organisation LEFT JOIN customers_stage s ON s.slug = w.stage
WHERE c.id = w.id
"""


def refresh(*, people: Collection[int], held: Collection[int] = (), own: Mapping[int, _Own] = UNSAID) -> None:
    """Work out the whole view of each person from the facts of all its records.

    One at a time for each person, each reading after the last has written: else whoever began first and wrote last
    would forget what the other had learned. `held` are those whose rows this transaction holds already. `own` says what
    records hold from now on; what those hold who are people themselves is written together with their view.
    """
    if not people:
        return
    if loose := set(people).difference(held):
        _hold(loose)
    records: dict[int, list[_Record]] = defaultdict(list)
    for person, record, facts, first, last, kind, value in prepared.fetch(RECORDS, [prepared.numbers(people)]):
        new = own.get(record)
        told = new.facts if new else msgspec.json.decode(facts)
        if new and new.seen:
            first, last = min(first, new.seen[0]), max(last, new.seen[1])
        records[person].append(_Record(record, told, first, last, kind, value))
    views = [_view(person, rows) for person, rows in records.items()]
    views = [view | _told(view["id"], own[view["id"]]) if view["id"] in own else view for view in views]
    prepared.fetch(VIEW, [prepared.document(views)])


@dataclass(frozen=True, slots=True)
class _Record:
    id: int
    facts: dict[str, list[Any]]
    first_seen_at: datetime
    last_seen_at: datetime
    kind: str | None
    value: str


def _view(person: int, rows: list[_Record]) -> dict[str, Any]:
    facts: dict[str, list[Any]] = {}
    for row in rows:
        facts = _merged(facts, row.facts)
    values = {key: fact[0] for key, fact in facts.items()}
    full_name = " ".join(_text(values.get(part)) for part in ("first_name", "last_name")).strip()
    first_seen_at = min(row.first_seen_at for row in rows)
    amount, currency, source = _value({row.id: row.facts["value"] for row in rows if "value" in row.facts})
    return {
        "id": person,
        "name": _text(values.get("name")) or full_name,
        "email": _address(values.get("email"), rows, "email"),
        "phone": _address(values.get("phone"), rows, "phone"),
        "handle": min((row.value for row in rows if row.kind in ("user_id", "external")), default=""),
        "language": _text(values.get("language"))[:16],
        "segment": _text(values.get("segment"))[:80],
        "attributes": {key: value for key, value in sorted(values.items()) if key not in _OWN},
        "organisation": said if isinstance(said := values.get("organisation"), int) else None,
        "stage": _text(values.get("lifecycle_stage")),
        "amount": amount,
        "currency": currency,
        "source": source,
        "first_seen_at": first_seen_at,
        "last_seen_at": max(first_seen_at, *(row.last_seen_at for row in rows)),
        "is_known": any(row.kind is not None and components.TIER[row.kind] < 2 for row in rows),
    }


_OWN = {
    "name", "first_name", "last_name", "email", "phone", "language", "segment", "lifecycle_stage", "organisation",
    "value",
}  # fmt: skip
"""Facts that have a column of their own; all others are attributes."""


def _address(said: Any, rows: list[_Record], kind: str) -> str:
    """The address that was said last if it is known, else the first of its kind."""
    values = sorted(row.value for row in rows if row.kind == kind)
    wanted = _text(said)
    return wanted if wanted in values or not values else values[0]


def _text(value: Any) -> str:
    if not isinstance(value, str | int | float) or isinstance(value, bool):
        return ""
    return characters.straight(str(value)).strip()[:200]


def _value(said: Mapping[int, list[Any]]) -> tuple[Decimal | None, str, str]:
    """The yearly value of all records together, in the currency that was named last."""
    if not said:
        return None, "", ""
    latest = max(said.values(), key=_later)[0]
    try:
        amounts = [
            Decimal(str(fact[0]["amount"])) for fact in said.values() if fact[0]["currency"] == latest["currency"]
        ]
        total = sum((amount for amount in amounts if amount >= 0), Decimal(0))
    except (InvalidOperation, KeyError, TypeError):
        return None, "", ""
    return total, _text(latest["currency"])[:3], _text(latest.get("source"))[:80]


def numbers_of(rows: Iterable[Model]) -> set[int]:
    """Return the numbers of the customers whom rows are about: of themselves, or of what is theirs."""
    found: set[int | None] = {
        row.pk if isinstance(row, Customer) else getattr(row, "customer_id", None) for row in rows
    }
    return {number for number in found if number is not None}
