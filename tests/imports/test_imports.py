"""Files of every shape, good rows in, bad rows out, and never twice."""

import csv
import gzip
import hashlib
import json
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import msgspec
import pytest
from django.db import connection

from heedful import imports
from heedful.customers import messages
from heedful.customers.models import Consent, Customer, Import, Organisation, Score, StageChange, Touchpoint
from heedful.imports import importing
from heedful.kit.actor import By
from heedful.kit.errors import Refused
from heedful.ledger.models import Entry
from heedful.prove import directions
from tests.imports import parquet_files

pytestmark = pytest.mark.django_db
NOW = datetime(2026, 3, 2, 12, 0, tzinfo=UTC)
BY = By("import", "test")

MAP = """
source = "test"
id = "id"
time_zone = "Europe/London"
[customer]
external = "id"
email = "mail"
[[touchpoint]]
kind = "survey_answered"
at = { column = "date", format = "%d/%m/%Y %H:%M" }
verbatim = "text"
[touchpoint.scores]
recommend = { column = "nps", none = ["99"] }
"""
HEAD = "id,mail,date,nps,text"
GOOD = ["1,a@x.org,01/07/2025 12:00,9,Fine", "2,B@x.org,02/07/2025 12:00,99,“Ünder” 😀"]


def lay(folder: Path, rows: list[str], said: str = MAP, name: str = "file.csv", encoding: str = "utf-8") -> Path:
    (folder / "map.toml").write_text(said)
    (folder / name).write_bytes("\n".join(rows).encode(encoding))
    return folder / name


def bring(file: Path) -> imports.Report:
    found = imports.read_map(file.with_name("map.toml"))
    return imports.run(table=imports.open_table(file), mapping=found, rejected=file.with_name("bad"), by=BY, at=NOW)


def test_rows_become_customers_touchpoints_and_scores(tmp_path: Path) -> None:
    report = bring(lay(tmp_path, [HEAD, *GOOD]))
    assert (report.rows, report.taken, report.rejected) == (2, 2, 0)
    first = Touchpoint.objects.order_by("happened_at")[0]
    assert first.happened_at == datetime(2025, 7, 1, 11, 0, tzinfo=UTC)
    assert list(Score.objects.values_list("question", "value")) == [("recommend", 9)]
    assert set(Customer.objects.people().values_list("email", flat=True)) == {"a@x.org", "b@x.org"}


def test_a_second_run_changes_nothing(tmp_path: Path) -> None:
    file = lay(tmp_path, [HEAD, *GOOD])
    bring(file)
    before = list(Customer.objects.order_by("pk").values())
    again = bring(file)
    assert (again.taken, again.duplicates) == (0, 2)
    assert list(Customer.objects.order_by("pk").values()) == before
    assert Touchpoint.objects.count() == 2


DIRECTIONS = '[more_is]\n"yes.left" = "worse"\n"number.minutes" = "worse"\n[customer]'


def test_a_map_says_which_way_is_better_where_nobody_has(tmp_path: Path) -> None:
    directions.choose(question="number.minutes", more_is="better", by=BY, at=NOW)
    file = lay(tmp_path, [HEAD, *GOOD], MAP.replace("[customer]", DIRECTIONS))
    mapping = imports.read_map(file.with_name("map.toml"))
    imports.dry_run(table=imports.open_table(file), mapping=mapping, at=NOW)
    assert directions.every() == {"number.minutes": "better"}
    for _ in range(2):
        bring(file)
    assert directions.every() == {"number.minutes": "better", "yes.left": "worse"}
    assert Entry.objects.filter(kind="DirectionChosen").count() == 2


def test_a_map_that_says_no_direction_is_known_as_before_it_could(tmp_path: Path) -> None:
    mapping = imports.read_map(lay(tmp_path, []).with_name("map.toml"))
    says = msgspec.json.encode(mapping).replace(b'"more_is":{},', b"")
    assert b"more_is" not in says
    assert importing.digest_of(mapping) == hashlib.blake2b(says, digest_size=16).hexdigest()


