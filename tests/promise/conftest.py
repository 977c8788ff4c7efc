"""A small shop in Berlin that makes promises: Ada runs the programme, Mallory works there and may not."""

import pytest

from heedful.associates.models import Associate, Company, Role
from heedful.promise import calendars
from heedful.promise.models import Calendar, Promise
from heedful.promise.standards import StandardDraft
from tests.promise.shop import MONDAY, OFFICE, make


@pytest.fixture
def company(db: None) -> Company:
    return Company.objects.create(pk=1, name="Shop", time_zone="Europe/Berlin", created_at=MONDAY)


@pytest.fixture
def ada(company: Company) -> Associate:
    return Associate.objects.create(email="ada@shop.example", name="Ada", role=Role.CX, created_at=MONDAY)


@pytest.fixture
def mallory(company: Company) -> Associate:
    return Associate.objects.create(
        email="mallory@shop.example", name="Mallory", role=Role.ASSOCIATE, created_at=MONDAY
    )


@pytest.fixture
def office(ada: Associate) -> Calendar:
    return calendars.add(name="Office", time_zone="Europe/Berlin", week=OFFICE, by=ada.by, at=MONDAY)


@pytest.fixture
def answer(ada: Associate) -> Promise:
    """We answer within four hours."""
    return make(ada, StandardDraft(form="within", from_kind="asked", to_kind="answered", within_s=4 * 3600))
