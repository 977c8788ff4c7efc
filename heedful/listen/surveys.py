"""Surveys: a few questions, asked at a key moment or through a link, until they are paused or ended."""

import re
import secrets
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime
from typing import Any

from django.db import transaction

from heedful.associates import associates, company
from heedful.customers import kinds, question_kinds, slugs
from heedful.kit import locks, names
from heedful.kit.actor import By
from heedful.kit.errors import Refused
from heedful.ledger import events
from heedful.listen import question_settings, wordings
from heedful.listen.models import Budget, Survey

HELPED = "did-it-help"
LANGUAGE = re.compile(r"[a-z]{2,3}(-[A-Za-z0-9]{2,8})*")
MOST_QUESTIONS = 8
DELAY_MOST_S = 60 * 86_400


@dataclass(frozen=True, slots=True)
class Design:
    """What can be said about a survey; texts are given per language, and our own wording stands where none is given."""

    name: str
    questions: Sequence[Mapping[str, Any]]
    languages: Sequence[str] = ("en",)
    moment_kind: str = ""
    delay_s: int = 0
    share: float = 1.0
    times: int = 1
    days: int = 90
    brand: int | None = None
    subject: Mapping[str, str] = field(default_factory=dict)
    intro: Mapping[str, str] = field(default_factory=dict)
    thanks: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class SurveyMade:
    """A survey began to ask."""

    survey: int
    name: str


@dataclass(frozen=True, slots=True)
class SurveyChanged:
    """A survey asks something else, somebody else or at another moment."""

    survey: int
    name: str


@dataclass(frozen=True, slots=True)
class SurveyPaused:
    """A survey asks nobody for now."""

    survey: int


@dataclass(frozen=True, slots=True)
class SurveyResumed:
    """A paused survey asks again."""

    survey: int


@dataclass(frozen=True, slots=True)
class SurveyEnded:
    """A survey asks nobody any more; its answers stay."""

    survey: int


@dataclass(frozen=True, slots=True)
class BudgetChanged:
    """How often a customer may be asked became another."""

    times: int
    days: int


@transaction.atomic
def make(*, design: Design, slug: str = "", is_service: bool = False, by: By, at: datetime) -> Survey:
    """Begin to ask."""
    associates.must(by, "survey.edit")
    survey = Survey(
        slug=_free_slug(slug or design.name),
        is_service=is_service,
        public_token=secrets.token_urlsafe(24),
        created_at=at,
    )
    _apply(survey, design)
    survey.save()
    _watch(survey)
    events.record(SurveyMade(survey.pk, survey.name), by=by, at=at)
    return survey


@transaction.atomic
def change(*, survey: Survey, design: Design, by: By, at: datetime) -> None:
    """Ask something else, somebody else or at another moment; what was answered stays."""
    associates.must(by, "survey.edit")
    row = _running(survey)
    _unwatch(row)
    _apply(row, design)
    row.save()
    _watch(row)
    events.record(SurveyChanged(row.pk, row.name), by=by, at=at)


@transaction.atomic
def pause(*, survey: Survey, by: By, at: datetime) -> None:
    """Ask nobody for now; what was planned is not asked."""
    associates.must(by, "survey.edit")
    row = _running(survey)
    if row.is_paused:
        raise Refused("This survey is paused already.")
    _unwatch(row)
    row.is_paused = True
    row.save(update_fields=["is_paused"])
    events.record(SurveyPaused(row.pk), by=by, at=at)


@transaction.atomic
def resume(*, survey: Survey, by: By, at: datetime) -> None:
    """Ask again."""
    associates.must(by, "survey.edit")
    row = _running(survey)
    if not row.is_paused:
        raise Refused("This survey is not paused.")
    row.is_paused = False
    row.save(update_fields=["is_paused"])
    _watch(row)
    events.record(SurveyResumed(row.pk), by=by, at=at)


@transaction.atomic
def end(*, survey: Survey, by: By, at: datetime) -> None:
    """Ask nobody any more; links that are out stop working, answers stay."""
    associates.must(by, "survey.edit")
    row = _running(survey)
    if row.is_service:
        raise Refused("This one asks whether a closed case helped. Pause it instead.")
    _unwatch(row)
    row.ended_at = at
    row.save(update_fields=["ended_at"])
    events.record(SurveyEnded(row.pk), by=by, at=at)


@transaction.atomic
def set_budget(*, times: int, days: int, by: By, at: datetime) -> None:
    """Say how often one customer may be asked over all surveys."""
    associates.must(by, "survey.edit")
    founded = company.find()
    if founded is None:
        raise Refused("Set up the company first.")
    _in_range("times", times, 1, 100)
    _in_range("days", days, 1, 3650)
    Budget.objects.update_or_create(company=founded, defaults={"times": times, "days": days})
    events.record(BudgetChanged(times, days), by=by, at=at)


def budget() -> Budget:
    """How often one customer may be asked over all surveys."""
    return Budget.objects.first() or Budget()


@transaction.atomic
def helped(*, by: By, at: datetime) -> Survey:
    """Return the survey that asks whether what was done helped; it is there from the first time it is wanted."""
    row = Survey.objects.filter(slug=HELPED).first()
    if row is None:  # of two who want it first one makes it, and the other waits for that
        locks.lock(Survey)
        row = Survey.objects.filter(slug=HELPED).first()
    return row or _make_helped(by=by, at=at)