@pytest.mark.django_db(transaction=True)
def test_what_came_is_measured_at_once_so_that_lists_are_planned_for_it(tmp_path: Path) -> None:
    bring(lay(tmp_path, [HEAD, *(f"{n},c{n}@x.org,01/07/2025 12:00,9,Fine" for n in range(60))]))
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT relname, reltuples FROM pg_class WHERE relname IN ('customers_feedback', 'customers_score')"
        )
        assert dict(cursor.fetchall()) == {"customers_feedback": 60, "customers_score": 60}


@pytest.mark.parametrize(
    ("row", "reason"),
    [
        ("3,c@x.org,02/07/2025 12:00,11,x", "recommend goes from 0 to 10"),
        ("3,c@x.org,02/07/2025 12:00,nine,x", "must be a number"),
        ("3,c@x.org,2025-07-02,9,x", "cannot be read as a time as %d/%m/%Y %H:%M"),
        (",,02/07/2025 12:00,9,x", "names no customer"),
        ("3,c@x.org,02/07/2025 12:00,9", "has 4 fields, the head has 5"),
        ("3,c@x.org,02/07/2025 12:00,9,x,y", "has 6 fields"),
    ],
)
def test_a_bad_row_goes_out_with_its_reason_and_the_good_ones_go_in(tmp_path: Path, row: str, reason: str) -> None:
    report = bring(lay(tmp_path, [HEAD, GOOD[0], row, GOOD[1]]))
    assert (report.taken, report.rejected) == (2, 1)
    assert report.errors[0][0] == 2
    assert reason in report.errors[0][1]
    with (tmp_path / "bad").open(newline="") as file:
        bad = list(csv.DictReader(file))
    assert bad[0]["row"] == "2"
    assert row.split(",")[2] in list(bad[0].values())
    assert reason in bad[0]["reason"]


def test_a_dry_run_writes_nothing(tmp_path: Path) -> None:
    file = lay(tmp_path, [HEAD, *GOOD, "3,,,,", "bad"])
    report = imports.dry_run(table=imports.open_table(file), mapping=imports.read_map(tmp_path / "map.toml"), at=NOW)
    assert (report.rows, report.taken, report.rejected) == (4, 2, 1)
    assert not Touchpoint.objects.exists()
    assert not Customer.objects.exists()
    assert not Import.objects.exists()


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16", "cp1252"])
@pytest.mark.parametrize("separator", [",", ";", "\t", "|"])
def test_separator_and_encoding_are_found_out(tmp_path: Path, encoding: str, separator: str) -> None:
    rows = [line.replace(",", separator) for line in (HEAD, "1,a@x.org,01/07/2025 12:00,9,Größe; “é”")]
    rows[1] = rows[1].replace("Größe; “é”", '"Größe; “é”"')
    bring(lay(tmp_path, rows, encoding=encoding))
    assert Touchpoint.objects.get().verbatim == "Größe; “é”"


def test_quoted_lines_and_gzip_are_read(tmp_path: Path) -> None:
    file = lay(tmp_path, [HEAD, '1,a@x.org,01/07/2025 12:00,9,"two\nlines, ""quoted"""'])
    zipped = file.with_suffix(".csv.gz")
    zipped.write_bytes(gzip.compress(file.read_bytes()))
    bring(zipped)
    assert Touchpoint.objects.get().verbatim == 'two\nlines, "quoted"'


