"""The list of promises: each with its walk, on the page and as a file with how it felt."""

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from heedful.customers import kinds, question_kinds
from heedful.customers.slices import Slice
from heedful.promise import attainment
from heedful.promise.attainment import Attainment
from heedful.promise.models import Promise
from heedful.prove import experience as proven
from heedful.prove import scores
from heedful.prove.experience import ExperienceByOutcome
from heedful.prove.periods import Period
from heedful.web.components.figures import Figure
from heedful.web.desk.promises import page as promise_page


@dataclass(frozen=True, slots=True)
class PromiseRow:
    """One promise in the list."""

    promise: Promise
    attainment: Attainment
    figure: Figure
    sentences: list[str]
    period: Period
    experiences: Sequence[ExperienceByOutcome] = field(default_factory=list)

    @property
    def share(self) -> scores.Estimate | None:
        """The share kept."""
        return scores.share_of(self.attainment.kept, self.attainment.due)

    @property
    def question(self) -> ExperienceByOutcome | None:
        """The question by which it is felt."""
        return proven.foremost(self.promise, self.experiences)

    @property
    def is_measurable(self) -> bool:
        """Whether anything that it needs has come in; nothing is counted where not."""
        return not all(one.is_waiting for one in self.promise.standards.all() if one.ended_at is None) or (
            not self.promise.is_active
        )


def lines(rows: Iterable[Promise], when: Period, part: Slice, names: Mapping[str, str]) -> list[PromiseRow]:
    """Promises with their walk."""
    attainments = attainment.attainments(since=when.since, until=when.until, part=part)
    return [_line(row, attainments[row.pk], when, names) for row in rows]


def whole(rows: Sequence[Promise], when: Period, part: Slice) -> list[PromiseRow]:
    """Promises with their walk and how it felt."""
    attainments = attainment.attainments(since=when.since, until=when.until, part=part)
    experiences = proven.by_outcome(promises=rows, attainments=attainments, period=when, part=part)
    names = kinds.names()
    return [_line(row, attainments[row.pk], when, names, experiences.get(row.pk, [])) for row in rows]


def _line(
    row: Promise,
    counts: Attainment,
    when: Period,
    names: Mapping[str, str],
    experiences: Sequence[ExperienceByOutcome] = (),
) -> PromiseRow:
    return PromiseRow(
        row,
        counts,
        promise_page.attainment_figure(counts, label=""),
        promise_page.sentences(row.standards.all(), names),
        when,
        experiences,
    )


type Column = tuple[str, Callable[[PromiseRow], Any]]


def _figure(title: str, of: Callable[[PromiseRow], scores.Estimate | None]) -> list[Column]:
    """A figure as columns: its value, the interval around it and how many it rests on."""

    def part(name: str) -> Callable[[PromiseRow], Any]:
        return lambda line: _rounded(getattr(figure, name)) if (figure := of(line)) else None

    words = {"value": title, "low": f"{title}, low", "high": f"{title}, high", "n": f"{title}, answers"}
    return [(words[name], part(name)) for name in words]


def _rounded(number: float) -> float:
    return round(number, 4)


def _of(line: PromiseRow, name: str) -> scores.Estimate | None:
    figure: scores.Estimate | None = getattr(line.question, name) if line.question else None
    return figure


def _since(line: PromiseRow) -> datetime | None:
    return None if line.period.is_all else line.period.since


COLUMNS: list[Column] = [
    ("Promise", lambda line: line.promise.words),
    ("Stage", lambda line: line.promise.stage.name if line.promise.stage else ""),
    ("Owner", lambda line: line.promise.owner.name if line.promise.owner else ""),
    ("Measured by", lambda line: "; ".join(line.sentences)),
    ("From", _since),
    ("Until", lambda line: line.period.until),
    ("Can be measured", lambda line: line.is_measurable),
    ("Still being counted", lambda line: line.promise.counting is not None),
    ("Kept", lambda line: line.attainment.kept),
    ("Broken", lambda line: line.attainment.broken),
    ("Due", lambda line: line.attainment.due),
    *_figure("Share kept", lambda line: line.share)[:3],
    ("At risk now", lambda line: line.attainment.at_risk),
    ("Pending now", lambda line: line.attainment.pending),
    ("Question", lambda line: question_kinds.name_of(line.question.question) if line.question else ""),
    *_figure("When kept", lambda line: _of(line, "kept")),
    *_figure("When broken", lambda line: _of(line, "broken")),
    *_figure("Gap", lambda line: gap.gap if (gap := proven.widest_gap(line.promise, line.experiences)) else None),
]
