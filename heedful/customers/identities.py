"""By what customers are recognised: each identity arrives as a record of its own, in one form of writing."""

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from functools import lru_cache

from django.db import transaction

from heedful.customers import contests, folding, grouping, identity_statements, links, phones, placeholders
from heedful.kit import characters, emails, memory, statements

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
    contested: bool = False
    imported_by: tuple[int, ...] | None = None
    """The imports that alone named it; none where others did, which is so for good."""

    verified_by: tuple[int, ...] | None = None
    """The imports that alone verified it; none where others did."""

    def is_verified_by(self, import_id: int | None) -> bool:
        """Whether it is written down that this import, or somebody who is none, verified it."""
        return self.verified and (self.verified_by is None or import_id in self.verified_by)

    def is_named_by(self, import_id: int | None) -> bool:
        """Whether it is written down that this import, or somebody who is none, named it."""
        return self.imported_by is None or import_id in self.imported_by


type Sender = bool | str
"""Whether a sender is trusted, or which import it is: what one of them wrote down says nothing to the others."""

_records: dict[Name, IdentityRecord] = {}
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
    _records.clear()
    _linked.clear()
    _settled.clear()


def records_of(messages: Sequence[tuple[Name, ...]], *, sender: Sender = True) -> list[int] | None:
    """Return the record of each message, if this process has met every one of them just so, from such a sender."""
    find = _settled[sender].get
    records = [find(message) for message in messages]
    return None if None in records else records  # type: ignore[return-value]


def remember_records(messages: Sequence[tuple[Name, ...]], records: Sequence[int], *, sender: Sender = True) -> None:
    """Remember the records of messages once they are durable."""

    def commit() -> None:
        settled = _settled[sender]
        if len(settled) > MOST_CACHED:
            settled.clear()
        settled.update(zip(messages, records, strict=True))

    transaction.on_commit(commit)


@lru_cache(maxsize=50_000)
def normal(kind: str, value: str, country: str = "GB") -> Name | None:
    """Return an identity in its one form of writing, or None when it names nobody.

    Phones are written as E.164, read as of `country` where they have no prefix; one that names nobody is an attribute.
    """
    value = characters.visible(characters.normalised("NFC", value.replace("\x00", ""))).strip()
    if kind == "email":
        value = emails.normal(value)
    elif kind == "phone":
        value = phones.identity(value, country)
    if not value or len(value) > LONGEST or value.lower() in placeholders.NOBODY:
        return None
    return kind, value


def strongest_first(names: Iterable[Name]) -> tuple[Name, ...]:
    """Order the identities of one message by how firmly they name a person; each once."""
    return tuple(sorted(dict.fromkeys(names), key=_rank))


def _rank(name: Name) -> tuple[bool, int, str]:
    """What names everybody names nobody, however firm its kind is."""
    return placeholders.is_shared(*name), _RANK[name[0]], name[1]


_RANK = {kind: rank for rank, kind in enumerate(grouping.TIER)}


@dataclass(frozen=True, slots=True)
class Arrivals:
    """Who some messages name, each with the firmest first; when each was, and what it is called by whoever sent it."""

    messages: Sequence[tuple[Name, ...]]
    times: Sequence[datetime]
    verified: bool = True
    """Whether their sender is trusted to say who somebody is."""
    source: str = ""
    origins: Sequence[str] = ()
    import_id: int | None = None
    """Which import it is, if it is one."""

    @property
    def sender(self) -> Sender:
        """By what this process remembers what their sender has written down."""
        return self.verified if self.import_id is None else f"import:{self.import_id}"


@dataclass(frozen=True, slots=True)
class NewLink:
    """Two records that were seen together for the first time, or are verified from now on, and by which message."""

    pair: grouping.Link
    message: int


@dataclass(frozen=True, slots=True)
class Resolved:
    """The records of identities, and what is new about them."""

    records: list[int]
    """Under which record each message is kept."""
    record_of: dict[Name, IdentityRecord]
    links: list[NewLink]
    new: dict[int, Span]
    """New records, with the first and last time at which they were seen."""
    verified: list[int]
    """Records that were there before, and whose identity is verified from now on."""
    contested: list[int]
    """Records that were somebody's, and join nobody from now on."""