ORDERS = """
source = "orders"
[customer]
user_id = "customer.id"
name = "customer.name"
segment = "plan"
lifecycle_stage = { column = "stage", map = { "Joined" = "onboarding" } }
organisation = { id = "org", name = "org_name" }
value = { amount = "monthly", times = 12, currency = "GBP", source = "billing" }
attributes = ["town"]
consent = { email = "opt_in" }
at = "ordered"
[[touchpoint]]
kind = "order_placed"
at = "ordered"
channel = { column = "via", default = "web" }
stage = "purchase"
properties = { promised_for = { column = "promised", format = "%d.%m.%Y" }, number = "order" }
[[touchpoint]]
kind = "order_delivered"
at = "delivered"
when = { column = "state", is_not = ["lost"] }
properties = { number = "order" }
[[touchpoint]]
kind = "order_reviewed"
at = "reviewed"
[touchpoint.scores]
satisfaction = { column = "stars", map = { "*****" = 5, "*" = 1 } }
"""
ORDER: dict[str, Any] = {
    "customer": {"id": 7, "name": "Ines Prado"},
    "plan": "Fibre", "stage": "Joined", "org": "o1", "org_name": "Prado SA",
    "monthly": 40.5, "town": "Leeds", "opt_in": "no", "ordered": "2025-05-01T10:00:00Z", "promised": "05.05.2025",
    "delivered": 1746450000, "reviewed": None, "stars": None, "order": 12, "state": "done", "via": None,
}  # fmt: skip


@pytest.mark.parametrize("form", ["jsonl", "parquet"])
def test_one_row_may_give_several_touchpoints_and_all_about_a_customer(tmp_path: Path, form: str) -> None:
    rows = [ORDER, {**ORDER, "order": 13, "state": "lost", "reviewed": "2025-05-09 08:00", "stars": "*****"}]
    file = lay(tmp_path, [json.dumps(row) for row in rows], ORDERS, name="file.jsonl")
    if form == "parquet":
        flat = [{**row, "customer.id": 7, "customer.name": "Ines Prado"} for row in rows]
        file = tmp_path / "file.parquet"
        columns = [{key: row[key] for key in row if key != "customer"} for row in flat]
        parquet_files.write(file, columns)
    assert bring(file).taken == 4
    placed = Touchpoint.objects.filter(kind="order_placed", properties__number="12").first()
    assert placed is not None
    assert placed.properties == {"promised_for": "2025-05-05", "number": "12"}
    assert (placed.channel, placed.stage_slug) == ("web", "purchase")
    assert Touchpoint.objects.get(kind="order_delivered").happened_at == datetime(2025, 5, 5, 13, 0, tzinfo=UTC)
    assert Touchpoint.objects.get(kind="order_reviewed").scores == {"satisfaction": 5}
    customer = Customer.objects.people().get()
    assert (customer.name, customer.segment, customer.stage_id) == ("Ines Prado", "Fibre", "onboarding")
    assert (str(customer.value_amount), customer.value_currency) == ("486.00", "GBP")
    assert (customer.attributes, Organisation.objects.get().name) == ({"town": "Leeds"}, "Prado SA")
    assert not Consent.objects.get(purpose="email").granted
    assert StageChange.objects.get().stage_id == "onboarding"


DATE = 'at = { column = "date", format = "%d/%m/%Y %H:%M" }'


@pytest.mark.parametrize(
    ("said", "head", "cell", "at"),
    [
        ('at = { text = "2017-05-15" }', "date", "x", datetime(2017, 5, 14, 23, 0, tzinfo=UTC)),
        (
            'at = { join = ["day", "hour"], format = "%d.%m.%Y %H" }',
            "day,hour",
            "3.2.2025,14",
            datetime(2025, 2, 3, 14, 0, tzinfo=UTC),
        ),
    ],
)
def test_a_time_may_stand_in_several_columns_or_in_none(
    tmp_path: Path, said: str, head: str, cell: str, at: datetime
) -> None:
    file = lay(tmp_path, [f"id,mail,{head},nps,text", f"1,a@x.org,{cell},9,Fine"], MAP.replace(DATE, said))
    assert bring(file).taken == 1
    assert Touchpoint.objects.get().happened_at == at


