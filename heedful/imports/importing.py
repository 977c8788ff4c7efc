"""Read a file in: batch by batch, each with its place in the file, so that it can stop anywhere and go on."""

import gc
import hashlib
from collections.abc import Callable, Iterator, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime
from itertools import batched
from pathlib import Path

import msgspec
from django.apps import apps
from django.db import connection, transaction

from heedful.associates import brands
from heedful.associates.models import Company
from heedful.customers import dedup, identities, kinds, messages
from heedful.customers.models import Import, Stage
from heedful.customers.touchpoints import TouchpointDraft
from heedful.imports import columns, repeats
from heedful.imports.columns import NumberFormats
from heedful.imports.counting import Report, RowCounter
from heedful.imports.maps import columns_of
from heedful.imports.rows import Reader, Understood
from heedful.imports.schema import ImportMap
from heedful.kit import live
from heedful.kit.actor import By
from heedful.kit.errors import Refused
from heedful.kit.files.rejected import RejectedFile
from heedful.kit.files.tables import FileTable, Row, RowError
from heedful.ledger import events
from heedful.prove import directions

BATCH = 1_000

type Progress = Callable[[int], object]


@dataclass(frozen=True, slots=True)
class FileImported:
    """A file was read in to its end."""

    source: str
    file: str
    taken: int
    known: int
    rejected: int


class _Good(msgspec.Struct, gc=False):
    number: int
    row: Row
    understood: Understood


class _Wrong(msgspec.Struct, gc=False):
    number: int
    row: Row | None
    error: RowError


def dry_run(*, table: FileTable, mapping: ImportMap, at: datetime, progress: Progress = lambda _: None) -> Report:
    """Read every row and write nothing: what would be taken, and what is wrong with the rest."""
    number_formats = _number_formats(table, mapping)
    reader = _reader(mapping, number_formats, at)
    report = Report(doubts=columns.doubts(table, number_formats.undecided))
    tally = RowCounter(report, table, mapping, at)
    for _, good, wrong in _understood(reader, table, 0):
        rows = [row.understood for row in good]
        tally.count_unwritten(rows)
        report.taken += sum(len(row.drafts) for row in rows)
        report.rows += len(good) + len(wrong)
        _count(report, tally, good, wrong)
        report.sample += rows[: 3 - len(report.sample)]
        progress(len(good) + len(wrong))
    tally.finish()
    report.updates = mapping.update
    return report


def run(
    *,
    table: FileTable,
    mapping: ImportMap,
    rejected: Path,
    map_text: str = "",
    by: By,
    at: datetime,
    progress: Progress = lambda _: None,
) -> Report:
    """Read a file in. Good rows go in, bad ones into the file `rejected` with the reason; a stopped import goes on."""
    number_formats = _number_formats(table, mapping)
    if doubts := columns.doubts(table, number_formats.undecided):
        raise Refused(" ".join(doubts))
    state, again = _begin(table, mapping, map_text, by, at)
    _forget_others()
    _add_stages(state, mapping)
    _choose_directions(mapping, by, at)
    reader = _reader(mapping, number_formats, state.started_at)
    report = Report(resumed_at=state.position, again=again, number=state.pk, notice=notice_of(state))
    report.updates = mapping.update
    tally = RowCounter(report, table, mapping, at)
    progress(state.position)
    with _collecting_little(), RejectedFile(rejected, table, after=state.position) as bad:
        for last, good, wrong in _ahead(_understood(reader, table, state.position)):
            size = len(good) + len(wrong)
            taken = _take(good, wrong, state, last, bad, mapping.update, by, at)
            tally.count_written([row.understood for row in good])
            report.rows += size
            report.taken += taken.recorded
            report.duplicates += taken.duplicates
            report.changed += taken.changed
            report.joins += taken.joins
            _count(report, tally, good, wrong)
            progress(size)
    tally.finish()
    _finish(state, by, at)
    _measure()
    return report


def _count(report: Report, tally: RowCounter, good: list[_Good], wrong: list[_Wrong]) -> None:
    for bad in sorted(wrong, key=lambda row: row.number):
        report.wrong(bad.number, bad.error)
    for row in good:
        tally.look(row.number, row.row, row.understood)


type _Batch = tuple[int, list[_Good], list[_Wrong]]


def _understood(reader: Reader, table: FileTable, position: int) -> Iterator[_Batch]:
    """Batches of rows after a place in the file, with the number of the last row of each."""
    rows = (pair for pair in table.rows() if pair[0] > position)
    for batch in batched(rows, BATCH):
        yield batch[-1][0], *_sorted(reader, batch)


