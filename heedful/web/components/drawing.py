"""What pictures are drawn with: the paper, scales, numbers as people write them, and the table beside a picture."""

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from itertools import pairwise

from django.utils.html import format_html, format_html_join
from django.utils.safestring import SafeString


@dataclass(frozen=True, slots=True)
class Canvas:
    """The paper a picture is drawn on: its width, the room for numbers and names, and the letters that fit there."""

    kind: str
    width: float
    left: float
    right: float
    names: float
    letters: int


WIDE = Canvas("wide", 640, 44, 96, 190, 28)
NARROW = Canvas("narrow", 350, 36, 84, 112, 16)


@dataclass(frozen=True, slots=True)
class AxisScale:
    """Turns a number into a place on the paper."""

    least: float
    most: float
    start: float
    end: float

    def __call__(self, value: float) -> float:
        return self.start + (value - self.least) * (self.end - self.start) / ((self.most - self.least) or 1)


@dataclass(frozen=True, slots=True)
class Picture:
    """A drawing for screens, one for phones, and their table; put `{{ picture }}` into a template."""

    wide: SafeString
    narrow: SafeString
    table: SafeString

    def __html__(self) -> str:
        return format_html('<figure class="picture">{}{}{}</figure>', self.wide, self.narrow, self.table)

    def __str__(self) -> str:
        return self.__html__()


def picture(draw: Callable[[Canvas], Iterable[SafeString]], *, height: float, label: str, table: SafeString) -> Picture:
    """Draw the same on both papers."""
    wide, narrow = (_svg(canvas, height, label, draw(canvas)) for canvas in (WIDE, NARROW))
    return Picture(wide, narrow, table)


def table(label: str, heads: Sequence[str], rows: Iterable[Sequence[str]]) -> SafeString:
    """Return the numbers of a picture as a table under a disclosure."""
    head = format_html_join("", '<th scope="col">{}</th>', ((word,) for word in heads))
    body = format_html_join(
        "",
        '<tr><th scope="row">{}</th>{}</tr>',
        ((row[0], format_html_join("", "<td>{}</td>", ((cell,) for cell in row[1:]))) for row in rows),
    )
    return format_html(
        '<details><summary>As a table</summary><div class="scroll"><table><caption class="aloud">{}</caption>'
        "<thead><tr>{}</tr></thead><tbody>{}</tbody></table></div></details>",
        label,
        head,
        body,
    )


def link(drawn: SafeString, href: str) -> SafeString:
    """Let a mark open the rows behind it."""
    return format_html('<a href="{}">{}</a>', href, drawn) if href else drawn


def ticks(least: float, most: float) -> list[float]:
    """Return five places along a scale."""
    return [least + (most - least) * step / 4 for step in range(5)]


def apart(places: list[float], least: float) -> list[float]:
    """Move labels so that none covers another, in their order."""
    moved = list(places)
    for before, after in pairwise(sorted(range(len(places)), key=places.__getitem__)):
        moved[after] = max(moved[after], moved[before] + least)
    return moved


def short(name: str, letters: int) -> str:
    """Cut a name to what fits."""
    return name if len(name) <= letters else f"{name[: letters - 1].rstrip()}…"


def format_number(number: float) -> str:
    """Write a number as people read it: few digits, separators, a true minus."""
    size = abs(number)
    if size >= 100 or number == int(number):
        text = f"{size:,.0f}"
    else:
        text = f"{size:.1f}" if size >= 10 else f"{size:.2g}"
    return f"−{text}" if number < 0 and text.strip("0.") else text


def n(number: float) -> str:
    """Write a coordinate."""
    return f"{number:.1f}".rstrip("0").rstrip(".")


def _svg(canvas: Canvas, height: float, label: str, drawn: Iterable[SafeString]) -> SafeString:
    return format_html(
        '<svg class="chart {}" viewBox="0 0 {} {}" role="group" aria-label="{}">{}</svg>',
        canvas.kind,
        n(canvas.width),
        n(height),
        label,
        format_html_join("", "{}", ((one,) for one in drawn)),
    )
