"""Guesses: how often somebody may be wrong about a password or a code, without shutting its owner out.

A device that was in before is counted by itself, so that nobody elsewhere can use up what its owner has. All others are
counted by account and network together, by network, and at last by account alone, which stops who guesses from many.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from heedful.associates import rate_limits
from heedful.associates.rate_limits import Rate
from heedful.kit.errors import TooMany

IN_ONE_PLACE = Rate(5, timedelta(minutes=5))
"""By one device that is known, or for one account from one network."""
FROM_ONE_NETWORK = Rate(10, timedelta(minutes=1))
"""For all accounts together."""
EVERYWHERE = {"password": Rate(50, timedelta(hours=1)), "code": Rate(20, timedelta(hours=1))}
"""For one account from all networks together; who guesses at codes has the password already."""


@dataclass(frozen=True, slots=True)
class Guess:
    """A guess that was counted, to be given back when it was right."""

    names: Sequence[str]
    at: datetime


def count(*, what: str, account: str, network: str, device: str, at: datetime) -> Guess:
    """Count a guess before it is looked at, or refuse to look at it; `device` is empty where it is not known."""
    bounds = _bounds(what, account, network, device)
    for name, rate in bounds:
        if not rate_limits.take(name=name, rate=rate, at=at):
            raise TooMany("That was tried too often. Wait five minutes, then try again.")
    return Guess([name for name, _ in bounds], at)


def give_back(guess: Guess) -> None:
    """Who was right has not guessed."""
    for name in guess.names:
        rate_limits.give_back(name=name, at=guess.at)


def clear(*, account: str) -> None:
    """Forget the guesses at an account, whose password is another now."""
    for what in EVERYWHERE:
        rate_limits.clear(prefix=rate_limits.name(what, account))


def _bounds(what: str, account: str, network: str, device: str) -> list[tuple[str, Rate]]:
    """The narrowest first: who is stopped by it uses up nothing of what the account has."""
    if device:
        return [(rate_limits.name(what, account, f"device {device}"), IN_ONE_PLACE)]
    return [
        (rate_limits.name(what, account, network), IN_ONE_PLACE),
        (rate_limits.name("network", network), FROM_ONE_NETWORK),
        (rate_limits.name(what, account), EVERYWHERE[what]),
    ]
