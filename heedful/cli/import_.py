"""Read customers, touchpoints and feedback from a file."""

import argparse
import sys
from pathlib import Path

from django.utils import timezone
from tqdm import tqdm

from heedful.customers import imports
from heedful.kit.actor import By


def arguments(parser: argparse.ArgumentParser) -> None:
    """Say what can be chosen."""
    parser.add_argument("file", type=Path, help="CSV, JSON lines or Parquet, also gzipped")
    parser.add_argument("--map", type=Path, required=True, help="what the columns mean; see docs/import.md")
    parser.add_argument("--dry-run", action="store_true", help="read everything, write nothing, list what is wrong")
    parser.add_argument("--rejected", type=Path, help="where bad rows go (FILE.rejected.csv or .jsonl)")


def run(options: argparse.Namespace) -> int:
    """Import; the code is 1 when a row was rejected, so that a script notices."""
    found = imports.read_map(options.map)
    said = found.file
    table = imports.open_table(options.file, form=said.format, encoding=said.encoding, separator=said.separator)
    print(_as_understood(table))
    with tqdm(desc="rows", unit=" rows", unit_scale=True, delay=2, leave=False, file=sys.stderr) as bar:
        if options.dry_run:
            report = imports.dry_run(table=table, found=found, at=timezone.now(), progress=bar.update)
        else:
            by = By("import", found.source, options.file.name)
            rejected = options.rejected or _beside(options.file, table.format)
            report = imports.run(
                table=table, found=found, rejected=rejected, by=by, at=timezone.now(), progress=bar.update
            )
    _tell(report, dry=options.dry_run)
    if report.rejected and not options.dry_run:
        print(f"The bad rows are in {rejected}; mend them there and import that file by the same map.")
    return 1 if report.rejected else 0


def _beside(file: Path, form: str) -> Path:
    return file.with_name(f"{file.name}.rejected.{'csv' if form == 'csv' else 'jsonl'}")


def _as_understood(table: imports.Table) -> str:
    if table.format == "parquet":
        return f"{table.path.name}: Parquet, {len(table.columns)} columns."
    if table.format == "jsonl":
        return f"{table.path.name}: JSON lines in {table.encoding}."
    separator = {"\t": "tab"}.get(table.separator, table.separator)
    return f"{table.path.name}: CSV in {table.encoding}, separated by {separator}, {len(table.columns)} columns."


def _tell(report: imports.Report, *, dry: bool) -> None:
    if report.resumed_at:
        print(f"Went on after row {report.resumed_at:,}, where it was stopped.")
    verb = "would be taken" if dry else "taken"
    print(f"{report.rows:,} rows read: {report.taken:,} touchpoints {verb}, {report.known:,} known already.")
    for number, reason in report.errors:
        print(f"  row {number}: {reason}")
    if report.rejected > len(report.errors):
        print(f"  and {report.rejected - len(report.errors):,} more")
    if report.rejected:
        print(f"{report.rejected:,} rows {'would be' if dry else 'were'} left out.")
    for understood in report.sample:
        names = ", ".join(f"{kind} {value}" for kind, value in understood.names)
        print(f"For example {names}:")
        for draft in understood.drafts:
            said = f" {draft.scores}" if draft.scores else ""
            words = f" “{draft.verbatim[:60]}”" if draft.verbatim else ""
            print(f"  {draft.happened_at:%Y-%m-%d %H:%M %Z} {draft.kind} {draft.stage}{said}{words}")
