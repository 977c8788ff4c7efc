"""When something happened, out of what clients write about it and of how wrong their clocks are."""

from datetime import UTC, datetime, timedelta
from email.utils import parsedate_to_datetime
from typing import Any

from heedful.customers.touchpoints import AHEAD

NO_SHIFT = timedelta(0)
EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
MILLISECONDS_FROM, MICROSECONDS_FROM = 1e11, 1e14
"""Numbers since 1970 beyond these are milliseconds or microseconds; as seconds they would be far from now."""


def moment(said: Any) -> datetime | None:
    """Read a time: ISO 8601, the form of mails and HTTP, or a number since 1970; None when it is not one."""
    try:
        if type(said) is str:
            return _written(said)
        if type(said) is int or type(said) is float:
            return _number(said)
    except (ValueError, OverflowError):
        pass
    return None


def _written(said: str) -> datetime:
    try:
        at = datetime.fromisoformat(said)
    except ValueError:
        said = said.strip()
        if said.replace(".", "", 1).isdigit():
            return _number(float(said))
        at = parsedate_to_datetime(said.removesuffix(" UTC"))
    if at.tzinfo is None:
        return at.replace(tzinfo=UTC)
    return at if at.tzinfo is UTC else at.astimezone(UTC)


def _number(said: float) -> datetime:
    if abs(said) >= MICROSECONDS_FROM:
        return EPOCH + timedelta(microseconds=said)
    return EPOCH + (timedelta(milliseconds=said) if abs(said) >= MILLISECONDS_FROM else timedelta(seconds=said))


def shift(sent: Any, at: datetime) -> timedelta:
    """How far the client's clock is behind ours, when it said what it showed as it sent."""
    sent_at = moment(sent)
    return NO_SHIFT if sent_at is None else at - sent_at


def happened(said: datetime, behind: timedelta, at: datetime) -> datetime:
    """Set right a time by the client's clock; nothing happens after it was sent, so a shift that says so is wrong."""
    try:
        corrected = said + behind
    except OverflowError:
        return said
    return said if corrected > at + AHEAD else corrected
