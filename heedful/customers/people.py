"""Who is one person: records join by what was seen together or what somebody said, and part again exactly."""

from collections import defaultdict
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from decimal import Decimal, InvalidOperation
from functools import lru_cache
from itertools import batched
from typing import Any

import msgspec
from django.db import connection, transaction
from django.db.models import Model, Q, QuerySet

from heedful.associates import associates
from heedful.customers import grouping, identities, trust
from heedful.customers.identities import Name, Span
from heedful.customers.models import AddressChange, Customer, Identity, IdentityLink, Merge
from heedful.kit import live, names, statements
from heedful.kit.actor import SYSTEM, By
from heedful.kit.errors import Refused
from heedful.ledger import events

type Fact = tuple[Any, datetime]
"""What was said, and when it was true."""

NEVER: Mapping[int, Span] = {}
MIDNIGHT = datetime(1970, 1, 1, tzinfo=UTC)

FEW = 5
MOST_IN_ONE = 5_000
"""Records beyond which nobody follows what browsers said."""
MOST_VERIFIED = 50_000
"""Records beyond which nobody follows what is verified: something is wrong with the identities that are sent."""
AT_ONCE = 1_000
"""Records around which is looked at once, so that of a batch which names many each is followed far enough."""


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


def resolve(
    *, messages: Sequence[tuple[Name, ...]], times: Sequence[datetime], verified: bool = True, by: By, at: datetime
) -> tuple[list[int], Mapping[int, Span]]:
    """Find the record of each message's strongest identity, made if need be; who was seen together is joined.

    `times` says of each message when it was, `verified` whether their sender is trusted to say who somebody is. Returns
    the records, and of those that are new when they were seen.
    """
    if (records := identities.records_of(messages, verified=verified)) is not None:
        return records, NEVER
    found = identities.resolve(messages=messages, times=times, verified=verified)
    if found.links or found.verified:
        join_new(links=found.links, new=found.new, verified=found.verified, by=by, at=at)
    records = [found.known[message[0]].customer for message in messages]
    identities.remember_records(messages, records, verified=verified)
    return records, found.new


def regroup(
    *,
    records: Collection[int],
    verified: Collection[int] = (),
    new: Collection[int] = (),
    by: By,
    at: datetime,
) -> set[int]:
    """Work out anew which records around these belong together; returns the people that changed. Runs one at a time.

    What is known of those that were `verified` is worked out anew even where nobody moves. The `new` ones among them
    were nobody before.
    """
    _one_at_a_time()
    evidence = _evidence({*records, *verified})
    rows = Customer.objects.filter(pk__in=evidence.tiers).values_list("pk", "person_id", "is_attached")
    before = {record: (person or record, is_attached) for record, person, is_attached in rows}
    groups = trust.group(evidence)
    after = {record: (person, record in groups.attached) for record, person in groups.person_of.items()}
    moved = {record: place for record, place in after.items() if before[record] != place}
    if not moved and not verified:
        return set()
    left = {before[record][0] for record in moved}
    people = {*groups.person_of.values(), *left}
    held = evidence.tiers.keys() | people | {person for person, _ in before.values()}
    _hold(held)
    _move(moved)
    refresh(people=people, held=held, left=left.difference(new), by=by, at=at)
    changed = {after[record][0] for record in moved} | left
    if changed:
        events.record(PeopleRegrouped(sorted(changed)), by=by, at=at)
    return changed


def _one_at_a_time() -> None:
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_advisory_xact_lock(hashtext('heedful.people'))")


def join_new(
    *,
    links: Iterable[grouping.Link],
    new: Collection[int],
    verified: Collection[int] = (),
    by: By,
    at: datetime,
) -> None:
    """Group records after they were seen together for the first time; those among new records alone need no look-up."""
    old: set[int] = set()
    fresh: list[grouping.Link] = []
    for a, b in links:
        if a in new and b in new:
            fresh.append((a, b))
        else:
            old |= {a, b}
    fresh = _apart_from(fresh, old)
    if fresh:
        tiers = _tiers({record for link in fresh for record in link})
        places = grouping.group(tiers, fresh, ())
        moved = {record: (person, False) for record, person in places.items() if record != person}
        _move(moved)
        refresh(people={person for person, _ in moved.values()}, held=new, by=by, at=at)
    for part in batched(sorted(old.union(verified)), AT_ONCE):
        regroup(records=part, verified=set(verified).intersection(part), new=new, by=by, at=at)


def _apart_from(links: list[grouping.Link], old: set[int]) -> list[grouping.Link]:
    """Keep the links that no chain connects to records which are looked up anyway; the others are seen from there."""
    grew = True
    while grew and links:
        touching = [link for link in links if old & set(link)]
        grew = bool(touching)
        old.update(record for link in touching for record in link)
        links = [link for link in links if link not in touching]
    return links


