"""A row with a score or words and no time is counted: as a bad row, or at the time that the map gives it."""

from datetime import UTC, datetime
from pathlib import Path

import pytest

from heedful import imports
from heedful.cli import import_
from heedful.customers.models import Feedback, Touchpoint
from heedful.kit.actor import By

pytestmark = pytest.mark.django_db
NOW = datetime(2026, 11, 20, 12, tzinfo=UTC)
OUTSIDE = Path(__file__).parent / "outside"
MAP = """
source = "feedback"
id = "id"
{top}
[customer]
external = "id"
email = "email"
[[touchpoint]]
kind = "survey_answered"
at = {{ column = "day"{more} }}
verbatim = "words"
scores = {{ recommend = "score" }}
"""


def bring(folder: Path, top: str = "", more: str = "", file: Path = OUTSIDE / "no_time.csv") -> imports.Report:
    (folder / "map.toml").write_text(MAP.format(top=top, more=more))
    return imports.run(
        table=imports.open_table(file),
        mapping=imports.read_map(folder / "map.toml"),
        rejected=folder / "bad",
        by=By("import", "test"),
        at=NOW,
    )


def days() -> dict[str, str]:
    return {str(row.verbatim): f"{row.happened_at:%Y-%m-%d}" for row in Touchpoint.objects.all()}


def test_what_has_no_time_or_one_that_nobody_can_read_is_named(tmp_path: Path) -> None:
    report = bring(tmp_path)
    assert days() == {"first row": "2026-05-01"}
    assert (report.rows, report.taken, report.rejected, report.untimed) == (4, 1, 3, 0)
    assert "has a score or words, and no time in column 'day'" in report.errors[0][1]
    assert "'May 2026' cannot be read" in report.errors[1][1]
    assert "'1. März 2026' cannot be read" in report.errors[2][1]
    assert "language = 'de'" in report.errors[2][1]


@pytest.mark.parametrize(
    ("top", "more"),
    [
        ('language = "de"', ""),
        ('language = "de"', ', format = ["%Y-%m-%d", "%B %Y", "%d. %B %Y"]'),
    ],
)
def test_the_language_of_the_map_dates_the_months(tmp_path: Path, top: str, more: str) -> None:
    report = bring(tmp_path, top, more)
    assert days() == {"first row": "2026-05-01", "only a month": "2026-05-01", "a month in German": "2026-03-01"}
    assert [number for number, _ in report.errors] == [2]


def test_a_format_alone_dates_a_month_in_english(tmp_path: Path) -> None:
    report = bring(tmp_path, more=', format = ["%Y-%m-%d", "%B %Y"]')
    assert days()["only a month"] == "2026-05-01"
    assert [number for number, _ in report.errors] == [2, 4]


def test_the_map_may_give_a_time_to_those_without_one(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    report = bring(tmp_path, 'language = "de"', ', unknown = "2026-04-15"')
    assert (report.rejected, report.untimed, Feedback.objects.count()) == (0, 1, 4)
    row = Touchpoint.objects.get(clamped=True)
    assert (row.verbatim, row.happened_at.date().isoformat()) == ("second row has no day", "2026-04-15")
    import_._tell(report, dry=False)
    assert "Times: 1 are not known; these touchpoints were kept at the map's, and marked." in capsys.readouterr().out


@pytest.mark.parametrize(
    ("row", "rejected"),
    [
        ("5,e@x.example,,7,", 1),
        ("5,e@x.example,N/A,,words alone", 1),
        ("5,e@x.example,0000-00-00,1,both", 1),
        ("5,e@x.example,,,", 0),
        ("5,e@x.example,-,N/A,-", 0),
    ],
)
def test_only_what_says_nothing_did_not_happen(tmp_path: Path, row: str, rejected: int) -> None:
    (tmp_path / "file.csv").write_text(f"id,email,day,score,words\n4,d@x.example,2026-05-01,5,fine\n{row}\n")
    report = bring(tmp_path, file=tmp_path / "file.csv")
    assert (report.rows, report.taken, report.rejected) == (2, 1, rejected)


def test_words_without_a_kind_are_a_bad_row_too(tmp_path: Path) -> None:
    (tmp_path / "file.csv").write_text("id,email,day,score,words,what\n1,a@x.example,2026-05-01,5,fine,\n")
    (tmp_path / "map.toml").write_text(MAP.format(top="", more="").replace('"survey_answered"', '{ column = "what" }'))
    report = imports.dry_run(
        table=imports.open_table(tmp_path / "file.csv"), mapping=imports.read_map(tmp_path / "map.toml"), at=NOW
    )
    assert report.errors == [(1, "The row has a score or words, and no kind that says what happened.")]