def _ahead(batches: Iterator[_Batch]) -> Iterator[_Batch]:
    """Read the next batch while the database writes this one; no more than one ahead, so memory stays flat."""
    with ThreadPoolExecutor(1) as pool:
        coming = pool.submit(next, batches, None)
        while (batch := coming.result()) is not None:
            coming = pool.submit(next, batches, None)
            yield batch


@contextmanager
def _collecting_little() -> Iterator[None]:
    """Pass over what was in memory before whenever Python looks for garbage, which rows by the thousand make it do."""
    gc.freeze()
    try:
        yield
    finally:
        gc.unfreeze()


def _sorted(reader: Reader, batch: Sequence[tuple[int, Row | RowError]]) -> tuple[list[_Good], list[_Wrong]]:
    good: list[_Good] = []
    wrong: list[_Wrong] = []
    for number, row in batch:
        if isinstance(row, RowError):
            wrong.append(_Wrong(number, None, row))
            continue
        try:
            good.append(_Good(number, row, reader.read(number, row)))
        except RowError as error:
            wrong.append(_Wrong(number, row, error))
    return good, wrong


def _number_formats(table: FileTable, mapping: ImportMap) -> NumberFormats:
    """How each column of numbers is written, once it is sure that the file has the columns of the map."""
    if table.columns and (missing := columns_of(mapping).missing_from(table.columns)):
        raise Refused(
            f"{table.path.name} has no column {missing[0]!r}, which the map names;"
            f" it has {', '.join(table.columns[:40])}."
        )
    return columns.formats(table, mapping)


def _reader(mapping: ImportMap, number_formats: NumberFormats, now: datetime) -> Reader:
    company = Company.objects.first()
    stages = dict(Stage.objects.values_list("pk", "name")) | mapping.stages
    _must_be_stages(mapping, stages)
    return Reader(
        mapping,
        zone=company.time_zone if company else "UTC",
        country=company.country if company else "GB",
        currency=company.currency if company else "EUR",
        stages=stages,
        now=now,
        decimals=number_formats.marks,
        brands=brands.numbers(),
    )


def _must_be_stages(mapping: ImportMap, stages: Mapping[str, str]) -> None:
    """Refuse a stage that every row would be refused for."""
    for touchpoint in mapping.touchpoint:
        if isinstance(touchpoint.stage, str) and touchpoint.stage and touchpoint.stage not in stages:
            raise Refused(
                f"There is no stage {touchpoint.stage!r}; there are {', '.join(stages)}."
                " Add it under [stages], or write { column = ... } to read it from a column."
            )


def _begin(table: FileTable, mapping: ImportMap, map_text: str, by: By, at: datetime) -> tuple[Import, bool]:
    """Find how far an import of this very file by this very map came; one that came to its end starts again."""
    state, _ = Import.objects.standing().get_or_create(
        file_digest=table.digest,
        map_digest=digest_of(mapping),
        defaults={
            "source": mapping.source,
            "file_name": table.path.name[:250],
            "map_text": map_text,
            "imported_by": by.label[:200],
            "queued_at": at,
            "started_at": at,
        },
    )
    again = state.finished_at is not None
    if again:
        state.position, state.known, state.changed, state.rejected, state.finished_at = 0, 0, 0, 0, None
    state.problem, state.queued_at = "", state.queued_at or at
    state.save()
    return state, again


def digest_of(mapping: ImportMap) -> str:
    """By what a map is known: what it says, however it is written."""
    says = msgspec.to_builtins(mapping)
    if not says["more_is"]:
        del says["more_is"]  # maps of before it could be said are known by what they said
    return hashlib.blake2b(msgspec.json.encode(says), digest_size=16).hexdigest()


def notice_of(state: Import) -> str:
    """Say that the same file came in by another map, whose rows are known by the same ids."""
    same = Import.objects.standing().filter(file_digest=state.file_digest).exclude(map_digest=state.map_digest)
    if (before := same.exclude(pk__in=[state.pk, state.replaces_id or 0]).filter(taken__gt=0).last()) is None:
        return ""
    return (
        f"This file came in before by another map (import {before.pk}). Rows that are known by the same source and id"
        " stay as that map read them; replace that import to have them read by this one."
    )


def _forget_others() -> None:
    """Remember nothing of what came before: it may have been taken back since, by another process."""
    identities.forget()
    dedup.forget()
    kinds.forget()


