"""What a touchpoint carries in a property: the date that was promised, a yes or a no, the number of an order."""

import re
from collections.abc import Mapping
from datetime import UTC, date, datetime
from email.utils import parsedate_to_datetime

from heedful.promise import working_time

YES = frozenset({"1", "y", "t", "yes", "true", "on", "ja", "oui", "si", "sí", "sim", "tak", "evet", "да", "はい", "是"})
NO = frozenset({"0", "n", "f", "no", "false", "off", "nein", "non", "nee", "nej", "não", "nie", "нет", "いいえ", "否"})

# A number of seconds that falls outside these years is more likely some other number than a time.
FIRST_YEAR, LAST_YEAR = 1980, 2200
FIRST_MILLISECOND = 100_000_000_000

# Unambiguous ways only: 05/03/2026 is March in London and May in Boston, so it is refused rather than guessed.
DATE_FORMATS = ("%d.%m.%Y", "%Y/%m/%d", "%Y.%m.%d", "%d %B %Y", "%d %b %Y", "%B %d, %Y", "%b %d, %Y", "%d-%b-%Y")
TIME_FORMATS = tuple(f"{day} {time}" for day in DATE_FORMATS for time in ("%H:%M", "%H:%M:%S"))
EITHER_WAY_ROUND = re.compile(r"\d{1,2}[/-]\d{1,2}[/-]\d{2,4}\b")


def value_at(properties: Mapping[str, object], name: str) -> object:
    """A property by its name, or by its path: `order.id` is `id` in `order` where there is no `order.id`."""
    if name in properties:
        return properties[name]
    head, _, rest = name.partition(".")
    inner = properties.get(head)
    return value_at(inner, rest) if rest and isinstance(inner, Mapping) else None


def is_missing(value: object) -> bool:
    return value is None or (isinstance(value, str) and not value.strip())


def key_of(value: object) -> str | None:
    """The text by which two touchpoints are matched, 17 and " 17 " alike; None for what cannot be a key."""
    if isinstance(value, float) and value.is_integer():
        value = int(value)
    if is_missing(value) or isinstance(value, bool) or not isinstance(value, str | int | float):
        return None
    return str(value).strip()


def yes_of(value: object) -> bool | None:
    """True for a yes, False for a no, None for anything else."""
    word = str(value).strip().casefold() if isinstance(value, str) else key_of(value)
    if isinstance(value, bool):
        return value
    return True if word in YES else False if word in NO else None


def time_of(value: object, *, time_zone: str) -> datetime:
    """The moment that a value means: a date is the end of that day, a time without a zone is in `time_zone`.

    Reads ISO 8601, e-mail dates, seconds or milliseconds since 1970, 20260305, and the formats above. A time of day
    that is given is taken as it stands, midnight too. Raises ValueError, with the reason, for everything else.
    """
    read = _read(value)
    if not FIRST_YEAR <= read.year < LAST_YEAR:
        raise ValueError(f"“{value}” is not a date between {FIRST_YEAR} and {LAST_YEAR}.")
    if not isinstance(read, datetime):
        return working_time.end_of_day(time_zone, read)
    if read.tzinfo is None:
        return working_time.at_wall_time(time_zone, read)
    return read.astimezone(UTC)


def _read(value: object) -> date | datetime:
    if isinstance(value, date):
        return value
    try:
        if isinstance(value, str):
            return _from_text(value.strip())
        if isinstance(value, int | float) and not isinstance(value, bool):
            return _from_number(value)
    except (ValueError, OverflowError, OSError):
        pass
    if isinstance(value, str) and EITHER_WAY_ROUND.match(value.strip()):
        raise ValueError(f"“{value}” may be read with the day or the month first. Send dates as 2026-03-05.")
    raise ValueError(f"“{str(value)[:60]}” is not a date.")


def _from_text(text: str) -> date | datetime:
    if re.fullmatch(r"\d{9,13}(\.\d+)?", text):
        return _from_number(float(text))
    for reader in (date.fromisoformat, datetime.fromisoformat):
        try:
            return reader(text)
        except ValueError:
            continue
    return _from_format(text) or parsedate_to_datetime(text)


def _from_format(text: str) -> date | datetime | None:
    for formats, is_date in ((DATE_FORMATS, True), (TIME_FORMATS, False)):
        for pattern in formats:
            try:
                read = datetime.strptime(text, pattern)  # noqa: DTZ007 (the caller gives it its zone)
            except ValueError:
                continue
            return read.date() if is_date else read
    return None


def _from_number(number: float) -> date | datetime:
    if number == int(number) and 19_800_101 <= number <= 22_000_101:
        return date.fromisoformat(str(int(number)))
    return datetime.fromtimestamp(number / 1000 if number >= FIRST_MILLISECOND else number, UTC)
