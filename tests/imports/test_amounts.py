"""Numbers mean what their column says: one that is clear settles those that may be read in two ways."""

import argparse
from datetime import UTC, datetime
from pathlib import Path

import pytest

from heedful import imports
from heedful.cli import import_
from heedful.customers.models import Customer, Import, Score
from heedful.kit.actor import By
from heedful.kit.errors import Refused

pytestmark = pytest.mark.django_db
NOW = datetime(2026, 11, 20, 12, tzinfo=UTC)
OUTSIDE = Path(__file__).parent / "outside"
GERMAN = """
source = "billing"
id = "Kunde"
{top}
[customer]
external = "Kunde"
email = "E-Mail"
value = {{ amount = "Monat", currency = "EUR"{more} }}
"""


def mapping(folder: Path, top: str = "", more: str = "", said: str = GERMAN) -> imports.ImportMap:
    (folder / "map.toml").write_text(said.format(top=top, more=more))
    return imports.read_map(folder / "map.toml")


def bring(folder: Path, file: Path, said: imports.ImportMap) -> imports.Report:
    return imports.run(
        table=imports.open_table(file), mapping=said, rejected=folder / "bad", by=By("import", "test"), at=NOW
    )


def dry(file: Path, said: imports.ImportMap) -> imports.Report:
    return imports.dry_run(table=imports.open_table(file), mapping=said, at=NOW)


def column(folder: Path, cells: list[str]) -> Path:
    lines = [f'{n};x{n}@x.example;"{cell}"' for n, cell in enumerate(cells, 1)]
    (folder / "file.csv").write_text("\n".join(["Kunde;E-Mail;Monat", *lines]), encoding="utf-8")
    return folder / "file.csv"


def amounts() -> list[str]:
    people = Customer.objects.people().exclude(value_amount=None)
    return [str(amount) for amount in people.order_by("pk").values_list("value_amount", flat=True)]


def test_one_clear_amount_settles_a_column(tmp_path: Path) -> None:
    report = bring(tmp_path, OUTSIDE / "amounts_german.csv", mapping(tmp_path))
    assert (report.rows, report.rejected, report.doubts) == (9, 0, [])
    # The last is 12.345, of which a year's value keeps two decimals.
    assert amounts() == [
        "1234.00", "12000.00", "1500.00", "12000.00", "1234567.00", "2345.50", "0.99", "1234.50", "12.34",
    ]  # fmt: skip


def test_a_year_of_exact_months_is_rounded_once(tmp_path: Path) -> None:
    bring(tmp_path, OUTSIDE / "amounts_german.csv", mapping(tmp_path, more=", times = 12"))
    assert amounts()[-1] == "148.14"


def test_where_nothing_settles_it_the_dry_run_asks_with_both_sums(tmp_path: Path) -> None:
    file = OUTSIDE / "amounts_undecided.csv"
    (doubt,) = dry(file, mapping(tmp_path)).doubts
    assert doubt == (
        "Column 'Monat': nothing says whether a number such as 1.234 has a decimal comma or a decimal point. "
        "With a comma the column adds up to 13,234, with a point to 13.234. "
        'Write decimal = "," or decimal = "." in the map.'
    )
    with pytest.raises(Refused) as no:
        bring(tmp_path, file, mapping(tmp_path))
    assert no.value.sentence == doubt
    assert not Customer.objects.exists()
    assert not Import.objects.exists()


@pytest.mark.parametrize(
    ("top", "more", "right"),
    [
        ('decimal = ","', "", ["1234.00", "12000.00"]),
        ("", ', decimal = ","', ["1234.00", "12000.00"]),
        ('decimal = "."', "", ["1.23", "12.00"]),
        ('decimal = "."', ', decimal = ","', ["1234.00", "12000.00"]),
    ],
)
def test_the_map_settles_it_for_all_columns_or_for_one(tmp_path: Path, top: str, more: str, right: list[str]) -> None:
    said = mapping(tmp_path, top, more)
    assert not dry(OUTSIDE / "amounts_undecided.csv", said).doubts
    bring(tmp_path, OUTSIDE / "amounts_undecided.csv", said)
    assert amounts() == right


