"""Files as they are found: a quote that nobody closed, heads and encodings of every kind, and what cells say."""

import csv
import gzip
import json
from datetime import UTC, date, datetime
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest

from heedful import imports
from heedful.customers.models import Customer, Feedback, Score, Touchpoint
from heedful.kit.actor import By
from heedful.kit.errors import Refused
from heedful.prove import answers, scores
from heedful.prove.periods import Period
from tests.imports import parquet_files

pytestmark = pytest.mark.django_db
NOW = datetime(2026, 3, 2, 12, 0, tzinfo=UTC)
BY = By("import", "test")
MAP = """
source = "test"
time_zone = "Europe/Berlin"
country = "DE"
[customer]
external = "id"
[[touchpoint]]
kind = "survey_answered"
at = "at"
verbatim = "text"
"""


def bring(
    folder: Path, content: bytes | str, said: str = MAP, name: str = "file.csv", *, at: datetime = NOW
) -> imports.Report:
    (folder / "map.toml").write_text(said)
    (folder / name).write_bytes(content.encode() if isinstance(content, str) else content)
    found = imports.read_map(folder / "map.toml")
    table = imports.open_table(folder / name, skip=found.file.skip)
    return imports.run(table=table, mapping=found, rejected=folder / "bad.csv", by=BY, at=at)


def verbatims() -> list[str | None]:
    return list(Touchpoint.objects.order_by("happened_at", "verbatim").values_list("verbatim", flat=True))


@pytest.mark.parametrize(
    "rows",
    [
        ['1,2025-01-01,"one"', '2,2025-01-01,"oops', "3,2025-01-01,three", '4,2025-01-01,"four"', "5,2025-01-01,five"],
        [
            '1,2025-01-01,"one"',
            '2,2025-01-01,"oops',
            '"3","2025-01-01","three"',
            "4,2025-01-01,four",
            '5,2025-01-01,""',
        ],
        ['1,2025-01-01,"one"', '2,"2025-01-01,oops', "3,2025-01-01,three", "4,2025-01-01,four", "5,2025-01-01,five"],
    ],
    ids=["closed by the next quote", "everything quoted", "open to the end"],
)
def test_a_quote_that_is_not_closed_costs_its_own_row_alone(tmp_path: Path, rows: list[str]) -> None:
    report = bring(tmp_path, "\n".join(["id,at,text", *rows]))
    assert (report.taken, report.rejected, report.rows) == (4, 1, 5)
    assert report.errors[0][0] == 2
    assert "not closed" in report.errors[0][1]
    bad = list(csv.DictReader((tmp_path / "bad.csv").open(newline="")))
    assert bad[0]["id"] == "2"
    assert "oops" in " ".join(map(str, bad[0].values()))
    assert "three" in verbatims()


def test_a_file_that_breaks_off_inside_a_quote_says_so(tmp_path: Path) -> None:
    report = bring(tmp_path, 'id,at,text\n1,2025-01-01,fine\n2,2025-01-01,"and then it bro')
    assert (report.taken, report.rejected) == (1, 1)
    assert "not closed" in report.errors[0][1]


def test_a_field_may_have_many_lines_but_not_endlessly_many(tmp_path: Path) -> None:
    long = "\n".join(f"line {n}" for n in range(500))
    rows = [f'1,2025-01-01,"{long}"', '2,2025-01-01,"oops', *(f"{n},2025-01-01,x" for n in range(3, 4_000))]
    report = bring(tmp_path, "\n".join(["id,at,text", *rows]))
    assert (report.taken, report.rejected) == (3_998, 1)
    assert long in verbatims()


def test_sloppy_quotes_inside_one_line_are_read(tmp_path: Path) -> None:
    bring(tmp_path, 'id,at,text\n1,2025-01-01,"so-called" help\n2,2025-01-01,a 6" pizza')
    assert sorted(filter(None, verbatims()), reverse=True) == ["so-called help", 'a 6" pizza']