@pytest.mark.parametrize(
    ("said", "sentence"),
    [
        ('at = { column = "date", format = "%d" }', "says no year"),
        ('at = { format = "%Y" }', "A time needs"),
        ('at = { text = "soon" }', "cannot be read as a time"),
    ],
)
def test_a_time_that_can_never_be_read_is_told_before_the_first_row(tmp_path: Path, said: str, sentence: str) -> None:
    file = lay(tmp_path, [HEAD, *GOOD], MAP.replace(DATE, said))
    with pytest.raises(Refused, match=sentence):
        bring(file)
    assert not Touchpoint.objects.exists()


@pytest.mark.parametrize(
    ("written", "amount"),
    [("1.234,56", "1234.56"), ("1,234.56", "1234.56"), ("12,5", "12.50"), ("1,234.0", "1234.00"), ("€ 40", "40.00")],
)
def test_amounts_are_read_as_either_half_of_the_world_writes_them(tmp_path: Path, written: str, amount: str) -> None:
    said = MAP.replace("[[touchpoint]]", 'value = { amount = "worth", currency = "EUR" }\n[[touchpoint]]')
    bring(lay(tmp_path, [f"{HEAD},worth", f'{GOOD[0]},"{written}"'], said))
    assert str(Customer.objects.people().get().value_amount) == amount


