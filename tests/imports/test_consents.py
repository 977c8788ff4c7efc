"""What people are asked to allow comes in as they wrote it: yes, no, nothing, or a bad row."""

from datetime import UTC, datetime
from pathlib import Path

import pytest

from heedful import imports
from heedful.customers.models import Consent
from heedful.kit.actor import By

pytestmark = pytest.mark.django_db
OUTSIDE = Path(__file__).parent / "outside"
MAP = """
source = "consents"
id = "id"
[customer]
external = "id"
email = "email"
consent = { survey = %s }
"""


def bring(folder: Path, file: Path, column: str = '"ok"') -> imports.Report:
    (folder / "map.toml").write_text(MAP % column)
    return imports.run(
        table=imports.open_table(file),
        mapping=imports.read_map(folder / "map.toml"),
        rejected=folder / "bad",
        by=By("import", "test"),
        at=datetime(2026, 11, 20, 12, tzinfo=UTC),
    )


def test_consents_are_read_in_the_words_of_many_spreadsheets(tmp_path: Path) -> None:
    report = bring(tmp_path, OUTSIDE / "consents.csv")
    granted = dict(Consent.objects.values_list("customer__person__email", "granted"))
    assert {mail.split("@")[0] for mail, yes in granted.items() if yes} == {
        "c1", "c2", "c3", "c4", "c5", "c8", "c10", "c11",
    }  # fmt: skip
    assert {mail.split("@")[0] for mail, yes in granted.items() if not yes} == {"c6", "c7", "c9"}
    assert report.errors == [(14, "Consent 'survey': 'unbekannt' is neither a yes nor a no; translate it with `map`.")]
    assert (report.rows, report.rejected) == (15, 1)


def test_the_map_translates_other_words(tmp_path: Path) -> None:
    report = bring(tmp_path, OUTSIDE / "consents.csv", '{ column = "ok", map = { unbekannt = "" } }')
    assert report.rejected == 0
    assert not Consent.objects.filter(customer__person__email="c14@consent.example").exists()
