"""By what customers are recognised: each identity arrives as a record of its own, in one form of writing."""

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from functools import lru_cache

import phonenumbers
from django.db import connection, transaction

from heedful.customers import grouping, trust
from heedful.kit import characters, memory, statements

Name = tuple[str, str]
"""(kind, value) of an identity, normalised."""

type Span = tuple[datetime, datetime]
"""When somebody was first and last seen."""

LONGEST = 254
MOST_CACHED = 50_000


@dataclass(frozen=True, slots=True)
class IdentityRecord:
    """An identity that has a record."""

    identity: int
    customer: int
    verified: bool = True
    imported_by: tuple[int, ...] | None = None
    """The imports that alone named it; none where others did, which is so for good."""

    def is_named_by(self, import_id: int | None) -> bool:
        """Whether it is written down that this import, or somebody who is none, named it."""
        return self.imported_by is None or import_id in self.imported_by


type Sender = bool | str
"""Whether a sender is trusted, or which import it is: what one of them wrote down says nothing to the others."""

_known: dict[Name, IdentityRecord] = {}
_linked: dict[Sender, set[grouping.Link]] = defaultdict(set)
"""Links that are written, by whether they are verified."""
_settled: dict[Sender, dict[tuple[Name, ...], int]] = defaultdict(dict)
"""The record under which a message with exactly these identities is kept, by whether its sender is trusted.

What a browser settled says nothing to a server, whose word verifies names and links. The other way round nothing is
left to do: a browser that repeats what a server said adds no evidence.
"""


@memory.register(stale_s=None)
def forget() -> None:
    """Empty this process's memory of identities; needed only after the database was replaced."""
    _known.clear()
    _linked.clear()
    _settled.clear()


def sender_of(verified: bool, import_id: int | None) -> Sender:
    """By what this process remembers what a sender has written down."""
    return verified if import_id is None else f"import:{import_id}"


def records_of(
    messages: Sequence[tuple[Name, ...]], *, verified: bool = True, import_id: int | None = None
) -> list[int] | None:
    """Return the record of each message, if this process has met every one of them just so, from such a sender."""
    find = _settled[sender_of(verified, import_id)].get
    records = [find(message) for message in messages]
    return None if None in records else records  # type: ignore[return-value]


def remember_records(
    messages: Sequence[tuple[Name, ...]], records: Sequence[int], *, verified: bool = True, import_id: int | None = None
) -> None:
    """Remember the records of messages once they are durable."""

    def commit() -> None:
        settled = _settled[sender_of(verified, import_id)]
        if len(settled) > MOST_CACHED:
            settled.clear()
        settled.update(zip(messages, records, strict=True))

    transaction.on_commit(commit)


@lru_cache(maxsize=50_000)
def normal(kind: str, value: str, country: str = "GB") -> Name | None:
    """Return an identity in its one form of writing, or None when it names nobody.

    E-mails are case-folded, phones are written as E.164 (read as of `country` where they have no prefix).
    """
    value = characters.normalised("NFC", value.replace("\x00", "")).strip()
    if kind == "email":
        value = value.casefold()
        if value.count("@") != 1 or value[0] == "@" or value[-1] == "@" or any(c.isspace() for c in value):
            return None
    elif kind == "phone":
        value = _e164(value, country)
    if not value or len(value) > LONGEST or value.lower() in _NOBODY:
        return None
    return kind, value


_NOBODY = {"null", "undefined", "none", "nan", "anonymous", "unknown", "n/a", "[object object]"}
"""Values that broken clients send for a person; taken as an identity they would make one customer of thousands."""


def _e164(value: str, country: str) -> str:
    try:
        number = phonenumbers.parse(value, country)
    except phonenumbers.NumberParseException:
        return ""
    if not phonenumbers.is_possible_number(number):
        return ""
    return phonenumbers.format_number(number, phonenumbers.PhoneNumberFormat.E164)


def strongest_first(names: Iterable[Name]) -> tuple[Name, ...]:
    """Order the identities of one message by how firmly they name a person; each once."""
    return tuple(sorted(dict.fromkeys(names), key=lambda name: (_RANK[name[0]], name[1])))


_RANK = {kind: rank for rank, kind in enumerate(grouping.TIER)}


@dataclass(frozen=True, slots=True)
class Resolved:
    """The records of identities, and what is new about them."""

    records: dict[Name, IdentityRecord]
    links: list[grouping.Link]
    """The pairs of records that were seen together for the first time, or are verified from now on."""
    new: dict[int, Span]
    """New records, with the first and last time at which they were seen."""
    verified: list[int]
    """Records that were there before, and whose identity is verified from now on."""