def _move(places: Mapping[int, tuple[int, bool]]) -> None:
    """Write down the person of each record, and whether it is only attached to it."""
    if places:
        with connection.cursor() as cursor:
            cursor.execute(
                "UPDATE customers_customer c SET person_id = w.person, is_attached = w.attached"
                " FROM unnest(%s::bigint[], %s::bigint[], %s::boolean[]) AS w(id, person, attached) WHERE c.id = w.id",
                [list(places), [person for person, _ in places.values()], [is_in for _, is_in in places.values()]],
            )


def _evidence(records: set[int]) -> trust.Evidence:
    """Everything that is connected to these records, contested or not.

    All that is verified is followed to its end, and what browsers said through those whom nobody knows: a known person
    whom only a browser's word leads to is not looked into, since it cannot change.
    """
    found, edge, merges = set(records), set(records), set[grouping.Link]()
    while edge and len(found) < len(records) + MOST_VERIFIED:
        beside = set(_links(edge).filter(verified=True).values_list("a__customer_id", "b__customer_id"))
        said = set(Merge.objects.filter(Q(a__in=edge) | Q(b__in=edge), undone_at=None).values_list("a_id", "b_id"))
        merges |= said
        edge = {record for pair in beside | said for record in pair} - found
        if not edge and len(found) < len(records) + MOST_IN_ONE:
            edge = _unknown_beside(found) - found
        found |= edge
    links: dict[bool, set[grouping.Link]] = {True: set(), False: set()}
    for a, b, verified in _links(found).values_list("a__customer_id", "b__customer_id", "verified"):
        links[verified].add((a, b))
    outside = {record for pair in links[False] for record in pair} - found
    rows = list(Identity.objects.filter(customer__in=found).values_list("customer_id", "kind", "verified"))
    tiers = dict.fromkeys(found, 2) | {record: grouping.TIER.get(kind, 2) for record, kind, _ in rows}
    return trust.Evidence(
        tiers,
        {record for record, _, verified in rows if verified and tiers[record] < 2},
        {pair for pair in links[True] if found.issuperset(pair)},
        {pair for pair in merges if found.issuperset(pair)},
        links[False],
        dict(_of_known_people(outside).values_list("pk", "person_id")),
    )


def _links(records: Collection[int]) -> "QuerySet[IdentityLink]":
    return IdentityLink.objects.filter(Q(a__customer__in=records) | Q(b__customer__in=records))


def _unknown_beside(records: set[int]) -> set[int]:
    """Those whom nobody knows, and whom browsers named with one of these records."""
    pairs = _links(records).filter(verified=False).values_list("a__customer_id", "b__customer_id")
    beside = {record for pair in pairs for record in pair} - records
    return beside - set(_of_known_people(beside).values_list("pk", flat=True))


def _of_known_people(records: Collection[int]) -> "QuerySet[Customer]":
    """The records that are verified parts of people whom we know."""
    return Customer.objects.filter(pk__in=records, person__is_known=True, is_attached=False)


def _tiers(records: Collection[int]) -> dict[int, int]:
    kinds = dict(Identity.objects.filter(customer__in=records).values_list("customer_id", "kind"))
    return {record: grouping.TIER.get(kinds.get(record, ""), 2) for record in records}


def describe(
    *,
    facts: Mapping[int, Mapping[str, Fact]],
    seen: Mapping[int, Span] = NEVER,
    by: By = SYSTEM,
    at: datetime | None = None,
) -> dict[int, Span]:
    """Write down what arrivals said about records: the later saying of each attribute stands, whatever came first.

    `facts` gives for each record its attributes, each with the time at which it was true; None says nothing. `seen`
    gives when records were first and last seen; returns those for which that is written now. Without `at` the latest
    of it is heard as it becomes true.
    """
    at = at or max((fact[1] for new in facts.values() for fact in new.values()), default=MIDNIGHT)
    said = _stamped_all(facts)
    held = statements.fetch(HOLD, [statements.numbers(said)])
    rows = [(record, person, msgspec.json.decode(text)) for record, person, text in held if record in said]
    changed = [(record, person, _merged(old, said[record]), old) for record, person, old in rows]
    changed = [row for row in changed if row[2] != row[3]]
    came = [(record, *new[STAGE]) for record, _, new, old in changed if new.get(STAGE) != old.get(STAGE)]
    if came:
        stages = [{"id": record, "stage": str(stage), "at": at} for record, stage, at in came]
        statements.fetch(CAME, [statements.document(stages)])
    own = {record: _Own(new, seen.get(record)) for record, _, new, _ in changed}
    people = {person for _, person, _, _ in changed}
    if apart := [_told(record, own[record]) for record in own if record not in people]:
        statements.fetch(FACTS, [statements.document(apart)])
    refresh(people=people, held={record for record, _, _ in held}, own=own, by=by, at=at)
    return {record: seen[record] for record in own if record in seen}


