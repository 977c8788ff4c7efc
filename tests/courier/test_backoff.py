"""A destination is held by one at a time, and left alone longer each time that it fails."""

from datetime import UTC, datetime, timedelta

import pytest

from heedful.courier import backoff
from heedful.courier.models import Destination
from heedful.kit import presence
from heedful.kit.presence import Presence
from tests.cli.conftest import eventually

pytestmark = pytest.mark.django_db
NOON = datetime(2026, 3, 2, 12, 0, tzinfo=UTC)
LATER = NOON + backoff.LEASE


@pytest.fixture
def office() -> Destination:
    return Destination.objects.create(carrier="smtp", key="smtp://mail.acme.test")


def same(office: Destination) -> Destination:
    """The row as another process reads it."""
    return Destination.objects.get(pk=office.pk)


def test_one_holds_it_until_it_is_released_or_the_time_is_up(office: Destination) -> None:
    assert backoff.take_lease(destination=office, at=NOON)
    assert not backoff.take_lease(destination=same(office), at=LATER - timedelta(microseconds=1))
    backoff.release_lease(destination=office)
    assert same(office).busy_until is None
    assert backoff.take_lease(destination=same(office), at=NOON)
    assert backoff.take_lease(destination=same(office), at=LATER)


def test_who_holds_it_may_hold_it_on_and_who_lost_it_may_not(office: Destination) -> None:
    slow, quick = same(office), same(office)
    backoff.take_lease(destination=slow, at=NOON)
    assert backoff.renew_lease(destination=slow, at=NOON + timedelta(seconds=30))
    assert not backoff.take_lease(destination=quick, at=LATER)
    assert backoff.take_lease(destination=quick, at=LATER + timedelta(seconds=30))
    assert not backoff.renew_lease(destination=slow, at=LATER + timedelta(seconds=31))


def test_who_lost_it_does_not_release_it_for_who_has_it_now(office: Destination) -> None:
    slow, quick = same(office), same(office)
    backoff.take_lease(destination=slow, at=NOON)
    backoff.take_lease(destination=quick, at=LATER)
    backoff.release_lease(destination=slow)
    assert not backoff.take_lease(destination=same(office), at=LATER)


@pytest.mark.django_db(transaction=True)
def test_who_is_gone_holds_nothing_and_who_lives_does(office: Destination, monkeypatch: pytest.MonkeyPatch) -> None:
    one, other = Presence(), Presence()
    one.hold(7)
    other.hold(8)
    try:
        monkeypatch.setattr(presence, "mine", one)
        assert backoff.take_lease(destination=office, at=NOON)
        monkeypatch.setattr(presence, "mine", other)
        assert not backoff.take_lease(destination=same(office), at=NOON)
        one.end()
        eventually(lambda: not presence.is_here(7), "the end of one")
        assert backoff.take_lease(destination=same(office), at=NOON)
        assert same(office).held_by == 8
        assert not backoff.renew_lease(destination=office, at=NOON + timedelta(seconds=1))
    finally:
        one.end()
        other.end()
