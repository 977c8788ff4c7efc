"""Spans of time in words."""

from datetime import timedelta

HOUR, DAY = 3600, 86_400
STEPS = ((60, 1, "s"), (HOUR, 60, "min"), (DAY, HOUR, "h"), (45 * DAY, DAY, "d"), (600 * DAY, 2_629_800, "mo"))
YEAR_S = 31_557_600


def span(seconds: float | timedelta) -> str:
    """Say a span in its largest fitting unit, such as `3 h`."""
    size = abs(seconds.total_seconds() if isinstance(seconds, timedelta) else seconds)
    for below, unit, word in STEPS:
        if size < below:
            return f"{int(size / unit)} {word}"
    return f"{size / YEAR_S:.1f} y"