def quote(*, facts: Mapping[int, Mapping[str, Fact]], by: By, at: datetime) -> None:
    """Write down what browsers said about records, as their word: it describes those alone whom nobody knows."""
    said = _stamped_all(facts)
    held = statements.fetch(HOLD_QUOTED, [statements.numbers(said)])
    rows = [(record, person, msgspec.json.decode(text)) for record, person, text in held if record in said]
    changed = [(record, person, new) for record, person, old in rows if (new := _latest(old, said[record])) != old]
    if changed:
        statements.fetch(QUOTED, [statements.document([{"id": record, "facts": new} for record, _, new in changed])])
        refresh(people={person for _, person, _ in changed}, held={record for record, _, _ in held}, by=by, at=at)


@dataclass(frozen=True, slots=True)
class Quote:
    """One thing that a browser said of a customer, and when."""

    key: str
    value: Any
    at: datetime


def quotes(*, person: int) -> list[Quote]:
    """What browsers said last of a person and of the visitors that are shown with it; nothing of it is verified."""
    said: dict[str, list[Any]] = {}
    for unverified in (
        Customer.objects.filter(person=person).exclude(unverified={}).values_list("unverified", flat=True)
    ):
        said = _merged(said, unverified)
    return [Quote(key, value, datetime.fromisoformat(at)) for key, (value, at) in sorted(said.items())]


def _latest(old: Mapping[str, list[Any]], new: Mapping[str, list[Any]]) -> dict[str, list[Any]]:
    """What browsers said last; a page must not fill the house."""
    merged = _merged(old, new)
    if len(merged) <= trust.MOST_FACTS:
        return merged
    return dict(sorted(merged.items(), key=lambda said: (said[1][1], said[0]), reverse=True)[: trust.MOST_FACTS])


def _stamped_all(facts: Mapping[int, Mapping[str, Fact]]) -> dict[int, dict[str, list[Any]]]:
    return {
        record: {key: _stamped(fact) for key, fact in new.items() if fact[0] is not None}
        for record, new in facts.items()
    }


@dataclass(frozen=True, slots=True)
class _Own:
    """What a record itself holds from now on: its facts and, where it is told, when it was seen."""

    facts: dict[str, list[Any]]
    seen: Span | None


UNSAID: Mapping[int, _Own] = {}


def _told(record: int, own: _Own) -> dict[str, Any]:
    first, last = own.seen or (None, None)
    return {"id": record, "facts": own.facts, "first": first, "last": last}


QUOTED = """
UPDATE customers_customer c SET unverified = w.facts
FROM jsonb_to_recordset(%s::jsonb) AS w(id bigint, facts jsonb) WHERE c.id = w.id
"""

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


def publish(*, records: Collection[int]) -> None:
    """Let the open pages of a few customers know that something came in; nobody watches each of many."""
    if 0 < len(records) <= FEW:
        for person in set(Customer.objects.filter(pk__in=records).values_list("person_id", flat=True)):
            live.publish("customer", person)


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

HOLD_QUOTED = HOLD.replace("person_id, facts", "person_id, unverified")


def hold(*, records: Collection[int]) -> None:
    """Wait until nobody else changes these records and the people whom they belong to, and let nobody until we end."""
    statements.fetch(HOLD, [statements.numbers(records)])


def _hold(records: Collection[int]) -> None:
    """Let nobody else change these records, nor the view of these people, until this transaction is done."""
    statements.fetch(
        "SELECT 1 FROM customers_customer WHERE id = ANY(%s::bigint[]) ORDER BY id FOR NO KEY UPDATE",
        [statements.numbers(sorted(records))],
    )


