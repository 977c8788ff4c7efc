"""What stands on a case's page: what was heard, and what may be done now."""

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Self

from django import forms
from django.db.models import QuerySet

from heedful.act import causes
from heedful.act.models import URGENCY, Case, CaseTrouble, Note, Reply
from heedful.associates.models import Associate, Team
from heedful.customers import addresses, question_kinds
from heedful.customers.models import Feedback, Score, Touchpoint
from heedful.kit import bundle
from heedful.listen.models import Thread
from heedful.promise.models import Commitment
from heedful.understand import corrections as understood
from heedful.understand.models import Reading
from heedful.web import corrections, lists
from heedful.web.page import PageRequest

SIGNS = 50
"""Signs that are shown on one page; a case that stands for many may have thousands."""


@dataclass(frozen=True, slots=True)
class TroubleRow:
    """A sign of trouble with the words in which it came, and what was read in them."""

    trouble: CaseTrouble
    feedback: Feedback | None
    scores: list[str]
    reading: Reading | None
    feeling: str
    topics: list[str]
    offers: list[corrections.Offer]
    made: "CommitmentRow | None"
    """The promise that was made to this customer, where the trouble is that it was not kept."""


@dataclass(frozen=True, slots=True)
class CommitmentRow:
    """A promise as it was made to one customer, and when what was promised came, if it has."""

    commitment: Commitment
    came_at: datetime | None

    @property
    def late_s(self) -> float:
        """By how much it came too late."""
        due_at = self.commitment.due_at
        return (self.came_at - due_at).total_seconds() if self.came_at and due_at else 0


def troubles_of(request: PageRequest, case: Case, beside: Iterable[bundle.Query] = ()) -> lists.ListPage[CaseTrouble]:
    """A page of what opened the case and what joined it, the latest first; read with what else the page shows."""
    rows = case.troubles.select_related("customer__person")
    return lists.read(request, rows, keys=["-happened_at", "-pk"], size=SIGNS, beside=beside)


TROUBLE = bundle.Plan(
    lambda slots: [
        Feedback.objects.filter(pk=slots.any_of("feedback")).select_related("reading"),
        Score.objects.filter(feedback=slots.any_of("feedback")),
        understood.standing().filter(feedback=slots.any_of("feedback")),
        Commitment.objects.filter(pk=slots.any_of("commitments")).select_related("promise"),
    ]
)


class TroubleQueries:
    """What stands beside signs of trouble: what the customer said, with its scores, and what had been promised."""

    def __init__(self, troubles: Sequence[CaseTrouble]) -> None:
        spoken = {number for trouble in troubles if (number := trouble.feedback_id)}
        made = {number for trouble in troubles if (number := trouble.commitment_id)}
        self.feedback, self.scores, self.corrections, self.commitments = TROUBLE.bind(feedback=spoken, commitments=made)

    def __iter__(self) -> Iterator[bundle.Query]:
        return iter((self.feedback, self.scores, self.corrections, self.commitments))


def trouble_rows(
    troubles: Sequence[CaseTrouble], beside: TroubleQueries, topics: Mapping[str, str]
) -> list[TroubleRow]:
    """Signs of trouble with everything that stands beside them."""
    feedback_by_id, scores = {row.pk: row for row in beside.feedback}, scores_by_feedback(beside.scores)
    came = _came(row for row in beside.commitments if row.settled_by)
    made = {row.pk: CommitmentRow(row, came.get(row.settled_by or 0)) for row in beside.commitments}
    offers = corrections.offers(feedback_by_id.values(), beside.corrections, topics)
    return [
        _trouble_row(
            trouble,
            feedback_by_id.get(trouble.feedback_id or 0),
            scores.get(trouble.feedback_id or 0, []),
            topics,
            offers.get(trouble.feedback_id or 0, []),
            made.get(trouble.commitment_id or 0),
        )
        for trouble in troubles
    ]


def _came(settled: Iterable[Commitment]) -> dict[int, datetime]:
    """When the touchpoints came that settled promises; none of them is older than the promise."""
    rows = list(settled)
    if not rows:
        return {}
    since = min(row.started_at for row in rows)
    touchpoints = Touchpoint.objects.filter(pk__in=[row.settled_by for row in rows], happened_at__gte=since)
    return dict(touchpoints.values_list("pk", "happened_at"))


def ownership_digest(case: Case) -> str:
    """In whose hand a case is, by which an open page knows whether what it offers can still be done."""
    return f"{case.owner_id or 0}.{'open' if case.is_open else 'closed'}"


@bundle.Plan
def _next(slots: Any) -> list[QuerySet[Case]]:
    mine = Case.objects.open().filter(owner=slots.me, answered_at=None).exclude(pk=slots.case)
    return [mine.select_related("customer__person").order_by(URGENCY, "due_at", "pk")[:1]]


def next_cases(me: Associate, *, after: Case) -> Sequence[Case]:
    """The case of mine that comes first among those that wait for us, but for the one that is open; none or one."""
    return _next.bind(me=me.pk, case=after.pk)[0]


