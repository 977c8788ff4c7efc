"""Files that come through the import page: received piece by piece, looked at, tried, read in, replaced, deleted."""

import secrets
import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime, timedelta
from itertools import islice
from pathlib import Path, PurePath

from django.conf import settings
from django.db import transaction
from django.db.models import F
from django.utils import timezone

from heedful.associates import associates, disclosures
from heedful.associates.models import Associate
from heedful.customers.import_log import Import
from heedful.imports import columns, diagnostics, importing, proposal, undo
from heedful.imports.counting import Report
from heedful.imports.schema import ImportMap
from heedful.kit import live, names
from heedful.kit.actor import By
from heedful.kit.errors import Refused
from heedful.kit.files.tables import FileTable, RowError, open_table
from heedful.ledger import events, jobs

PIECE_BYTES = 2 * 1024 * 1024
"""Of a file that are sent at once."""
SAMPLE = 200
SHOWN = 8
PUBLISHED_EVERY = 5
"""Batches of a dry run between two looks at how far it is."""


@dataclass(frozen=True, slots=True)
class ImportStarted:
    """Somebody has a file read in; `replaces` is the import that is taken back before."""

    number: int
    source: str
    file: str
    replaces: int | None


def folder(row: Import) -> Path:
    """Where the file of an import and its bad rows are kept."""
    return settings.DATA_DIR / "imports" / str(row.pk)


def file_of(row: Import) -> Path:
    """The file itself."""
    return folder(row) / "file" / row.file_name


def rejected_of(row: Import) -> Path | None:
    """The bad rows of an import, if there are any here."""
    return next((file for file in folder(row).glob("rejected.*") if not file.name.endswith(".part")), None)


@transaction.atomic
def take_rejected(*, row: Import, by: By, at: datetime) -> Path | None:
    """Hand out the bad rows of an import, which name customers: it is written down that somebody took them."""
    associates.must(by, "import.edit")
    file = rejected_of(row)
    if file is not None:
        disclosures.export(what="bad rows of an import", kind="import", rows=row.rejected, by=by, at=at)
    return file


@transaction.atomic
def add(*, name: str, size: int, replaces: Import | None = None, by: By, at: datetime) -> Import:
    """Begin to receive a file; where it replaces an import, that one's map is the first proposal."""
    associates.must(by, "import.edit")
    most = settings.IMPORT_MB * 1024 * 1024
    if not 0 < size <= most:
        raise Refused(
            f"A file may have up to {settings.IMPORT_MB:,} MB here."
            " A larger one is read in by `heedful import`, or set HEEDFUL_IMPORT_MB."
            if size
            else "The file is empty."
        )
    return Import.objects.create(
        source="",
        file_name=names.one_line(PurePath(name.replace("\\", "/")).name, most=200).lstrip(".") or "file",
        file_digest="",
        map_digest=secrets.token_hex(16),
        map_text=replaces.map_text if replaces else "",
        imported_by=by.label[:200],
        associate=Associate.objects.filter(pk=by.id).first() if by.kind == "associate" else None,
        size=size,
        replaces=replaces,
        started_at=at,
    )


def receive(*, row: Import, offset: int, piece: bytes, by: By, at: datetime) -> bool:
    """Add a piece to a file, at its place; returns whether the file is whole now. A piece that comes twice is one."""
    associates.must(by, "import.edit")
    if row.preview is not None or row.size is None:
        raise Refused("This file is whole already.")
    if offset + len(piece) > row.size:
        raise Refused("More came than the file has.")
    path = file_of(row)
    path.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
    here = path.stat().st_size if path.exists() else 0
    if offset > here:
        raise Refused(f"A part of the file is missing: {here:,} bytes are here.")
    with path.open("r+b" if here else "wb") as file:
        file.seek(offset)
        file.write(piece)
        file.truncate()
    if offset + len(piece) < row.size:
        return False
    _look(row, at)
    return True


