"""What a kind of question is: everything that the rest of the product has to know of it, in one record."""

from collections.abc import Mapping
from dataclasses import dataclass
from math import floor, inf, isfinite
from typing import Any, Literal

from heedful.kit import names
from heedful.kit.errors import Refused

type Input = Literal["points", "words", "options", "number"]
"""How it is answered, and so how it is drawn: points of a scale, own words, one of several options, or a number."""


@dataclass(frozen=True, slots=True)
class Scale:
    """The whole numbers that answer a question, from the worst to the best."""

    lowest: int
    highest: int
    name: str = ""

    @property
    def span(self) -> int:
        """How far it is from one end to the other."""
        return self.highest - self.lowest

    @property
    def ends(self) -> tuple[int, int]:
        """Its lowest and its highest point."""
        return self.lowest, self.highest

    def place(self, value: float, other: "Scale") -> float:
        """Where on this scale an answer stands that was given on another: exactly, not at the nearest point."""
        if self.ends == other.ends:
            return value
        return self.lowest + (value - other.lowest) * self.span / other.span


@dataclass(frozen=True, slots=True)
class NetPromoter:
    """Scored by how many more are at the top than at the bottom, in points of a hundred."""

    top: int
    bottom: int


@dataclass(frozen=True, slots=True)
class Share:
    """Scored by the share of those who gave at least so much."""

    at_least: int


@dataclass(frozen=True, slots=True)
class Mean:
    """Scored by the mean answer."""


@dataclass(frozen=True, slots=True)
class Band:
    """The highest answer that is low and the lowest that is high."""

    low: int
    high: int

    @property
    def edges(self) -> tuple[float, float]:
        """Where the low ones end and the high ones begin; between two points, the nearest counts."""
        return self.low + 0.5, self.high - 0.5


@dataclass(frozen=True, slots=True)
class DefaultRule:
    """What counts as trouble before the company says so itself: an answer of at most so much, and how bad it is."""

    at_most: int
    severity: int


@dataclass(frozen=True, kw_only=True)
class Kind:
    """A kind of question; `order` is where it stands in lists."""

    code: str
    name: str
    order: int
    input: Input
    scale: Scale | None = None
    points: Mapping[int, str] | None = None
    """What each point is called by those who read the answers, where a number says nothing."""
    is_said_alone: bool = False
    """Whether these words say what was asked, too."""
    offer: str = ""
    """How it is called by those who write surveys; empty for one that only programs and files ask."""
    offer_before: str = ""
    """The same, asked before the experience: what somebody expects."""
    has_words: bool = True
    """Whether there are words of ours for it in every language; else the company writes it itself."""
    is_named_by_topic: bool = False
    is_rescalable: bool = False
    """Whether a survey may ask it on another scale."""
    is_headline: bool = False
    score: NetPromoter | Share | Mean | None = None
    is_more_better: bool = True
    """Whether a higher figure is good news; where not, the company says it of each question."""
    meaning: str = ""
    """What its figure says, for somebody who has not met it."""
    band: Band | None = None
    rules: tuple[DefaultRule, ...] = ()
    is_trouble: bool = False
    """Whether a low answer can be a rule for trouble."""
    properties: tuple[str, ...] = ()
    """The properties of events that are an answer to it by their name."""

    def check(self, question: str, value: Any, settings: Mapping[str, Any]) -> int | float | str | None:
        """The answer as it is kept, or nothing where nothing was said; refuses what is none."""
        if value in (None, ""):
            return None
        match self.input:
            case "points":
                return on_scale(question, value, scale_in(settings) or self.scale or Scale(0, 1))
            case "options":
                return _option(value, settings)
            case "number":
                return _number(question, value, settings)
        return str(value)


def scale_in(settings: Mapping[str, Any]) -> Scale | None:
    """The scale on which a survey asks a question, where it is not the usual one."""
    return Scale(*settings["scale"]) if settings.get("scale") else None


def nearest(value: float) -> int:
    """The whole point nearest to a place on a scale; upwards in the middle."""
    return floor(value + 0.5)


def whole(value: float) -> int | float:
    """The number without a fraction that says nothing."""
    return int(value) if value == int(value) else value


def on_scale(question: str, value: Any, scale: Scale) -> int:
    """The answer as a whole number on a scale, or a refusal."""
    number = _read(question, value)
    if scale.lowest < number < scale.highest and number % 1:
        raise Refused(f"{question} is answered with a whole number, not {str(value)[:40]}.")
    if isinstance(value, bool) or number != number or not scale.lowest <= number <= scale.highest or number % 1:
        raise Refused(f"{question} goes from {scale.lowest} to {scale.highest}, not {str(value)[:40]}.")
    return int(number)


LARGEST = 10**12
DIGITS = 4
"""So many figures behind the point are kept of a free number."""


def _number(question: str, value: Any, settings: Mapping[str, Any]) -> int | float:
    number = _read(question, value.replace(",", ".").strip() if isinstance(value, str) else value)
    low, high = (settings.get(end) for end in ("at_least", "at_most"))
    if isinstance(value, bool) or not isfinite(number) or abs(number) > LARGEST:
        raise Refused(f"{question} must be a number, not {str(value)[:40]!r}.", code="bad_number")
    if (low is not None and number < low) or (high is not None and number > high):
        ends = " and ".join(f"{word} {end}" for word, end in (("at least", low), ("at most", high)) if end is not None)
        raise Refused(f"{question} is {ends}, not {str(value)[:40]}.", code="bad_number")
    return whole(round(number, DIGITS))


def _option(value: Any, settings: Mapping[str, Any]) -> str:
    codes = [option["code"] for option in settings.get("options", [])]
    if "options" in settings and value not in codes:
        raise Refused("This is not one of the answers. Choose one of those shown.")
    return names.one_line(str(value), most=80)


def _read(question: str, value: Any) -> float:
    try:
        return float(value)
    except OverflowError:
        return inf
    except (TypeError, ValueError):
        raise Refused(f"{question} must be a number, not {str(value)[:40]!r}.", code="bad_number") from None
