"""Who is one person: records join by what was seen together or what somebody said, and part again exactly."""

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime
from itertools import batched
from typing import Any

import msgspec
from django.db import connection, transaction
from django.db.models import Model, Q, QuerySet

from heedful.associates import associates
from heedful.customers import dated_facts, fact_statements, grouping, identities, layers, profiles, trust
from heedful.customers.dated_facts import Fact
from heedful.customers.identities import Arrivals, Name, Span
from heedful.customers.models import Customer, Identity, IdentityLink, Merge
from heedful.kit import live, statements
from heedful.kit.actor import SYSTEM, By
from heedful.kit.errors import Refused
from heedful.ledger import events

NEVER: Mapping[int, Span] = {}
MIDNIGHT = datetime(1970, 1, 1, tzinfo=UTC)

FEW = 5
MOST_IN_ONE = 5_000
"""Records beyond which nobody follows what browsers said."""
MOST_VERIFIED = 50_000
"""Records beyond which nobody follows what is verified: something is wrong with the identities that are sent."""
BATCH_SIZE = 1_000
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
def merge(*, a: Customer, b: Customer, reason: str = "", by: By, at: datetime, react: bool = True) -> Merge:
    """Say that two customers are one person. Nothing is moved, so `undo` brings back exactly what was."""
    associates.must(by, "customer.merge")
    _one_at_a_time()
    if len(set(Customer.objects.filter(pk__in=[a.pk, b.pk]).values_list("person_id", flat=True))) < 2:
        raise Refused("These two are one customer already.", code="already_merged")
    row = Merge.objects.create(a=a, b=b, reason=reason[:200], merged_by=str(by), merged_at=at)
    regroup(records={a.pk, b.pk}, by=by, at=at, react=react)
    events.record(CustomersMerged(row.pk, a.pk, b.pk), by=by, at=at, react=react)
    return row


@transaction.atomic
def undo(*, merge: Merge, by: By, at: datetime, react: bool = True) -> None:
    """Take a merge back: what it brought together parts again, unless something else holds it together."""
    associates.must(by, "customer.merge")
    row = Merge.objects.select_for_update().get(pk=merge.pk)
    if row.undone_at is not None:
        raise Refused("This merge was undone already.", code="already_undone")
    row.undone_at, row.undone_by = at, str(by)
    row.save(update_fields=["undone_at", "undone_by"])
    regroup(records={row.a_id, row.b_id}, by=by, at=at, react=react)
    events.record(MergeUndone(row.pk, row.a_id, row.b_id), by=by, at=at, react=react)


@dataclass(frozen=True, slots=True)
class Recognition:
    """Who some messages are about."""

    records: list[int]
    """The record of each message's firmest identity."""
    new: Mapping[int, Span] = field(default_factory=dict)
    """Of the records that are new, when they were seen."""
    joins: int = 0
    """Messages by which people became one who were apart before."""


def resolve(*, arrivals: Arrivals, by: By, at: datetime, react: bool = True) -> Recognition:
    """Find the record of each message's firmest identity, made if need be; who was seen together is joined."""
    messages, sender = arrivals.messages, arrivals.sender
    if (records := identities.records_of(messages, sender=sender)) is not None:
        return Recognition(records)
    resolved = identities.resolve(arrivals=arrivals)
    if contested := resolved.contested:
        regroup(records=profiles.records_beside(contested), verified=contested, by=by, at=at, react=react)
    joins = 0
    if resolved.links or resolved.verified:
        pairs = [link.pair for link in resolved.links]
        changes = join_new(links=pairs, new=resolved.new, verified=resolved.verified, by=by, at=at, react=react)
        joins = _joins(messages, resolved, changes) if pairs else 0
    identities.remember_records(messages, resolved.records, sender=sender)
    return Recognition(resolved.records, resolved.new, joins)


