"""What stands on a case's page: what was heard, what was said since, and what may be done now."""

import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from django import forms

from heedful.act import causes
from heedful.act.models import URGENCY, Case, Cause, Note, Trouble
from heedful.associates.models import Associate, Team
from heedful.courier.models import Mail, Sending
from heedful.customers.models import Feedback, Touchpoint
from heedful.ledger.models import Entry
from heedful.listen.models import Ask
from heedful.listen.surveys import OPEN
from heedful.promise.models import Instance
from heedful.understand import trouble
from heedful.understand.models import Reading, Topic

MOST = 200
"""Signs that are shown on one page; a case that stands for many may have thousands."""

type Pieces = list[tuple[str, bool]]


@dataclass(frozen=True, slots=True)
class Heard:
    """A sign of trouble with the words in which it came, cut so that those which fired can be marked."""

    trouble: Trouble
    feedback: Feedback | None
    scores: list[str]
    pieces: Pieces
    feeling: str
    topics: list[str]
    made: "Made | None"
    """The promise that was made to this customer, where the trouble is that it was not kept."""


@dataclass(frozen=True, slots=True)
class Made:
    """A promise as it was made to one customer, and when what was promised came, if it has."""

    instance: Instance
    came_at: datetime | None

    @property
    def late_s(self) -> float:
        """By how much it came too late."""
        due_at = self.instance.due_at
        return (self.came_at - due_at).total_seconds() if self.came_at and due_at else 0


@dataclass(frozen=True, slots=True)
class Said:
    """A note, a mail or a call, with what became of the mail."""

    note: Note
    state: str
    kind: str

    @property
    def at(self) -> datetime:
        """When it was written."""
        return self.note.at


@dataclass(frozen=True, slots=True)
class Answered:
    """What the customer wrote when we asked whether it had helped."""

    text: str
    at: datetime


@dataclass(frozen=True, slots=True)
class Moved:
    """A line of the case's history: who claimed it, gave it back or handed it over."""

    who: str
    words: str
    icon: str
    at: datetime


def heard(case: Case) -> list[Heard]:
    """What opened the case and what joined it, the latest first."""
    signs = list(case.troubles.select_related("customer__person").order_by("-happened_at", "-pk")[:MOST])
    ids = [sign.feedback_id for sign in signs if sign.feedback_id]
    sheets = {sheet.pk: sheet for sheet in Feedback.objects.filter(pk__in=ids).prefetch_related("scores")}
    readings = {reading.feedback_id: reading for reading in Reading.objects.filter(feedback__in=ids)}
    names = dict(Topic.objects.values_list("slug", "name"))
    made = _made(signs)
    return [
        _heard(
            sign,
            sheets.get(sign.feedback_id or 0),
            readings.get(sign.feedback_id or 0),
            names,
            made.get(_instance_of(sign)),
        )
        for sign in signs
    ]


def _instance_of(sign: Trouble) -> int:
    """The number in a reference such as `instance:12:broken`; 0 for trouble of another kind."""
    kind, _, rest = sign.reference.partition(":")
    number = rest.partition(":")[0]
    return int(number) if kind == "instance" and number.isdecimal() else 0


def _made(signs: Iterable[Trouble]) -> dict[int, Made]:
    wanted = {number for sign in signs if (number := _instance_of(sign))}
    rows = Instance.objects.select_related("promise").in_bulk(wanted) if wanted else {}
    came = _came(row for row in rows.values() if row.settled_by)
    return {pk: Made(row, came.get(row.settled_by or 0)) for pk, row in rows.items()}


def _came(settled: Iterable[Instance]) -> dict[int, datetime]:
    """When the touchpoints came that settled promises; none of them is older than the promise."""
    rows = list(settled)
    if not rows:
        return {}
    since = min(row.started_at for row in rows)
    found = Touchpoint.objects.filter(pk__in=[row.settled_by for row in rows], happened_at__gte=since)
    return dict(found.values_list("pk", "happened_at"))


def following(me: Associate, *, after: Case) -> Case | None:
    """The case of mine that comes first among those that wait for us, but for the one that is open."""
    mine = Case.objects.open().filter(owner=me, answered_at=None).exclude(pk=after.pk)
    return mine.select_related("customer__person").order_by(URGENCY, "due_at", "pk").first()


def _heard(
    sign: Trouble, sheet: Feedback | None, reading: Reading | None, names: dict[str, str], made: Made | None
) -> Heard:
    return Heard(
        trouble=sign,
        feedback=sheet,
        scores=[score for score in spoken(sheet) if score != sign.what] if sheet else [],
        pieces=cut(sheet.verbatim, fired(reading.signals))
        if sheet and reading
        else [(sheet.verbatim, False)]
        if sheet and sheet.verbatim
        else [],
        feeling=reading.sentiment if reading else "",
        topics=[names.get(topic["slug"], topic["slug"]) for topic in reading.topics] if reading else [],
        made=made,
    )


def spoken(sheet: Feedback) -> list[str]:
    """The scores of a sheet in words, such as `Would recommend: 3 of 10`."""
    given = sorted(sheet.scores.all(), key=lambda score: score.question)
    return [trouble.said(score.question, score.value) for score in given]


