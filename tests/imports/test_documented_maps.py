"""The maps of the documentation can be read, and take rows of the files that they are for."""

from datetime import UTC, datetime
from pathlib import Path

import pytest

from heedful import imports
from heedful.kit.actor import By

pytestmark = pytest.mark.django_db
NOW = datetime(2026, 3, 2, 12, 0, tzinfo=UTC)
BY = By("import", "test")

DOCS = Path(__file__).parents[2] / "docs"


def lay(folder: Path, rows: list[str], said: str, name: str) -> Path:
    (folder / "map.toml").write_text(said)
    (folder / name).write_bytes("\n".join(rows).encode())
    return folder / name


def bring(file: Path) -> imports.Report:
    found = imports.read_map(file.with_name("map.toml"))
    return imports.run(table=imports.open_table(file), mapping=found, rejected=file.with_name("bad"), by=BY, at=NOW)


@pytest.mark.parametrize("name", ["nps", "complaints", "clickstream", "orders"])
def test_the_documented_maps_can_be_read_and_stand_in_the_documentation(name: str) -> None:
    path = DOCS / "maps" / f"{name}.toml"
    assert imports.read_map(path).touchpoint
    assert path.read_text() in (DOCS / "import.md").read_text()


ORDERS_HEAD = (
    "order;customer_email;phone;name;plan;monthly;"
    "ordered_at;promised_for;delivered_at;reviewed_at;stars;comment;may_mail"
)


def test_a_row_of_each_documented_shape_goes_in(tmp_path: Path) -> None:
    rows = {
        "nps": [
            "id,CUSTOMER_RESPONSE_DATE,SURVEY_SUB_TYPE,NPS_RATING,NPS_SCORE,text",
            "3,07/04/2018 13:37,Order,Promoter,10.0,Easy",
        ],
        "complaints": [
            "Complaint ID,Product,Issue,State,Date received,Company response,Timely response?,Consumer disputed?",
            "129,Mortgage,Fees,TX,3/19/2015,Closed,Yes,No",
        ],
        "clickstream": [
            "user_id,session_id,event,timestamp,platform,acquisition_channel,user_cohort,user_lifecycle",
            "u1,s1,search,2024-04-12 14:54:08,desktop,organic,2024-04,new",
        ],
        "orders": [
            ORDERS_HEAD,
            "7;i@x.org;030 901820;Ines;M;29,90;01.03.2026;03.03.2026;02.03.2026 11:00;;;;ja",
        ],
    }
    taken = {}
    for name, lines in rows.items():
        taken[name] = bring(lay(tmp_path, lines, (DOCS / "maps" / f"{name}.toml").read_text(), f"{name}.csv")).taken
    assert taken == {"nps": 1, "complaints": 1, "clickstream": 1, "orders": 2}