def _joins(messages: Sequence[tuple[Name, ...]], resolved: identities.Resolved, changes: grouping.Changes) -> int:
    """Count the messages by which people became one who were there before, each apart."""
    first: dict[int, int] = {}
    for n, message in enumerate(messages):
        for name in message:
            first.setdefault(resolved.record_of[name].customer, n)
    earliest = {record: n for record, n in first.items() if record in resolved.new}
    links: dict[int, list[grouping.Link]] = {}
    for link in resolved.links:
        links.setdefault(link.message, []).append(link.pair)
    return grouping.count_joins(links, earliest, changes)


def regroup(
    *,
    records: Collection[int],
    verified: Collection[int] = (),
    new: Collection[int] = (),
    by: By,
    at: datetime,
    react: bool = True,
) -> set[int]:
    """Work out anew which records around these belong together; returns the people that changed. Runs one at a time.

    What is known of those that were `verified` is worked out anew even where nobody moves. The `new` ones among them
    were nobody before.
    """
    return _regroup(records=records, verified=verified, new=new, by=by, at=at, react=react)[1]


def _regroup(
    *, records: Collection[int], verified: Collection[int], new: Collection[int], by: By, at: datetime, react: bool
) -> tuple[grouping.Changes, set[int]]:
    """Do so; returns where each record that was looked at belonged and belongs, too."""
    _one_at_a_time()
    evidence = _evidence({*records, *verified})
    rows = Customer.objects.filter(pk__in=evidence.tiers).values_list("pk", "person_id", "is_attached")
    before = {record: (person or record, is_attached) for record, person, is_attached in rows}
    groups = trust.group(evidence)
    after = {record: (person, record in groups.attached) for record, person in groups.person_of.items()}
    moved = {record: place for record, place in after.items() if before[record] != place}
    changes = grouping.Changes({record: person for record, (person, _) in before.items()}, groups.person_of)
    if not moved and not verified:
        return changes, set()
    left = {before[record][0] for record in moved}
    people = {*groups.person_of.values(), *left}
    held = evidence.tiers.keys() | people | {person for person, _ in before.values()}
    profiles.hold_rows(held)
    _move(moved)
    profiles.refresh(people=people, held=held, left=left.difference(new), by=by, at=at)
    changed = {after[record][0] for record in moved} | left
    if changed:
        events.record(PeopleRegrouped(sorted(changed)), by=by, at=at, react=react)
    return changes, changed


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
    react: bool = True,
) -> grouping.Changes:
    """Group records after they were seen together for the first time; those among new records alone need no look-up."""
    changes = grouping.Changes({}, {})
    old: set[int] = set()
    fresh: list[grouping.Link] = []
    for a, b in links:
        if a in new and b in new:
            fresh.append((a, b))
        else:
            old |= {a, b}
    fresh = grouping.apart_from(fresh, old)
    if fresh:
        tiers = _tiers({record for link in fresh for record in link})
        places = grouping.group(tiers, fresh, ())
        moved = {record: (person, False) for record, person in places.items() if record != person}
        _move(moved)
        profiles.refresh(people={person for person, _ in moved.values()}, held=new, by=by, at=at)
        changes.after.update(places)
    for part in batched(sorted(old.union(verified)), BATCH_SIZE):
        changed, _ = _regroup(
            records=part, verified=set(verified).intersection(part), new=new, by=by, at=at, react=react
        )
        changes.before.update(changed.before | changes.before)
        changes.after.update(changed.after)
    return changes


def _move(places: Mapping[int, tuple[int, bool]]) -> None:
    """Write down the person of each record, and whether it is only attached to it."""
    if places:
        with connection.cursor() as cursor:
            cursor.execute(
                "UPDATE customers_customer c SET person_id = w.person, is_attached = w.attached"
                " FROM unnest(%s::bigint[], %s::bigint[], %s::boolean[]) AS w(id, person, attached) WHERE c.id = w.id",
                [list(places), [person for person, _ in places.values()], [is_in for _, is_in in places.values()]],
            )


