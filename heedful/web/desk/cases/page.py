"""What stands on a case's page: what was heard, and what may be done now."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime

from django import forms
from django.db.models import Max

from heedful.act import causes
from heedful.act.models import URGENCY, Case, CaseTrouble, Cause, Note
from heedful.associates.models import Associate, Team
from heedful.customers import addresses, question_kinds
from heedful.customers.models import Feedback, Touchpoint
from heedful.listen.models import Thread
from heedful.promise.models import Commitment
from heedful.understand.models import Reading, Topic
from heedful.web import lists
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


def troubles_of(request: PageRequest, case: Case) -> lists.ListPage[CaseTrouble]:
    """A page of what opened the case and what joined it, the latest first."""
    return lists.read(
        request, case.troubles.select_related("customer__person"), keys=["-happened_at", "-pk"], size=SIGNS
    )


def trouble_rows(troubles: Sequence[CaseTrouble]) -> list[TroubleRow]:
    """Signs of trouble with everything that stands beside them."""
    ids = [trouble.feedback_id for trouble in troubles if trouble.feedback_id]
    feedback = Feedback.objects.select_related("reading").prefetch_related("scores")
    feedback_by_id = {row.pk: row for row in feedback.filter(pk__in=ids)} if ids else {}
    readings = {pk: row.reading for pk, row in feedback_by_id.items() if hasattr(row, "reading")}
    has_topics = any(reading.topics for reading in readings.values())
    names = dict(Topic.objects.values_list("slug", "name")) if has_topics else {}
    made = _made(troubles)
    return [
        _trouble_row(
            trouble,
            feedback_by_id.get(trouble.feedback_id or 0),
            readings.get(trouble.feedback_id or 0),
            names,
            made.get(trouble.commitment_id or 0),
        )
        for trouble in troubles
    ]


def _made(troubles: Iterable[CaseTrouble]) -> dict[int, CommitmentRow]:
    numbers = {number for trouble in troubles if (number := trouble.commitment_id)}
    rows = Commitment.objects.select_related("promise").in_bulk(numbers) if numbers else {}
    came = _came(row for row in rows.values() if row.settled_by)
    return {pk: CommitmentRow(row, came.get(row.settled_by or 0)) for pk, row in rows.items()}


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


def next_case(me: Associate, *, after: Case) -> Case | None:
    """The case of mine that comes first among those that wait for us, but for the one that is open."""
    mine = Case.objects.open().filter(owner=me, answered_at=None).exclude(pk=after.pk)
    return mine.select_related("customer__person").order_by(URGENCY, "due_at", "pk").first()


def _trouble_row(
    trouble: CaseTrouble,
    feedback: Feedback | None,
    reading: Reading | None,
    names: dict[str, str],
    made: CommitmentRow | None,
) -> TroubleRow:
    return TroubleRow(
        trouble=trouble,
        feedback=feedback,
        scores=[score for score in scores_in_words(feedback) if score != trouble.what] if feedback else [],
        reading=reading,
        feeling=reading.sentiment if reading else "",
        topics=[names.get(topic["slug"], topic["slug"]) for topic in reading.topics] if reading else [],
        made=made,
    )


def scores_in_words(feedback: Feedback) -> list[str]:
    """The scores of a sheet in words, such as `Would recommend: 3 of 10`."""
    given = sorted(feedback.scores.all(), key=lambda score: score.question)
    return [question_kinds.sentence(score.question, score.answer) for score in given]


def address_changes(case: Case) -> dict[str, addresses.NewAddress]:
    """The addresses of the customer that became others since somebody of ours last wrote or called."""
    person = case.who
    if not (changes := addresses.changes(person=person)):
        return {}
    calls = Note.objects.filter(case__customer__person=person.pk, kind=Note.Kind.CALL)
    times = [
        calls.aggregate(last=Max("at"))["last"],
        Thread.objects.of_person(person.pk).aggregate(last=Max("last_out_at"))["last"],
    ]
    last = max((time for time in times if time), default=None)
    return {kind: change for kind, change in changes.items() if last is None or change.at > last}


def subject(troubles: Sequence[TroubleRow]) -> str:
    """With what a mail may begin: what the customer told us, or what we had promised."""
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


class ClosureForm(forms.Form):
    """What came of it, and why it happened."""

    outcome = forms.ChoiceField(label="What came of it", choices=[("", "Choose"), *Case.Outcome.choices])
    cause = forms.ChoiceField(label="Why it happened")

    def __init__(self, *args: object, **kwargs: object) -> None:
        super().__init__(*args, **kwargs)  # type: ignore[arg-type]  # whatever a form takes
        offered = Cause.objects.filter(is_active=True).order_by("name").values_list("slug", "name")
        self.fields["cause"].choices = [("", "Choose"), *offered]  # type: ignore[attr-defined]


def cause_of(case: Case) -> str:
    """The cause's name, of a case that has one."""
    return causes.names().get(case.cause, case.cause) if case.cause else ""
