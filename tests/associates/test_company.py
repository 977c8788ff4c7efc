"""The company: what it is called, how it looks and by which clock it lives."""

from typing import Any

import pytest

from heedful.associates import company
from heedful.associates.models import Associate, Company
from heedful.kit.actor import SYSTEM, By
from heedful.kit.errors import Forbidden, Refused
from heedful.ledger.models import Entry
from tests.cast import NOON

pytestmark = pytest.mark.django_db


def edit(by: By = SYSTEM, **changed: Any) -> Company:
    said = {"name": "Acme", "colour": "#2f6f5e", "time_zone": "Europe/London", "currency": "GBP", "country": "GB"}
    return company.edit(**(said | changed), by=by, at=NOON)


def test_it_is_kept_as_it_was_said_but_for_the_way_it_is_written() -> None:
    edit(name="  Acme \n Ltd ", colour="#2F6F5E", currency="gbp", country="gb", vision=" Kind. ")
    found = company.find()
    assert found is not None
    assert (found.name, found.colour, found.time_zone) == ("Acme Ltd", "#2f6f5e", "Europe/London")
    assert (found.currency, found.country, found.vision) == ("GBP", "GB", "Kind.")
    assert (found.is_demo, found.created_at) == (False, NOON)
    said = {"name": "Acme Ltd", "colour": "#2f6f5e", "time_zone": "Europe/London", "currency": "GBP", "country": "GB"}
    assert Entry.objects.get(kind="CompanyChanged").data == said


def test_there_is_one_company_and_a_demo_is_none_for_having_been_edited() -> None:
    assert company.find() is None
    edit(is_demo=True)
    edit(name="Acme and Sons", is_demo=False)
    row = Company.objects.get()
    assert (row.pk, row.name, row.is_demo) == (1, "Acme and Sons", True)


@pytest.mark.parametrize(
    ("wrong", "sentence"),
    [
        ({"name": " "}, "Give the company a name"),
        ({"colour": "2f6f5e"}, "is not a colour"),
        ({"colour": "#2f6f5e0"}, "is not a colour"),
        ({"colour": "#2f6f5g"}, "is not a colour"),
        ({"time_zone": "Europe/Paradise"}, "is not a time zone"),
        ({"currency": "GB"}, "is not a currency"),
        ({"currency": "POUND"}, "is not a currency"),
        ({"country": "ZZ"}, "is not a country"),
    ],
)
def test_what_cannot_be_is_refused_and_nothing_is_kept(wrong: dict[str, str], sentence: str) -> None:
    with pytest.raises(Refused, match=sentence):
        edit(**wrong)  # type: ignore[arg-type]
    assert company.find() is None
    assert not Entry.objects.filter(kind="CompanyChanged").exists()


def test_an_associate_does_not_change_it(mira: Associate) -> None:
    with pytest.raises(Forbidden):
        edit(mira.by, name="Mine")
    assert Company.objects.get().name == "Acme"
