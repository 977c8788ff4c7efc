"""The history of a case in parts, however long it grew."""

import re
from collections.abc import Callable
from datetime import datetime, timedelta
from typing import Any

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from heedful.act import cases
from heedful.act.models import Case, CaseTrouble, Note
from heedful.associates.models import Associate, Team
from heedful.customers.models import Customer
from heedful.kit.actor import SYSTEM
from heedful.understand.detection import Trouble
from heedful.web.desk.cases import history as case_history
from heedful.web.desk.cases import page as case_page

pytestmark = pytest.mark.django_db

type As = Callable[[Associate], Client]

MANY = 2 * case_history.PART + 3


@pytest.fixture
def case(alice: Customer, care: Team, mira: Associate) -> Case:
    """A case that Mira claimed."""
    trouble = Trouble(
        reference="feedback:7", customer=alice.pk, severity=2, what="Nobody came", happened_at=timezone.now()
    )
    row = cases.open_for_trouble(trouble=trouble, by=SYSTEM, at=timezone.now())
    return cases.claim(case=row, by=mira.by, at=timezone.now())


@pytest.fixture
def written(case: Case) -> list[str]:
    """Many notes, two at each time, so that a part ends between two of one time."""
    at = timezone.now()
    notes = [Note(case=case, text=f"n{n:03}", at=at + timedelta(seconds=n // 2)) for n in range(MANY)]
    return [note.text for note in Note.objects.bulk_create(notes)]


def lines(page: Any) -> list[str]:
    """What stands in the history: notes by their text, and the claiming."""
    return re.findall(r"n\d{3}\b|claimed the case", page.content.decode())


def earlier(page: Any) -> str:
    found = re.search(r'id="show-earlier" href="([^"]*)"', page.content.decode())
    return found[1] if found else ""


def test_the_latest_part_is_shown_and_each_link_shows_the_part_before(
    as_: As, mira: Associate, case: Case, written: list[str]
) -> None:
    client, address, parts = as_(mira), f"/cases/{case.pk}", []
    while address:
        page = client.get(address)
        parts.append(lines(page))
        assert ('id="latest"' in page.content.decode()) == (len(parts) == 1)
        assert ("Show the latest" in page.content.decode()) == (len(parts) > 1)
        address = earlier(page)

    assert [len(part) for part in parts] == [50, 50, 4]
    assert [line for part in reversed(parts) for line in part] == ["claimed the case", *written]


def test_a_part_comes_alone_into_an_open_page_which_then_goes_on_showing_it(
    as_: As, mira: Associate, case: Case, written: list[str]
) -> None:
    client = as_(mira)
    address = earlier(client.get(f"/cases/{case.pk}"))

    part = client.get(address, headers={"HX-Request": "true", "HX-Target": "earlier"})
    assert lines(part) == written[-100:-50]
    assert part.content.decode().lstrip().startswith("<li")

    since = re.search(r'name="since" value="([^"]*)"', part.content.decode())
    assert since
    Note.objects.create(case=case, text="n999", at=timezone.now() + timedelta(hours=1))
    asked = {"HX-Request": "true", "HX-Target": "told"}
    again = client.get(f"/cases/{case.pk}", {"since": since[1]}, headers=asked)
    assert lines(again) == [*written[-100:], "n999"]


@pytest.mark.parametrize(
    "place", ["", "x", "2026-13-01T00:00:00.000000.1.1", "2026-01-01T00:00:00.000000.1.٣", "1" * 400, "\x00"]
)
def test_a_place_that_somebody_made_up_is_none(place: str) -> None:
    assert case_history.HistoryPosition.read(place) is None


def test_a_place_is_read_as_it_was_written() -> None:
    place = case_history.HistoryPosition(
        datetime(2026, 3, 2, 12, 0, 0, 17, tzinfo=timezone.get_fixed_timezone(60)), 1, 12
    )
    assert case_history.HistoryPosition.read(str(place)) == place


def test_a_long_history_takes_as_many_queries_as_a_short_one(
    as_: As, mira: Associate, case: Case, written: list[str]
) -> None:
    client = as_(mira)
    client.get(f"/cases/{case.pk}")
    with CaptureQueriesContext(connection) as long:
        client.get(f"/cases/{case.pk}")
    Note.objects.filter(text__gt="n001").delete()
    with CaptureQueriesContext(connection) as short:
        client.get(f"/cases/{case.pk}")
    assert len(long) == len(short)


def test_what_was_heard_for_many_has_pages(as_: As, mira: Associate, case: Case) -> None:
    at = timezone.now() - timedelta(days=1)
    CaseTrouble.objects.bulk_create(
        CaseTrouble(
            case=case,
            customer=case.customer,
            reference=f"commitment:{n}:broken",
            what=f"n{n:03}",
            severity=1,
            happened_at=at - timedelta(minutes=n),
            heard_at=at,
        )
        for n in range(case_page.SIGNS + 2)
    )
    client = as_(mira)
    page = client.get(f"/cases/{case.pk}").content.decode()
    following = re.search(r'href="([^"]*)" rel="next"', page)
    assert following
    assert page.count('class="card trouble"') == case_page.SIGNS
    assert lines(client.get(following[1].replace("&amp;", "&")))[:3] == ["n049", "n050", "n051"]