def _evidence(records: set[int]) -> trust.GroupingEvidence:
    """Everything that is connected to these records, contested or not.

    All that is verified is followed to its end, and what browsers said through those whom nobody knows: a known person
    whom only a browser's word leads to is not looked into, since it cannot change.
    """
    connected, edge, merges = set(records), set(records), set[grouping.Link]()
    while edge and len(connected) < len(records) + MOST_VERIFIED:
        beside = set(_links(edge).filter(verified=True).values_list("a__customer_id", "b__customer_id"))
        merged = set(Merge.objects.filter(Q(a__in=edge) | Q(b__in=edge), undone_at=None).values_list("a_id", "b_id"))
        merges |= merged
        edge = {record for pair in beside | merged for record in pair} - connected
        if not edge and len(connected) < len(records) + MOST_IN_ONE:
            edge = _unknown_beside(connected) - connected
        connected |= edge
    links: dict[bool, set[grouping.Link]] = {True: set(), False: set()}
    for a, b, verified in _links(connected).values_list("a__customer_id", "b__customer_id", "verified"):
        links[verified].add((a, b))
    outside = {record for pair in links[False] for record in pair} - connected
    rows = list(
        Identity.objects.filter(customer__in=connected).values_list("customer_id", "kind", "verified", "contested")
    )
    tiers = dict.fromkeys(connected, grouping.DEVICE) | {record: grouping.TIER[kind] for record, kind, *_ in rows}
    return trust.GroupingEvidence(
        tiers,
        {r for r, _, verified, contested in rows if verified and not contested and tiers[r] < grouping.DEVICE},
        {pair for pair in links[True] if connected.issuperset(pair)},
        {pair for pair in merges if connected.issuperset(pair)},
        links[False],
        dict(_of_identified(outside).values_list("pk", "person_id")),
    )


def _links(records: Collection[int]) -> "QuerySet[IdentityLink]":
    """What speaks for these records and others being one: neither what is contested, nor what somebody parted."""
    links = IdentityLink.objects.filter(Q(a__customer__in=records) | Q(b__customer__in=records))
    return links.filter(parted_at=None, a__contested=False, b__contested=False)


def _unknown_beside(records: set[int]) -> set[int]:
    """Those whom nobody knows, and whom browsers named with one of these records."""
    pairs = _links(records).filter(verified=False).values_list("a__customer_id", "b__customer_id")
    beside = {record for pair in pairs for record in pair} - records
    return beside - set(_of_identified(beside).values_list("pk", flat=True))


def _of_identified(records: Collection[int]) -> "QuerySet[Customer]":
    """The records that are verified parts of people whom we know."""
    return Customer.objects.filter(pk__in=records, person__is_known=True, is_attached=False)


def _tiers(records: Collection[int]) -> dict[int, int]:
    kinds = dict(Identity.objects.filter(customer__in=records).values_list("customer_id", "kind"))
    return {record: grouping.TIER.get(kinds.get(record, ""), grouping.DEVICE) for record in records}


def describe(
    *,
    facts: Mapping[int, Mapping[str, Fact]],
    seen: Mapping[int, Span] = NEVER,
    import_id: int | None = None,
    by: By = SYSTEM,
    at: datetime | None = None,
) -> dict[int, Span]:
    """Write down what arrivals said about records: the later saying of each attribute stands, whatever came first.

    `facts` gives for each record its attributes, each with the time at which it was true; None says nothing. `seen`
    gives when records were first and last seen; returns those for which that is written now. Without `at` the latest
    of it is heard as it becomes true.
    """
    at = at or max((fact[1] for new in facts.values() for fact in new.values()), default=MIDNIGHT)
    facts_at = dated_facts.stamped_all(facts)
    held = statements.fetch(HOLD, [statements.numbers(facts_at)])
    changed = []
    for record, person, text, layers_text in held:
        if record in facts_at:
            old, old_layers = msgspec.json.decode(text), msgspec.json.decode(layers_text) if layers_text else None
            new = dated_facts.merged(old, facts_at[record])
            new_layers = layers.added(old_layers, old, facts_at[record], import_id)
            if new != old or new_layers != old_layers:
                changed.append((record, person, new, old, new_layers))
    came = [
        (record, *new[dated_facts.STAGE])
        for record, _, new, old, _ in changed
        if new.get(dated_facts.STAGE) != old.get(dated_facts.STAGE)
    ]
    if came:
        stages = [{"id": record, "stage": str(stage), "at": at} for record, stage, at in came]
        importers = None if import_id is None else statements.numbers([import_id])
        statements.fetch(fact_statements.CAME, [importers, statements.document(stages)])
    own = {record: profiles.RecordFacts(new, seen.get(record), layers_new) for record, _, new, _, layers_new in changed}
    people = {person for _, person, *_ in changed}
    if apart := [profiles.row_of(record, own[record]) for record in own if record not in people]:
        statements.fetch(fact_statements.FACTS, [statements.document(apart)])
    profiles.refresh(people=people, held={record for record, *_ in held}, own=own, by=by, at=at)
    return {record: seen[record] for record in own if record in seen}


