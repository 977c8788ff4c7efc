"""A request that is sent twice is done once."""

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from heedful.kit.errors import Refused
from heedful.ledger import idempotency

pytestmark = pytest.mark.django_db

NOON = datetime(2026, 3, 2, 12, 0, tzinfo=UTC)


class Doing:
    """Counts how often something was done."""

    def __init__(self) -> None:
        self.times = 0

    def __call__(self) -> tuple[int, Any]:
        self.times += 1
        return 201, {"times": self.times}


def send(
    do: Any, *, actor: str = "key:1", key: str = "k", request: bytes = b"x", at: datetime = NOON
) -> idempotency.KeyedReply:
    return idempotency.run_once(actor=actor, key=key, request=request, do=do, at=at)


def test_the_second_sending_gets_the_first_answer() -> None:
    do = Doing()
    assert send(do) == idempotency.KeyedReply(201, {"times": 1})
    assert send(do) == idempotency.KeyedReply(201, {"times": 1}, is_repeated=True)
    assert do.times == 1


def test_one_key_of_two_programs_is_two_requests() -> None:
    """Nobody is given what another was answered."""
    do = Doing()
    send(do, actor="key:1")
    assert send(do, actor="key:2") == idempotency.KeyedReply(201, {"times": 2})


def test_two_keys_of_one_program_are_two_requests() -> None:
    do = Doing()
    send(do, key="one")
    assert send(do, key="two", request=b"y") == idempotency.KeyedReply(201, {"times": 2})


@pytest.mark.parametrize(("length", "fits"), [(0, False), (1, True), (200, True), (201, False)])
def test_a_key_has_one_to_two_hundred_characters(length: int, fits: bool) -> None:
    do = Doing()
    if fits:
        assert send(do, key="k" * length).status == 201
    else:
        with pytest.raises(Refused, match="has 1 to 200 characters") as no:
            send(do, key="k" * length)
        assert no.value.code == "idempotency_key"
    assert do.times == fits


def test_the_same_key_with_another_request_is_refused_and_nothing_is_done() -> None:
    do = Doing()
    send(do)
    with pytest.raises(Refused, match="another request"):
        send(do, request=b"y")
    assert do.times == 1


def test_a_refusal_is_not_kept() -> None:
    def refuse() -> tuple[int, Any]:
        raise Refused("Not now.")

    with pytest.raises(Refused):
        send(refuse)
    assert send(Doing()).is_repeated is False


def test_after_a_week_a_key_is_free_again() -> None:
    do = Doing()
    send(do)
    assert idempotency.forget(at=NOON + idempotency.RETENTION) == 0
    assert idempotency.forget(at=NOON + idempotency.RETENTION + timedelta(seconds=1)) == 1
    assert send(do).is_repeated is False