def fired(signals: Iterable[dict[str, list[str]]]) -> list[str]:
    """The words in which signs of trouble were heard."""
    return [word for signal in signals for word in signal["words"]]


def cut(text: str, words: Sequence[str]) -> Pieces:
    """Cut a text so that every word that fired stands alone, marked."""
    wanted = sorted({word for word in words if word.strip()}, key=len, reverse=True)
    if not wanted:
        return [(text, False)]
    found = re.split(f"({'|'.join(map(re.escape, wanted))})", text, flags=re.IGNORECASE)
    return [(piece, number % 2 == 1) for number, piece in enumerate(found) if piece]


STATES = {
    Sending.WAITING: ("On its way", "watch"),
    Sending.SENT: ("Sent", "good"),
    Sending.KEPT: ("Kept here, no mail server is set up", "information"),
    Sending.FAILED: ("Could not be sent", "late"),
}


def conversation(case: Case) -> list[Said | Answered | Moved]:
    """Notes, mails and calls, what the customer answered, and through whose hands it went, in order."""
    return sorted([*_moved(case), *_noted(case), *_answered(case)], key=lambda said: said.at)


ICONS = {"CaseClaimed": "hand", "CaseGivenBack": "undo-2", "CaseHandedOver": "arrow-right-left"}
"""The events that put a case into other hands, and their marks."""


def _moved(case: Case) -> list[Moved]:
    entries = list(Entry.objects.about(case=case.pk).filter(kind__in=ICONS).order_by("at", "pk"))
    owners = Associate.objects.in_bulk({entry.data["owner"] for entry in entries} - {None})
    teams = Team.objects.in_bulk({entry.data.get("team") for entry in entries} - {None})
    return [Moved(entry.by_label, _moving(entry, owners, teams), ICONS[entry.kind], entry.at) for entry in entries]


def _moving(entry: Entry, owners: Mapping[int, Associate], teams: Mapping[int, Team]) -> str:
    """What happened in words, such as `gave it back to Care`."""
    owner, team = owners.get(entry.data["owner"] or 0), teams.get(entry.data.get("team") or 0)
    if entry.kind == "CaseClaimed":
        return "claimed the case"
    if entry.kind == "CaseHandedOver":
        return f"handed the case over to {owner or team or 'somebody who is no longer here'}"
    others = f" for {owner}" if owner and str(owner.pk) != entry.by_id else ""
    return f"gave the case back{others} to {team or 'whoever is free'}"


def _answered(case: Case) -> list[Answered]:
    """The words about whether it helped, but for those that stand among what was heard."""
    asks = Ask.objects.filter(customer=case.customer_id, case_id=case.pk, answers__has_key=OPEN).order_by("pk")
    sheets = Feedback.objects.filter(subject__in=[f"ask:{ask.pk}" for ask in asks])
    names = {f"feedback:{pk}": subject for pk, subject in sheets.values_list("pk", "subject")}
    heard = {names[name] for name in case.troubles.filter(reference__in=names).values_list("reference", flat=True)}
    written = [ask.answers[OPEN] for ask in asks if f"ask:{ask.pk}" not in heard]
    return [Answered(str(words["value"]), datetime.fromisoformat(words["at"])) for words in written]


def _noted(case: Case) -> list[Said]:
    notes = list(case.notes.select_related("author").order_by("at", "pk"))
    states = dict(
        Mail.objects.filter(pk__in=[note.mail_id for note in notes if note.mail_id]).values_list("pk", "state")
    )
    return [Said(note, *STATES.get(Sending(states.get(note.mail_id or 0, "kept")), ("", ""))) for note in notes]


def subject(signs: Sequence[Heard]) -> str:
    """With what a mail may begin: what the customer told us, or what we had promised."""
    if any(sign.feedback for sign in signs):
        return "About what you told us"
    return "About what we promised you" if signs else ""


class Mailing(forms.Form):
    """A mail to the customer."""

    subject = forms.CharField(max_length=250)
    text = forms.CharField(label="Message", widget=forms.Textarea(attrs={"rows": 6}))


class Noting(forms.Form):
    """Something for colleagues."""

    text = forms.CharField(label="Note", widget=forms.Textarea(attrs={"rows": 3}))


class Calling(forms.Form):
    """What was said on the phone."""

    text = forms.CharField(label="What was said", widget=forms.Textarea(attrs={"rows": 3}))


class Handing(forms.Form):
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


class Closing(forms.Form):
    """What came of it, and why it happened."""

    outcome = forms.ChoiceField(label="What came of it", choices=[("", "Choose"), *Case.Outcome.choices])
    cause = forms.ChoiceField(label="Why it happened")

    def __init__(self, *args: object, **kwargs: object) -> None:
        super().__init__(*args, **kwargs)  # type: ignore[arg-type]  # whatever a form takes
        offered = Cause.objects.filter(is_active=True).order_by("name").values_list("slug", "name")
        self.fields["cause"].choices = [("", "Choose"), *offered]  # type: ignore[attr-defined]


def cause_of(case: Case) -> str:
    """The cause's name, of a case that has one."""
    return causes.names().get(case.cause, case.cause)