@pytest.mark.parametrize(
    "content",
    [
        "\ufeffid;at;text\r\n1;2025-01-01;Größe\r\n".encode(),
        "sep=;\r\nid;at;text\r\n1;2025-01-01;Größe\r\n".encode("cp1252"),
        "id\tat\ttext\r\n1\t2025-01-01\tGröße\r\n".encode("utf-16"),
        "id\tat\ttext\n1\t2025-01-01\tGröße\n".encode("utf-16-le"),
        "id,at,text\r1,2025-01-01,Größe\r".encode(),
        gzip.compress("id,at,text\n1,2025-01-01,Größe\n".encode("latin-1"), mtime=0),
    ],
    ids=["bom and semicolons", "sep line", "utf-16", "utf-16 without bom", "old line ends", "gzip latin-1"],
)
def test_what_a_spreadsheet_saves_is_read(tmp_path: Path, content: bytes) -> None:
    assert bring(tmp_path, content).rejected == 0
    assert verbatims() == ["Größe"]


def test_a_damaged_byte_does_not_turn_every_umlaut_into_two_letters(tmp_path: Path) -> None:
    content = (
        "id,at,text\n1,2025-01-01,Größe schön für dich über alle Maßen\n".encode() + b"2,2025-01-01,bad \xff byte\n"
    )
    bring(tmp_path, content)
    assert verbatims() == ["Größe schön für dich über alle Maßen", "bad \ufffd byte"]
    assert imports.open_table(tmp_path / "file.csv").damaged == 1


def test_columns_of_one_name_and_of_none_get_a_name(tmp_path: Path) -> None:
    said = MAP.replace('"text"', '{ join = ["text", "text (2)", "column 5"] }')
    bring(tmp_path, "id,at,text,text,,\n1,2025-01-01,a,b,c,d", said)
    assert verbatims() == ["a b c"]


def test_lines_before_the_head_are_passed_over_and_a_second_head_is_a_bad_row(tmp_path: Path) -> None:
    content = "Report of today,,\n\nid,at,text\n1,2025-01-01,a\nid,at,text\n2,2025-01-01,b"
    report = bring(tmp_path, content, MAP + "[file]\nskip = 2")
    assert (report.taken, report.rejected) == (2, 1)
    assert "repeats the head" in report.errors[0][1]


@pytest.mark.parametrize("cell", ["N/A", "-", "#N/A", "", "NULL"])
def test_an_id_that_says_nothing_makes_no_customer(tmp_path: Path, cell: str) -> None:
    report = bring(tmp_path, f"id,at,text\n{cell},2025-01-01,a\n1,2025-01-01,-")
    assert report.rejected == 1
    assert Customer.objects.count() == 1
    assert verbatims() == [None]


def time_of(folder: Path, cell: Any, said: str, zone: str = "") -> datetime:
    bring(folder, json.dumps({"id": 1, "at": cell, "zone": zone}), MAP.replace('at = "at"', said), "f.jsonl")
    return Touchpoint.objects.get().happened_at


PLAIN = 'at = "at"'
BY_FORMAT = "at = {{ column = 'at', format = '{}' }}"


@pytest.mark.parametrize(
    ("cell", "said", "at"),
    [
        ("2025-03-01T10:00:00Z", PLAIN, (2025, 3, 1, 10, 0)),
        ("2025-03-01 10:00:00 UTC", PLAIN, (2025, 3, 1, 10, 0)),
        ("2025/03/01 10:00", PLAIN, (2025, 3, 1, 9, 0)),
        (1740823200, PLAIN, (2025, 3, 1, 10, 0)),
        (1740823200000, PLAIN, (2025, 3, 1, 10, 0)),
        ("1740823200.000000", PLAIN, (2025, 3, 1, 10, 0)),
        (1740823200000000, PLAIN, (2025, 3, 1, 10, 0)),
        ("1.3.25", BY_FORMAT.format("%d.%m.%y"), (2025, 2, 28, 23, 0)),
        ("03/01/2025 02:05 p.m.", BY_FORMAT.format("%m/%d/%Y %I:%M %p"), (2025, 3, 1, 13, 5)),
        ("01-Mar-2025 2:05 PM", BY_FORMAT.format("%d-%b-%Y %I:%M %p"), (2025, 3, 1, 13, 5)),
        ("45717,5", BY_FORMAT.format("excel"), (2025, 3, 1, 11, 0)),
        ("2025-03-01 10:00", "at = { column = 'at', time_zone = 'Asia/Tokyo' }", (2025, 3, 1, 1, 0)),
    ],
)
def test_times_are_read_as_files_write_them(
    tmp_path: Path, cell: Any, said: str, at: tuple[int, int, int, int, int]
) -> None:
    assert time_of(tmp_path, cell, said) == datetime(*at, tzinfo=UTC)