def resolve(*, arrivals: Arrivals) -> Resolved:
    """Find or make the record of every identity; in the caller's transaction.

    The firmest identity of a message that is not contested is seen together with each of its others.
    """
    messages, verified, import_id = arrivals.messages, arrivals.verified, arrivals.import_id
    record_of, missing = _recall(messages, verified, import_id)
    fresh: dict[Name, IdentityRecord] = {}
    spans: dict[Name, Span] = {}
    proven: dict[Name, IdentityRecord] = {}
    if missing:
        record_of |= _claim(_look_up(missing), import_id)
        if missing := [name for name in missing if name not in record_of]:
            spans = _spans(messages, arrivals.times, set(missing))
            fresh = _create(missing, spans, verified, import_id)
            record_of |= fresh
            if missing := [name for name in missing if name not in record_of]:
                record_of |= _claim(_look_up(missing), import_id)
        doubted = {name for name, row in record_of.items() if not row.verified}
        checked = _verify(record_of, import_id) if verified else {}
        proven = {name: row for name, row in checked.items() if name in doubted}
        record_of |= checked
        _remember(record_of)
    seen = _new_links(arrivals, record_of)
    contested = _contest(arrivals, record_of, seen, fresh) if verified and seen else []
    if contested:
        seen = _new_links(arrivals, record_of)
    _note_contested(arrivals, record_of)
    linked = _link(arrivals, seen)
    new = {row.customer: spans[name] for name, row in fresh.items()}
    records = [_firmest(message, record_of).customer for message in messages]
    return Resolved(records, record_of, linked, new, [row.customer for row in proven.values()], contested)


def _firmest(message: tuple[Name, ...], records: Mapping[Name, IdentityRecord]) -> IdentityRecord:
    """The record of the first identity that is not contested, of the first where all are."""
    first = records[message[0]]
    if not first.contested or len(message) == 1:
        return first
    return next((row for name in message if not (row := records[name]).contested), first)


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
    records: dict[Name, IdentityRecord] = {}
    missing: set[Name] = set()
    for message in messages:
        for name in message:
            row = _records.get(name)
            if row and row.is_named_by(import_id) and (row.is_verified_by(import_id) or not verified):
                records[name] = row
            else:
                missing.add(name)
    return records, sorted(missing)


def _look_up(names: Sequence[Name]) -> dict[Name, IdentityRecord]:
    pairs = [{"kind": kind, "value": value} for kind, value in names]
    return _read(statements.fetch(identity_statements.LOOK_UP, [statements.document(pairs)]))


type _IdentityRow = tuple[str, str, int, int, bool, bool, list[int] | None, list[int] | None]


def _read(rows: Iterable[_IdentityRow]) -> dict[Name, IdentityRecord]:
    return {
        (kind, value): IdentityRecord(row, customer, verified, contested, _numbers(imports), _numbers(verified_by))
        for kind, value, row, customer, verified, contested, imports, verified_by in rows
    }


def _numbers(imports: list[int] | None) -> tuple[int, ...] | None:
    return None if imports is None else tuple(imports)


def _claim(records: dict[Name, IdentityRecord], import_id: int | None) -> dict[Name, IdentityRecord]:
    """Write down of identities that imports alone had named who names them now; one that went meanwhile is left out."""
    unclaimed = {name: row.identity for name, row in records.items() if not row.is_named_by(import_id)}
    if not unclaimed:
        return records
    by = [import_id, import_id]
    claimed = _read(statements.fetch(identity_statements.CLAIM, [statements.numbers(sorted(unclaimed.values())), *by]))
    return {name: row for name, row in records.items() if name not in unclaimed} | claimed


def _verify(records: Mapping[Name, IdentityRecord], import_id: int | None) -> dict[Name, IdentityRecord]:
    """Write down that somebody whom we trust named these identities; returns those of which that was not written."""
    unproven = sorted(row.identity for row in records.values() if not row.is_verified_by(import_id))
    if not unproven:
        return {}
    by = [import_id] * 3
    return _read(statements.fetch(identity_statements.VERIFY, [statements.numbers(unproven), *by]))


