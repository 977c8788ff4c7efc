"""Calendar days in a time zone: a day is as long as the clocks there make it, 23 hours, 24 or 25."""

from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo


def before(at: datetime, days: int, *, zone: str) -> datetime:
    """The same time of the clock so many days earlier; one that was skipped is read as an hour later."""
    local = at.astimezone(ZoneInfo(zone))
    return (local - timedelta(days=days)).astimezone(UTC)


def day_of(at: datetime, *, zone: str) -> date:
    """The date at a moment."""
    return at.astimezone(ZoneInfo(zone)).date()


def month(year: int, number: int, *, zone: str) -> tuple[datetime, datetime]:
    """The first moment of a month, and that of the next."""
    following = (year + number // 12, number % 12 + 1)
    since, until = (datetime(*each, 1, tzinfo=ZoneInfo(zone)).astimezone(UTC) for each in ((year, number), following))
    return since, until