def _make_helped(*, by: By, at: datetime) -> Survey:
    design = Design(
        name="Did it help?",
        questions=[{"code": "helped"}, {"code": "open"}],
        languages=list(wordings.LANGUAGES),
        subject={language: wordings.say("subject_helped", language) for language in wordings.LANGUAGES},
        times=3,
        days=30,
    )
    return make(design=design, slug=HELPED, is_service=True, by=by, at=at)


def check(design: Design) -> Design:
    """Return the design as it would be kept, or refuse with the first thing that is wrong."""
    if not (name := names.one_line(design.name)):
        raise Refused("Give the survey a name.")
    languages = _checked_languages(design.languages)
    _in_range("times", design.times, 1, 100)
    _in_range("days", design.days, 1, 3650)
    _in_range("delay", design.delay_s, 0, DELAY_MOST_S)
    if not 0 <= design.share <= 1:
        raise Refused("The share goes from 0 to 100 %.")
    questions = _checked_questions(design.questions, languages)
    _must_be_whole(design, questions, [language for language in languages if not wordings.is_spoken(language)])
    return replace(
        design,
        name=name[:120],
        languages=languages,
        questions=questions,
        moment_kind=slugs.slug(design.moment_kind),
        subject=question_settings.texts(design.subject, one_line=True),
        intro=question_settings.texts(design.intro),
        thanks=question_settings.texts(design.thanks),
    )


def _must_be_whole(design: Design, questions: Sequence[Mapping[str, Any]], foreign: Sequence[str]) -> None:
    """In languages of which we have no words, everything that customers see is the company's own."""
    around = {"subject of the mail": design.subject, "heading": design.intro, "thanks": design.thanks}
    for language in foreign:
        for number, question in enumerate(questions, 1):
            for texts, what in question_settings.texts_to_write(question, number):
                if not texts.get(language):
                    raise Refused(
                        f"We have no words of our own in {wordings.in_english(language)}: write {what} in it."
                    )
        for what, texts in around.items():
            if not texts.get(language, "").strip():
                raise Refused(
                    f"We have no words of our own in {wordings.in_english(language)}: write the {what} in it."
                )


def _apply(survey: Survey, design: Design) -> None:
    checked = check(design)
    survey.name, survey.languages, survey.questions = checked.name, list(checked.languages), list(checked.questions)
    survey.moment_kind, survey.delay_s, survey.share = checked.moment_kind, checked.delay_s, checked.share
    survey.times, survey.days, survey.brand_id = checked.times, checked.days, checked.brand
    survey.subject, survey.intro, survey.thanks = dict(checked.subject), dict(checked.intro), dict(checked.thanks)


def _running(survey: Survey) -> Survey:
    row = Survey.objects.select_for_update().get(pk=survey.pk)
    if row.ended_at is not None:
        raise Refused("This survey has ended. Make a new one.")
    return row


def _watch(survey: Survey) -> None:
    if survey.moment_kind and not survey.is_paused:
        kinds.watch(slugs=[survey.moment_kind])


def _unwatch(survey: Survey) -> None:
    if survey.moment_kind and not survey.is_paused:
        kinds.unwatch(slugs=[survey.moment_kind])


def _free_slug(slug: str) -> str:
    locks.lock(Survey)
    return names.slug(slug, otherwise="survey", most=70, taken=Survey.objects.values_list("slug", flat=True))


def _checked_languages(languages: Sequence[str]) -> list[str]:
    cleaned = list(dict.fromkeys(language.strip() for language in languages if language.strip()))
    if not cleaned:
        raise Refused("Choose at least one language.")
    for language in cleaned:
        if not LANGUAGE.fullmatch(language) or len(language) > 16:
            raise Refused(f"{language[:40]!r} is not a language code such as en or pt-BR.")
    return cleaned


def _checked_questions(questions: Sequence[Mapping[str, Any]], languages: Sequence[str]) -> list[dict[str, Any]]:
    if not 1 <= len(questions) <= MOST_QUESTIONS:
        raise Refused(f"A survey has one to {MOST_QUESTIONS} questions. Two are best.")
    checked = [_checked_question(question, languages) for question in questions]
    if len({question["code"] for question in checked}) < len(checked):
        raise Refused(
            "Each question can stand in a survey once. Give a second one a topic, such as satisfaction.delivery."
        )
    return checked


def _checked_question(question: Mapping[str, Any], languages: Sequence[str]) -> dict[str, Any]:
    code = str(question.get("code", ""))
    question_kinds.kind_of(code)
    if not re.fullmatch(r"[a-z][a-z0-9_.]*", code):
        raise Refused(f"{code[:80]!r} is not a question: small letters, figures, underscores and dots.")
    texts = question_settings.texts(question.get("text") or {})
    if not texts and not wordings.question(code, languages[0]):
        raise Refused(f"Write the question {code} in at least one language.")
    checked = {"code": code, "text": texts} | question_settings.settings(question, languages)
    for end in ("low", "high"):
        if words := question_settings.texts(question.get(end) or {}, one_line=True):
            checked[end] = words
    return checked


def _in_range(what: str, number: int, low: int, high: int) -> None:
    if not low <= number <= high:
        raise Refused(f"The {what} must be between {low} and {high}.")
