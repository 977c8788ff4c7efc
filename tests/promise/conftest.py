"""The company in Berlin, its hours, and a promise that Casey made."""

import pytest

from heedful.associates import company
from heedful.associates.models import Associate, Company
from heedful.kit.actor import SYSTEM
from heedful.promise import calendars
from heedful.promise.models import Calendar, Promise
from heedful.promise.standards import StandardDraft
from tests.promise.shop import MONDAY, OFFICE, make


@pytest.fixture
def acme(db: None) -> Company:
    """The company, where the days begin an hour before they do in Greenwich."""
    return company.edit(name="Acme", colour="#2f6f5e", time_zone="Europe/Berlin", currency="EUR", by=SYSTEM, at=MONDAY)


@pytest.fixture
def office(casey: Associate) -> Calendar:
    return calendars.add(name="Office", time_zone="Europe/Berlin", week=OFFICE, by=casey.by, at=MONDAY)


@pytest.fixture
def answer(casey: Associate) -> Promise:
    """We answer within four hours."""
    return make(casey, StandardDraft(form="within", from_kind="asked", to_kind="answered", within_s=4 * 3600))
