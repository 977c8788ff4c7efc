"""Real surveys and promises come in by a map, are mended with Replace, taken back with Undo, and leave no trace."""

import json
from collections.abc import Iterator
from dataclasses import asdict
from datetime import UTC, date, datetime
from itertools import islice
from pathlib import Path
from typing import Any

import pytest
from django.db import connection

from heedful import imports
from heedful.associates.models import Associate
from heedful.customers import kinds, messages
from heedful.customers.messages import Description, SourceMessage
from heedful.customers.models import Customer, Import, Touchpoint, TouchpointKind
from heedful.customers.touchpoints import TouchpointDraft
from heedful.imports import undo, uploads
from heedful.kit.actor import By
from heedful.kit.files.tables import open_table
from heedful.promise import promises
from heedful.promise.models import Commitment
from heedful.promise.promises import Wording
from heedful.prove import answers, loop_speed, periods, scorecards
from tests.cast import NOON
from tests.real.surveys import SETS, RealSet
from tests.work import work

pytestmark = pytest.mark.django_db
LONG_AGO = datetime(2000, 1, 1, tzinfo=UTC)


@pytest.mark.parametrize("told", SETS, ids=str)
def test_a_real_set_comes_in_is_mended_and_taken_back(
    told: RealSet, data: Path, tmp_path: Path, ada: Associate, settings: Any
) -> None:
    settings.DATA_DIR = tmp_path
    _other_customers()
    for standard in told.standards:
        promises.make(
            wording=Wording(words="In good time"), standards=[standard], since=LONG_AGO, by=ada.by, at=LONG_AGO
        )
    work(at=NOON)
    before, file = _said(), _slice(data / told.file, tmp_path, told.rows)

    report = _bring(file, told.map_text, tmp_path)
    work(at=NOON)
    first = _said()
    assert (report.taken, report.rejected) == told.brought, report.errors[:3]
    assert first != before

    second = _replace(Import.objects.get(pk=report.number), file, told, ada)
    work(at=NOON)
    second.refresh_from_db()
    assert (second.taken, second.rejected, second.problem) == (*told.mended, "")
    mended = _said()
    assert mended != first
    assert mended["tallies"].get(told.question) != first["tallies"].get(told.question) or not told.question

    undo.start(row=second, by=ada.by, at=NOON)
    work(at=NOON)
    assert _said() == before


def _other_customers() -> None:
    """Customers who were here before: two answered, and one of them is known by a number that the files use too."""
    drafts = [
        TouchpointDraft(
            "survey_answered",
            NOON,
            f"before{n}",
            (("external", f"{n}"),),
            scores={"satisfaction": 3, "recommend": 7, "yes.disputed": 0},
            verbatim="It went well.",
        )
        for n in (1, 2)
    ]
    said = [SourceMessage(draft, Description(draft.identities, NOON, {"segment": "gold"})) for draft in drafts]
    messages.record(messages=said, source="shop", by=By("key", "1", "shop"), at=NOON)


def _slice(file: Path, folder: Path, rows: int) -> Path:
    """The first rows of a file, as a file of their own; Parquet as JSON lines."""
    first = folder / f"{file.stem}.{'csv' if file.suffix == '.csv' else 'jsonl'}"
    with first.open("w", encoding="utf-8") as out:
        out.writelines(islice(_lines(file), rows))
    return first


def _lines(file: Path) -> Iterator[str]:
    if file.suffix == ".csv":
        with file.open(encoding="utf-8", newline="") as lines:
            yield from lines
        return
    for _, row in open_table(file).rows():
        yield json.dumps(row, default=_plain) + "\n"


def _plain(value: object) -> str:
    assert isinstance(value, date)
    return value.isoformat()


def _bring(file: Path, said: str, folder: Path) -> imports.Report:
    (folder / "map.toml").write_text(said, encoding="utf-8")
    return imports.run(
        table=imports.open_table(file),
        mapping=imports.read_map(folder / "map.toml"),
        rejected=folder / "bad",
        map_text=said,
        by=By("import", "test", file.name),
        at=NOON,
    )


def _replace(first: Import, file: Path, told: RealSet, ada: Associate) -> Import:
    assert told.mend[0] in told.map_text
    content = file.read_bytes()
    row = uploads.add(name=file.name, size=len(content), replaces=first, by=ada.by, at=NOON)
    uploads.receive(row=row, offset=0, piece=content, by=ada.by, at=NOON)
    row.refresh_from_db()
    return uploads.start(row=row, text=told.map_text.replace(*told.mend), by=ada.by, at=NOON)


def _said() -> dict[str, Any]:
    """What the board, the promises and the lists say, as values."""
    period = periods.last("all", at=NOON)
    questions = answers.questions_answered()
    cards = scorecards.cards(period=period, at=NOON)
    with connection.cursor() as cursor:
        cursor.execute("SELECT count(*) FROM customers_arrival")
        arrivals = cursor.fetchone()[0]
    kinds.forget()
    return {
        "tallies": {key: asdict(of[""]) for key, of in answers.tallies(questions=questions, period=period).items()},
        "by segment": repr(answers.tallies(questions=questions, period=period, by="segment")),
        "promises": [(card.kept, card.due, card.open, repr(card.experience), repr(card.worth)) for card in cards],
        "commitments": Commitment.objects.count(),
        "loop": repr(loop_speed.speed(period=period, at=NOON)),
        "customers": list(Customer.objects.order_by("pk").values("pk", "person", "name", "segment", "handle")),
        "touchpoints": sorted(Touchpoint.objects.values_list("kind", "happened_at", "customer")),
        "kinds": list(TouchpointKind.objects.order_by("pk").values_list("pk", "watchers", "last_arrived_at")),
        "arrivals": arrivals,
    }
