"""What a program tells of customers: what happened, and who somebody is; one bad message never costs the others."""

from collections import defaultdict
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime
from typing import Any

import msgspec
from django.db import DatabaseError, DataError, IntegrityError, OperationalError, transaction

from heedful.customers import consents, dedup, organisations, people, touchpoints
from heedful.customers.dated_facts import Fact
from heedful.customers.identities import Arrivals, Name, Span
from heedful.customers.touchpoints import TouchpointDraft
from heedful.kit.actor import By
from heedful.ledger import events

TRIES = 4
DEADLOCKS = {"40P01", "40001", "55P03"}
"""States in which two batches got into each other's way and one of them starts again."""
UNSTORABLE = {"54000", "54001", "54011", "54023"}
"""States in which a value is beyond what the database works with."""


class Description(msgspec.Struct, gc=False):
    """What one message says of who somebody is; all of its identities are this one customer."""

    identities: tuple[Name, ...]
    at: datetime
    facts: dict[str, Any] = msgspec.field(default_factory=dict)
    consents: dict[str, bool] = msgspec.field(default_factory=dict)
    organisation: str = ""
    organisation_traits: dict[str, Any] = msgspec.field(default_factory=dict)
    message: str = ""
    """The id by which a second arrival is known; it says nothing new then, however late it comes."""
    origin: str = ""
    """Where it stands, for people who look it up, where the id does not say that: a file and its row."""


class SourceMessage(msgspec.Struct, gc=False):
    """One message: something that happened, something about somebody, or both."""

    draft: TouchpointDraft | None = None
    description: Description | None = None


@dataclass(frozen=True, slots=True)
class CustomersDescribed:
    """Somebody said who these customers are."""

    customers: list[int]


@dataclass(frozen=True, slots=True)
class WrittenBatch:
    """Where the touchpoints of one transaction lie, and the records of which it spoke."""

    event: touchpoints.TouchpointsRecorded | None
    records: Collection[int]


@dataclass(slots=True)
class MessagesResult:
    """What became of messages: how many touchpoints are new, how many came before, which cannot be kept and why."""

    recorded: int = 0
    duplicates: int = 0
    joins: int = 0
    """Messages by which people became one who were apart before."""
    refused: list[tuple[int, str]] = field(default_factory=list)
    """(position, reason) of each message that cannot be kept."""
    batches: list[WrittenBatch] = field(default_factory=list)
    """What was written of an import, transaction by transaction."""


@dataclass(frozen=True, slots=True)
class _Sender:
    """From where messages come, and whether that is trusted to say who somebody is."""

    source: str
    verified: bool
    by: By
    react: bool = True
    import_id: int | None = None


def record(
    *,
    messages: Sequence[SourceMessage],
    source: str,
    verified: bool = True,
    import_id: int | None = None,
    by: By,
    at: datetime,
) -> MessagesResult:
    """Keep all messages that can be kept; returns when they are durable.

    `verified` says whether their sender is trusted to say who somebody is; see `trust`. `import_id` is the import that
    they are of, so that it can be taken back.
    """
    return _record(messages, _Sender(source, verified, by, import_id=import_id), at)


def backfill(*, messages: Sequence[SourceMessage], source: str, by: By, at: datetime) -> MessagesResult:
    """Keep messages of years gone by; nothing follows, so that their sender does at once what follows from all."""
    return _record(messages, _Sender(source, True, by, react=False), at)


def _record(messages: Sequence[SourceMessage], sender: _Sender, at: datetime) -> MessagesResult:
    taken = MessagesResult()
    _take(list(enumerate(messages)), taken, sender, at)
    taken.refused.sort()
    return taken


