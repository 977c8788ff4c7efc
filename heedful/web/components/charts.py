"""Pictures drawn on the server: pure functions from numbers to SVG, each with the same numbers as a table."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from django.utils.html import format_html, format_html_join
from django.utils.safestring import SafeString

from heedful.web.components import drawing
from heedful.web.components.drawing import AxisScale, Canvas, Picture, format_number, link, n, short
from heedful.web.wording import count_of

ROW = 34.0
LINES = 5


@dataclass(frozen=True, slots=True)
class ChartPoint:
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
    points: Sequence[ChartPoint]

    @property
    def last(self) -> float | None:
        """The value at the line's end."""
        return next((p.value for p in reversed(self.points) if p.value is not None), None)


@dataclass(frozen=True, slots=True)
class Part:
    """A named amount of a whole; `tone` is good, watch, late, soft or the number of a colour."""

    name: str
    value: float
    tone: str = "1"
    href: str = ""


@dataclass(frozen=True, slots=True)
class ScoreRow:
    """A named score with its interval."""

    name: str
    value: float
    low: float
    high: float
    n: int
    href: str = ""
    tone: str = "1"
    words: str = ""
    """The value as it is written elsewhere on the page, where that is not as plain numbers are."""

    @property
    def text(self) -> str:
        """The value as people read it."""
        return self.words or format_number(self.value)


@dataclass(frozen=True, slots=True)
class JourneyMoment:
    """A moment of the planned journey; without a value nobody listens there."""

    name: str
    value: float | None
    n: int = 0
    href: str = ""


def interval(*, low: float, high: float, middle: float | None = None, least: float = 0, most: float = 1) -> SafeString:
    """Draw an interval as a thin bar on the whole scale."""
    at = AxisScale(least, most, 0, 200)
    left, right = at(max(low, least)), at(min(high, most))
    dot = SafeString("")
    if middle is not None:
        dot = format_html('<rect class="fill-1" x="{}" width="3" height="8"/>', n(at(middle) - 1.5))
    return format_html(
        '<svg class="chart chart-interval" viewBox="0 0 200 8" preserveAspectRatio="none" role="img" '
        'aria-label="between {} and {}"><rect class="track" y="2.5" width="200" height="3"/>'
        '<rect class="range fill-1" x="{}" y="1" width="{}" height="6"/>{}</svg>',
        format_number(low),
        format_number(high),
        n(left),
        n(max(right - left, 2)),
        dot,
    )


def lines(series: Sequence[Series], *, label: str, least: float, most: float, height: float = 200) -> Picture:
    """Draw values over time, labelled at the line ends; bands are intervals and gaps are times without an answer."""
    shown = series[:LINES]
    steps = max((len(one.points) for one in shown), default=1)

    def draw(canvas: Canvas) -> Iterator[SafeString]:
        x = AxisScale(0, max(steps - 1, 1), canvas.left, canvas.width - canvas.right)
        y = AxisScale(least, most, height - 24, 10)
        yield _levels(canvas, y)
        yield _times(canvas, shown, x, height)
        for tone, one in enumerate(shown, 1):
            yield _line(one, tone, x, y)
        yield _ends(canvas, shown, y)

    rows = [
        [
            p.label,
            one.name,
            *("–" if v is None else format_number(v) for v in (p.value, p.low, p.high)),
            f"{p.n or 0:,}",
        ]
        for one in series
        for p in one.points
    ]
    table = drawing.table(label, ["When", "What", "Value", "From", "To", "Answers"], rows)
    return drawing.picture(draw, height=height, label=label, table=table)


def parts(values: Sequence[Part], *, label: str) -> Picture:
    """Draw amounts as bars from zero, in the order given, each with its name and number."""
    most = max((part.value for part in values), default=1)

    def draw(canvas: Canvas) -> Iterator[SafeString]:
        size = AxisScale(0, most, 0, canvas.width - canvas.names - 56)
        for number, part in enumerate(values):
            yield link(_bar(canvas, part, _middle(number), size(part.value)), part.href)

    table = drawing.table(label, ["", "Amount"], [[part.name, format_number(part.value)] for part in values])
    return drawing.picture(draw, height=ROW * len(values), label=label, table=table)


