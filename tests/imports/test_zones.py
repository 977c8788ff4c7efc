"""Days that files carry end where the file says, and months where the company is."""

from datetime import UTC, datetime
from pathlib import Path

import pytest

from heedful.associates.models import Company
from heedful.customers.models import Touchpoint
from heedful.kit.actor import SYSTEM
from heedful.promise import commitments
from heedful.promise.models import Commitment
from heedful.promise.promises import Wording
from heedful.promise.standards import StandardDraft
from heedful.prove import answers
from heedful.prove.periods import Period
from tests.cast import make_promise
from tests.imports.test_files import bring

MAY, AUGUST = datetime(2026, 5, 1, tzinfo=UTC), datetime(2026, 8, 1, tzinfo=UTC)
ORDERS = """
source = "shop"
{map_zone}
[customer]
external = "id"
[[touchpoint]]
kind = "order_placed"
at = "at"
{properties}
[[touchpoint]]
kind = "delivered"
at = "came"
"""
PLAIN = 'properties = ["due"]'
DATED = 'properties = { due = { column = "due", format = "%Y-%m-%d" } }'
OWN = 'properties = { due = { column = "due", format = "%Y-%m-%d", time_zone = "Asia/Tokyo" } }'
NEW_YORK = 'time_zone = "America/New_York"'


@pytest.mark.parametrize(
    ("map_zone", "properties", "due_at"),
    [
        (NEW_YORK, PLAIN, datetime(2026, 7, 1, 3, 59, 59, 999_999, tzinfo=UTC)),
        (NEW_YORK, DATED, datetime(2026, 7, 1, 3, 59, 59, 999_999, tzinfo=UTC)),
        (NEW_YORK, OWN, datetime(2026, 6, 30, 14, 59, 59, 999_999, tzinfo=UTC)),
        ("", DATED, datetime(2026, 6, 30, 22, 59, 59, 999_999, tzinfo=UTC)),
    ],
)
def test_a_day_without_a_time_ends_where_the_map_or_the_property_says(
    acme: Company, tmp_path: Path, map_zone: str, properties: str, due_at: datetime
) -> None:
    draft = StandardDraft(form="by_date", from_kind="order_placed", to_kind="delivered", property="due")
    make_promise(wording=Wording(words="On the day"), standards=[draft], by=SYSTEM, at=MAY)
    row = "1,2026-06-01T10:00:00Z,2026-06-30,2026-07-01T02:00:00Z"
    said = ORDERS.format(map_zone=map_zone, properties=properties)
    assert not bring(tmp_path, f"id,at,due,came\n{row}", said, at=AUGUST).errors
    commitments.evaluate_people(Touchpoint.objects.values_list("customer", flat=True), at=AUGUST)
    made = Commitment.objects.get()
    assert made.due_at == due_at
    assert made.state == ("kept" if due_at > datetime(2026, 7, 1, 2, tzinfo=UTC) else "broken")


BORDER = """
source = "border"
[customer]
email = "email"
[[touchpoint]]
kind = "survey_answered"
at = "at"
[touchpoint.scores]
recommend = "score"
"""


@pytest.mark.parametrize(
    ("zone", "months"),
    [
        ("Europe/London", {"2026-06": 9.0, "2026-07": 3.0}),
        ("UTC", {"2026-06": 6.0}),
        ("Asia/Tokyo", {"2026-07": 6.0}),
        ("America/New_York", {"2026-06": 6.0}),
    ],
)
def test_a_month_ends_at_midnight_where_the_company_is(
    acme: Company, tmp_path: Path, zone: str, months: dict[str, float]
) -> None:
    Company.objects.update(time_zone=zone)
    rows = ["1,b1@border.example,2026-06-30T22:59:59Z,9", "2,b2@border.example,2026-06-30T23:00:00Z,3"]
    assert not bring(tmp_path, "\n".join(["id,email,at,score", *rows]), BORDER, at=AUGUST).errors
    period = Period(MAY, AUGUST, "summer")
    tallies = answers.tallies(questions=["recommend"], period=period, by="month")["recommend"]
    means = {
        month: sum(value * cell.n for value, cell in tally.cells.items()) / tally.n for month, tally in tallies.items()
    }
    assert means == months
