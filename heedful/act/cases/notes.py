"""What is written down on a case, for colleagues."""

from datetime import datetime

from django.db import transaction

from heedful.act.cases.events import CaseNoted
from heedful.act.cases.opening import publish
from heedful.act.cases.rows import lock_for
from heedful.act.models import Case, Note
from heedful.associates.models import Associate
from heedful.kit import names
from heedful.kit.actor import By
from heedful.kit.errors import Refused
from heedful.ledger import events


@transaction.atomic
def note(*, case: Case, text: str, by: By, at: datetime) -> Note:
    """Write something down for colleagues; on a closed case too."""
    row = lock_for(case, "case.work", by=by, is_open=False)
    written = write_down(row, text, by=by, at=at)
    events.record(CaseNoted(row.pk, written.pk), by=by, at=at)
    publish(row)
    return written


def write_down(row: Case, text: str, *, kind: str = Note.Kind.NOTE, by: By, at: datetime) -> Note:
    """Keep what was written, under the name of who wrote it."""
    if not (text := text_of(text)):
        raise Refused("Write something first.")
    author = Associate.objects.get(pk=by.id) if by.kind == "associate" else None
    return Note.objects.create(case=row, kind=kind, text=text, author=author, at=at)


def text_of(text: str) -> str:
    """What somebody wrote as it is kept."""
    return names.text(text)
