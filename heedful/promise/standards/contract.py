"""What a form of standard consists of, what it is given and what it answers.

A form is one module beside this one that holds a `Form` named `FORM`, and a line in the package that registers it.
Everything else asks the registry: the rows, the arithmetic, the page, the API and the shell.
"""

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, Literal, NamedTuple

from heedful.promise import working_time
from heedful.promise.working_time import WorkingHours

type State = Literal["pending", "at_risk", "kept", "broken"]


@dataclass(frozen=True, kw_only=True)
class StandardSpec:
    """A standard, as far as its arithmetic needs it. `calendar` None is clock time; it is due at the end of `days`."""

    id: int
    form: str
    from_kind: str = ""
    to_kind: str = ""
    within_s: int | None = None
    days: int | None = None
    calendar: WorkingHours | None = None
    time_zone: str = "UTC"
    property: str = ""
    question: str = ""
    at_least: float | None = None
    match_property: str | None = None
    at_risk_share: float = 0.75
    starts_at: datetime | None = None

    def __post_init__(self) -> None:
        if self.form not in FORMS:
            raise ValueError(f"“{self.form}” is not a form of standard.")
        for sentence in FORMS[self.form].faults(self):
            raise ValueError(sentence)
        working_time.zone(self.time_zone)


@dataclass(frozen=True, kw_only=True)
class Evidence:
    """A touchpoint of a person. Of the scores of one `subject`, an answer sheet, only the last counts."""

    id: int
    kind: str
    happened_at: datetime
    properties: Mapping[str, object] = field(default_factory=dict)
    scores: Mapping[str, float] = field(default_factory=dict)
    subject: str = ""


@dataclass(frozen=True, kw_only=True)
class Verdict:
    """How it stands with one time that the standard applied.

    `settled_at` of a broken time is when it broke, even if what was promised came later; `met_at` is when it came and
    `settled_by` the touchpoint with which. `measured` is the score, or the seconds until it came, in the time (clock or
    working) of the standard.
    """

    opened_by: int
    started_at: datetime
    at_risk_at: datetime | None = None
    due_at: datetime | None = None
    settled_at: datetime | None = None
    settled_by: int | None = None
    met_at: datetime | None = None
    state: State
    measured: float | None = None

    @property
    def changes_at(self) -> datetime | None:
        """When the state changes next if nothing more arrives; None once it is settled."""
        if self.state == "pending":
            return self.at_risk_at
        return self.due_at + working_time.MICROSECOND if self.state == "at_risk" and self.due_at else None

    @property
    def counts_at(self) -> datetime:
        """The moment by which a period holds it or not."""
        return counts_at(started_at=self.started_at, due_at=self.due_at, settled_at=self.settled_at)

    @classmethod
    def immediate(cls, first: Evidence, last: Evidence, *, is_kept: bool, measured: float | None = None) -> "Verdict":
        """What is settled as soon as it happens; `first` opened it and `last` says how it ended."""
        return cls(
            opened_by=first.id,
            started_at=first.happened_at,
            settled_at=last.happened_at,
            settled_by=last.id,
            met_at=last.happened_at if is_kept else None,
            state="kept" if is_kept else "broken",
            measured=measured,
        )


def counts_at(*, started_at: datetime, due_at: datetime | None, settled_at: datetime | None) -> datetime:
    """When one time counts: when it is due, else when it was settled, else when it began."""
    return due_at or settled_at or started_at


@dataclass(frozen=True, kw_only=True)
class Unreadable:
    """A touchpoint that should have been counted, and why it could not be."""

    opened_by: int
    property: str
    reason: str


class SentenceNames(NamedTuple):
    """A standard's kinds and property in words, for its sentence."""

    start: str
    end: str
    property: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Blank:
    """A gap in a sentence, filled with a kind of touchpoint, a text, a whole number, or one of several choices."""

    name: str
    label: str
    type: Literal["kind", "text", "number", "choice"] = "text"
    fills: str = ""
    """The field of a standard that it says; nothing where the fragment reads it together with others."""
    choices: tuple[tuple[str, str], ...] = ()
    lowest: int | None = None
    needed: str = ""
    """What is said where it is left empty; nothing where it may be."""


type Fields = dict[str, Any]


def _as_they_are(filled: Any) -> Fields:
    del filled
    return {}


@dataclass(frozen=True, slots=True, kw_only=True)
class Fragment:
    """A form as people fill it in on a page: a sentence with `{name}` where a gap is."""

    sentence: str
    blanks: tuple[Blank, ...]
    read: Callable[[Mapping[str, Any]], Fields] = _as_they_are
    """The fields said by gaps that fill none by themselves; given the gaps, what is shared and the default calendar."""
    show: Callable[[Any], Fields] = _as_they_are
    """What those gaps hold for a standard's row."""
    unfilled: Callable[[bool], Fields] = _as_they_are
    """What gaps hold that nobody has filled yet, where the company has a calendar and where not."""


@dataclass(frozen=True, slots=True, kw_only=True)
class ShellWords:
    """A form as it is typed in a shell: the words after its option, and the fields that they say."""

    words: tuple[str, ...]
    help: str
    read: Callable[..., Fields]


@dataclass(frozen=True, slots=True, kw_only=True)
class Form:
    """One way to measure a promise."""

    code: str
    fields: frozenset[str]
    """The fields of a standard that it uses, beside the kind of touchpoint it begins with."""
    faults: Callable[[StandardSpec], Iterable[str]]
    """Why a standard cannot be measured."""
    limits: Callable[[StandardSpec], Iterable[str]]
    """Why a standard that can be measured cannot be promised."""
    evaluate: Callable[[StandardSpec, Sequence[Evidence], datetime], tuple[list[Verdict], list[Unreadable]]]
    """Each time that it applied to one person, from touchpoints in the order of time, as of a moment."""
    sentence: Callable[[Any, SentenceNames], str]
    """How a standard's row is measured, in words."""
    fragment: Fragment
    shell: ShellWords
    is_scored: bool = False
    """Whether it looks at scores, of any kind of touchpoint where none is named."""
    is_case_clock: bool = False
    """Whether cases can run by it: what opens it says alone when it is due."""


FORMS: dict[str, Form] = {}
"""Every form by its code, in the order in which people choose among them."""


def register(form: Form) -> None:
    """Let promises be measured by this form."""
    FORMS[form.code] = form


def is_any_score(standard: StandardSpec) -> bool:
    """Whether it looks at scores, whatever the kind of touchpoint that carries them."""
    return FORMS[standard.form].is_scored and not standard.from_kind


def applies(standard: StandardSpec, seen: Evidence) -> bool:
    """Whether the standard was there when this happened."""
    return standard.starts_at is None or seen.happened_at >= standard.starts_at


def openers(standard: StandardSpec, ordered: Iterable[Evidence]) -> list[Evidence]:
    """The touchpoints that a standard begins with."""
    return [seen for seen in ordered if seen.kind == standard.from_kind and applies(standard, seen)]


def kind_faults(standard: StandardSpec) -> Iterable[str]:
    """What every form says that begins with a kind of touchpoint."""
    if not standard.from_kind:
        yield "Say which kind of touchpoint this standard begins with."
