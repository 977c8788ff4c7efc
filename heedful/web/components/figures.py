"""A figure is never alone: beside it stand how many it rests on, its interval and its change."""

from dataclasses import dataclass

from django.utils.safestring import SafeString

from heedful.customers import question_kinds
from heedful.prove import scores
from heedful.web import wording
from heedful.web.components import charts
from heedful.web.filters import percent, signed

TOO_FEW = 30


def score_words(estimate: scores.Estimate) -> str:
    """A score as every page writes it: NPS as +31, a share as 42 %, or 97.3 % where that says more, a mean as 4.3."""
    if estimate.unit == "share":
        return percent(estimate.value, _places(estimate))
    if estimate.unit == "points":
        return signed(estimate.value)
    return signed(estimate.value, 1) if estimate.unit == "gap" or estimate.value < 0 else f"{estimate.value:.1f}"


def _places(share: scores.Estimate) -> int:
    return 1 if share.value > 0.9 else 0


def ends(question: str, figure: scores.Estimate) -> tuple[float, float]:
    """The ends of the line that the figure is drawn on."""
    if figure.unit == "points":
        return -100.0, 100.0
    if figure.unit == "share":
        return 0.0, 100.0
    if figure.scale:
        return float(figure.scale[0]), float(figure.scale[1])
    if not question_kinds.has_scale(question):
        return figure.low, max(figure.high, figure.low + 1)
    lowest, highest = question_kinds.scale_of(question).ends
    return float(lowest), float(highest)


def span(estimate: scores.Estimate) -> str:
    """The interval in words, such as `+3 to +15`."""
    if estimate.unit == "share":
        places = _places(estimate)
        return f"{estimate.low * 100:.{places}f} to {estimate.high * 100:.{places}f}\N{NO-BREAK SPACE}%"
    is_signed = estimate.unit in ("points", "gap") or estimate.low < 0
    low, high = (
        signed(end, 0 if estimate.unit == "points" else 1) if is_signed else f"{end:.1f}" for end in estimate.interval
    )
    return f"{low} to {high}"


@dataclass(frozen=True, slots=True)
class Figure:
    """One number as a reader sees it. `low` and `high` are its 95 % interval on the scale from `least` to `most`."""

    label: str
    value: str
    n: int | None = None
    unit: str = ""
    of: str = "answers"
    span: str = ""
    """The interval in words, where a bar alone does not say enough."""
    low: float | None = None
    high: float | None = None
    middle: float | None = None
    least: float = 0
    most: float = 1
    change: str = ""
    """Such as "+4" or "+4 on the quarter before"; empty when there is nothing to compare with."""
    is_certain: bool = False
    """Whether the change is more than chance."""
    is_better: bool | None = None
    """Whether more of it is better than before, for the colour; None where it is neither."""
    is_up: bool | None = None
    """Whether it went up, where that is not the same as better."""
    effective_n: float | None = None
    """Of answers that weigh differently: how many of equal weight would tell as much."""
    href: str = ""

    @property
    def is_thin(self) -> bool:
        """Whether it rests on too few to be a headline."""
        return self.n is not None and min(self.n, self.effective_n or self.n) < TOO_FEW

    @property
    def bar(self) -> SafeString:
        """The interval as a thin bar."""
        if self.low is None or self.high is None:
            return SafeString("")
        return charts.interval(low=self.low, high=self.high, middle=self.middle, least=self.least, most=self.most)

    @property
    def basis(self) -> str:
        """What it rests on, in words."""
        if self.n is None:
            return ""
        words = wording.count_of(self.n, self.of)
        if self.effective_n is not None:
            words = f"{words} that weigh, as good as {self.effective_n:,.0f}"
        return f"{words}: too few to tell" if self.is_thin else words

    @property
    def change_words(self) -> str:
        """The change, and whether it can be told from chance."""
        return (
            f"{self.change}, {'more than chance' if self.is_certain else 'cannot be told apart'}" if self.change else ""
        )

    @property
    def change_class(self) -> str:
        """The colour of a change that is certain."""
        if not self.is_certain or self.is_better is None:
            return "soft"
        return "good" if self.is_better else "watch"

    @property
    def change_icon(self) -> str:
        """The shape of the change."""
        if not self.is_certain:
            return "equal-approximately"
        is_up = self.is_better if self.is_up is None else self.is_up
        return "trending-up" if is_up else "trending-down"
