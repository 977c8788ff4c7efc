"""How a promise felt: each question after it was kept and after it was broken, and against what was expected."""

from collections import defaultdict
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass

from heedful.customers.scales import scale_of
from heedful.promise import gaps
from heedful.promise.gaps import Answered
from heedful.promise.models import Promise
from heedful.promise.walks import Walk
from heedful.prove import answers, scores
from heedful.prove.periods import Period
from heedful.prove.scores import Figure
from heedful.prove.tallies import Tally

STATES = ("kept", "broken")
OF_THE_CASE = "helped"
"""The question whether it helped is about what was done in a case, not about a promise."""


@dataclass(frozen=True, slots=True)
class Felt:
    """One question after the promise was kept, and after it was broken."""

    question: str
    kept: Figure | None
    broken: Figure | None
    gap: Figure | None = None
    """Experience minus expectation, whether it was kept or broken."""
    of_all_kept: Figure | None = None
    """Of a question for a yes: how many said it of all the times that the promise was kept, answered or not."""
    of_all_broken: Figure | None = None

    @property
    def difference(self) -> Figure | None:
        """What breaking it does to the answer: broken less kept."""
        return scores.difference(self.broken, self.kept) if self.kept and self.broken else None

    @property
    def n(self) -> int:
        """How many answers it rests on."""
        return sum(figure.n for figure in (self.kept, self.broken) if figure)


def felt(*, promises: Collection[Promise], walks: Mapping[int, Walk], period: Period) -> dict[int, list[Felt]]:
    """How each promise was felt in a period, the question with the most answers first; `walks` are of that period."""
    asked = [question for question in answers.asked() if not question.startswith(OF_THE_CASE)]
    cells: dict[tuple[int, str], list[Answered]] = defaultdict(list)
    for cell in gaps.after(promises=promises, asked=asked, since=period.since, until=period.until):
        cells[cell.promise, cell.question].append(cell)
    found: dict[int, list[Felt]] = defaultdict(list)
    for (promise, question), some in sorted(cells.items()):
        found[promise].append(_felt(question, some, walks[promise]))
    for one in found.values():
        one.sort(key=lambda question: -question.n)
    return found


def widest_gap(found: Sequence[Felt]) -> Felt | None:
    """The question with the most pairs of experience and expectation; none where nothing was expected."""
    return max((one for one in found if one.gap), key=lambda one: one.gap.n if one.gap else 0, default=None)


def _felt(question: str, cells: Sequence[Answered], walk: Walk) -> Felt:
    kept, broken = ([cell for cell in cells if cell.state == state] for state in STATES)
    pairs = [(cell.gap, cell.n, cell.n, cell.n) for cell in cells if cell.gap is not None]
    return Felt(
        question,
        scores.score(question, _tally(kept)),
        scores.score(question, _tally(broken)),
        scores.gap(Tally.of_rows(pairs), scale_of(question)),
        _of_all(question, kept, walk.kept),
        _of_all(question, broken, walk.broken),
    )


def _tally(cells: Sequence[Answered]) -> Tally:
    return Tally.of_rows((cell.found, cell.n, cell.n, cell.n) for cell in cells)


def _of_all(question: str, cells: Sequence[Answered], due: int) -> Figure | None:
    """The share that said yes of all the times, where silence is no yes; none for scales."""
    scale = scale_of(question)
    if (scale.lowest, scale.highest) != (0, 1):
        return None
    return scores.share_of(min(due, sum(cell.times for cell in cells if cell.found)), due)
