"""When something happened, out of what clients write about it and of how wrong their clocks are."""

from datetime import UTC, datetime, timedelta
from typing import Any

from heedful.customers.touchpoints import AHEAD
from heedful.kit.reading import times

NO_SHIFT = timedelta(0)


def moment(value: Any) -> datetime | None:
    """Read a time of a client, which without a zone is by UTC; None when it is not one."""
    try:
        at = times.moment(value)
        return at if at is None or at.tzinfo is UTC else at.astimezone(UTC)
    except OverflowError:
        return None


def shift(sent: Any, at: datetime) -> timedelta:
    """How far the client's clock is behind ours, when it said what it showed as it sent."""
    sent_at = moment(sent)
    return NO_SHIFT if sent_at is None else at - sent_at


def happened(sent_at: datetime, behind: timedelta, at: datetime) -> datetime:
    """Set right a time by the client's clock; nothing happens after it was sent, so a shift that says so is wrong."""
    try:
        corrected = sent_at + behind
    except OverflowError:
        return sent_at
    return sent_at if corrected > at + AHEAD else corrected
