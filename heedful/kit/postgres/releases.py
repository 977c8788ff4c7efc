"""Which releases of PostgreSQL this version of Heedful knows of: the newest minor of each major, and its day."""

from datetime import date

OLDEST = 15
NEWEST = {
    15: (20, date(2026, 11, 12)),
    16: (16, date(2026, 11, 12)),
    17: (12, date(2026, 11, 12)),
    18: (7, date(2026, 11, 12)),
}


def newer(major: int, minor: int) -> tuple[str, date] | None:
    """Return the newest known release of a major and its day, when a minor is behind it."""
    newest, day = NEWEST.get(major, (minor, date.min))
    return (f"{major}.{newest}", day) if minor < newest else None