def _trouble_row(
    trouble: CaseTrouble,
    feedback: Feedback | None,
    scores: Sequence[Score],
    names: Mapping[str, str],
    offers: list[corrections.Offer],
    made: CommitmentRow | None,
) -> TroubleRow:
    reading: Reading | None = getattr(feedback, "reading", None)
    return TroubleRow(
        trouble=trouble,
        feedback=feedback,
        scores=[score for score in scores_in_words(scores) if score != trouble.what],
        reading=reading,
        feeling=reading.sentiment if reading else "",
        topics=[names.get(topic["slug"], topic["slug"]) for topic in reading.topics] if reading else [],
        offers=offers,
        made=made,
    )


def scores_by_feedback(scores: Iterable[Score]) -> dict[int, list[Score]]:
    """Scores by the number of the feedback that they were given in."""
    scores_of: dict[int, list[Score]] = defaultdict(list)
    for score in scores:
        scores_of[score.feedback_id].append(score)
    return scores_of


def scores_in_words(scores: Iterable[Score]) -> list[str]:
    """The scores of one feedback in words, such as `Would recommend: 3 of 10`."""
    given = sorted(scores, key=lambda score: score.question)
    return [question_kinds.sentence(score.question, score.answer) for score in given]


@bundle.Plan
def _addresses(slots: Any) -> list[QuerySet[Any, Any]]:
    calls = Note.objects.filter(case__customer__person=slots.person, kind=Note.Kind.CALL)
    threads = Thread.objects.of_person(slots.person).exclude(last_out_at=None)
    return [
        addresses.change_rows(person=slots.person),
        calls.order_by("-at").values_list("at", flat=True)[:1],
        threads.order_by("-last_out_at").values_list("last_out_at", flat=True)[:1],
    ]


class AddressQueries:
    """Which addresses of a customer became others, and when somebody of ours last wrote or called."""

    def __init__(self, case: Case) -> None:
        self.person = case.who
        self.changes, self.called, self.written = _addresses.bind(person=self.person.pk)

    def __iter__(self) -> Iterator[bundle.Query]:
        return iter((self.changes, self.called, self.written))


def address_changes(queries: AddressQueries) -> dict[str, addresses.NewAddress]:
    """The addresses of the customer that became others since somebody of ours last wrote or called."""
    changes = addresses.changes(person=queries.person, rows=queries.changes)
    last = max((at for at in (*queries.called, *queries.written) if at), default=None)
    return {kind: change for kind, change in changes.items() if last is None or change.at > last}


def subject(troubles: Sequence[TroubleRow]) -> str:
    """With what a mail may begin: what the customer told us, or what we had promised."""
    if words := next((row.trouble.what for row in troubles if row.trouble.message_id), ""):
        return words if words.lower().startswith("re:") else f"Re: {words}"
    if any(trouble.feedback for trouble in troubles):
        return "About what you told us"
    return "About what we promised you" if troubles else ""


class NoteForm(forms.Form):
    """Something for colleagues."""

    text = forms.CharField(label="Note", widget=forms.Textarea(attrs={"rows": 3}))


class CallForm(forms.Form):
    """What was said on the phone."""

    text = forms.CharField(label="What was said", widget=forms.Textarea(attrs={"rows": 3}))


class HandoverForm(forms.Form):
    """To whom, and why."""

    to = forms.ModelChoiceField(
        Associate.objects.filter(is_active=True).order_by("name"), label="Colleague", required=False, empty_label="—"
    )
    team = forms.ModelChoiceField(
        Team.objects.order_by("name"),
        required=False,
        empty_label="—",
        help_text="A team alone: whoever is free takes it.",
    )
    reason = forms.CharField(label="What they need to know", required=False, widget=forms.Textarea(attrs={"rows": 2}))

    def offer(self, choices: "Choices") -> Self:
        """Offer what was read already, rather than ask the database for each list."""
        for name, rows in (("to", choices.colleagues), ("team", choices.teams)):
            self.fields[name].choices = [("", "—"), *((row.pk, str(row)) for row in rows)]  # type: ignore[attr-defined]
        return self


class ClosureForm(forms.Form):
    """What came of it, and why it happened."""

    outcome = forms.ChoiceField(label="What came of it", choices=[("", "Choose"), *Case.Outcome.choices])
    cause = forms.ChoiceField(label="Why it happened")

    def __init__(self, *args: object, offered: Iterable[tuple[str, str]] | None = None, **kwargs: object) -> None:
        super().__init__(*args, **kwargs)  # type: ignore[arg-type]  # whatever a form takes
        offered = causes.offered() if offered is None else offered
        self.fields["cause"].choices = [("", "Choose"), *offered]  # type: ignore[attr-defined]


CHOICES = bundle.Plan(
    lambda _: [
        Associate.objects.filter(is_active=True).order_by("name"),
        Team.objects.order_by("name"),
        causes.offered(),
        Reply.objects.offered().order_by("name", "pk"),
    ]
)


class Choices:
    """What the forms of the page offer."""

    def __init__(self) -> None:
        self.colleagues, self.teams, self.causes, self.replies = CHOICES.bind()

    def __iter__(self) -> Iterator[bundle.Query]:
        return iter((self.colleagues, self.teams, self.causes, self.replies))