def test_a_row_may_name_its_own_clock(tmp_path: Path) -> None:
    said = "at = { column = 'at', time_zone_column = 'zone' }"
    assert time_of(tmp_path, "2025-03-01 10:00", said, "America/New_York") == datetime(2025, 3, 1, 15, tzinfo=UTC)


def test_a_time_that_is_not_understood_is_answered_with_how_to_say_it(tmp_path: Path) -> None:
    report = bring(tmp_path, "id,at,text\n1,03/04/2025,a")
    assert "format = '%d/%m/%Y" in report.errors[0][1]


@pytest.mark.parametrize(
    ("question", "told", "cell", "value"),
    [
        ("recommend", '"score"', "10 - Extremely likely", 10),
        ("recommend", '"score"', "0 = Not at all likely", 0),
        ("recommend", '"score"', "9,0", 9),
        ("recommend", '"score"', "8/10", 8),
        ("satisfaction", '"score"', "4 out of 5", 4),
        ("satisfaction", '"score"', "Very satisfied (5)", 5),
        ("satisfaction", '"score"', "(4) Good", 4),
        ("satisfaction", '"score"', "5 stars", 5),
        ("satisfaction", '"score"', "★★★☆☆", 3),
        ("compared", '"score"', "-2 Much worse", -2),
        ("helped", '"score"', "Yes", 1),
        ("yes.solved", '"score"', "nein", 0),
        ("satisfaction", '{ column = "score", map = { Good = 4 } }', "good", 4),
        ("satisfaction", '{ column = "score", map = { "6" = 5 } }', "6.0", 5),
        ("satisfaction", '{ column = "score", none = [0, 6, 99] }', "6,0", None),
        ("satisfaction", '{ column = "score", none = [99] }', "99", None),
        ("satisfaction", '"score"', "k. A.", None),
        ("satisfaction", '{ column = "score", of = [1, 10] }', "10", 5),
        ("satisfaction", '{ column = "score", of = [1, 7] }', "4", 3),
        ("satisfaction", '{ column = "score", of = [5, 1] }', "1", 5),
        ("recommend", '{ column = "score", of = [0, 100] }', "95", 9.5),
    ],
)
def test_scores_are_read_as_files_write_them(
    tmp_path: Path, question: str, told: str, cell: str, value: int | None
) -> None:
    said = f'{MAP}[touchpoint.scores]\n"{question}" = {told}'
    report = bring(tmp_path, f'id,at,text,score\n1,2025-01-01,a,"{cell}"', said)
    assert not report.errors
    assert list(Score.objects.values_list("value", flat=True)) == ([] if value is None else [value])


def test_an_answer_on_the_files_own_scale_is_kept_as_it_was_given_and_its_mean_is_true(tmp_path: Path) -> None:
    said = f'{MAP}[touchpoint.scores]\nease = {{ column = "score", of = [1, 5] }}'
    cells = [5] * 30 + [4] * 20 + [3] * 6 + [2] * 4  # a mean of 4.2667 of 5, which is 5.9 of 7
    rows = "\n".join(f"{number},2025-01-01,a,{cell}" for number, cell in enumerate(cells))
    assert not bring(tmp_path, f"id,at,text,score\n{rows}", said).errors
    row = Score.objects.filter(given=4).first()
    assert row is not None
    assert (row.value, row.lowest, row.highest) == (5.5, 1, 5)
    assert Touchpoint.objects.filter(scores={"ease": {"value": 4, "of": [1, 5]}}).count() == 20
    period = Period(datetime(2024, 12, 1, tzinfo=UTC), datetime(2025, 2, 1, tzinfo=UTC), "A while")
    figure = scores.score("ease", answers.tallies(questions=["ease"], period=period)["ease"][""])
    assert figure is not None
    assert figure.value == pytest.approx(sum(cells) / 60)
    assert figure.scale == (1, 5)
    assert figure.low < sum(cells) / 60 < figure.high < 5