def _add_stages(state: Import, mapping: ImportMap) -> None:
    after = Stage.objects.count()
    new = set(mapping.stages) - set(Stage.objects.values_list("pk", flat=True))
    Stage.objects.bulk_create(
        [Stage(slug=slug, name=name, position=after + n) for n, (slug, name) in enumerate(mapping.stages.items())],
        ignore_conflicts=True,
    )
    if new:
        state.stages = sorted(new)
        state.save(update_fields=["stages"])


def _choose_directions(mapping: ImportMap, by: By, at: datetime) -> None:
    """Say of which questions more is better, where nobody has: what the company said stays."""
    chosen = directions.every()
    for question, more_is in mapping.more_is.items():
        if not directions.of(question, by_question=chosen):
            directions.choose(question=question, more_is=more_is, by=by, at=at)


class _Sent(msgspec.Struct, gc=False):
    """A message with the row that it stands for."""

    row: _Good
    message: messages.SourceMessage


def _take(
    good: list[_Good],
    wrong: list[_Wrong],
    state: Import,
    position: int,
    bad: RejectedFile,
    update: bool,
    by: By,
    at: datetime,
) -> repeats.Taken:
    """Write what rows say and the place in the file together; rows that cannot be kept join the wrong ones.

    The wrong ones are in their own file before the place is kept, so that none of them is passed over by a stop.
    """
    file = state.file_name
    sent = [_Sent(row, one) for row in good for one in _messages(row.understood, f"{file}, row {row.number}")]
    with transaction.atomic():
        _hold(state)
        taken = repeats.take([one.message for one in sent], state=state, update=update, by=by, at=at)
        refused = {sent[n].row.number: (sent[n].row, reason) for n, reason in taken.refused}
        wrong += [_Wrong(number, row.row, RowError(reason)) for number, (row, reason) in refused.items()]
        state.position = position
        state.taken += taken.recorded
        state.known += taken.duplicates
        state.changed += taken.changed
        state.joined += taken.joins
        state.rejected += len(wrong)
        state.save(update_fields=["position", "taken", "known", "changed", "joined", "rejected"])
        for row in sorted(wrong, key=lambda row: row.number):
            bad.write(row.number, row.row, row.error)
        bad.flush()
        live.publish("imports", state.pk)
    return taken


def _hold(state: Import) -> None:
    """Go on only while nobody takes the import back; whoever begins to waits for what is being written."""
    if Import.objects.select_for_update(no_key=True).get(pk=state.pk).undo_started_at is not None:
        raise Refused("This import is being taken back, so it does not go on.", code="undone")


def _messages(row: Understood, origin: str) -> Iterator[messages.SourceMessage]:
    """What a row says of somebody, and what happened to them."""
    external, name = row.organisation or ("", "")
    description = messages.Description(
        row.names, row.at, row.facts, row.consents, external[:200], {"name": name} if name else {}, origin=origin
    )
    is_described = bool(row.facts or row.consents or external) or not row.drafts
    for own in row.drafts:
        own.origin = origin
    drafts: list[TouchpointDraft | None] = [*row.drafts] or [None]
    yield messages.SourceMessage(drafts[0], description if is_described else None)
    for draft in drafts[1:]:
        yield messages.SourceMessage(draft)


@transaction.atomic
def _finish(state: Import, by: By, at: datetime) -> None:
    state.finished_at = at
    state.save(update_fields=["finished_at"])
    events.record(FileImported(state.source, state.file_name, state.taken, state.known, state.rejected), by=by, at=at)


def _measure() -> None:
    """Let the database measure what changed much: by itself it does so a minute later, and plans blindly until then.

    To measure all that there is costs a second, however small the file was.
    """
    models = apps.get_app_config("customers").get_models()
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_stat_force_next_flush()")
        cursor.execute(CHANGED_MUCH, [[model._meta.db_table for model in models]])
        if tables := [table for (table,) in cursor.fetchall()]:
            cursor.execute(f"ANALYZE {', '.join(tables)}")


CHANGED_MUCH = """
SELECT DISTINCT coalesce(i.inhparent, s.relid)::regclass::text FROM pg_stat_user_tables s
LEFT JOIN pg_inherits i ON i.inhrelid = s.relid
WHERE coalesce(i.inhparent, s.relid)::regclass::text = ANY(%s) AND s.n_mod_since_analyze > 50 + 0.1 * s.n_live_tup
"""
"""Tables of which a tenth is new: the rule by which the database measures them by itself."""
