"""The import page: a file is brought in pieces, looked at, tried, read in, replaced and taken back."""

import zipfile
from collections.abc import Callable
from datetime import timedelta
from io import BytesIO
from pathlib import Path

import pytest
from django.test import Client
from django.utils import timezone

from heedful.associates.models import Associate
from heedful.customers.import_log import Import
from heedful.customers.models import Customer, Score, Touchpoint
from heedful.imports import uploads
from heedful.ledger.models import Entry
from tests.work import work

pytestmark = pytest.mark.django_db
type As = Callable[[Associate], Client]

ROWS = """id,email,name,date,comment,nps,price
1,ann@x.org,Ann,2026-03-01 10:00,It was late and nobody told me,2,9
2,bob@x.org,Bob,2026-03-02 10:00,,9,12
3,,Nobody,2026-03-02 10:00,,7,30
"""


@pytest.fixture(autouse=True)
def house(tmp_path: Path, settings: object) -> None:
    settings.DATA_DIR = tmp_path  # type: ignore[attr-defined]


def bring(client: Client, content: bytes, name: str = "answers.csv", piece: int = 100, **more: object) -> Import:
    began = client.post("/setup/imports/add", {"name": name, "size": len(content), **more})
    assert began.status_code == 200, began.content
    place = began.json()
    for at in range(0, len(content), piece):
        answer = client.post(
            f"{place['pieces']}?at={at}", content[at : at + piece], content_type="application/octet-stream"
        )
    assert answer.json() == {"whole": True}
    return Import.objects.get(pk=int(place["page"].rpartition("/")[2]))


def test_a_file_is_looked_at_tried_read_in_and_taken_back(as_: As, casey: Associate) -> None:
    client = as_(casey)
    row = bring(client, ROWS.encode())
    page = f"/setup/imports/{row.pk}"
    shown = client.get(page).content.decode()
    assert "It was late and nobody told me" in shown
    assert "id = &#34;id&#34;" in shown
    client.post(page, {"map": row.map_text})
    assert not Touchpoint.objects.exists()
    work()
    trial = Import.objects.get(pk=row.pk).trial or {}
    assert (trial["rows"], trial["new"], trial["known"], trial["rejected"]) == (3, 2, 0, 1)
    assert ["survey_answered: recommend", 2] in trial["properties"]
    shown = client.get(page).content.decode()
    assert "2 new, 0 there already" in shown
    client.post(f"{page}/run", {"map": row.map_text})
    work()
    row.refresh_from_db()
    assert (row.state, row.taken, row.rejected, row.imported_by) == ("finished", 2, 1, "Casey")
    assert sorted(Score.objects.values_list("value", flat=True)) == [2, 9]
    bad = b"".join(client.get(f"{page}/rejected")).decode()
    assert "names no customer" in bad
    assert "Nobody" in bad
    client.post(f"{page}/undoing")
    work()
    assert not Touchpoint.objects.exists()
    assert not Customer.objects.exists()
    assert "Taken back" in client.get("/setup/imports").content.decode()
    kinds = Entry.objects.filter(by_kind="associate").values_list("kind", flat=True)
    assert {"ImportStarted", "ImportUndoStarted"} <= set(kinds)


def test_a_file_whose_numbers_may_be_read_in_two_ways_is_kept_back(as_: As, casey: Associate) -> None:
    client = as_(casey)
    row = bring(client, b"id,email,date,spent\n1,ann@x.org,2026-03-01,1.234\n2,bob@x.org,2026-03-02,2.500\n")
    page = f"/setup/imports/{row.pk}"
    doubtful = 'source = "shop"\n[customer]\nemail = "email"\nat = "date"\nvalue = { amount = "spent" }\n'
    answer = client.post(f"{page}/run", {"map": doubtful})
    assert "Try this map first" in answer.content.decode()
    client.post(page, {"map": doubtful})
    work()
    shown = client.get(page).content.decode()
    assert "has a decimal comma or a decimal point" in shown
    assert "Read it in" not in shown
    answer = client.post(f"{page}/run", {"map": doubtful})
    assert "has a decimal comma or a decimal point" in answer.content.decode()
    row.refresh_from_db()
    assert row.queued_at is None
    client.post(f"{page}/run", {"map": f'decimal = ","\n{doubtful}'})
    work()
    row.refresh_from_db()
    assert (row.state, row.position) == ("finished", 2)
    assert sorted(str(one.value_amount) for one in Customer.objects.all()) == ["1234.00", "2500.00"]


