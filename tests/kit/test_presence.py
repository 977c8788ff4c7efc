"""A process that is there is seen by others, and seen no more as soon as it is gone."""

from collections.abc import Iterator

import pytest
from django.db import connection

from heedful.kit.presence import LOCKS, Presence, is_here
from tests.cli.conftest import eventually

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture
def somebody() -> Iterator[Presence]:
    presence = Presence()
    yield presence
    presence.end()


def cut_off() -> None:
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT pg_terminate_backend(pid) FROM pg_locks WHERE locktype = 'advisory' AND classid = %s", [LOCKS]
        )


def test_one_is_there_under_each_number_until_it_ends(somebody: Presence) -> None:
    assert somebody.number is None
    for number in (7, 2**31 + 8):
        somebody.hold(number)
    assert somebody.number == 7
    assert [is_here(number) for number in (7, 2**31 + 8, 9)] == [True, True, False]
    somebody.end()
    eventually(lambda: not is_here(7) and not is_here(2**31 + 8), "the end")


def test_who_was_cut_off_is_there_again(somebody: Presence) -> None:
    for number in (7, 8):
        somebody.hold(number)
    cut_off()
    eventually(lambda: not is_here(7), "the cut")
    somebody.keep()
    assert [is_here(number) for number in (7, 8)] == [True, True]
