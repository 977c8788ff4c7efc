"""By what customers are recognised: each identity arrives as a record of its own, in one form of writing."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from functools import lru_cache

import phonenumbers
from django.db import connection, transaction

from heedful.customers import components
from heedful.kit import characters, prepared

Name = tuple[str, str]
"""(kind, value) of an identity, normalised."""

type Span = tuple[datetime, datetime]
"""When somebody was first and last seen."""

LONGEST = 254
MOST_CACHED = 50_000


@dataclass(frozen=True, slots=True)
class Known:
    """An identity that has a record."""

    identity: int
    customer: int


_known: dict[Name, Known] = {}
_linked: set[components.Link] = set()
_settled: dict[tuple[Name, ...], int] = {}
"""The record under which a message with exactly these identities is kept."""


def forget() -> None:
    """Empty this process's memory of identities; needed only after the database was replaced."""
    _known.clear()
    _linked.clear()
    _settled.clear()


def settled(messages: Sequence[tuple[Name, ...]]) -> list[int] | None:
    """Return the record of each message, if this process has met every one of them just so."""
    records = [_settled.get(message) for message in messages]
    return None if None in records else records  # type: ignore[return-value]


def settle(messages: Sequence[tuple[Name, ...]], records: Sequence[int]) -> None:
    """Remember the records of messages once they are durable."""

    def commit() -> None:
        if len(_settled) > MOST_CACHED:
            _settled.clear()
        _settled.update(zip(messages, records, strict=True))

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


_RANK = {kind: rank for rank, kind in enumerate(components.TIER)}


def resolve(
    *, messages: Sequence[tuple[Name, ...]], times: Sequence[datetime]
) -> tuple[dict[Name, Known], list[components.Link], dict[int, Span]]:
    """Find or make the record of every identity; in the caller's transaction.

    `times` says of each message when it was. Returns what is known now, the pairs of records that were seen together
    for the first time, and the records that are new with the first and last time at which they were seen. The
    strongest identity of a message is seen together with each of its others.
    """
    known, missing = _recall(messages)
    fresh: dict[Name, Known] = {}
    spans: dict[Name, Span] = {}
    if missing:
        known |= _look_up(missing)
        if missing := [name for name in missing if name not in known]:
            spans = _spans(messages, times, set(missing))
            fresh = _create(missing, spans)
            known |= fresh
            if missing := [name for name in missing if name not in known]:
                known |= _look_up(missing)
        _remember(known)
    links = _new_links(messages, known, max(times))
    return known, links, {row.customer: spans[name] for name, row in fresh.items()}


def _spans(messages: Sequence[tuple[Name, ...]], times: Sequence[datetime], names: set[Name]) -> dict[Name, Span]:
    """When each of these identities was first and last seen."""
    spans: dict[Name, Span] = {}
    for message, time in zip(messages, times, strict=True):
        for name in names.intersection(message):
            first, last = spans.get(name) or (time, time)
            spans[name] = min(first, time), max(last, time)
    return spans


def _recall(messages: Sequence[tuple[Name, ...]]) -> tuple[dict[Name, Known], list[Name]]:
    """Return what this process remembers of these identities, and those that it does not know, in order."""
    known: dict[Name, Known] = {}
    missing: set[Name] = set()
    for message in messages:
        for name in message:
            if (row := _known.get(name)) is not None:
                known[name] = row
            else:
                missing.add(name)
    return known, sorted(missing)


def _look_up(names: Sequence[Name]) -> dict[Name, Known]:
    wanted = [{"kind": kind, "value": value} for kind, value in names]
    return _read(prepared.fetch(LOOK_UP, [prepared.document(wanted)]))


LOOK_UP = """
SELECT i.kind, i.value, i.id, i.customer_id FROM customers_identity i
JOIN jsonb_to_recordset(%s::jsonb) AS w(kind text, value text) USING (kind, value)
"""


def _read(rows: Iterable[tuple[str, str, int, int]]) -> dict[Name, Known]:
    return {(kind, value): Known(identity, customer) for kind, value, identity, customer in rows}


def _create(names: Sequence[Name], spans: Mapping[Name, Span]) -> dict[Name, Known]:
    """Make identities, each with a record; one that somebody else makes at this moment is left to them."""
    new = [
        {"n": n, "kind": kind, "value": value, "first": spans[kind, value][0]} for n, (kind, value) in enumerate(names)
    ]
    made = _read(prepared.fetch(MAKE, [prepared.document(new)]))
    records = [
        {
            "id": row.customer,
            "kind": kind,
            "value": value,
            "known": components.TIER[kind] < 2,
            "first": spans[kind, value][0],
            "last": spans[kind, value][1],
        }
        for (kind, value), row in made.items()
    ]
    prepared.fetch(MAKE_RECORDS, [prepared.document(records)])
    return made


MAKE = """
INSERT INTO customers_identity (kind, value, customer_id, first_seen_at)
SELECT kind, value, nextval(pg_get_serial_sequence('customers_customer', 'id')), first
FROM jsonb_to_recordset(%s::jsonb) AS w(n int, kind text, value text, first timestamptz)
ORDER BY n ON CONFLICT DO NOTHING RETURNING kind, value, id, customer_id
"""

MAKE_RECORDS = """
INSERT INTO customers_customer (id, person_id, facts, name, email, phone, handle, language, segment, attributes,
    value_currency, value_source, first_seen_at, last_seen_at, own_first_at, own_last_at, is_known)
SELECT id, id, '{}', '', CASE WHEN kind = 'email' THEN value ELSE '' END,
    CASE WHEN kind = 'phone' THEN value ELSE '' END,
    CASE WHEN kind IN ('user_id', 'external') THEN value ELSE '' END,
    '', '', '{}', '', '', first, last, first, last, known
FROM jsonb_to_recordset(%s::jsonb)
    AS w(id bigint, kind text, value text, known boolean, first timestamptz, last timestamptz)
"""


def _new_links(messages: Sequence[tuple[Name, ...]], known: dict[Name, Known], at: datetime) -> list[components.Link]:
    """Write down which identities were seen together; returns the pairs of records for which that is new."""
    seen: dict[components.Link, components.Link] = {}
    for message in messages:
        if len(message) > 1:
            strongest = known[message[0]]
            for name in message[1:]:
                other = known[name]
                a, b = (strongest, other) if strongest.identity < other.identity else (other, strongest)
                if (a.identity, b.identity) not in _linked:
                    seen[a.identity, b.identity] = (a.customer, b.customer)
    if not seen:
        return []
    pairs = sorted(seen)
    with connection.cursor() as cursor:
        cursor.execute(
            "INSERT INTO customers_identitylink (a_id, b_id, first_seen_at)"
            " SELECT a, b, %s FROM unnest(%s::bigint[], %s::bigint[]) WITH ORDINALITY AS w(a, b, n) ORDER BY n"
            " ON CONFLICT DO NOTHING RETURNING a_id, b_id",
            [at, [a for a, _ in pairs], [b for _, b in pairs]],
        )
        new = [seen[a, b] for a, b in cursor.fetchall()]
    transaction.on_commit(lambda: _linked.update(pairs) if len(_linked) < MOST_CACHED else _linked.clear())
    return new


def _remember(known: dict[Name, Known]) -> None:
    def commit() -> None:
        if len(_known) > MOST_CACHED:
            _known.clear()
        _known.update(known)

    transaction.on_commit(commit)
