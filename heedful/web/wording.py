"""Times, spans, channels and values as people say them."""

import re
from collections.abc import Mapping
from datetime import date, datetime, timedelta

from django.utils import timezone
from django.utils.formats import date_format

from heedful.kit.reading import times
from heedful.kit.spans import span as span
from heedful.listen import conversations
from heedful.understand import light

CHANNELS = {"sms": "SMS", "ivr": "Phone menu", "api": "API", "qr": "QR code", "whatsapp": "WhatsApp"}
"""Channels that one does not write as they are spelled, besides those on which conversations are held."""
BROWSERS = {
    "Edg": "Edge",
    "OPR/": "Opera",
    "SamsungBrowser/": "Samsung Internet",
    "Firefox/": "Firefox",
    "FxiOS/": "Firefox",
    "CriOS/": "Chrome",
    "Chrome/": "Chrome",
    "Safari/": "Safari",
}
"""What stands in how a browser calls itself; most claim to be those below them too."""
SYSTEMS = {
    "iPhone": "iPhone",
    "iPad": "iPad",
    "Android": "Android",
    "Windows": "Windows",
    "CrOS": "ChromeOS",
    "Mac OS X": "Mac",
    "Linux": "Linux",
}
FEELINGS = {"negative": "Unhappy", "neutral": "Neutral", "positive": "Happy"}
DAY_ALONE = re.compile(r"\d{4}-\d\d-\d\d")
TIME = re.compile(r"\d{4}-\d\d-\d\d[T ]\d\d:\d\d(:\d\d(\.\d+)?)?(Z|[+-]\d\d:?\d\d)")
PLURAL = re.compile(r"(?<=\w)s\b")
DEEPEST = 4


def feeling(sentiment: str, *, language: str) -> str:
    """Say a feeling that was read, such as `Unhappy`, or why there is none: the language, or that it is unclear."""
    if sentiment:
        return FEELINGS.get(sentiment, sentiment)
    return "No clear feeling" if light.is_read(language) else "Not read"


def closely(size: timedelta) -> str:
    """Say a span of hours or a few days in two units, such as `1 d 3 h`, for what somebody must be in time for."""
    total_min = int(abs(size.total_seconds()) // 60)
    hours, minutes = divmod(total_min, 60)
    days, rest = divmod(hours, 24)
    if not 1 <= hours < 72:
        return span(size)
    first, second = (f"{days} d", f"{rest} h" if rest else "") if days else (f"{hours} h", f"{minutes} min")
    return first if second in ("", "0 min") else f"{first} {second}"


def due(gone: timedelta) -> str:
    """Say how far away a time is that somebody waits for, closely enough to plan by."""
    if abs(gone.total_seconds()) < 45:
        return "now"
    return f"{closely(gone)} ago" if gone > timedelta(0) else f"in {closely(gone)}"


def distance(gone: timedelta) -> str:
    """Say how far away a moment is, whichever way."""
    if abs(gone.total_seconds()) < 45:
        return "just now"
    return f"{span(gone)} ago" if gone > timedelta(0) else f"in {span(gone)}"


def words(code: str) -> str:
    """Write a code as a person would: `order_id` is `Order id`."""
    plain = str(code).replace("_", " ").replace("-", " ").strip()
    return plain[:1].upper() + plain[1:]


def month(code: str) -> str:
    """Say a month that is written as `2026-08`: `Aug 2026`."""
    try:
        return date_format(date.fromisoformat(f"{code}-01"), "M\N{NO-BREAK SPACE}Y")
    except ValueError:
        return code


def browser(agent: str) -> str:
    """Say which browser calls itself so and on what it runs, such as `Firefox on Windows`."""
    name = next((word for mark, word in BROWSERS.items() if mark in agent), "")
    system = next((word for mark, word in SYSTEMS.items() if mark in agent), "")
    return " on ".join(word for word in (name, system) if word) or agent or "A browser without a name"


def channel(code: str) -> str:
    """Say a channel."""
    conversed = conversations.find_channel(code.lower())
    return conversed.label if conversed else CHANNELS.get(code.lower()) or words(code)


def count_of(number: int, things: str) -> str:
    """Say a number of things, whose word loses its s where there is one: `1 case due`, `1,200 cases due`."""
    return f"{number:,} {re.sub(PLURAL, '', things, count=1) if number == 1 else things}"


def value(thing: object, deep: int = 0) -> str:
    """Say a value that a program sent, or that an entry holds, as one line."""
    if thing is None:
        return "nothing"
    if isinstance(thing, bool):
        return "yes" if thing else "no"
    if deep > DEEPEST:
        return "…"
    if isinstance(thing, Mapping):
        return ", ".join(f"{words(name).lower()} {value(held, deep + 1)}" for name, held in thing.items())
    if isinstance(thing, list | tuple):
        between = "; " if any(isinstance(held, Mapping) for held in thing) else ", "
        return between.join(value(held, deep + 1) for held in thing)
    return _moment(thing) if isinstance(thing, str) else str(thing)


def _moment(text: str) -> str:
    """Say a time in the reader's zone, and a day as it is, with its zone if it names one; other text stays as it is."""
    if zoned := times.zoned(text):
        return f"{_moment(zoned[0])} ({zoned[1].rpartition('/')[2].replace('_', ' ')})"
    is_day = DAY_ALONE.fullmatch(text)
    if not is_day and not TIME.fullmatch(text):
        return text
    try:
        if is_day:
            return date_format(date.fromisoformat(text), "j M Y")
        return date_format(timezone.localtime(datetime.fromisoformat(text)), "j M Y, H:i:s")
    except (ValueError, OverflowError):
        return text
