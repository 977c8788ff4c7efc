"""What a touchpoint carries in a property: the date that was promised, a yes or a no, the number of an order."""

import re
from collections.abc import Mapping
from datetime import UTC, date, datetime

from heedful.kit.reading import times
from heedful.kit.reading.nothing import is_nothing
from heedful.kit.reading.yes_no import yes_of as yes_of
from heedful.promise import working_time

# What falls outside these years is more likely something else than a day that was promised.
FIRST_YEAR, LAST_YEAR = 1980, 2200
EITHER_WAY_ROUND = re.compile(r"\d{1,2}[/-]\d{1,2}[/-]\d{2,4}\b")


def value_at(properties: Mapping[str, object], name: str) -> object:
    """A property by its name, or by its path: `order.id` is `id` in `order` where there is no `order.id`."""
    if name in properties:
        return properties[name]
    head, _, rest = name.partition(".")
    inner = properties.get(head)
    return value_at(inner, rest) if rest and isinstance(inner, Mapping) else None


def is_missing(value: object) -> bool:
    """Whether a property only says that there is nothing, such as N/A."""
    return is_nothing(value)


def key_of(value: object) -> str | None:
    """The text by which two touchpoints are matched, 17 and " 17 " alike; None for what cannot be a key."""
    if isinstance(value, float) and value.is_integer():
        value = int(value)
    if is_missing(value) or isinstance(value, bool) or not isinstance(value, str | int | float):
        return None
    return str(value).strip()


def time_of(value: object, *, time_zone: str) -> datetime:
    """The moment that a value means: a date is the end of that day, a time without a zone is in `time_zone`.

    A value may name its own zone, as in `2026-03-05[America/New_York]`. A time of day that is given is taken as it
    stands, midnight too. Raises ValueError, with the reason, for what is not a date.
    """
    if isinstance(value, str) and (zoned := times.zoned(value)):
        value, time_zone = zoned
    read = _read(value)
    if not FIRST_YEAR <= read.year < LAST_YEAR:
        raise ValueError(f"“{value}” is not a date between {FIRST_YEAR} and {LAST_YEAR}.")
    if not isinstance(read, datetime):
        return working_time.end_of_day(time_zone, read)
    if read.tzinfo is None:
        return working_time.at_wall_time(time_zone, read)
    return read.astimezone(UTC)


def _read(value: object) -> date | datetime:
    read = times.read(value)
    if read is not None:
        return read
    if isinstance(value, str) and EITHER_WAY_ROUND.match(value.strip()):
        raise ValueError(f"“{value[:60]}” may be read with the day or the month first. Send dates as 2026-03-05.")
    raise ValueError(f"“{str(value)[:60]}” is not a date.")