def test_where_scales_are_mixed_the_mean_is_on_the_questions_own_and_true(tmp_path: Path) -> None:
    for best, cell in ((5, 4), (4, 2), (7, 7)):
        said = f'{MAP}[touchpoint.scores]\nease = {{ column = "score", of = [1, {best}] }}'
        assert not bring(tmp_path, f"id,at,text,score\n{best},2025-01-01,a,{cell}", said).errors
    period = Period(datetime(2024, 12, 1, tzinfo=UTC), datetime(2025, 2, 1, tzinfo=UTC), "A while")
    figure = scores.score("ease", answers.tallies(questions=["ease"], period=period)["ease"][""])
    assert figure is not None
    assert figure.value == pytest.approx((5.5 + 3 + 7) / 3)
    assert figure.scale is None


@pytest.mark.parametrize(
    ("told", "cell", "reason"),
    [
        ('"score"', "8/10", "must be a number"),
        ('"score"', "4.5", "whole number"),
        ('"score"', "7", "goes from 1 to 5"),
        ('"score"', "between 2 and 3", "must be a number"),
        ('{ column = "score", of = [1, 10] }', "11", "goes from 1 to 10 in this file"),
    ],
)
def test_a_score_that_may_mean_something_else_is_a_bad_row(tmp_path: Path, told: str, cell: str, reason: str) -> None:
    report = bring(
        tmp_path, f"id,at,text,score\n1,2025-01-01,a,{cell}", f"{MAP}[touchpoint.scores]\nsatisfaction = {told}"
    )
    assert reason in report.errors[0][1]


@pytest.mark.parametrize("cell", ["-5", "- 5,00 €", "(12.50)", "12.50-", "€ -3"])
def test_a_negative_value_is_a_bad_row(tmp_path: Path, cell: str) -> None:
    said = MAP.replace("[[touchpoint]]", 'value = { amount = "worth" }\n[[touchpoint]]')
    report = bring(tmp_path, f'id,at,text,worth\n1,2025-01-01,a,"{cell}"\n2,2025-01-01,b,-', said)
    assert (report.taken, report.rejected) == (1, 1)
    assert "is negative" in report.errors[0][1]


def test_a_code_in_the_value_may_mean_that_it_is_not_known(tmp_path: Path) -> None:
    said = MAP.replace("[[touchpoint]]", 'value = { amount = "worth", none = [-4] }\n[[touchpoint]]')
    assert bring(tmp_path, "id,at,text,worth\n1,2025-01-01,a,-4.0", said).rejected == 0
    assert Customer.objects.get().value_amount is None


def test_an_address_is_found_behind_the_name_that_a_mail_program_wrote(tmp_path: Path) -> None:
    said = MAP.replace('external = "id"', 'email = "id"')
    bring(tmp_path, 'id,at,text\n"""Prado, Ines"" <Ines@X.org>",2025-01-01,a', said)
    assert Customer.objects.get().email == "ines@x.org"


def test_rows_without_any_name_may_each_stand_for_themselves(tmp_path: Path) -> None:
    said = MAP.replace('external = "id"', 'external = { row = true, prefix = "kiosk-" }')
    report = bring(tmp_path, "at,text\n2025-01-01,a\nsoon,b\n2025-01-01,c", said)
    assert (report.taken, report.rejected, report.customers_new) == (2, 1, 2)
    mended = (tmp_path / "bad.csv").read_text().replace("soon", "2025-01-02")
    (tmp_path / "again").mkdir()
    assert bring(tmp_path / "again", mended, said).customers_new == 1
    assert sorted(Customer.objects.values_list("handle", flat=True)) == ["kiosk-1", "kiosk-2", "kiosk-3"]


def test_a_stage_may_be_written_by_its_name(tmp_path: Path) -> None:
    bring(tmp_path, "id,at,text,stage\n1,2025-01-01,a,Onboarding", MAP + 'stage = { column = "stage" }')
    assert Touchpoint.objects.get().stage_slug == "onboarding"