def _look(row: Import, at: datetime) -> None:
    """See how a file is written, show its first rows, and propose a map."""
    del at
    try:
        table = open_table(file_of(row))
        rows = [one for _, one in islice(table.rows(), SAMPLE) if not isinstance(one, RowError)]
    except Refused as no:
        shutil.rmtree(folder(row), ignore_errors=True)
        row.delete()
        raise no from None
    headings = table.columns or list(dict.fromkeys(key for one in rows for key in one))
    proposed = proposal.propose(row.file_name, headings, rows)
    row.preview = {
        "format": table.format,
        "encoding": table.encoding.removesuffix("-sig").upper(),
        "separator": table.separator,
        "damaged": table.damaged,
        "columns": headings,
        "rows": proposal.shown(rows[:SHOWN], headings),
        "doubts": [] if row.map_text else proposed.doubts,
    }
    row.map_text = row.map_text or proposed.text
    row.file_digest = table.digest
    row.save(update_fields=["preview", "map_text", "file_digest"])


@transaction.atomic
def try_out(*, row: Import, text: str, by: By, at: datetime) -> None:
    """Have the worker read every row by a map and write nothing."""
    associates.must(by, "import.edit")
    mapping = _set_map(row, text)
    row.trial = {"map": importing.digest_of(mapping), "rows": 0, "begun": at.isoformat()}
    row.problem = ""
    row.save(update_fields=["trial", "problem"])
    jobs.enqueue(go_on_trying, number=row.pk, digest=row.trial["map"])


@transaction.atomic
def start(*, row: Import, text: str, by: By, at: datetime) -> Import:
    """Have the worker read a file in by a map, after the import that it replaces was taken back."""
    associates.must(by, "import.edit")
    row = Import.objects.select_for_update().get(pk=row.pk)
    if row.queued_at is not None:
        raise Refused("This file is being read in already.")
    mapping = _set_map(row, text)
    digest = importing.digest_of(mapping)
    _must_be_sure(row, mapping, digest)
    if row.replaces is not None:
        undo.begin(row=row.replaces, by=by, at=at)
    same = Import.objects.standing().filter(file_digest=row.file_digest, map_digest=digest).exclude(pk=row.pk).first()
    if same is not None:
        raise Refused(f"This very file came in by this very map already, as import {same.pk}.", code="same")
    row.source, row.map_digest, row.queued_at, row.started_at = mapping.source, digest, at, at
    row.rows = (row.trial or {}).get("rows") if (row.trial or {}).get("done") else None
    row.problem = ""
    row.save(update_fields=["source", "map_digest", "queued_at", "started_at", "rows", "problem"])
    events.record(ImportStarted(row.pk, row.source, row.file_name, row.replaces_id), by=by, at=at)
    jobs.enqueue(go_on, number=row.pk, lock=f"imports:{row.pk}")
    return row


@transaction.atomic
def go_on_again(*, row: Import, by: By, at: datetime) -> None:
    """Have an import that stopped with a reason go on where it was."""
    associates.must(by, "import.edit")
    if row.state != Import.State.STOPPED or row.queued_at is None:
        raise Refused("This import has not stopped.")
    row.problem = ""
    row.save(update_fields=["problem"])
    events.record(ImportStarted(row.pk, row.source, row.file_name, row.replaces_id), by=by, at=at)
    jobs.enqueue(go_on, number=row.pk, lock=f"imports:{row.pk}")


@transaction.atomic
def remove(*, row: Import, by: By, at: datetime) -> None:
    """Forget a file that was not read in."""
    del at
    associates.must(by, "import.edit")
    if row.queued_at is not None or row.taken:
        raise Refused("This file was read in; take it back instead.")
    place = folder(row)
    row.delete()
    transaction.on_commit(lambda: shutil.rmtree(place, ignore_errors=True))


def _set_map(row: Import, text: str) -> ImportMap:
    """Keep a map as it was written, when it can be read."""
    if row.queued_at is not None:
        raise Refused("This file was read in already. Replace the import to have it read by another map.")
    if row.preview is None:
        raise Refused("The file is not whole yet.")
    text = text.replace("\r\n", "\n")
    mapping = diagnostics.read(text, "The map")
    row.map_text = text
    row.save(update_fields=["map_text"])
    return mapping