def resolve(
    *,
    messages: Sequence[tuple[Name, ...]],
    times: Sequence[datetime],
    verified: bool = True,
    import_id: int | None = None,
) -> Resolved:
    """Find or make the record of every identity; in the caller's transaction.

    `times` says of each message when it was, `verified` whether their sender is trusted, and `import_id` which import
    it is, if any. The strongest identity of a message is seen together with each of its others.
    """
    known, missing = _recall(messages, verified, import_id)
    fresh: dict[Name, IdentityRecord] = {}
    spans: dict[Name, Span] = {}
    proven: dict[Name, IdentityRecord] = {}
    if missing:
        known |= _claim(_look_up(missing), import_id)
        if missing := [name for name in missing if name not in known]:
            spans = _spans(messages, times, set(missing))
            fresh = _create(missing, spans, verified, import_id)
            known |= fresh
            if missing := [name for name in missing if name not in known]:
                known |= _claim(_look_up(missing), import_id)
        proven = _verify(known) if verified else {}
        known |= proven
        _remember(known)
    links = _new_links(messages, known, max(times), verified, import_id)
    new = {row.customer: spans[name] for name, row in fresh.items()}
    return Resolved(known, links, new, [row.customer for row in proven.values()])


def _spans(messages: Sequence[tuple[Name, ...]], times: Sequence[datetime], names: set[Name]) -> dict[Name, Span]:
    """When each of these identities was first and last seen."""
    spans: dict[Name, Span] = {}
    for message, time in zip(messages, times, strict=True):
        for name in names.intersection(message):
            first, last = spans.get(name) or (time, time)
            spans[name] = min(first, time), max(last, time)
    return spans


def _recall(
    messages: Sequence[tuple[Name, ...]], verified: bool, import_id: int | None
) -> tuple[dict[Name, IdentityRecord], list[Name]]:
    """Return what this process remembers of these identities, and those that it does not know well enough, in order."""
    known: dict[Name, IdentityRecord] = {}
    missing: set[Name] = set()
    for message in messages:
        for name in message:
            if (row := _known.get(name)) and row.verified >= verified and row.is_named_by(import_id):
                known[name] = row
            else:
                missing.add(name)
    return known, sorted(missing)


def _look_up(names: Sequence[Name]) -> dict[Name, IdentityRecord]:
    pairs = [{"kind": kind, "value": value} for kind, value in names]
    return _read(statements.fetch(LOOK_UP, [statements.document(pairs)]))


LOOK_UP = """
SELECT i.kind, i.value, i.id, i.customer_id, i.verified, i.imported_by FROM customers_identity i
JOIN jsonb_to_recordset(%s::jsonb) AS w(kind text, value text) USING (kind, value)
"""


def _read(rows: Iterable[tuple[str, str, int, int, bool, list[int] | None]]) -> dict[Name, IdentityRecord]:
    return {
        (kind, value): IdentityRecord(identity, customer, verified, None if imports is None else tuple(imports))
        for kind, value, identity, customer, verified, imports in rows
    }


def _claim(found: dict[Name, IdentityRecord], import_id: int | None) -> dict[Name, IdentityRecord]:
    """Write down of identities that imports alone had named who names them now; one that went meanwhile is left out."""
    unclaimed = {name: row.identity for name, row in found.items() if not row.is_named_by(import_id)}
    if not unclaimed:
        return found
    by = [import_id, import_id]
    claimed = _read(statements.fetch(CLAIM, [statements.numbers(sorted(unclaimed.values())), *by]))
    return {name: row for name, row in found.items() if name not in unclaimed} | claimed


CLAIM = """
WITH held AS (
    SELECT id FROM customers_identity WHERE id = ANY(%s::bigint[]) ORDER BY id FOR NO KEY UPDATE
)
UPDATE customers_identity i SET imported_by = CASE WHEN i.imported_by IS NOT NULL AND %s::bigint IS NOT NULL
    THEN array_append(i.imported_by, %s::bigint) END
FROM held WHERE i.id = held.id RETURNING i.kind, i.value, i.id, i.customer_id, i.verified, i.imported_by
"""


def _verify(known: Mapping[Name, IdentityRecord]) -> dict[Name, IdentityRecord]:
    """Write down that somebody whom we trust named these identities; returns those for which that is new."""
    doubted = sorted(row.identity for row in known.values() if not row.verified)
    return _read(statements.fetch(VERIFY, [statements.numbers(doubted)])) if doubted else {}


VERIFY = """
WITH held AS (
    SELECT id FROM customers_identity WHERE id = ANY(%s::bigint[]) ORDER BY id FOR NO KEY UPDATE
)
UPDATE customers_identity i SET verified = true FROM held WHERE i.id = held.id
RETURNING i.kind, i.value, i.id, i.customer_id, i.verified, i.imported_by
"""


def _create(
    names: Sequence[Name], spans: Mapping[Name, Span], verified: bool, import_id: int | None
) -> dict[Name, IdentityRecord]:
    """Make identities, each with a record; one that somebody else makes at this moment is left to them."""
    new = [
        {"n": n, "kind": kind, "value": value, "first": spans[kind, value][0], "verified": verified}
        for n, (kind, value) in enumerate(names)
    ]
    by = None if import_id is None else statements.numbers([import_id])
    made = _read(statements.fetch(MAKE, [by, statements.document(new)]))
    records = [
        {
            "id": row.customer,
            "kind": kind,
            "value": value,
            "known": verified and grouping.TIER[kind] < 2,
            "first": spans[kind, value][0],
            "last": spans[kind, value][1],
        }
        for (kind, value), row in made.items()
    ]
    statements.fetch(MAKE_RECORDS, [statements.document(records)])
    return made


