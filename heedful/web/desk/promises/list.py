"""The list of promises: each with its walk, on the page and as a file with how it felt."""

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from heedful.customers import kinds, question_kinds
from heedful.promise import attainment
from heedful.promise.attainment import Attainment
from heedful.promise.models import Promise
from heedful.prove import experience as proven
from heedful.prove import periods, scores
from heedful.prove.experience import ExperienceByOutcome
from heedful.web.components.figures import Figure
from heedful.web.desk.periods import PagePeriod
from heedful.web.desk.promises import page as promise_page


@dataclass(frozen=True, slots=True)
class PromiseRow:
    """One promise in the list."""

    promise: Promise
    walk: Attainment
    figure: Figure
    sentences: list[str]
    period: PagePeriod
    felt: Sequence[ExperienceByOutcome] = field(default_factory=list)

    @property
    def walked(self) -> scores.Estimate | None:
        """The share kept."""
        return scores.share_of(self.walk.kept, self.walk.due)

    @property
    def question(self) -> ExperienceByOutcome | None:
        """The question that was answered most after it."""
        return self.felt[0] if self.felt else None


def lines(rows: Iterable[Promise], when: PagePeriod, names: Mapping[str, str]) -> list[PromiseRow]:
    """Promises with their walk."""
    found = attainment.attainments(since=when.since, until=when.until)
    return [_line(row, found[row.pk], when, names) for row in rows]


def whole(rows: Sequence[Promise], when: PagePeriod) -> list[PromiseRow]:
    """Promises with their walk and how it felt."""
    walked = attainment.attainments(since=when.since, until=when.until)
    period = periods.Period(when.since, when.until, when.label)
    felt = proven.by_outcome(promises=rows, walks=walked, period=period)
    names = kinds.names()
    return [_line(row, walked[row.pk], when, names, felt.get(row.pk, [])) for row in rows]


def _line(
    row: Promise, walk: Attainment, when: PagePeriod, names: Mapping[str, str], felt: Sequence[ExperienceByOutcome] = ()
) -> PromiseRow:
    return PromiseRow(
        row,
        walk,
        promise_page.attainment_figure(walk, label=""),
        promise_page.sentences(row.standards.all(), names),
        when,
        felt,
    )


type Column = tuple[str, Callable[[PromiseRow], Any]]


def _figure(title: str, of: Callable[[PromiseRow], scores.Estimate | None]) -> list[Column]:
    """A figure as columns: its value, the interval around it and how many it rests on."""

    def part(name: str) -> Callable[[PromiseRow], Any]:
        return lambda line: _rounded(getattr(found, name)) if (found := of(line)) else None

    words = {"value": title, "low": f"{title}, low", "high": f"{title}, high", "n": f"{title}, answers"}
    return [(words[name], part(name)) for name in words]


def _rounded(number: float) -> float:
    return round(number, 4)


def _of(line: PromiseRow, name: str) -> scores.Estimate | None:
    found: scores.Estimate | None = getattr(line.question, name) if line.question else None
    return found


def _since(line: PromiseRow) -> datetime | None:
    return None if line.period.is_all else line.period.since


COLUMNS: list[Column] = [
    ("Promise", lambda line: line.promise.words),
    ("Stage", lambda line: line.promise.stage.name if line.promise.stage else ""),
    ("Owner", lambda line: line.promise.owner.name if line.promise.owner else ""),
    ("Measured by", lambda line: "; ".join(line.sentences)),
    ("From", _since),
    ("Until", lambda line: line.period.until),
    ("Still being counted", lambda line: line.promise.counting is not None),
    ("Kept", lambda line: line.walk.kept),
    ("Broken", lambda line: line.walk.broken),
    ("Due", lambda line: line.walk.due),
    *_figure("Share kept", lambda line: line.walked)[:3],
    ("At risk now", lambda line: line.walk.at_risk),
    ("Pending now", lambda line: line.walk.pending),
    ("Question", lambda line: question_kinds.name_of(line.question.question) if line.question else ""),
    *_figure("When kept", lambda line: _of(line, "kept")),
    *_figure("When broken", lambda line: _of(line, "broken")),
    *_figure("Gap", lambda line: gap.gap if (gap := proven.widest_gap(line.felt)) else None),
]
