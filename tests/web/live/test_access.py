from collections.abc import Callable
from datetime import timedelta

import pytest
from django.test import Client
from django.utils import timezone

from heedful.associates import associates
from heedful.associates.models import Associate, Role, Team
from heedful.kit.actor import SYSTEM
from heedful.web.live import access
from tests.cast import NOON


@pytest.fixture
def listening(as_: Callable[[Associate], Client], mira: Associate) -> access.Access:
    """What let Mira's open page in."""
    cookie = as_(mira).cookies["sessionid"].value
    admitted = access.admit(f"csrftoken=x; sessionid={cookie}")
    assert admitted is not None
    assert admitted[1] == mira
    return admitted[0]


def is_over(given: access.Access) -> bool:
    return access.ended([given], at=timezone.now()) == {given}


def test_nobody_is_let_in_without_a_session(db: None, mallory: Associate, as_: Callable[[Associate], Client]) -> None:
    assert access.admit("") is None
    assert access.admit("sessionid=nonsense") is None
    assert access.admit(f"sessionid={as_(mallory).cookies['sessionid'].value}") is None


def test_who_changed_nothing_goes_on_listening(listening: access.Access) -> None:
    assert not is_over(listening)


def test_who_logged_out_hears_no_more(listening: access.Access, client: Client) -> None:
    client.post("/accounts/logout/")
    assert is_over(listening)


def test_a_session_that_ran_out_hears_no_more(listening: access.Access) -> None:
    assert access.ended([listening], at=timezone.now() + timedelta(days=15)) == {listening}


def test_who_was_shut_out_hears_no_more(listening: access.Access, mira: Associate) -> None:
    associates.deactivate(associate=mira, by=SYSTEM, at=NOON)
    assert is_over(listening)


def test_a_new_password_ends_what_the_old_one_opened(listening: access.Access, mira: Associate) -> None:
    associates.set_password(associate=mira, password="another well-lit room", by=SYSTEM, at=NOON)
    assert is_over(listening)


@pytest.mark.parametrize("what", ["role", "team"])
def test_other_rights_are_asked_for_anew(what: str, listening: access.Access, mira: Associate, care: Team) -> None:
    role = Role.LEADER if what == "role" else Role.ASSOCIATE
    team = None if what == "team" else care
    associates.edit(associate=mira, email=mira.email, name=mira.name, role=role, team=team, by=SYSTEM, at=NOON)
    assert is_over(listening)


def test_another_name_ends_nothing(listening: access.Access, mira: Associate, care: Team) -> None:
    associates.edit(
        associate=mira, email=mira.email, name="Mira M.", role=Role.ASSOCIATE, team=care, by=SYSTEM, at=NOON
    )
    assert not is_over(listening)


def test_what_the_pages_ask_for_may_be_heard_and_nothing_else(mira: Associate) -> None:
    asked = {"cases", "cases:7", "customer:12", "promises", "surveys", "topics", "keys", "", ":"}
    assert access.readable(asked, mira) == asked - {"keys", "", ":"}
    mira.is_active = False
    assert access.readable(asked, mira) == set()


def test_many_streams_are_looked_at_with_two_queries(
    listening: access.Access, django_assert_num_queries: Callable[[int], object]
) -> None:
    with django_assert_num_queries(2):  # type: ignore[attr-defined]
        access.ended([listening] * 50, at=timezone.now())