def _take(numbered: Sequence[tuple[int, SourceMessage]], taken: MessagesResult, sender: _Sender, at: datetime) -> None:
    """Keep a batch, and when the database finds a value in it that it cannot hold, each half of it by itself."""
    if not numbered:
        return
    try:
        recorded, records = _persistently([message for _, message in numbered], sender, at)
    except (DataError, IntegrityError, OperationalError) as error:
        if not _is_about_a_value(error):
            raise
        if len(numbered) == 1:
            taken.refused.append((numbered[0][0], f"It cannot be kept: {_first_line(error)}."))
            return
        half = len(numbered) // 2
        _take(numbered[:half], taken, sender, at)
        _take(numbered[half:], taken, sender, at)
    else:
        taken.recorded += recorded.count
        taken.duplicates += recorded.duplicates
        taken.joins += recorded.joins
        if sender.import_id is not None:
            taken.batches.append(WrittenBatch(recorded.event, records.union(recorded.customers)))


type _Written = tuple[touchpoints.RecordedBatch, set[int]]
"""What became of a batch, and the records that were described."""


def _persistently(messages: Sequence[SourceMessage], sender: _Sender, at: datetime) -> _Written:
    hasty = dedup.are_likely_new()
    for tries_left in reversed(range(TRIES)):
        try:
            return _write(messages, sender, at, hasty)
        except dedup.CameBefore:
            dedup.expect_repeats()
            return _persistently(messages, sender, at)
        except OperationalError as error:
            if not tries_left or _state(error) not in DEADLOCKS:
                raise
    raise AssertionError


@transaction.atomic
def _write(messages: Sequence[SourceMessage], sender: _Sender, at: datetime, hasty: bool) -> _Written:
    descriptions = [message.description for message in messages if message.description is not None]
    drafts = [message.draft for message in messages if message.draft is not None]
    fresh = _fresh(descriptions, sender.source) if descriptions else []
    word = _take_word(fresh, drafts, sender, at) if fresh else _Word({})
    if not drafts:
        return touchpoints.RecordedBatch(None, 0, 0, [], word.joins), set(word.known.values())
    recorded = touchpoints.record(
        drafts=drafts,
        records_of=word.known,
        seen=word.seen,
        source=sender.source,
        verified=sender.verified,
        by=sender.by,
        at=at,
        hasty=hasty,
        import_id=sender.import_id,
        react=sender.react,
    )
    if word.joins:
        recorded = replace(recorded, joins=recorded.joins + word.joins)
    return recorded, set(word.known.values())


@dataclass(frozen=True, slots=True)
class _Word:
    """The record that each was met as who was spoken of, when they were seen, and how many messages joined people."""

    known: dict[tuple[Name, ...], int]
    seen: Mapping[int, Span] = field(default_factory=dict)
    joins: int = 0


def _take_word(
    descriptions: Sequence[Description], drafts: Sequence[TouchpointDraft], sender: _Sender, at: datetime
) -> _Word:
    """Write down what was said of customers, for as much as its sender's word is worth."""
    if sender.verified:
        return _describe(descriptions, drafts, sender, at)
    return _quote(descriptions, sender, at)


def _resolve(words: Sequence[Description], times: Sequence[datetime], sender: _Sender) -> people.Recognition:
    origins = [word.origin or word.message for word in words]
    names = [word.identities for word in words]
    arrivals = Arrivals(names, times, sender.verified, str(sender.by), origins, sender.import_id)
    return people.resolve(arrivals=arrivals, by=sender.by, at=max(times), react=sender.react)


def _fresh(words: Sequence[Description], source: str) -> list[Description]:
    """Leave out what came before."""
    named = {dedup.digest(source, word.message): word for word in words if word.message}
    fresh = dedup.insert(messages=named) if named else set()
    return [word for word in words if not word.message] + [word for message, word in named.items() if message in fresh]