RECORDS = """
SELECT c.person_id, c.id, c.facts, c.own_first_at, c.own_last_at, i.kind, i.value,
    coalesce(i.verified, false), c.is_attached, c.unverified, c.email, c.phone
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


def refresh(
    *,
    people: Collection[int],
    held: Collection[int] = (),
    own: Mapping[int, _Own] = UNSAID,
    left: Collection[int] = (),
    by: By,
    at: datetime,
) -> None:
    """Work out the whole view of each person from the facts of all its records.

    One at a time for each person, each reading after the last has written: else whoever began first and wrote last
    would forget what the other had learned. `held` are those whose rows this transaction holds already. `own` says what
    records hold from now on; what those hold who are people themselves is written together with their view. `left` were
    people until now; who was written to at an address of theirs finds another there.
    """
    if not people:
        return
    if loose := set(people).difference(held):
        _hold(loose)
    records: dict[int, list[_Record]] = defaultdict(list)
    rows = statements.fetch(RECORDS, [statements.numbers(people)])
    for person, record, facts, first, last, kind, value, verified, attached, unverified, email, phone in rows:
        new = own.get(record)
        told = new.facts if new else msgspec.json.decode(facts)
        if new and new.seen:
            first, last = min(first, new.seen[0]), max(last, new.seen[1])
        said = {} if attached or unverified == "{}" else msgspec.json.decode(unverified)
        addresses = (email, phone) if record == person or record in left else ("", "")
        records[person].append(_Record(record, told, first, last, kind, value, verified, attached, said, addresses))
    views = [_view(person, rows) for person, rows in records.items()]
    views = [view | _told(view["id"], own[view["id"]]) if view["id"] in own else view for view in views]
    statements.fetch(VIEW, [statements.document(views)])
    _note_changes([(row, view) for view in views for row in records[view["id"]] if any(row.addresses)], by, at)


def _note_changes(rows: Iterable[tuple["_Record", Mapping[str, Any]]], by: By, at: datetime) -> None:
    """Write down whose address became another."""
    who = f"{by.label or by}"[:200]
    changes = [
        AddressChange(customer_id=row.id, kind=kind, old=old, new=view[kind], changed_by=who, changed_at=at)
        for row, view in rows
        for kind, old in zip(("email", "phone"), row.addresses, strict=True)
        if old and old != view[kind]
    ]
    if changes:
        AddressChange.objects.bulk_create(changes)


@dataclass(frozen=True, slots=True)
class _Record:
    id: int
    facts: dict[str, list[Any]]
    first_seen_at: datetime
    last_seen_at: datetime
    kind: str | None
    value: str
    verified: bool
    attached: bool
    unverified: dict[str, list[Any]]
    addresses: tuple[str, str]
    """E-mail and phone that we had, where this record stood for a person."""

    @property
    def is_known(self) -> bool:
        """Whether an account or an address of this record was verified."""
        return self.verified and self.kind is not None and grouping.TIER[self.kind] < 2


def _view(person: int, everything: list[_Record]) -> dict[str, Any]:
    rows = [row for row in everything if not row.attached]
    is_known = any(row.is_known for row in rows)
    values = {} if is_known else _described_by_browsers(rows)
    facts: dict[str, list[Any]] = {}
    for row in rows:
        facts = _merged(facts, row.facts)
    values |= {key: fact[0] for key, fact in facts.items()}
    full_name = " ".join(_text(values.get(part)) for part in ("first_name", "last_name")).strip()
    first_seen_at = min(row.first_seen_at for row in everything)
    amount, currency, source = _value({row.id: row.facts["value"] for row in rows if "value" in row.facts})
    return {
        "id": person,
        "name": _text(values.get("name")) or full_name,
        "email": _address(values.get("email"), rows, "email"),
        "phone": _address(values.get("phone"), rows, "phone"),
        "handle": _handle(rows),
        "language": _text(values.get("language"))[:16],
        "segment": _text(values.get("segment"))[:80],
        "attributes": {key: value for key, value in sorted(values.items()) if key not in _OWN},
        "organisation": said if isinstance(said := values.get("organisation"), int) else None,
        "stage": _text(values.get("lifecycle_stage")),
        "amount": amount,
        "currency": currency,
        "source": source,
        "first_seen_at": first_seen_at,
        "last_seen_at": max(first_seen_at, *(row.last_seen_at for row in everything)),
        "is_known": is_known,
    }


_OWN = {
    "name", "first_name", "last_name", "email", "phone", "language", "segment", "lifecycle_stage", "organisation",
    "value",
}  # fmt: skip
"""Facts that have a column of their own; all others are attributes."""


def _described_by_browsers(rows: Iterable[_Record]) -> dict[str, Any]:
    """What browsers say of somebody whom nobody knows; an address is not among it, since it would be written to."""
    said: dict[str, list[Any]] = {}
    for row in rows:
        said = _merged(said, row.unverified)
    return {key: fact[0] for key, fact in said.items() if key not in _OWN or key in trust.DESCRIBING}


def _handle(rows: list[_Record]) -> str:
    """The account that we know the customer by, else one that a browser named."""
    named = [row for row in rows if row.kind in ("user_id", "external")]
    return min((row.value for row in [row for row in named if row.verified] or named), default="")


def _address(said: Any, rows: list[_Record], kind: str) -> str:
    """The address that was said last if it is known, else the first of its kind; one that is not verified is none."""
    values = sorted(row.value for row in rows if row.kind == kind and row.verified)
    wanted = _text(said)
    return wanted if wanted in values or not values else values[0]


def _text(value: Any) -> str:
    if not isinstance(value, str | int | float) or isinstance(value, bool):
        return ""
    return names.one_line(str(value), most=200)


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