@pytest.mark.parametrize(
    ("cells", "right"),
    [
        (["1,234", "999.50"], ["1234.00", "999.50"]),
        (["1,234", "999,5"], ["1.23", "999.50"]),
        (["12.500", "3 400,00 €"], ["12500.00", "3400.00"]),
        (["1.234", "40,-"], ["1234.00", "40.00"]),
        (["1,500", "1,00,000"], ["1500.00", "100000.00"]),
        (["1.234", "1'000.50"], ["1.23", "1000.50"]),
        (["1.5E+03", "1,234"], ["1500.00", "1234.00"]),
        (["7", "0", "Fr. 12"], ["7.00", "0.00", "12.00"]),
    ],
)
def test_what_one_cell_says_of_another(tmp_path: Path, cells: list[str], right: list[str]) -> None:
    assert (
        bring(
            tmp_path, column(tmp_path, cells), mapping(tmp_path, said=GERMAN.replace(', currency = "EUR"', ""))
        ).rejected
        == 0
    )
    assert amounts() == right


@pytest.mark.parametrize(
    ("cells", "asks"),
    [(["1.234,50", "1,234.50"], False), (["1.234,50", "1,234.50", "1.234"], True), (["1,234", "1.234"], True)],
)
def test_cells_that_contradict_each_other_settle_nothing(tmp_path: Path, cells: list[str], asks: bool) -> None:
    assert bool(dry(column(tmp_path, cells), mapping(tmp_path)).doubts) is asks


@pytest.mark.parametrize("cell", ["12.5", "1,234.50", "12k", "1,5 Mio.", "12.05.2026", "50 %", "1.2.3"])
def test_what_is_no_amount_in_its_column_is_a_bad_row(tmp_path: Path, cell: str) -> None:
    report = bring(tmp_path, column(tmp_path, ["2.345,50", cell]), mapping(tmp_path, 'decimal = ","'))
    assert [number for number, _ in report.errors] == [2]
    assert f"{cell!r} is not an amount of money" in report.errors[0][1]


def test_a_number_that_the_file_keeps_as_one_is_not_in_doubt(tmp_path: Path) -> None:
    (tmp_path / "file.jsonl").write_text('{"Kunde": 1, "E-Mail": "a@x.example", "Monat": 1.25}\n')
    bring(tmp_path, tmp_path / "file.jsonl", mapping(tmp_path, 'decimal = ","'))
    assert amounts() == ["1.25"]


MINUTES = """
source = "times"
id = "Kunde"
{top}
[customer]
external = "Kunde"
[[touchpoint]]
kind = "visit"
at = {{ text = "2026-05-01" }}
[touchpoint.scores]
"number.minutes" = "Monat"{more}
"""


def test_numbers_that_are_answers_are_settled_by_their_column_too(tmp_path: Path) -> None:
    file = column(tmp_path, ["1.234", "12.000", "0,5", "1,2E+04"])
    assert bring(tmp_path, file, mapping(tmp_path, said=MINUTES)).rejected == 0
    assert list(Score.objects.order_by("value").values_list("value", flat=True)) == [0.5, 1234, 12000, 12000]


def test_answers_of_which_nothing_says_it_are_asked_about(tmp_path: Path) -> None:
    (doubt,) = dry(column(tmp_path, ["1.234", "12.000"]), mapping(tmp_path, said=MINUTES)).doubts
    assert "adds up to 13,234, with a point to 13.234" in doubt
    bring(tmp_path, column(tmp_path, ["1.234", "12.000"]), mapping(tmp_path, 'decimal = "."', said=MINUTES))
    assert sorted(Score.objects.values_list("value", flat=True)) == [1.234, 12]


def test_the_shell_shows_the_doubt_and_says_no(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    mapping(tmp_path)
    words = {"map": tmp_path / "map.toml", "rejected": None, "file": OUTSIDE / "amounts_undecided.csv"}
    assert import_.run(argparse.Namespace(**words, dry_run=True)) == 1
    assert "With a comma the column adds up to 13,234" in capsys.readouterr().out


def test_a_decimal_mark_is_a_comma_or_a_point(tmp_path: Path) -> None:
    with pytest.raises(Refused, match="what stands before the decimals"):
        mapping(tmp_path, 'decimal = "comma"')