def _must_be_sure(row: Import, mapping: ImportMap, digest: str) -> None:
    """Keep a file back while its numbers may be read in two ways; which of them, only a dry run of all rows can say."""
    if all(column.decimal for column in columns.number_columns(mapping)):
        return
    trial = row.trial or {}
    if trial.get("map") != digest or not trial.get("done"):
        raise Refused("Try this map first: all rows together say how its numbers are written.")
    if doubts := trial.get("doubts"):
        raise Refused(" ".join(doubts))


def _table(row: Import, mapping: ImportMap) -> FileTable:
    file = mapping.file
    if not file_of(row).exists():
        raise Refused(f"The file is no longer here; files are kept for {settings.IMPORT_DAYS} days.")
    return open_table(file_of(row), form=file.format, encoding=file.encoding, separator=file.separator, skip=file.skip)


@contextmanager
def _stopping_with_a_reason(row: Import) -> Iterator[None]:
    """Let an import that cannot go on say why."""
    try:
        yield
    except Refused as no:
        Import.objects.filter(pk=row.pk).update(problem=no.sentence[:300])
    live.publish("imports", row.pk)


def go_on_trying(*, number: int, digest: str) -> None:
    """Do a dry run; runs in the worker. One whose map was changed meanwhile leaves it to the next."""
    row = Import.objects.filter(pk=number, queued_at=None).first()
    trial = row.trial or {} if row is not None else {}
    if row is None or trial.get("map") != digest or trial.get("done"):
        return
    with _stopping_with_a_reason(row):
        mapping, begun = diagnostics.read(row.map_text, "The map"), trial["begun"]
        done = [0, 0]

        def progress(count: int) -> None:
            done[0], done[1] = done[0] + count, done[1] + 1
            if done[1] % PUBLISHED_EVERY == 0:
                _note_trial(row, digest, {"rows": done[0], "begun": begun})

        report = importing.dry_run(table=_table(row, mapping), mapping=mapping, at=timezone.now(), progress=progress)
        _note_trial(row, digest, {**_counted(report), "begun": begun, "done": True})


def _note_trial(row: Import, digest: str, counted: dict[str, object]) -> None:
    Import.objects.filter(pk=row.pk, trial__map=digest).update(trial={"map": digest, **counted})
    live.publish("imports", row.pk)


def _counted(report: Report) -> dict[str, object]:
    return {
        "rows": report.rows,
        "new": report.taken - report.duplicates,
        "known": report.duplicates,
        "changed": report.changed,
        "updates": report.updates,
        "customers_new": report.customers_new,
        "customers_known": report.customers_matched,
        "feedback": report.feedback,
        "joins": report.joins,
        "clamped": report.clamped,
        "rejected": report.rejected,
        "errors": report.errors,
        "properties": sorted(report.properties.items()),
        "sums": [(currency, f"{total:,.2f}") for currency, total in sorted(report.sums.items())],
        "unseen": report.unseen,
        "doubts": report.doubts,
    }


def go_on(*, number: int) -> None:
    """Read a file in; runs in the worker, again from where it was when a worker was killed."""
    row = Import.objects.filter(pk=number, finished_at=None, undo_started_at=None).first()
    if row is None:
        return
    with _stopping_with_a_reason(row):
        at, by = timezone.now(), By("import", row.source, row.file_name)
        if row.replaces is not None and row.replaces.undone_at is None:
            undo.work(row=row.replaces, by=by, at=at)
        mapping = diagnostics.read(row.map_text, "The map")
        table = _table(row, mapping)
        rejected = folder(row) / f"rejected.{'csv' if table.format in ('csv', 'xlsx') else 'jsonl'}"
        importing.run(table=table, mapping=mapping, rejected=rejected, by=by, at=at)
        Import.objects.filter(pk=row.pk).update(rows=F("position"))


def forget(*, at: datetime) -> None:
    """Delete files that came long ago, with their bad rows; what was brought stays, and stands in the list."""
    until = at - timedelta(days=settings.IMPORT_DAYS)
    for row in Import.objects.filter(started_at__lt=until, size__isnull=False):
        shutil.rmtree(folder(row), ignore_errors=True)
        if row.queued_at is None:
            row.delete()
