"""What every template can say: icons, times, money, durations and initials."""

import re
import zlib
from collections.abc import Mapping
from datetime import date as day
from datetime import datetime, timedelta
from decimal import Decimal
from functools import lru_cache
from typing import Any

import lucide
from django.template import defaultfilters
from django.utils import timezone
from django.utils.dates import MONTHS_3, WEEKDAYS_ABBR
from django.utils.formats import date_format
from django.utils.html import format_html
from django.utils.safestring import SafeString, mark_safe

from heedful.act.models import Case
from heedful.customers import question_kinds, slugs
from heedful.kit.errors import Refused
from heedful.listen import wordings
from heedful.understand.models import Reading
from heedful.web import wording

SIGNS = {"EUR": "€", "GBP": "£", "USD": "$"}


def icon(name: str, size: int = 16) -> SafeString:
    """Draw an icon that is only decoration; the word beside it says what it means."""
    return _drawn(str(name), size)


@lru_cache(maxsize=500)
def _drawn(name: str, size: int) -> SafeString:
    return mark_safe(lucide._render_icon(name, size, aria_hidden="true", focusable="false", **{"class": "icon"}))


def ago(moment: datetime | None) -> SafeString | str:
    """Say how long ago or ahead a moment is, with the exact one on hover, in the reader's zone."""
    return "" if moment is None else _time(moment, wording.distance(timezone.now() - moment))


def due(moment: datetime | None) -> SafeString | str:
    """Say when something is due, closely enough to plan by, with the exact moment on hover, in the reader's zone."""
    return "" if moment is None else _time(moment, wording.due(timezone.now() - moment))


def _time(moment: datetime, words: str) -> SafeString:
    """A moment with what was said of it, which are our own words: nothing in them is to be escaped."""
    exact = timezone.localtime(moment)
    return mark_safe(f'<time datetime="{exact.isoformat(timespec="seconds")}" title="{_in_full(exact)}">{words}</time>')


def _in_full(exact: datetime) -> str:
    """A moment as Django's format `D j M Y, H:i:s T` writes it, for lists that show a hundred of them."""
    return f"{_day_in_full(exact.date())}, {exact:%H:%M:%S} {exact.tzname()}"


@lru_cache(maxsize=5_000)
def _day_in_full(date: day) -> str:
    return f"{WEEKDAYS_ABBR[date.weekday()]} {date.day} {str(MONTHS_3[date.month]).title()} {date.year:04d}"


def exactly(moment: datetime | None) -> SafeString | str:
    """Say a moment in full, in the reader's zone."""
    if moment is None:
        return ""
    local = timezone.localtime(moment)
    return format_html(
        '<time datetime="{}">{}</time>', local.isoformat(timespec="seconds"), date_format(local, "j M Y, H:i")
    )


def duration(seconds: float | timedelta | None) -> str:
    """Say a span in its largest fitting unit, such as `3 h`."""
    return "" if seconds is None else wording.span(seconds)


def money(amount: Decimal | float | None, currency: str = "") -> str:
    """Say an amount in whole units, with the sign or the letters of its currency."""
    if amount is None:
        return ""
    digits = f"{abs(amount):,.0f}"
    sign = SIGNS.get(currency)
    minus = "−" if amount < 0 else ""
    return f"{minus}{sign}{digits}" if sign else f"{minus}{digits} {currency}".strip()


def signed(number: float | None, places: int = 0) -> str:
    """Write a number with its sign, and a true minus."""
    if number is None:
        return ""
    text = f"{abs(number):.{places}f}"
    if float(text) == 0:
        return text
    return f"{'−' if number < 0 else '+'}{text}"


def percent(share: float | None, places: int = 0) -> str:
    """Write a share of one as per cent."""
    return "" if share is None else f"{share * 100:.{places}f} %"


def thousands(number: float | None) -> str:
    """Write a number with separators between the thousands."""
    return "" if number is None else f"{number:,.0f}"


def initials(thing: Any) -> str:
    """Give one or two letters that stand for a name."""
    words = [word for word in str(thing).split() if word[0].isalnum()]
    return "".join(word[0] for word in words[:2]).upper() or "·"


def hue(thing: Any) -> int:
    """Give one of six hues, always the same for the same thing."""
    return sum(str(thing).encode()) % 6


def item(mapping: Any, key: Any) -> Any:
    """Look a key up that is itself a variable."""
    return mapping.get(key) if hasattr(mapping, "get") else None


def question(code: str) -> str:
    """Say a question's code in words."""
    try:
        return question_kinds.name_of(code)
    except Refused:
        return code


def spoken(slug: str) -> str:
    """Say a slug as a person would."""
    return wording.words(slug)


def held(thing: object) -> str:
    """Say a value that a program sent, whatever its shape: a list with commas, a yes for what is true."""
    return wording.value(thing)


def breakable(address: str) -> SafeString:
    """Write an e-mail address so that a narrow place breaks it before its @ first."""
    name, at, host = str(address).partition("@")
    return format_html("{}<wbr>{}{}", name, at, host)


def called(slug: str, names: Mapping[str, str]) -> str:
    """Say a code by its name among those that are known, such as `row.kind|called:shell.names.kinds`."""
    return names.get(slug) or slugs.words(str(slug))


def browser(agent: str) -> str:
    """Say a browser in words."""
    return wording.browser(str(agent))


def channel(code: str) -> str:
    """Say a channel in words."""
    return wording.channel(str(code))


def score(value: int, code: str) -> str:
    """Say an answer to a question with the question: `Satisfaction: 2 of 5`."""
    try:
        return question_kinds.sentence(code, value)
    except Refused:
        return f"{wording.words(code)}: {value}"


def feeling(reading: Reading) -> str:
    """Say how somebody felt by a reading of their words."""
    return wording.feeling(reading.sentiment, language=reading.language)


def language(code: str) -> str:
    """What a language is called, such as `Portuguese`."""
    return wordings.in_english(str(code))


def case_mark(case: Case) -> str:
    """By which an open page knows whether its row of a case is still true."""
    seen = (
        case.owner_id,
        case.team_id,
        case.priority,
        case.title,
        case.closed_at,
        case.answered_at,
        case.due_at,
        case.clock_number,
    )
    return f"{zlib.crc32(repr((seen, case.is_waiting and case.due_at < timezone.now())).encode()):x}"


def sentence(name: str) -> str:
    """Say the name of an event in words: `CaseHandedOver` is `Case handed over`."""
    return re.sub(r"(?<=[a-z])(?=[A-Z])", " ", str(name)).capitalize()


def date(moment: datetime | day | None, form: str) -> str:
    """Say a day or a moment by Django's letters, in the reader's zone."""
    return str(defaultfilters.date(timezone.template_localtime(moment), form))  # type: ignore[attr-defined]


FILTERS = {
    each.__name__: each
    for each in (
        ago,
        breakable,
        browser,
        called,
        case_mark,
        channel,
        date,
        due,
        duration,
        exactly,
        feeling,
        held,
        hue,
        initials,
        item,
        language,
        money,
        percent,
        question,
        score,
        sentence,
        signed,
        spoken,
        thousands,
        defaultfilters.capfirst,
        defaultfilters.floatformat,
        defaultfilters.filesizeformat,
        defaultfilters.linebreaksbr,
        defaultfilters.pluralize,
        defaultfilters.truncatechars,
        defaultfilters.urlize,
        defaultfilters.yesno,
    )
}
"""What stands behind a `|` in a template: ours, and those of Django that its other engine lacks."""
