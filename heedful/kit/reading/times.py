"""When something was, out of what programs, files and people write: a day, a time of a day, or a moment."""

import re
from datetime import UTC, date, datetime, time, timedelta, tzinfo
from email.utils import parsedate_to_datetime

from heedful.kit.reading import months

EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
FEWEST = 1e8
"""Numbers below this are no seconds since 1970 but some other number."""
MILLISECONDS_FROM, MICROSECONDS_FROM, NANOSECONDS_FROM = 1e11, 1e14, 1e17
"""Numbers since 1970 from here on are milliseconds and so on; as seconds they would be far from now."""
LAST = datetime(2200, 1, 1, tzinfo=UTC)
"""A number that would be a moment after this is no time."""
FIRST_DAY, LAST_DAY = 19_000_101, 21_991_231
"""Eight digits between these are a day, such as 20260305."""
LONGEST = 64
"""Characters; no time is written with more."""

DIGITS = re.compile(r"\d+(?:\.\d*)?")
YEAR_FIRST = re.compile(r"[0-9]{4}/[0-9]{1,2}/[0-9]{1,2}")
# Unambiguous ways only: 05/03/2026 is March in London and May in Boston, so it is not read rather than guessed.
DAYS = (
    r"(?P<day>[0-9]{1,2})\.(?P<month>[0-9]{1,2})\.(?P<year>[0-9]{4})",
    r"(?P<year>[0-9]{4})(?P<between>[/.])(?P<month>[0-9]{1,2})(?P=between)(?P<day>[0-9]{1,2})",
    r"(?P<day>[0-9]{1,2})(?P<between>[ -])(?P<month>[A-Za-z]{3,9})(?P=between)(?P<year>[0-9]{4})",
    r"(?P<month>[A-Za-z]{3,9}) (?P<day>[0-9]{1,2}), (?P<year>[0-9]{4})",
)
LETTERS = r"[^\W\d_]{1,20}"
BEFORE = rf"(?:{LETTERS}\.?,? ){{0,2}}"
LINK = r"(?:de|del|do|of|d')"
MONTH, YEAR = rf"(?P<month>{LETTERS})\.?,?", r"(?P<year>[0-9]{4})"
ORDINAL = r"(?:\.|º|ª|°|er|re|e|st|nd|rd|th|af|il|ydd|ed|fed)?"
# With a language, so that its months are known by name; a month alone is its first day.
NAMED_DAYS = (
    rf"{BEFORE}(?P<day>[0-9]{{1,2}}){ORDINAL}(?:[ -]|(?<=\.))(?:{LINK} ?)?{MONTH}[ -](?:{LINK} )?{YEAR}",
    rf"{MONTH} (?P<day>[0-9]{{1,2}}){ORDINAL},? {YEAR}",
    rf"{YEAR}\.?[ -](?:{LINK} )?{MONTH}[ -](?P<day>[0-9]{{1,2}})\.?",
    rf"{MONTH}[ /-](?:{LINK} )?{YEAR}(?P<day>)",
    rf"{YEAR}\.?[ /-]{MONTH}(?P<day>)",
)
CLOCK = r"(?: (?P<hour>[0-9]{1,2}):(?P<minute>[0-9]{2})(?::(?P<second>[0-9]{2}))?)?"
WRITTEN = tuple(re.compile(day + CLOCK) for day in DAYS)
NAMED = tuple(re.compile(day + CLOCK) for day in NAMED_DAYS)


ZONED = re.compile(r"(?P<time>[^\[\]]{8,40})\[(?P<zone>[A-Za-z][A-Za-z0-9_+/-]{1,50})\]")


def zoned(text: str) -> tuple[str, str] | None:
    """What was written and the zone that it names, of `2026-03-05[America/New_York]` (RFC 9557); None without one."""
    match = ZONED.fullmatch(text.strip())
    return (match["time"], match["zone"]) if match else None