def quote(*, facts: Mapping[int, Mapping[str, Fact]], by: By, at: datetime) -> None:
    """Write down what browsers said about records, as their word: it describes those alone whom nobody knows."""
    dated = dated_facts.stamped_all(facts)
    held = statements.fetch(HOLD_QUOTED, [statements.numbers(dated)])
    rows = [(record, person, msgspec.json.decode(text)) for record, person, text in held if record in dated]
    changed = [
        (record, person, new) for record, person, old in rows if (new := dated_facts.latest(old, dated[record])) != old
    ]
    if changed:
        rows_new = [{"id": record, "facts": new} for record, _, new in changed]
        statements.fetch(fact_statements.QUOTED, [statements.document(rows_new)])
        profiles.refresh(
            people={person for _, person, _ in changed}, held={record for record, _, _ in held}, by=by, at=at
        )


@dataclass(frozen=True, slots=True)
class Quote:
    """One thing that a browser said of a customer, and when."""

    key: str
    value: Any
    at: datetime


def quote_rows(*, person: int) -> QuerySet[Customer, Any]:
    """What browsers said of a person, record by record."""
    return Customer.objects.filter(person=person).exclude(unverified={}).values_list("unverified", flat=True)


def quotes(*, person: int, rows: Iterable[Any] | None = None) -> list[Quote]:
    """What browsers said last of a person and of the visitors that are shown with it; nothing of it is verified."""
    quoted: dict[str, list[Any]] = {}
    for unverified in quote_rows(person=person) if rows is None else rows:
        quoted = dated_facts.merged(quoted, unverified)
    return [Quote(key, value, datetime.fromisoformat(at)) for key, (value, at) in sorted(quoted.items())]


def publish(*, records: Collection[int]) -> None:
    """Let the open pages of a few customers know that something came in; nobody watches each of many."""
    if 0 < len(records) <= FEW:
        for person in set(Customer.objects.filter(pk__in=records).values_list("person_id", flat=True)):
            live.publish("customer", person)


HOLD = """
WITH told AS (SELECT %s::bigint[] AS ids)
SELECT id, person_id, facts, imported FROM customers_customer
WHERE id = ANY((SELECT ids || ARRAY(SELECT person_id FROM customers_customer WHERE id = ANY(ids)) FROM told)::bigint[])
ORDER BY id FOR NO KEY UPDATE
"""
"""Records and the people whom they belong to, always in one order, so that two cannot each wait for the other."""

HOLD_QUOTED = HOLD.replace("facts, imported", "unverified")


def hold(*, records: Collection[int]) -> None:
    """Wait until nobody else changes these records and the people whom they belong to, and let nobody until we end."""
    statements.fetch(HOLD, [statements.numbers(records)])


def numbers_of(rows: Iterable[Model]) -> set[int]:
    """Return the numbers of the customers whom rows are about: of themselves, or of what is theirs."""
    numbers: set[int | None] = {
        row.pk if isinstance(row, Customer) else getattr(row, "customer_id", None) for row in rows
    }
    return {number for number in numbers if number is not None}