def whiskers(rows: Sequence[ScoreRow], *, label: str, least: float, most: float) -> Picture:
    """Draw scores as dots with their intervals on one scale."""
    height = ROW * len(rows) + 20

    def draw(canvas: Canvas) -> Iterator[SafeString]:
        at = AxisScale(least, most, canvas.names, canvas.width - 100)
        yield format_html_join(
            "",
            '<line class="grid" x1="{0}" x2="{0}" y1="0" y2="{1}"/>'
            '<text x="{0}" y="{2}" text-anchor="middle">{3}</text>',
            ((n(at(t)), n(height - 20), n(height - 4), format_number(t)) for t in drawing.ticks(least, most)),
        )
        for number, row in enumerate(rows):
            yield link(_whisker(canvas, row, _middle(number), at), row.href)

    table = drawing.table(
        label,
        ["", "Score", "From", "To", "Answers"],
        [[row.name, row.text, format_number(row.low), format_number(row.high), f"{row.n:,}"] for row in rows],
    )
    return drawing.picture(draw, height=height, label=label, table=table)


def journey(moments: Sequence[JourneyMoment], *, label: str, least: float, most: float) -> Picture:
    """Draw the planned journey as one line of moments, the score above it; where nobody listens it is hollow."""
    y = AxisScale(least, most, 110, 18)

    def draw(canvas: Canvas) -> Iterator[SafeString]:
        x = AxisScale(0, max(len(moments) - 1, 1), 36, canvas.width - 36)
        yield format_html('<line class="zero" x1="16" x2="{}" y1="136" y2="136"/>', n(canvas.width - 16))
        path = " ".join(f"{n(x(i))},{n(y(m.value))}" for i, m in enumerate(moments) if m.value is not None)
        yield format_html('<polyline class="line stroke-1" points="{}"/>', path)
        letters = max(4, int(canvas.width / max(len(moments), 1) / 6.5))
        for number, moment in enumerate(moments):
            yield link(_moment(moment, x(number), y, letters), moment.href)

    table = drawing.table(
        label,
        ["JourneyMoment", "Score", "Answers"],
        [[m.name, "nobody listens" if m.value is None else format_number(m.value), f"{m.n:,}"] for m in moments],
    )
    return drawing.picture(draw, height=170, label=label, table=table)


def _middle(number: int) -> float:
    return ROW * number + ROW / 2


def _levels(canvas: Canvas, y: AxisScale) -> SafeString:
    """Draw the levels of the scale, and zero where it lies between."""
    left, right = n(canvas.left), n(canvas.width - canvas.right)
    return format_html_join(
        "",
        '<line class="{}" x1="{}" x2="{}" y1="{}" y2="{}"/>'
        '<text x="{}" y="{}" text-anchor="end" dominant-baseline="middle">{}</text>',
        (
            ("zero" if t == 0 else "grid", left, right, n(y(t)), n(y(t)), n(canvas.left - 8), n(y(t)), format_number(t))
            for t in drawing.ticks(y.least, y.most)
        ),
    )