def _create(
    names: Sequence[Name], spans: Mapping[Name, Span], verified: bool, import_id: int | None
) -> dict[Name, IdentityRecord]:
    """Make identities, each with a record; one that somebody else makes at this moment is left to them."""
    new = [
        {
            "n": n,
            "kind": kind,
            "value": value,
            "first": spans[kind, value][0],
            "verified": verified,
            "contested": placeholders.is_shared(kind, value),
        }
        for n, (kind, value) in enumerate(names)
    ]
    by = None if import_id is None else statements.numbers([import_id])
    made = _read(statements.fetch(identity_statements.MAKE, [by, by, statements.document(new)]))
    records = [
        {
            "id": row.customer,
            "kind": kind,
            "value": value,
            "known": (is_firm := verified and not row.contested and grouping.TIER[kind] < grouping.DEVICE),
            "search": folding.text_of("", [value]) if is_firm and kind in ("email", "phone") else "",
            "first": spans[kind, value][0],
            "last": spans[kind, value][1],
        }
        for (kind, value), row in made.items()
    ]
    statements.fetch(identity_statements.MAKE_RECORDS, [statements.document(records)])
    return made


type _NewLinks = dict[grouping.Link, NewLink]
"""Pairs of identities, the smaller first, each with the records and the message that named them together first."""


def _new_links(arrivals: Arrivals, records: Mapping[Name, IdentityRecord]) -> _NewLinks:
    """The pairs of identities that this process has not seen together before; what is contested is in none."""
    linked = _linked[arrivals.sender]
    seen: _NewLinks = {}
    for n, message in enumerate(arrivals.messages):
        if len(message) > 1 and not (firmest := _firmest(message, records)).contested:
            for name in message:
                other = records[name]
                if other is firmest or other.contested:
                    continue
                a, b = (firmest, other) if firmest.identity < other.identity else (other, firmest)
                if (pair := (a.identity, b.identity)) not in linked and pair not in seen:
                    seen[pair] = NewLink((a.customer, b.customer), n)
    return seen


def _contest(
    arrivals: Arrivals, records: dict[Name, IdentityRecord], seen: _NewLinks, fresh: Mapping[Name, IdentityRecord]
) -> list[int]:
    """Let accounts that show up with too many e-mails join nobody from now on; returns their records."""
    named: dict[int, list[tuple[int, datetime]]] = {}
    accounts: dict[int, Name] = {}
    for pair, link in seen.items():
        message = arrivals.messages[link.message]
        name = next(name for name in message if records[name].identity in pair)
        if grouping.TIER[name[0]] == 0:
            account = records[name].identity
            email = next(other for other in pair if other != account)
            if any(kind == "email" and records[kind, value].identity == email for kind, value in message):
                named.setdefault(account, []).append((email, arrivals.times[link.message]))
                accounts[account] = name
    new = {row.identity for row in fresh.values()}
    contested = contests.detect(links=named, new=new) if named else ()
    for account in contested:
        records[accounts[account]] = replace(records[accounts[account]], contested=True)
    if contested:
        contests.contest(identities=contested)
        transaction.on_commit(forget)
    return [records[accounts[account]].customer for account in contested]


def _note_contested(arrivals: Arrivals, records: Mapping[Name, IdentityRecord]) -> None:
    """Let whoever looks at the sender's key know of what is contested."""
    shared = {
        row.identity: "shared" if placeholders.is_shared(*name) else "emails"
        for name, row in records.items()
        if row.contested
    }
    if shared and arrivals.source:
        contests.note(identities=shared, source=arrivals.source, at=max(arrivals.times))


def _link(arrivals: Arrivals, seen: _NewLinks) -> list[NewLink]:
    """Write down which identities were seen together; returns the pairs of records for which that is new."""
    if not seen:
        return []
    pairs = sorted(seen)
    rows = [
        {
            "a": a,
            "b": b,
            "at": arrivals.times[n := seen[a, b].message],
            "message": arrivals.origins[n][:300] if arrivals.origins else "",
        }
        for a, b in pairs
    ]
    written = links.insert(rows=rows, source=arrivals.source, verified=arrivals.verified, import_id=arrivals.import_id)
    linked = _linked[arrivals.sender]
    transaction.on_commit(lambda: linked.update(pairs) if len(linked) < MOST_CACHED else linked.clear())
    return [seen[pair] for pair in written]


def _remember(records: dict[Name, IdentityRecord]) -> None:
    def commit() -> None:
        if len(_records) > MOST_CACHED:
            _records.clear()
        _records.update(records)

    transaction.on_commit(commit)
