"""Promises: what the company says it will do, in words that a customer hears, each with at least one standard."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.db import transaction

from heedful.associates import associates
from heedful.associates.models import Associate
from heedful.customers import kinds, question_kinds
from heedful.customers.models import Stage
from heedful.kit import locks, names
from heedful.kit.actor import By
from heedful.kit.errors import Refused
from heedful.ledger import events
from heedful.promise import recounts, standards
from heedful.promise.models import Promise, Recount, Standard
from heedful.promise.standards import StandardDraft

type Audience = Mapping[str, Sequence[str]]

ADDRESSES = ("new", "retrospect")
"""What follows the address of promises and is none of them."""
SEVERITIES = {1: "Mild", 2: "Serious", 3: "Grave"}


@dataclass(frozen=True, slots=True)
class PromiseMade:
    """The company promises something from now on."""

    promise: int
    words: str
    standards: list[str]


@dataclass(frozen=True, slots=True)
class PromiseChanged:
    """A promise, or how it is measured, became another; `before` is what it was."""

    promise: int
    words: str
    standards: list[str]
    before: dict[str, Any]


@dataclass(frozen=True, slots=True)
class PromiseEnded:
    """The company no longer promises something; what was promised before still counts."""

    promise: int
    words: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Wording:
    """What somebody says about a promise, beside how it is measured."""

    words: str
    stage: Stage | None = None
    owner: Associate | None = None
    audience: Audience | None = None
    stated_expectation: Mapping[str, int] | None = None
    severity: int = 2
    is_case_clock: bool = False
    counter_measure: str = ""
    experience_question: str = ""

    def fields(self) -> dict[str, Any]:
        """The wording as the fields of a row."""
        return {
            "words": _words(self.words),
            "stage": self.stage,
            "owner": self.owner,
            "audience": _audience(self.audience or {}),
            "stated_expectation": question_kinds.check(self.stated_expectation or {}),
            "severity": _severity(self.severity),
            "is_case_clock": self.is_case_clock,
            "counter_measure": names.text(self.counter_measure),
            "experience_question": _experience_question(self.experience_question),
        }


@transaction.atomic
def make(
    *,
    wording: Wording,
    standards: Sequence[StandardDraft],
    slug: str = "",
    since: datetime | None = None,
    by: By,
    at: datetime,
) -> Promise:
    """Make a promise, from now on, or as it has been made `since` a time that is over.

    What happened before was promised to nobody: `would_have_been` says how it would have gone.
    """
    associates.must(by, "promise.edit")
    fields = wording.fields()
    drafts = _checked(standards, is_case_clock=wording.is_case_clock)
    _only_case_clock(wording, besides=None)
    made_at = _made_at(since, at)
    promise = Promise.objects.create(slug=_free_slug(slug or fields["words"]), made_at=made_at, **fields)
    _add(promise, drafts, starts_at=made_at)
    events.record(PromiseMade(promise.pk, promise.words, sentences(promise)), by=by, at=at)
    recounts.start(promise=promise, because=recounts.FIRST_COUNT, at=at)
    return promise


@transaction.atomic
def change(
    *,
    promise: Promise,
    wording: Wording,
    standards: Sequence[StandardDraft] | None = None,
    from_now_on: bool = False,
    by: By,
    at: datetime,
) -> Promise:
    """Change a promise. New standards measure anew all that was promised, or with `from_now_on` what starts now."""
    associates.must(by, "promise.edit")
    fields = wording.fields()
    _only_case_clock(wording, besides=promise)
    row = _standing(promise)
    before = _summary(row)
    for name, value in fields.items():
        setattr(row, name, value)
    row.save()
    measured_anew = _measure(row, standards, from_now_on, at)
    events.record(PromiseChanged(row.pk, row.words, sentences(row), before), by=by, at=at)
    if measured_anew or before["audience"] != row.audience:
        recounts.start(promise=row, because="the promise was changed", at=at)
    return row


@transaction.atomic
def end(*, promise: Promise, by: By, at: datetime) -> Promise:
    """Stop promising something. What was promised until now is still kept or broken, and stays on the record."""
    associates.must(by, "promise.edit")
    row = _standing(promise)
    row.ended_at, row.is_case_clock = at, False
    row.save(update_fields=["ended_at", "is_case_clock"])
    _end(row.standards.today(), at)
    events.record(PromiseEnded(row.pk, row.words), by=by, at=at)
    return row


def sentences(promise: Promise) -> list[str]:
    """How a promise is measured today, each standard in a sentence."""
    today = promise.standards.today().order_by("pk")
    called = kinds.names()
    return [standards.sentence(standard, names=called) for standard in today]


@dataclass(frozen=True, slots=True)
class MissingKind:
    """A kind of touchpoint that a promise needs and of which nothing has come in, and what may be meant by it."""

    kind: str
    nearest: str


def match_properties() -> list[str]:
    """The properties by which promises tell apart what one customer has several of, such as orders."""
    rows = Standard.objects.exclude(match_property="").order_by("match_property")
    return list(rows.values_list("match_property", flat=True).distinct())


def missing_kinds(rows: Iterable[Standard]) -> list[MissingKind]:
    """What keeps standards from being measured: kinds of which nothing has come in yet."""
    slugs = [slug for row in rows for slug in (row.from_kind, row.to_kind) if row.ended_at is None]
    nearest = kinds.nearest(kinds.unseen(slugs=slugs))
    return [MissingKind(slug, alike) for slug, alike in nearest.items()]


def _standing(promise: Promise) -> Promise:
    # In the order in which a recount locks, and leaving the promise's key free for commitments that are being written.
    Recount.objects.select_for_update().filter(promise=promise).first()
    row = Promise.objects.select_for_update(no_key=True).get(pk=promise.pk)
    if row.ended_at is not None:
        raise Refused("This promise has ended. Make a new one.", code="ended")
    return row


def _summary(promise: Promise) -> dict[str, Any]:
    return {"words": promise.words, "audience": promise.audience, "standards": sentences(promise)}


def _measure(promise: Promise, given: Sequence[StandardDraft] | None, from_now_on: bool, at: datetime) -> bool:
    """Put new standards in place; says whether history must be counted anew."""
    rows = list(promise.standards.today().order_by("pk"))
    drafts = None if given is None else _checked(given, is_case_clock=promise.is_case_clock)
    if drafts is None or [draft.fields() for draft in drafts] == [_fields(row) for row in rows]:
        return False
    if from_now_on:
        _end(promise.standards.today(), at)
        _add(promise, drafts, starts_at=at)
        return False
    _unwatch(rows)
    for row, draft in zip(rows, drafts, strict=False):
        for name, value in draft.fields().items():
            setattr(row, name, value)
        _wait(row)
        row.save()
        if row.is_waiting:
            row.commitments.all().delete()
    promise.standards.filter(pk__in=[row.pk for row in rows[len(drafts) :]]).delete()
    _add(promise, drafts[len(rows) :], starts_at=rows[0].starts_at if rows else promise.made_at)
    return True


def _fields(row: Standard) -> dict[str, Any]:
    return {name: getattr(row, name) for name in StandardDraft(form=row.form).fields()}


def _add(promise: Promise, drafts: Sequence[StandardDraft], *, starts_at: datetime | None) -> None:
    for draft in drafts:
        row = Standard(promise=promise, starts_at=starts_at, **draft.fields())
        _wait(row)
        row.save()


def _wait(row: Standard) -> None:
    """Have what it needs looked at when it comes in; until all of it has, it cannot be measured."""
    kinds.watch(slugs=standards.kinds(row))
    row.is_waiting = bool(kinds.unseen(slugs=standards.kinds(row)))


def _made_at(since: datetime | None, at: datetime) -> datetime:
    if since is not None and since > at:
        raise Refused("A promise begins now, or began before. Say from which day that is over it was made.")
    return since or at


def _end(rows: Any, at: datetime) -> None:
    _unwatch(rows)
    rows.update(ended_at=at)


def _unwatch(rows: Any) -> None:
    for row in rows:
        kinds.unwatch(slugs=standards.kinds(row))


def _checked(given: Sequence[StandardDraft], *, is_case_clock: bool) -> list[StandardDraft]:
    if not given:
        raise Refused("Say how the promise is measured: a promise has at least one standard.")
    for draft in given:
        standards.check(draft)
    if is_case_clock and not standards.form_of(given[0].form).is_case_clock:
        raise Refused("The promise that cases run by needs a time within which something happens.")
    return list(given)


def _only_case_clock(wording: Wording, *, besides: Promise | None) -> None:
    if not wording.is_case_clock:
        return
    locks.lock(Promise)
    others = Promise.objects.active().filter(is_case_clock=True).exclude(pk=besides.pk if besides else 0)
    if other := others.first():
        raise Refused(f"Cases run by another promise already: {other.words}")


def _words(words: str) -> str:
    if not (stripped := names.one_line(words)):
        raise Refused("Say the promise in the words that a customer hears.")
    if len(stripped) > 300:
        raise Refused("Say it in at most 300 characters. Customers remember short promises.")
    return stripped


def _severity(severity: int) -> int:
    if severity not in SEVERITIES:
        raise Refused("Say how bad it is when it is broken: mild, serious or grave.")
    return severity


def _experience_question(question: str) -> str:
    """The question by which it is known how it felt; any that is answered on a scale."""
    if question.strip():
        question_kinds.scale_of(question.strip())
    return question.strip()


def _audience(audience: Audience) -> dict[str, list[str]]:
    stripped = {
        names.one_line(name): [cleaned for value in values if (cleaned := names.one_line(value))]
        for name, values in audience.items()
    }
    for name, values in stripped.items():
        if not name or not values:
            raise Refused("Say which attribute chooses the customers, and at least one value of it.")
    return stripped


def _free_slug(text: str) -> str:
    locks.lock(Promise)
    return names.slug(
        text, otherwise="promise", most=70, taken=[*ADDRESSES, *Promise.objects.values_list("slug", flat=True)]
    )