def _times(canvas: Canvas, series: Sequence[Series], x: AxisScale, height: float) -> SafeString:
    points = max((one.points for one in series), key=len, default=())
    every = max(1, -(-len(points) // (10 if canvas.kind == "wide" else 5)))
    return format_html_join(
        "",
        '<text x="{}" y="{}" text-anchor="middle">{}</text>',
        ((n(x(i)), n(height - 4), p.label) for i, p in enumerate(points) if i % every == 0),
    )


def _ends(canvas: Canvas, series: Sequence[Series], y: AxisScale) -> SafeString:
    """Write each line's name at its end, in its colour."""
    ended = [(tone, one.name, one.last) for tone, one in enumerate(series, 1) if one.last is not None]
    places = drawing.apart([y(last) for _, _, last in ended], 15)
    return format_html_join(
        "",
        '<text class="strong" x="{}" y="{}" dominant-baseline="middle">{}</text>',
        (
            (n(canvas.width - canvas.right + 10), n(place), short(name, 11 if canvas.kind == "narrow" else 14))
            for place, (_, name, _) in zip(places, ended, strict=True)
        ),
    )


def _line(one: Series, tone: int, x: AxisScale, y: AxisScale) -> SafeString:
    runs = _runs(one.points)
    path = " ".join("M" + " L".join(f"{n(x(i))} {n(y(v))}" for i, v, _ in run) for run in runs)
    band = "".join(_band(run, x, y) for run in runs)
    dots = format_html_join(
        "",
        "{}",
        ((link(_dot(x(i), y(v), tone, _hint(one.name, p)), p.href),) for run in runs for i, v, p in run),
    )
    return format_html(
        '<path class="band fill-{0}" d="{1}"/><path class="line stroke-{0}" d="{2}"/>{3}', tone, band, path, dots
    )


type Run = list[tuple[int, float, ChartPoint]]


def _runs(points: Sequence[ChartPoint]) -> list[Run]:
    """Break a line where a value is missing."""
    runs: list[Run] = [[]]
    for index, point in enumerate(points):
        if point.value is None:
            runs.append([])
        else:
            runs[-1].append((index, point.value, point))
    return [run for run in runs if run]


def _band(run: Run, x: AxisScale, y: AxisScale) -> str:
    if len(run) < 2 or any(p.low is None or p.high is None for _, _, p in run):
        return ""
    above = [f"{n(x(i))} {n(y(p.high or 0))}" for i, _, p in run]
    below = [f"{n(x(i))} {n(y(p.low or 0))}" for i, _, p in reversed(run)]
    return f"M{' L'.join(above + below)}Z"


def _dot(x: float, y: float, tone: object, hint: str) -> SafeString:
    return format_html(
        '<circle class="dot fill-{}" cx="{}" cy="{}" r="3"><title>{}</title></circle>', tone, n(x), n(y), hint
    )


def _bar(canvas: Canvas, part: Part, y: float, size: float) -> SafeString:
    return format_html(
        '<text x="0" y="{1}" dominant-baseline="middle">{0}</text>'
        '<rect class="bar fill-{2}" x="{3}" y="{4}" width="{5}" height="16" rx="3"><title>{6}: {7}</title></rect>'
        '<text class="strong" x="{8}" y="{1}" dominant-baseline="middle">{7}</text>',
        short(part.name, canvas.letters),
        n(y),
        part.tone,
        n(canvas.names),
        n(y - 8),
        n(max(size, 2)),
        part.name,
        format_number(part.value),
        n(canvas.names + max(size, 2) + 8),
    )


def _whisker(canvas: Canvas, row: ScoreRow, y: float, at: AxisScale) -> SafeString:
    return format_html(
        '<text x="0" y="{1}" dominant-baseline="middle">{0}</text>'
        '<line class="whisker stroke-{2}" x1="{3}" x2="{4}" y1="{1}" y2="{1}"/>'
        '<circle class="dot fill-{2}" cx="{5}" cy="{1}" r="5"><title>{6}: {7}, between {8} and {9}</title></circle>'
        '<text class="strong" x="{10}" y="{1}" dominant-baseline="middle" text-anchor="end">{7}</text>'
        '<text x="{11}" y="{1}" dominant-baseline="middle" text-anchor="end">{12}</text>',
        short(row.name, canvas.letters),
        n(y),
        row.tone,
        n(at(row.low)),
        n(at(row.high)),
        n(at(row.value)),
        row.name,
        row.text,
        format_number(row.low),
        format_number(row.high),
        n(canvas.width - 52),
        n(canvas.width),
        f"n {row.n:,}",
    )


def _moment(moment: JourneyMoment, x: float, y: AxisScale, letters: int) -> SafeString:
    name = format_html('<text x="{}" y="160" text-anchor="middle">{}</text>', n(x), short(moment.name, letters))
    if moment.value is None:
        hollow = '<circle class="deaf" cx="{}" cy="136" r="5"><title>{}: nobody listens</title></circle>{}'
        return format_html(hollow, n(x), moment.name, name)
    return format_html(
        '{0}<circle class="dot fill-1" cx="{1}" cy="136" r="5"/>'
        '<text class="strong" x="{1}" y="{2}" text-anchor="middle">{3}</text>{4}',
        _dot(x, y(moment.value), 1, f"{moment.name}: {format_number(moment.value)}, {count_of(moment.n, 'answers')}"),
        n(x),
        n(y(moment.value) - 8),
        format_number(moment.value),
        name,
    )


def _hint(name: str, point: ChartPoint) -> str:
    words = f"{name}, {point.label}: {format_number(point.value or 0)}"
    return f"{words} ({count_of(point.n, 'answers')})" if point.n is not None else words
