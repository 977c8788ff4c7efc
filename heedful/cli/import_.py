"""Read customers, touchpoints and feedback from a file."""

import argparse
import sys
from decimal import Decimal
from pathlib import Path

from django.utils import timezone
from tqdm import tqdm

from heedful import imports
from heedful.imports.counting import MOST_COMING
from heedful.imports.rows import Understood
from heedful.kit.actor import By
from heedful.kit.reading import currencies

SEPARATORS = {",": "commas", ";": "semicolons", "\t": "tabs", "|": "bars"}


SHOWN = ("email", "phone")


def arguments(parser: argparse.ArgumentParser) -> None:
    """Say what can be chosen."""
    parser.add_argument("file", type=Path, help="CSV, JSON lines (both also gzipped), Excel or Parquet")
    parser.add_argument("--map", type=Path, required=True, help="what the columns mean; see docs/import.md")
    parser.add_argument("--dry-run", action="store_true", help="read everything, write nothing, list what is wrong")
    parser.add_argument("--rejected", type=Path, help="where bad rows go (FILE.rejected.csv or .jsonl)")


def run(options: argparse.Namespace) -> int:
    """Import; the code is 1 when a row was rejected or the map leaves a doubt, so that a script notices."""
    mapping = imports.read_map(options.map)
    file = mapping.file
    table = imports.open_table(
        options.file, form=file.format, encoding=file.encoding, separator=file.separator, skip=file.skip
    )
    print(_as_understood(table))
    with tqdm(desc="rows", unit=" rows", unit_scale=True, delay=2, leave=False, file=sys.stderr) as bar:
        if options.dry_run:
            report = imports.dry_run(table=table, mapping=mapping, at=timezone.now(), progress=bar.update)
        else:
            by = By("import", mapping.source, options.file.name)
            rejected = options.rejected or _beside(options.file, table.format)
            report = imports.run(
                table=table,
                mapping=mapping,
                rejected=rejected,
                map_text=options.map.read_text(encoding="utf-8-sig"),
                by=by,
                at=timezone.now(),
                progress=bar.update,
            )
    _tell(report, dry=options.dry_run)
    if report.rejected and not options.dry_run:
        print(f"The bad rows are in {rejected}; mend them there and import that file by the same map.")
    return 1 if report.rejected or report.doubts else 0


def _beside(file: Path, form: str) -> Path:
    return file.with_name(f"{file.name}.rejected.{'csv' if form in ('csv', 'xlsx') else 'jsonl'}")


def _as_understood(table: imports.FileTable) -> str:
    if table.format == "parquet":
        return f"{table.path.name}: Parquet, {len(table.columns)} columns."
    if table.format == "xlsx":
        return f"{table.path.name}: the first sheet of an Excel workbook, {len(table.columns)} columns."
    encoding = table.encoding.removesuffix("-sig").upper()
    damaged = f" ({table.damaged:,} damaged characters in it)" if table.damaged else ""
    if table.format == "jsonl":
        return f"{table.path.name}: JSON lines in {encoding}{damaged}."
    separator = SEPARATORS.get(table.separator, table.separator)
    return f"{table.path.name}: CSV in {encoding}{damaged}, separated by {separator}, {len(table.columns)} columns."


def _tell(report: imports.Report, *, dry: bool) -> None:
    if report.notice:
        print(report.notice)
    if report.resumed_at:
        print(f"Went on after row {report.resumed_at:,}, where it was stopped.")
    for line in _counts(report, dry=dry):
        print(line)
    for doubt in report.doubts:
        print(doubt)
    for number, reason in report.errors:
        print(f"  row {number}: {reason}")
    if report.rejected > len(report.errors):
        print(f"  and {report.rejected - len(report.errors):,} more")
    if report.number:
        print(f"This is import {report.number}; `heedful imports undo {report.number}` takes it back.")
    for understood in report.sample:
        print(_example(understood))


def _counts(report: imports.Report, *, dry: bool) -> list[str]:
    """What became of the file, a line for each thing that can be counted."""
    would = "would be " if dry else ""
    new = report.taken - report.duplicates if dry else report.taken
    repeated = f", {report.duplicates:,} {'are' if dry else 'were'} there already"
    many = "at least " if dry and report.customers_new >= MOST_COMING else ""
    lines = [
        f"{report.rows:,} rows read.",
        f"Customers: {many}{report.customers_new:,} {would}new, {report.customers_matched:,} known already.",
        f"Joins: {report.joins:,} rows {'name' if dry else 'joined'} people who were apart.",
        f"Touchpoints: {new:,} {would}new{repeated}.",
        f"Feedback: {report.feedback:,} touchpoints of the file carry a score or a comment.",
    ]
    if report.properties:
        carried = ", ".join(f"{name} {count:,}" for name, count in sorted(report.properties.items()))
        lines.append(f"They carry: {carried}.")
    if report.sums:
        amounts = ", ".join(f"{total:,.2f} {currency}" for currency, total in sorted(report.sums.items()))
        lines.append(f"Values, summed over all rows: {amounts}.")
    if report.changed:
        what = "take the place of what they said" if report.updates else "stay as they were"
        lines.append(f"Same id, other content: {report.changed:,} touchpoints, which {what}.")
    if report.clamped:
        seen = ", ".join(f"row {number}: {at:%Y-%m-%d}" for number, at in report.absurd)
        lines.append(
            f"Times: {report.clamped:,} cannot be true, before 1990 or in the future ({seen}); these touchpoints"
            f" {would or 'were '}kept at the nearest time that can, and marked."
        )
    if report.untimed:
        were = "would be" if dry else "were"
        lines.append(
            f"Times: {report.untimed:,} are not known; these touchpoints {were} kept at the map's, and marked."
        )
    if report.again and not report.taken and not report.customers_new:
        lines.append("This file came in by this map before; nothing has changed.")
    if report.unseen:
        lines.append(f"No row has {', '.join(map(repr, report.unseen))}, which the map names.")
    lines.append(f"Bad rows: {report.rejected:,}{f', {would}left out' if report.rejected else ''}.")
    return lines


def _example(understood: Understood) -> str:
    names = ", ".join(f"{kind} {value}" for kind, value in understood.names)
    facts = ", ".join(f"{key} {_short(value)}" for key, value in understood.facts.items() if key not in SHOWN)
    lines = [f"For example {names}{f' ({facts})' if facts else ''}:"]
    for draft in understood.drafts:
        scores = f" {draft.scores}" if draft.scores else ""
        words = f" “{draft.verbatim[:60]}”" if draft.verbatim else ""
        lines.append(f"  {draft.happened_at:%Y-%m-%d %H:%M %Z} {draft.kind} {draft.stage}{scores}{words}")
    return "\n".join(lines)


def _short(value: object) -> str:
    if isinstance(value, dict):
        return currencies.written(Decimal(value["amount"]), value["currency"])
    return str(value)[:40]