def test_an_import_that_was_stopped_goes_on(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    rows = [f"{n},{n}@x.org,01/07/2025 12:00,9,x" for n in range(1, 31)]
    file = lay(tmp_path, [HEAD, *rows])
    monkeypatch.setattr("heedful.imports.importing.BATCH", 10)
    taken: list[int] = []
    take = messages.record

    def stop_after_two(**said: Any) -> messages.MessagesResult:
        if len(taken) == 2:
            raise KeyboardInterrupt
        taken.append(1)
        return take(**said)

    monkeypatch.setattr(messages, "record", stop_after_two)
    with pytest.raises(KeyboardInterrupt):
        bring(file)
    assert Import.objects.get().position == 20
    monkeypatch.setattr(messages, "record", take)
    report = bring(file)
    assert (report.resumed_at, report.rows, report.taken) == (20, 10, 10)
    assert Touchpoint.objects.count() == 30


@pytest.mark.parametrize("form", ["csv", "jsonl"])
def test_an_import_that_was_stopped_keeps_the_bad_rows_of_before(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, form: str
) -> None:
    told = [(n, "no day" if n % 10 == 5 else "01/07/2025 12:00") for n in range(1, 31)]
    rows = {
        "csv": [HEAD, *(f"{n},{n}@x.org,{day},9,x" for n, day in told)],
        "jsonl": [json.dumps({"id": n, "mail": f"{n}@x.org", "date": day, "nps": 9, "text": ""}) for n, day in told],
    }
    file = lay(tmp_path, rows[form])
    monkeypatch.setattr("heedful.imports.importing.BATCH", 10)
    take, commits = messages.record, [0]

    def stop_in_the_third(**said: Any) -> messages.MessagesResult:
        commits[0] += 1
        if commits[0] == 3:
            raise KeyboardInterrupt
        return take(**said)

    monkeypatch.setattr(messages, "record", stop_in_the_third)
    with pytest.raises(KeyboardInterrupt):
        bring(file)
    with file.with_name("bad").open("a") as left:
        left.write("27,left by a stop before it was kept\n" if form == "csv" else '{"row": 27}\n{"ro')
    monkeypatch.setattr(messages, "record", take)
    bring(file)
    bad = file.with_name("bad").read_text().splitlines()
    numbers = [line.split(",")[0] for line in bad] if form == "csv" else [json.loads(line)["row"] for line in bad]
    assert numbers == (["row", "5", "15", "25"] if form == "csv" else [5, 15, 25])


@pytest.mark.parametrize(
    ("said", "sentence"),
    [
        ("source = ", "is not TOML"),
        ('source = "x"\n[customer]\nname = "a"', "needs at least one of user_id"),
        ('source = "x"\n[customer]\nemial = "a"', "emial"),
        (MAP.replace('verbatim = "text"', 'verbatim = "txt"'), "has no column 'txt'"),
        (MAP.replace("recommend", "loyalty"), "There is no question 'loyalty'"),
        (MAP.replace("Europe/London", "Europe/Londin"), "There is no time zone"),
    ],
)
def test_a_wrong_map_is_refused_with_its_place(tmp_path: Path, said: str, sentence: str) -> None:
    with pytest.raises(Refused, match=sentence):
        bring(lay(tmp_path, [HEAD, *GOOD], said))


@pytest.mark.parametrize(
    ("content", "sentence"),
    [
        (b"", "is empty"),
        (b'a,"b\n1,2\n', "a quote in it is not closed"),
        (b"PK\x03\x04rest", "Save the sheet as CSV"),
        (b'[{"a": 1}]', "one object a line"),
    ],
)
def test_a_file_without_columns_is_refused(tmp_path: Path, content: bytes, sentence: str) -> None:
    (tmp_path / "f.csv").write_bytes(content)
    with pytest.raises(Refused, match=sentence):
        imports.open_table(tmp_path / "f.csv")


def test_a_damaged_gzip_is_refused_in_a_sentence(tmp_path: Path) -> None:
    whole = gzip.compress("\n".join([HEAD, *GOOD]).encode())
    for broken in (whole[:30], whole[:20] + b"\x00\xff" * 9 + whole[38:]):
        file = lay(tmp_path, [], name="file.csv.gz")
        file.write_bytes(broken)
        with pytest.raises(Refused, match="damaged"):
            bring(file)


def test_nul_bytes_and_endless_words_do_not_stop_an_import(tmp_path: Path) -> None:
    rows = [HEAD, "1,a@x.org,01/07/2025 12:00,9,a\x00b", f"2,b@x.org,01/07/2025 12:00,9,{'x' * 3_000_000}"]
    assert bring(lay(tmp_path, rows)).taken == 2


@pytest.mark.parametrize("deep", ['{"x":' * 900 + "1" + "}" * 900, "[" * 100_000])
def test_a_line_of_json_that_is_nested_endlessly_is_a_bad_row(tmp_path: Path, deep: str) -> None:
    line = {"id": 2, "mail": "b@x.org", "date": "01/07/2025 12:00", "nps": 9, "text": ""}
    report = bring(lay(tmp_path, [f'{{"id": 1, "text": {deep}}}', json.dumps(line)]))
    assert (report.taken, report.rejected) == (1, 1)
    assert report.errors == [(1, "The line is nested too deeply.")]


def test_a_line_that_is_not_json_says_where(tmp_path: Path) -> None:
    report = bring(lay(tmp_path, ['{"id": 1, "text" 2}', "{}"]))
    assert report.errors[0] == (1, "The line is not JSON: Expecting ':' delimiter at character 18.")


def test_a_day_may_be_completed_by_a_month_that_no_column_says(tmp_path: Path) -> None:
    said = MAP.replace('"%d/%m/%Y %H:%M" }', '"%Y-%m-%d", prefix = "2017-05-" }\nproperties.on = {').replace(
        "properties.on = {", 'properties = { on = { column = "date", prefix = "2017-05-", format = "%Y-%m-%d" } }'
    )
    bring(lay(tmp_path, [HEAD, "1,a@x.org,13,9,x"], said))
    row = Touchpoint.objects.get()
    assert row.happened_at.isoformat() == "2017-05-12T23:00:00+00:00"
    assert row.properties == {"on": "2017-05-13[Europe/London]"}


def test_identical_rows_without_an_id_stay_two(tmp_path: Path) -> None:
    file = lay(tmp_path, [HEAD, GOOD[0], GOOD[0]], MAP.replace('id = "id"\n', "", 1))
    assert bring(file).taken == 2
    assert bring(file).taken == 0