def test_what_is_inside_objects_and_lists_of_a_json_line_has_a_path(tmp_path: Path) -> None:
    line = {"id": 1, "at": "2025-01-01", "said": [["agent", "hello"], ["customer", "help"]], "tags": ["a", "b"]}
    said = MAP.replace('"text"', '"said.1.1"') + 'properties = { tags = "tags", first = "tags.0", deep = "no.such" }'
    report = bring(tmp_path, json.dumps(line), said, "f.jsonl")
    assert Touchpoint.objects.get().properties == {"tags": "a, b", "first": "a"}
    assert verbatims() == ["help"]
    assert report.unseen == ["no.such"]


def test_parquet_keeps_times_days_decimals_lists_and_fields_within_fields(tmp_path: Path) -> None:
    row = {
        "id": 7, "who": {"mail": "a@x.org"}, "at": datetime(2025, 3, 1, 10, tzinfo=UTC), "worth": Decimal("12.50"),
        "day": date(2025, 3, 2), "score": 4.0, "tags": ["a", "b"], "naive": datetime(2025, 3, 1, 10),  # noqa: DTZ001
    }  # fmt: skip
    parquet_files.write(tmp_path / "made.parquet", [row])
    said = """
    source = "test"
    time_zone = "Europe/Berlin"
    [customer]
    external = "id"
    email = "who.mail"
    value = { amount = "worth" }
    [[touchpoint]]
    kind = "a"
    at = "at"
    properties = { tags = "tags" }
    [touchpoint.scores]
    satisfaction = "score"
    [[touchpoint]]
    kind = "b"
    at = "day"
    [[touchpoint]]
    kind = "c"
    at = "naive"
    """
    assert bring(tmp_path, (tmp_path / "made.parquet").read_bytes(), said, "f.parquet").taken == 3
    times = dict(Touchpoint.objects.values_list("kind", "happened_at"))
    assert times["a"] == datetime(2025, 3, 1, 10, tzinfo=UTC)
    assert times["b"] == datetime(2025, 3, 1, 23, tzinfo=UTC)
    assert times["c"] == datetime(2025, 3, 1, 9, tzinfo=UTC)
    assert Touchpoint.objects.get(kind="a").properties == {"tags": "a, b"}
    person = Customer.objects.people().get()
    assert (person.email, str(person.value_amount)) == ("a@x.org", "12.50")


def test_the_report_counts_customers_touchpoints_feedback_bad_rows_and_absurd_times(tmp_path: Path) -> None:
    said = MAP.replace('external = "id"', 'external = "id"\nemail = "mail"')
    first = "id,mail,at,text\n1,a@x.org,2025-01-01,one\n"
    bring(tmp_path, first, said)
    more = first + "1,a@x.org,2025-01-02,\n2,b@x.org,1970-01-01,two\n,b@x.org,2099-01-01,three\n3,c@x.org,never,x\n"
    report = bring(tmp_path, more, said)
    assert (report.customers_new, report.customers_matched) == (1, 1)
    assert (report.taken, report.duplicates, report.rejected, report.feedback) == (3, 1, 1, 3)
    assert report.clamped == 2
    assert [number for number, _ in report.absurd] == [3, 4]
    assert Feedback.objects.count() == 3


def test_a_dry_run_tells_how_many_customers_would_be_new(tmp_path: Path) -> None:
    bring(tmp_path, "id,at,text\n1,2025-01-01,one\n")
    (tmp_path / "more.csv").write_text("id,at,text\n1,2025-01-01,one\n2,2025-01-01,x\n2,2025-01-02,y\n3,2025-01-02,y\n")
    table = imports.open_table(tmp_path / "more.csv")
    report = imports.dry_run(table=table, mapping=imports.read_map(tmp_path / "map.toml"), at=NOW)
    assert (report.customers_new, report.customers_matched) == (2, 1)
    assert Customer.objects.count() == 1


def test_a_stage_that_there_is_not_is_told_before_the_first_row(tmp_path: Path) -> None:
    with pytest.raises(Refused, match="There is no stage 'usage'; there are attraction"):
        bring(tmp_path, "id,at,text\n1,2025-01-01,one", MAP + 'stage = "usage"')