def test_a_file_replaces_one_that_is_taken_back_only_then(as_: As, casey: Associate) -> None:
    client = as_(casey)
    first = bring(client, ROWS.encode())
    client.post(f"/setup/imports/{first.pk}/run", {"map": first.map_text})
    work()
    mended = ROWS.replace("2,bob@x.org,Bob,2026-03-02 10:00,,9", "2,bob@x.org,Bob,2026-03-02 10:00,,4").encode()
    second = bring(client, mended, replaces=first.pk)
    assert second.map_text == first.map_text
    assert Touchpoint.objects.count() == 2
    client.post(f"/setup/imports/{second.pk}/run", {"map": second.map_text})
    work()
    first.refresh_from_db()
    second.refresh_from_db()
    assert (first.state, second.state, second.taken) == ("undone", "finished", 2)
    assert sorted(Score.objects.values_list("value", flat=True)) == [2, 4]


def test_the_same_file_by_the_same_map_is_refused_and_by_another_noticed(as_: As, casey: Associate) -> None:
    client = as_(casey)
    first = bring(client, ROWS.encode())
    client.post(f"/setup/imports/{first.pk}/run", {"map": first.map_text})
    work()
    again = bring(client, ROWS.encode())
    answer = client.post(f"/setup/imports/{again.pk}/run", {"map": again.map_text})
    assert f"as import {first.pk}" in answer.content.decode()
    assert f"by another map (import {first.pk})" in client.get(f"/setup/imports/{again.pk}").content.decode()


def test_a_worker_that_was_killed_goes_on_where_it_was(
    as_: As, casey: Associate, monkeypatch: pytest.MonkeyPatch
) -> None:
    client = as_(casey)
    monkeypatch.setattr("heedful.imports.importing.BATCH", 1)
    row = bring(client, ROWS.encode())
    client.post(f"/setup/imports/{row.pk}/run", {"map": row.map_text})
    with monkeypatch.context() as once:
        once.setattr("heedful.imports.importing._finish", _stop)
        with pytest.raises(KeyboardInterrupt):
            uploads.go_on(number=row.pk)
    uploads.go_on(number=row.pk)
    uploads.go_on(number=row.pk)
    row.refresh_from_db()
    assert (row.state, row.taken, row.rejected, row.position) == ("finished", 2, 1, 3)


def _stop(*_: object) -> None:
    raise KeyboardInterrupt


def test_a_piece_that_comes_twice_is_one_and_one_that_is_missing_is_asked_for(as_: As, casey: Associate) -> None:
    client = as_(casey)
    place = client.post("/setup/imports/add", {"name": "../../a.csv", "size": len(ROWS)}).json()
    row = Import.objects.get()
    assert row.file_name == "a.csv"

    def send(at: int, piece: str) -> object:
        kind = "application/octet-stream"
        return client.post(f"{place['pieces']}?at={at}", piece, content_type=kind, headers={"HX-Request": "true"})

    send(0, ROWS[:50])
    assert "missing" in send(90, ROWS[90:]).content.decode()  # type: ignore[attr-defined]
    send(0, ROWS[:90])
    assert send(90, ROWS[90:]).json() == {"whole": True}  # type: ignore[attr-defined]
    assert uploads.file_of(row).read_text() == ROWS


@pytest.mark.parametrize(("name", "size", "words"), [("a.csv", 0, "empty"), ("a.csv", 501 * 1024 * 1024, "500 MB")])
def test_a_file_that_is_empty_or_too_large_is_refused(
    as_: As, casey: Associate, name: str, size: int, words: str
) -> None:
    asked = {"name": name, "size": size}
    answer = as_(casey).post("/setup/imports/add", asked, headers={"HX-Request": "true"})
    assert answer.status_code == 422
    assert words in answer.content.decode()


