"""How a promise felt: each question after it was kept and after it was broken, and against what was expected."""

from collections import defaultdict
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass

from heedful.customers import question_kinds
from heedful.customers.question_kinds import scale_of
from heedful.customers.slices import WHOLE, Slice
from heedful.promise import gaps
from heedful.promise.attainment import Attainment
from heedful.promise.gaps import OutcomeCount
from heedful.promise.models import Promise
from heedful.prove import answers, scores
from heedful.prove.periods import Period
from heedful.prove.scores import Estimate
from heedful.prove.tallies import AnswerTally

STATES = ("kept", "broken")
OF_THE_CASE = "helped"
"""The question whether it helped is about what was done in a case, not about a promise."""


@dataclass(frozen=True, slots=True)
class ExperienceByOutcome:
    """One question after the promise was kept, and after it was broken."""

    question: str
    kept: Estimate | None
    broken: Estimate | None
    gap: Estimate | None = None
    """Experience minus expectation, whether it was kept or broken."""
    of_all_kept: Estimate | None = None
    """Of a question for a yes: how many said it of all the times that the promise was kept, answered or not."""
    of_all_broken: Estimate | None = None

    @property
    def difference(self) -> Estimate | None:
        """What breaking it does to the answer: broken less kept."""
        return scores.difference(self.broken, self.kept) if self.kept and self.broken else None

    @property
    def n(self) -> int:
        """How many answers it rests on."""
        return sum(figure.n for figure in (self.kept, self.broken) if figure)


def by_outcome(
    *, promises: Collection[Promise], attainments: Mapping[int, Attainment], period: Period, part: Slice = WHOLE
) -> dict[int, list[ExperienceByOutcome]]:
    """How each promise was felt in a period and a slice; `attainments` are of both."""
    read = query(promises, answers.questions_answered(), period, part=part)
    return of_outcomes(read.counts(), promises, attainments)


def query(
    promises: Collection[Promise], questions: Iterable[str], period: Period, *, zone: str = "", part: Slice = WHOLE
) -> gaps.AfterQuery:
    """What is read of how promises were felt in a period, of all questions that were ever answered."""
    of_promises = [question for question in questions if is_of_promises(question)]
    return gaps.AfterQuery(
        promises=promises, questions=of_promises, since=period.since, until=period.until, zone=zone, part=part
    )


def of_outcomes(
    counts: Iterable[OutcomeCount], promises: Collection[Promise], attainments: Mapping[int, Attainment]
) -> dict[int, list[ExperienceByOutcome]]:
    """How each promise was felt: the question that the owner chose comes first, then those with the most answers."""
    cells: dict[tuple[int, str], list[OutcomeCount]] = defaultdict(list)
    for cell in counts:
        cells[cell.promise, cell.question].append(cell)
    outcomes: dict[int, list[ExperienceByOutcome]] = defaultdict(list)
    for (promise, question), some in sorted(cells.items()):
        outcomes[promise].append(_by_outcome(question, some, attainments[promise]))
    chosen = {promise.pk: promise.experience_question for promise in promises}
    for pk, one in outcomes.items():
        one.sort(key=lambda outcome: (outcome.question != chosen[pk], -outcome.n))
    return outcomes


def foremost(promise: Promise, experiences: Sequence[ExperienceByOutcome]) -> ExperienceByOutcome | None:
    """The one question by which a promise is felt: the owner's choice, else the one with the most answers."""
    if promise.experience_question:
        return next((one for one in experiences if one.question == promise.experience_question), None)
    return experiences[0] if experiences else None


def is_of_promises(question: str) -> bool:
    """Whether its answers can say how a promise felt."""
    return not question.startswith(OF_THE_CASE) and question_kinds.has_scale(question)


def widest_gap(promise: Promise, experiences: Sequence[ExperienceByOutcome]) -> ExperienceByOutcome | None:
    """The owner's question, else the one with the most pairs; none where nothing was expected."""
    if promise.experience_question:
        return next((one for one in experiences if one.question == promise.experience_question and one.gap), None)
    return max((one for one in experiences if one.gap), key=lambda one: one.gap.n if one.gap else 0, default=None)


def _by_outcome(question: str, cells: Sequence[OutcomeCount], times: Attainment) -> ExperienceByOutcome:
    kept, broken = ([cell for cell in cells if cell.state == state] for state in STATES)
    pairs = [(cell.gap, cell.n, cell.n, cell.n) for cell in cells if cell.gap is not None]
    return ExperienceByOutcome(
        question,
        scores.score(question, _tally(kept)),
        scores.score(question, _tally(broken)),
        scores.gap(AnswerTally.of_rows(pairs), scale_of(question)),
        _of_all(question, kept, times.kept),
        _of_all(question, broken, times.broken),
    )


def _tally(cells: Sequence[OutcomeCount]) -> AnswerTally:
    return AnswerTally.of_rows((cell.experience, cell.n, cell.n, cell.n) for cell in cells)


def _of_all(question: str, cells: Sequence[OutcomeCount], due: int) -> Estimate | None:
    """The share that said yes of all the times, where silence is no yes; none for scales."""
    scale = scale_of(question)
    if (scale.lowest, scale.highest) != (0, 1):
        return None
    return scores.share_of(min(due, sum(cell.times for cell in cells if cell.experience)), due)
