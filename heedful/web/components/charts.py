"""Pictures drawn on the server: pure functions from numbers to SVG, each with the same numbers as a table."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from itertools import pairwise

from django.utils.html import format_html, format_html_join
from django.utils.safestring import SafeString

WIDTH, LEFT, RIGHT = 640.0, 44.0, 96.0
ROW = 34.0


@dataclass(frozen=True, slots=True)
class Picture:
    """A drawing and its table; put `{{ picture }}` into a template."""

    svg: SafeString
    table: SafeString

    def __html__(self) -> str:
        return format_html('<figure class="picture">{}{}</figure>', self.svg, self.table)

    def __str__(self) -> str:
        return self.__html__()


@dataclass(frozen=True, slots=True)
class Point:
    """One value on a line: where it stands, its interval when it has one, and how many it rests on."""

    label: str
    value: float | None
    low: float | None = None
    high: float | None = None
    n: int | None = None
    href: str = ""


@dataclass(frozen=True, slots=True)
class Series:
    """A named line."""

    name: str
    points: Sequence[Point]


@dataclass(frozen=True, slots=True)
class Part:
    """A named amount of a whole; `tone` is good, watch, late, soft or a series number."""

    name: str
    value: float
    tone: str = "1"
    href: str = ""


@dataclass(frozen=True, slots=True)
class Scored:
    """A named score with its interval."""

    name: str
    value: float
    low: float
    high: float
    n: int
    href: str = ""
    tone: str = "1"


@dataclass(frozen=True, slots=True)
class Moment:
    """A moment of the planned journey; without a value nobody listens there."""

    name: str
    value: float | None
    n: int = 0
    href: str = ""


def interval(*, low: float, high: float, middle: float | None = None, least: float = 0, most: float = 1) -> SafeString:
    """Draw an interval as a thin bar on the whole scale."""
    at = _scale(least, most, 0, 200)
    left, right = at(max(low, least)), at(min(high, most))
    dot = (
        format_html('<circle class="fill-1" cx="{}" cy="4" r="3.5"/>', _n(at(min(max(middle, least), most))))
        if middle is not None
        else ""
    )
    return format_html(
        '<svg class="chart chart-interval" viewBox="0 0 200 8" preserveAspectRatio="none" role="img" '
        'aria-label="between {} and {}"><rect class="track" y="3" width="200" height="2" rx="1"/>'
        '<rect class="range fill-1" x="{}" y="2" width="{}" height="4" rx="2"/>{}</svg>',
        _said(low),
        _said(high),
        _n(left),
        _n(max(right - left, 2)),
        dot,
    )


def spark(values: Sequence[float | None], *, label: str) -> SafeString:
    """Draw a line of the size of a word."""
    known = [value for value in values if value is not None]
    if len(known) < 2:
        return SafeString("")
    x = _scale(0, len(values) - 1, 2, 94)
    y = _scale(min(known), max(known), 21, 3)
    points = " ".join(f"{_n(x(i))},{_n(y(v))}" for i, v in enumerate(values) if v is not None)
    return format_html(
        '<svg class="chart chart-spark" viewBox="0 0 96 24" role="img" aria-label="{}">'
        '<polyline class="line stroke-1" points="{}"/></svg>',
        label,
        points,
    )


def lines(series: Sequence[Series], *, label: str, least: float, most: float, height: float = 200) -> Picture:
    """Draw values over time, labelled at the line ends; bands are intervals and gaps are times without an answer."""
    steps = max((len(one.points) for one in series), default=1)
    x = _scale(0, max(steps - 1, 1), LEFT, WIDTH - RIGHT)
    y = _scale(least, most, height - 24, 10)
    drawn = [_line(one, number, x, y) for number, one in enumerate(series[:5], 1)]
    ends = _apart([y(value) for one in series[:5] if (value := _last(one)) is not None], 14)
    names = [one for one in series[:5] if _last(one) is not None]
    labels = format_html_join(
        "",
        '<text class="strong" x="{}" y="{}" dominant-baseline="middle">{}</text>',
        ((_n(WIDTH - RIGHT + 10), _n(end), one.name) for end, one in zip(ends, names, strict=True)),
    )
    svg = _svg(height, label, [_grid(least, most, y), _zero(least, most, y), *drawn, labels, _times(series, x, height)])
    return Picture(svg, _points_table(series, label))


def parts(values: Sequence[Part], *, label: str) -> Picture:
    """Draw amounts as bars from zero, largest as given, each with its name and number."""
    most = max([part.value for part in values], default=1) or 1
    width = _scale(0, most, 0, WIDTH - 260)
    rows = [
        _linked(
            format_html(
                '<text x="0" y="{}" dominant-baseline="middle">{}</text>'
                '<rect class="bar fill-{}" x="190" y="{}" width="{}" height="16" rx="3"><title>{}: {}</title></rect>'
                '<text class="strong" x="{}" y="{}" dominant-baseline="middle">{}</text>',
                _n(_row(i)),
                _short(part.name),
                part.tone,
                _n(_row(i) - 8),
                _n(max(width(part.value), 2)),
                part.name,
                _said(part.value),
                _n(198 + width(part.value)),
                _n(_row(i)),
                _said(part.value),
            ),
            part.href,
        )
        for i, part in enumerate(values)
    ]
    table = _table(label, ["", "Amount"], [[part.name, _said(part.value)] for part in values])
    return Picture(_svg(ROW * len(values), label, rows), table)


def whiskers(rows: Sequence[Scored], *, label: str, least: float, most: float) -> Picture:
    """Draw scores as dots with their intervals on one scale."""
    at = _scale(least, most, 190, WIDTH - 90)
    grid = format_html_join(
        "",
        '<line class="grid" x1="{0}" x2="{0}" y1="0" y2="{1}"/><text x="{0}" y="{2}" text-anchor="middle">{3}</text>',
        ((_n(at(t)), _n(ROW * len(rows)), _n(ROW * len(rows) + 14), _said(t)) for t in _ticks(least, most)),
    )
    drawn = [_whisker(row, _row(i), at) for i, row in enumerate(rows)]
    table = _table(
        label,
        ["", "Score", "From", "To", "Answers"],
        [[row.name, _said(row.value), _said(row.low), _said(row.high), f"{row.n:,}"] for row in rows],
    )
    return Picture(_svg(ROW * len(rows) + 20, label, [grid, *drawn]), table)


def journey(moments: Sequence[Moment], *, label: str, least: float, most: float) -> Picture:
    """Draw the planned journey as one line of moments, the score above it; where nobody listens it is hollow."""
    x = _scale(0, max(len(moments) - 1, 1), 40, WIDTH - 40)
    y = _scale(least, most, 110, 14)
    path = " ".join(f"{_n(x(i))},{_n(y(m.value))}" for i, m in enumerate(moments) if m.value is not None)
    line = format_html(
        '<polyline class="line stroke-1" points="{}"/><line class="zero" x1="20" x2="620" y1="130" y2="130"/>', path
    )
    drawn = [_moment(moment, x(i), y) for i, moment in enumerate(moments)]
    table = _table(
        label,
        ["Moment", "Score", "Answers"],
        [[m.name, "nobody listens" if m.value is None else _said(m.value), f"{m.n:,}"] for m in moments],
    )
    return Picture(_svg(170, label, [line, *drawn]), table)


def _line(one: Series, number: int, x: "_Scale", y: "_Scale") -> SafeString:
    known = [(i, p) for i, p in enumerate(one.points) if p.value is not None]
    runs = _runs(known)
    path = " ".join(
        "M" + " L".join(f"{_n(x(i))} {_n(y(p.value))}" for i, p in run if p.value is not None) for run in runs
    )
    band = "".join(_band(run, x, y) for run in runs)
    dots = format_html_join(
        "", "{}", ((_linked(_dot(x(i), y(p.value or 0), number, _hint(one.name, p)), p.href),) for i, p in known)
    )
    return format_html(
        '<path class="band fill-{0}" d="{1}"/><path class="line stroke-{0}" d="{2}"/>{3}', number, band, path, dots
    )


def _runs(known: list[tuple[int, Point]]) -> list[list[tuple[int, Point]]]:
    runs: list[list[tuple[int, Point]]] = []
    for index, point in known:
        if runs and runs[-1][-1][0] == index - 1:
            runs[-1].append((index, point))
        else:
            runs.append([(index, point)])
    return runs


def _band(run: list[tuple[int, Point]], x: "_Scale", y: "_Scale") -> str:
    if len(run) < 2 or any(p.low is None or p.high is None for _, p in run):
        return ""
    above = [f"{_n(x(i))} {_n(y(p.high or 0))}" for i, p in run]
    below = [f"{_n(x(i))} {_n(y(p.low or 0))}" for i, p in reversed(run)]
    return f"M{' L'.join(above + below)}Z"


def _dot(x: float, y: float, tone: object, hint: str) -> SafeString:
    return format_html(
        '<circle class="dot fill-{}" cx="{}" cy="{}" r="3"><title>{}</title></circle>', tone, _n(x), _n(y), hint
    )


def _whisker(row: Scored, y: float, at: "_Scale") -> SafeString:
    drawn = format_html(
        '<text x="0" y="{1}" dominant-baseline="middle">{0}</text>'
        '<line class="whisker stroke-{2}" x1="{3}" x2="{4}" y1="{1}" y2="{1}"/>'
        '<circle class="dot fill-{2}" cx="{5}" cy="{1}" r="5"><title>{0}: {6}, between {7} and {8}</title></circle>'
        '<text class="strong" x="{9}" y="{1}" dominant-baseline="middle">{6}</text>'
        '<text x="640" y="{1}" dominant-baseline="middle" text-anchor="end">{10}</text>',
        _short(row.name),
        _n(y),
        row.tone,
        _n(at(row.low)),
        _n(at(row.high)),
        _n(at(row.value)),
        _said(row.value),
        _said(row.low),
        _said(row.high),
        _n(WIDTH - 76),
        f"n {row.n:,}",
    )
    return _linked(drawn, row.href)


def _moment(moment: Moment, x: float, y: "_Scale") -> SafeString:
    if moment.value is None:
        dot = format_html(
            '<circle class="deaf" cx="{}" cy="130" r="5"><title>{}: nobody listens</title></circle>',
            _n(x),
            moment.name,
        )
    else:
        dot = format_html(
            '{}<circle class="dot fill-1" cx="{}" cy="130" r="5"/>'
            '<text class="strong" x="{}" y="{}" text-anchor="middle">{}</text>',
            _dot(x, y(moment.value), 1, f"{moment.name}: {_said(moment.value)}, {moment.n:,} answers"),
            _n(x),
            _n(x),
            _n(y(moment.value) - 8),
            _said(moment.value),
        )
    name = format_html('<text x="{}" y="152" text-anchor="middle">{}</text>', _n(x), _short(moment.name, 11))
    return _linked(format_html("{}{}", dot, name), moment.href)


def _linked(drawn: SafeString, href: str) -> SafeString:
    return format_html('<a href="{}">{}</a>', href, drawn) if href else drawn


def _grid(least: float, most: float, y: "_Scale") -> SafeString:
    return format_html_join(
        "",
        '<line class="grid" x1="{0}" x2="{1}" y1="{2}" y2="{2}"/>'
        '<text x="{3}" y="{2}" text-anchor="end" dominant-baseline="middle">{4}</text>',
        ((_n(LEFT), _n(WIDTH - RIGHT), _n(y(t)), _n(LEFT - 8), _said(t)) for t in _ticks(least, most)),
    )


def _zero(least: float, most: float, y: "_Scale") -> SafeString:
    if not least < 0 < most:
        return SafeString("")
    return format_html(
        '<line class="zero" x1="{}" x2="{}" y1="{}" y2="{}"/>', _n(LEFT), _n(WIDTH - RIGHT), _n(y(0)), _n(y(0))
    )


def _times(series: Sequence[Series], x: "_Scale", height: float) -> SafeString:
    points = max((one.points for one in series), key=len, default=[])
    every = max(1, -(-len(points) // 8))
    return format_html_join(
        "",
        '<text x="{}" y="{}" text-anchor="middle">{}</text>',
        ((_n(x(i)), _n(height - 4), p.label) for i, p in enumerate(points) if i % every == 0),
    )


def _points_table(series: Sequence[Series], label: str) -> SafeString:
    rows = [
        [p.label, one.name, "–" if p.value is None else _said(p.value), "" if p.n is None else f"{p.n:,}"]
        for one in series
        for p in one.points
    ]
    return _table(label, ["When", "What", "Value", "Answers"], rows)


def _table(label: str, heads: Sequence[str], rows: Iterable[Sequence[str]]) -> SafeString:
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


def _svg(height: float, label: str, drawn: Sequence[SafeString]) -> SafeString:
    inner = format_html_join("", "{}", ((one,) for one in drawn))
    return format_html(
        '<svg class="chart" viewBox="0 0 {} {}" role="group" aria-label="{}">{}</svg>',
        _n(WIDTH),
        _n(height),
        label,
        inner,
    )


class _Scale:
    def __init__(self, least: float, most: float, start: float, end: float) -> None:
        self.least, self.start = least, start
        self.factor = (end - start) / ((most - least) or 1)

    def __call__(self, value: float | None) -> float:
        return self.start + ((value or 0) - self.least) * self.factor


def _scale(least: float, most: float, start: float, end: float) -> _Scale:
    return _Scale(least, most, start, end)


def _ticks(least: float, most: float) -> list[float]:
    return [least + (most - least) * step / 4 for step in range(5)]


def _row(number: int) -> float:
    return ROW * number + ROW / 2


def _last(one: Series) -> float | None:
    return next((p.value for p in reversed(one.points) if p.value is not None), None)


def _apart(places: list[float], least: float) -> list[float]:
    """Move labels so that none covers another, in their order."""
    moved = list(places)
    order = sorted(range(len(places)), key=places.__getitem__)
    for before, after in pairwise(order):
        moved[after] = max(moved[after], moved[before] + least)
    return moved


def _hint(name: str, point: Point) -> str:
    words = f"{name}, {point.label}: {_said(point.value or 0)}"
    return f"{words} ({point.n:,} answers)" if point.n is not None else words


def _short(name: str, length: int = 26) -> str:
    return name if len(name) <= length else f"{name[: length - 1]}…"


def _said(number: float) -> str:
    text = f"{abs(number):,.0f}" if abs(number) >= 100 or number == int(number) else f"{abs(number):.2g}"
    if 10 <= abs(number) < 100 and number != int(number):
        text = f"{abs(number):.1f}"
    return f"−{text}" if number < 0 else text


def _n(number: float) -> str:
    return f"{number:.1f}".rstrip("0").rstrip(".")