def in_zone(text: str, zone: str) -> str:
    """A day, or a time that names no zone, with its zone; anything else as it is."""
    return f"{text}[{zone}]" if ZONELESS.fullmatch(text) else text


ZONELESS = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}(?:[ T][0-9]{2}:[0-9]{2}(?::[0-9]{2})?)?")


def read(value: object, *, language: str = "") -> date | datetime | None:
    """The day or the moment that a value means, or None; a datetime without a zone is on whatever clock its sender has.

    Reads ISO 8601, the form of mails and HTTP, seconds to nanoseconds since 1970 by their size, 20260305, and the
    ways of writing a day in which day and month cannot be confused. Where the sender says in which `language` months
    are named, they are read in it, and a month alone is its first day.
    """
    try:
        if isinstance(value, str):
            return _written(value, language)
        if isinstance(value, date):
            return value
        if isinstance(value, int | float) and not isinstance(value, bool):
            return _number(value)
    except (ValueError, OverflowError):
        pass
    return None


def moment(value: object, *, clock: tzinfo = UTC, language: str = "") -> datetime | None:
    """The moment that a value means, or None: a day is its midnight, and what names no zone is on `clock`."""
    if type(value) is str and (plain := _plain(value)) is not None:  # what programs send, a thousand times a second
        return plain if plain.tzinfo else plain.replace(tzinfo=clock)
    reading = read(value, language=language)
    if reading is None:
        return None
    if not isinstance(reading, datetime):
        return datetime.combine(reading, time(), clock)
    return reading if reading.tzinfo else reading.replace(tzinfo=clock)


def _plain(text: str) -> datetime | None:
    """Read `2026-03-05T12:00:00+01:00` and its like at once."""
    if text[4:5] == "-" and len(text) > 10:
        try:
            return datetime.fromisoformat(text)
        except ValueError:
            pass
    return None


def _written(text: str, language: str) -> date | datetime:
    if (plain := _plain(text)) is not None:
        return plain
    text = text.strip()
    if len(text) > LONGEST:
        raise ValueError
    # Before ISO 8601, which takes 1700010112345 for a quarter to midnight in the year 1700.
    if DIGITS.fullmatch(text):
        return _number(float(text))
    return _iso(text) or _by_pattern(text, language) or parsedate_to_datetime(text)


def _iso(text: str) -> date | datetime | None:
    """Read the ways of ISO 8601, and those that are near to it."""
    if YEAR_FIRST.match(text):
        text = text.replace("/", "-", 2)
    if text.endswith(("UTC", "GMT", "z")):
        text = text.removesuffix("z").removesuffix("UTC").removesuffix("GMT").rstrip() + "+00:00"
    for form in (date, datetime):
        try:
            return form.fromisoformat(text)
        except ValueError:
            continue
    return None


def _by_pattern(text: str, language: str) -> date | datetime | None:
    for pattern in [*WRITTEN, *NAMED] if language else WRITTEN:
        if match := pattern.fullmatch(text):
            word = match["month"]
            if (month := int(word) if word.isdigit() else months.month_of(word, language)) is None:
                continue
            day = date(int(match["year"]), month, int(match["day"] or 1))
            if match["hour"] is None:
                return day
            return datetime.combine(day, time(int(match["hour"]), int(match["minute"]), int(match["second"] or 0)))
    return None


def _number(number: float) -> date | datetime:
    if FIRST_DAY <= number <= LAST_DAY and number == int(number):
        return date.fromisoformat(str(int(number)))
    at = EPOCH + _since_1970(number)
    if not (number >= FEWEST and at < LAST):
        raise ValueError
    return at


def _since_1970(number: float) -> timedelta:
    if number >= NANOSECONDS_FROM:
        return timedelta(microseconds=number / 1000)
    if number >= MICROSECONDS_FROM:
        return timedelta(microseconds=number)
    return timedelta(milliseconds=number) if number >= MILLISECONDS_FROM else timedelta(seconds=number)