def _describe(
    descriptions: Sequence[Description], drafts: Sequence[TouchpointDraft], sender: _Sender, at: datetime
) -> _Word:
    """Write down what was said of customers.

    When they were seen, by what happened, is written with it where that costs nothing more.
    """
    by, times = sender.by, [touchpoints.clamp(word.at, at) for word in descriptions]
    recognition = _resolve(descriptions, times, sender)
    records = recognition.records
    named = _of_organisations(descriptions, times)
    organisation_of = organisations.resolve(descriptions=named, import_id=sender.import_id, by=by, at=at)
    record_of = {word.identities: record for word, record in zip(descriptions, records, strict=True)}
    seen = people.NEVER
    owns = [
        word.facts | ({"organisation": organisation_of[word.organisation]} if word.organisation else {})
        for word in descriptions
    ]
    if facts := _facts(times, records, owns):
        spans = _seen(drafts, record_of, at)
        seen = people.describe(facts=facts, seen=spans, import_id=sender.import_id, by=by, at=at)
        events.record(CustomersDescribed(sorted(facts)), by=by, at=at)
    words = [
        consents.ConsentStatement(record, purpose, granted, true_at)
        for true_at, record, word in zip(times, records, descriptions, strict=True)
        for purpose, granted in word.consents.items()
    ]
    consents.record(consents=words, source=by.label, import_id=sender.import_id, by=by, at=at)
    return _Word(record_of, seen, recognition.joins)


def _quote(descriptions: Sequence[Description], sender: _Sender, at: datetime) -> _Word:
    """Write down what browsers said of customers, as their word: it founds no organisation and gives no consent."""
    times = [touchpoints.clamp(word.at, at) for word in descriptions]
    records = _resolve(descriptions, times, sender).records
    if facts := _facts(times, records, [_quoted(word) for word in descriptions]):
        people.quote(facts=facts, by=sender.by, at=at)
        events.record(CustomersDescribed(sorted(facts)), by=sender.by, at=at)
    return _Word({word.identities: record for word, record in zip(descriptions, records, strict=True)})


def _quoted(word: Description) -> dict[str, Any]:
    """What a browser said, under the names by which it is shown."""
    company = {"id": word.organisation, **word.organisation_traits} if word.organisation else None
    more = {"consents": dict(word.consents) or None, "company": company}
    return word.facts | {key: value for key, value in more.items() if value}


def _facts(
    times: Sequence[datetime], records: Sequence[int], owns: Sequence[Mapping[str, Any]]
) -> dict[int, dict[str, Fact]]:
    """What is said of each record, the latest last; nothing of those of whom nothing is said."""
    facts: dict[int, dict[str, Fact]] = defaultdict(dict)
    for true_at, record, own in sorted(zip(times, records, owns, strict=True), key=lambda told: told[0]):
        facts[record] |= {key: (value, true_at) for key, value in own.items()}
    return {record: own for record, own in facts.items() if own}


def _seen(drafts: Sequence[TouchpointDraft], records: Mapping[tuple[Name, ...], int], at: datetime) -> dict[int, Span]:
    """When what happened says that records were first and last seen."""
    seen: dict[int, Span] = {}
    for draft in drafts:
        if record := draft.customer or records.get(draft.identities):
            time = touchpoints.clamp(draft.happened_at, at)
            first, last = seen.get(record) or (time, time)
            seen[record] = min(first, time), max(last, time)
    return seen


def _of_organisations(
    descriptions: Sequence[Description], times: Sequence[datetime]
) -> list[organisations.OrganisationDescription]:
    return [
        organisations.OrganisationDescription(word.organisation, word.organisation_traits, true_at)
        for true_at, word in zip(times, descriptions, strict=True)
        if word.organisation
    ]


def _state(error: DatabaseError) -> str | None:
    return getattr(error.__cause__, "sqlstate", None)


def _is_about_a_value(error: DatabaseError) -> bool:
    """Whether the data is at fault, and not the database, the disk or the connection."""
    state = _state(error) or ""
    return state.startswith(("22", "23")) or state in UNSTORABLE


def _first_line(error: DatabaseError) -> str:
    return str(error).partition("\n")[0].strip().rstrip(".")[:200]