MAKE = """
INSERT INTO customers_identity (kind, value, customer_id, first_seen_at, verified, imported_by)
SELECT kind, value, nextval(pg_get_serial_sequence('customers_customer', 'id')), first, verified, %s::bigint[]
FROM jsonb_to_recordset(%s::jsonb) AS w(n int, kind text, value text, first timestamptz, verified boolean)
ORDER BY n ON CONFLICT DO NOTHING RETURNING kind, value, id, customer_id, verified, imported_by
"""

MAKE_RECORDS = """
INSERT INTO customers_customer (id, person_id, facts, name, email, phone, handle, language, segment, attributes,
    value_currency, value_source, first_seen_at, last_seen_at, own_first_at, own_last_at, is_known)
SELECT id, id, '{}', '', CASE WHEN known AND kind = 'email' THEN value ELSE '' END,
    CASE WHEN known AND kind = 'phone' THEN value ELSE '' END,
    CASE WHEN kind IN ('user_id', 'external') THEN value ELSE '' END,
    '', '', '{}', '', '', first, last, first, last, known
FROM jsonb_to_recordset(%s::jsonb)
    AS w(id bigint, kind text, value text, known boolean, first timestamptz, last timestamptz)
"""


def _new_links(
    messages: Sequence[tuple[Name, ...]],
    known: dict[Name, IdentityRecord],
    at: datetime,
    verified: bool,
    import_id: int | None,
) -> list[grouping.Link]:
    """Write down which identities were seen together; returns the pairs of records for which that is new."""
    linked = _linked[sender_of(verified, import_id)]
    seen: dict[grouping.Link, grouping.Link] = {}
    for message in messages:
        if len(message) > 1:
            strongest = known[message[0]]
            for name in message[1:]:
                other = known[name]
                a, b = (strongest, other) if strongest.identity < other.identity else (other, strongest)
                if (a.identity, b.identity) not in linked:
                    seen[a.identity, b.identity] = (a.customer, b.customer)
    if not seen:
        return []
    pairs = sorted(seen)
    ends = [a for a, _ in pairs], [b for _, b in pairs]
    with connection.cursor() as cursor:
        if verified:
            cursor.execute(LINK, [at, None if import_id is None else [import_id], *ends])
        else:
            cursor.execute(LINK_BY_BROWSER, [at, *ends, trust.MOST_LINKS, trust.MOST_LINKS])
        new = [seen[a, b] for a, b in cursor.fetchall()]
        if len(new) < len(pairs):
            cursor.execute(CLAIM_LINKS, [import_id, import_id, *ends, import_id])
    transaction.on_commit(lambda: linked.update(pairs) if len(linked) < MOST_CACHED else linked.clear())
    return new


LINK = """
INSERT INTO customers_identitylink AS l (a_id, b_id, first_seen_at, verified, imported_by)
SELECT a, b, %s, true, %s::bigint[] FROM unnest(%s::bigint[], %s::bigint[]) WITH ORDINALITY AS w(a, b, n)
WHERE NOT EXISTS (SELECT FROM customers_identitylink o WHERE o.a_id = a AND o.b_id = b AND o.verified)
ORDER BY n ON CONFLICT (a_id, b_id) DO UPDATE SET verified = true WHERE NOT l.verified RETURNING a_id, b_id
"""
"""What is there already is looked at first: a conflict locks the row, and that is written."""

CLAIM_LINKS = """
UPDATE customers_identitylink l SET imported_by = CASE WHEN l.imported_by IS NOT NULL AND %s::bigint IS NOT NULL
    THEN array_append(l.imported_by, %s::bigint) END
FROM unnest(%s::bigint[], %s::bigint[]) AS w(a, b) WHERE l.a_id = a AND l.b_id = b AND l.imported_by IS NOT NULL
    AND (l.imported_by @> ARRAY[%s::bigint]) IS NOT TRUE
"""
"""That others than imports named two together, or that one more import did."""

LINK_BY_BROWSER = """
INSERT INTO customers_identitylink (a_id, b_id, first_seen_at, verified)
SELECT a, b, %s, false FROM unnest(%s::bigint[], %s::bigint[]) WITH ORDINALITY AS w(a, b, n)
WHERE NOT EXISTS (
    SELECT FROM unnest(ARRAY[a, b]) AS side(id) WHERE %s <= (
        SELECT count(*) FROM (
            SELECT FROM customers_identitylink l WHERE NOT l.verified AND (l.a_id = side.id OR l.b_id = side.id)
            LIMIT %s) AS links))
ORDER BY n ON CONFLICT DO NOTHING RETURNING a_id, b_id
"""


def _remember(known: dict[Name, IdentityRecord]) -> None:
    def commit() -> None:
        if len(_known) > MOST_CACHED:
            _known.clear()
        _known.update(known)

    transaction.on_commit(commit)