def test_what_is_no_table_is_refused_and_forgotten(as_: As, casey: Associate) -> None:
    client = as_(casey)
    place = client.post("/setup/imports/add", {"name": "a.zip", "size": 30}).json()
    answer = client.post(
        f"{place['pieces']}?at=0",
        b"PK\x03\x04" + b"x" * 26,
        content_type="application/octet-stream",
        headers={"HX-Request": "true"},
    )
    assert "old workbook or a zip file" in answer.content.decode()
    assert not Import.objects.exists()


def test_who_may_not_is_refused(as_: As, mira: Associate, lena: Associate, casey: Associate) -> None:
    row = bring(as_(casey), ROWS.encode())
    for who in (mira, lena):
        client = as_(who)
        assert client.get("/setup/imports").status_code == 403
        for what in ("run", "undoing", "removal", "pieces"):
            assert client.post(f"/setup/imports/{row.pk}/{what}", {"map": row.map_text}).status_code == 403
    assert Import.objects.get().queued_at is None


def test_files_are_deleted_after_a_while_and_what_was_not_read_in_is_forgotten(as_: As, casey: Associate) -> None:
    client = as_(casey)
    used, unused = bring(client, ROWS.encode()), bring(client, ROWS.replace("Ann", "Anna").encode())
    client.post(f"/setup/imports/{used.pk}/run", {"map": used.map_text})
    work()
    uploads.forget(at=timezone.now())
    assert uploads.file_of(used).exists()
    uploads.forget(at=timezone.now() + timedelta(days=31))
    assert not uploads.folder(used).exists()
    assert not uploads.folder(unused).exists()
    assert [row.pk for row in Import.objects.all()] == [used.pk]


WORKBOOK = """<workbook xmlns="http://schemas.openxmlformats.org/spreadsheetml/2006/main"
xmlns:r="http://schemas.openxmlformats.org/officeDocument/2006/relationships"><workbookPr/><sheets>
<sheet name="A" sheetId="1" r:id="rId1"/></sheets></workbook>"""
RELATIONS = """<Relationships xmlns="http://schemas.openxmlformats.org/package/2006/relationships">
<Relationship Id="rId1" Type="x" Target="worksheets/sheet1.xml"/></Relationships>"""
STYLES = """<styleSheet xmlns="http://schemas.openxmlformats.org/spreadsheetml/2006/main">
<numFmts><numFmt numFmtId="164" formatCode="dd/mm/yyyy hh:mm"/></numFmts>
<cellXfs><xf numFmtId="0"/><xf numFmtId="164"/></cellXfs></styleSheet>"""
SHEET = """<worksheet xmlns="http://schemas.openxmlformats.org/spreadsheetml/2006/main"><sheetData>
<row r="1"><c r="A1" t="inlineStr"><is><t>email</t></is></c><c r="B1" t="inlineStr"><is><t>when</t></is></c>
<c r="C1" t="inlineStr"><is><t>nps</t></is></c></row>
<row r="2"><c r="A2" t="s"><v>0</v></c><c r="B2" s="1"><v>46082.4375</v></c><c r="C2"><v>9</v></c></row>
<row r="3"><c r="A3" t="s"><v>1</v></c><c r="C3"><v>0.10000000000000001</v></c></row>
</sheetData></worksheet>"""
TEXTS = """<sst xmlns="http://schemas.openxmlformats.org/spreadsheetml/2006/main">
<si><t>ann@x.org</t></si><si><r><t>bob</t></r><r><t>@x.org</t></r></si></sst>"""


def workbook() -> bytes:
    out = BytesIO()
    with zipfile.ZipFile(out, "w") as book:
        book.writestr("xl/workbook.xml", WORKBOOK)
        book.writestr("xl/_rels/workbook.xml.rels", RELATIONS)
        book.writestr("xl/styles.xml", STYLES)
        book.writestr("xl/sharedStrings.xml", TEXTS)
        book.writestr("xl/worksheets/sheet1.xml", SHEET)
    return out.getvalue()


def test_a_workbook_is_read_with_its_dates(as_: As, casey: Associate) -> None:
    row = bring(as_(casey), workbook(), name="answers.xlsx")
    assert row.preview
    assert row.preview["rows"] == [
        {"email": "ann@x.org", "when": "2026-03-01 10:30:00", "nps": "9"},
        {"email": "bob@x.org", "when": "", "nps": "0.1"},
    ]
