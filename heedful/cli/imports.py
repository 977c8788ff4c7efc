"""List the files that were read in, or take one of them back."""

import argparse
import sys

from django.utils import timezone
from tqdm import tqdm

from heedful.customers.import_log import Import
from heedful.imports import undo
from heedful.kit.actor import By
from heedful.kit.errors import Refused


def arguments(parser: argparse.ArgumentParser) -> None:
    """Say what can be chosen."""
    verbs = parser.add_subparsers(dest="verb", required=True, metavar="list|undo")
    verbs.add_parser("list", help="show each file: its number, when it came in, and what it brought")
    back = verbs.add_parser("undo", help="take back exactly what a file brought, and nothing that others brought too")
    back.add_argument("number", type=int, help="of the import, as the list has it")


def run(options: argparse.Namespace) -> int:
    """Do it."""
    return _undo(options.number) if options.verb == "undo" else _list()


def _list() -> int:
    rows = Import.objects.order_by("pk")
    for row in rows:
        print(
            f"{row.pk:>5}  {row.started_at:%Y-%m-%d %H:%M}  {row.State(row.state).label:<16}  {row.file_name}"
            f" ({row.source}): {row.taken:,} new, {row.known:,} there already, {row.rejected:,} bad rows"
        )
    if not rows:
        print("No file has come in yet.")
    return 0


def _undo(number: int) -> int:
    row = Import.objects.filter(pk=number).first()
    if row is None:
        raise Refused(f"There is no import {number}; `heedful imports list` shows them all.")
    by = By("import", row.source, row.file_name)
    row = undo.begin(row=row, by=by, at=timezone.now())
    with tqdm(desc="parts", total=row.batches.count(), delay=2, leave=False, file=sys.stderr) as bar:
        row = undo.work(row=row, by=by, at=timezone.now(), progress=bar.update)
    print(f"{row.file_name} is taken back.{_cases(row.remaining_cases)}")
    return 0


def _cases(count: int) -> str:
    if not count:
        return ""
    one = "One case stays, because somebody had worked on it"
    return f" {one if count == 1 else f'{count:,} cases stay, because somebody had worked on them'}; each says so."
