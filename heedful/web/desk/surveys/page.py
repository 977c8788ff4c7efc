"""What the pages of surveys show: how many were asked and answered, whom we spared and why, and what was said."""

import io
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any

import segno
from django.db.models import QuerySet
from django.http import HttpRequest
from django.urls import reverse

from heedful.customers import question_kinds
from heedful.ledger.references import Reference
from heedful.listen import answers, invitation_mail, invitations, tallies
from heedful.listen.models import Invitation, Survey
from heedful.listen.tallies import InvitationTally
from heedful.prove import cache, scores
from heedful.prove import tallies as sums
from heedful.prove.periods import Period
from heedful.understand.models import Reading
from heedful.web import periods
from heedful.web.components.figures import Figure, ends, score_words, span
from heedful.web.filters import percent

LATEST = 5
STATES = [("answered", "Answered"), ("asked", "No answer yet"), ("planned", "Planned"), ("not_asked", "Not asked")]


@dataclass(frozen=True, slots=True)
class SurveyRow:
    """A survey in the list, with its tally."""

    survey: Survey
    tally: InvitationTally

    @property
    def codes(self) -> str:
        """What it asks, in words."""
        return ", ".join(name_of(question["code"]).lower() for question in self.survey.questions).capitalize()


@dataclass(frozen=True, slots=True)
class SuppressionCount:
    """How many were not asked for one reason."""

    reason: str
    words: str
    count: int


@dataclass(frozen=True, slots=True)
class ResponseRow:
    """One ask in the list, with the answers in words."""

    invitation: Invitation
    scores: list[tuple[str, str]]
    verbatim: str
    why_not: str
    reading: Reading | None = None


def period(request: HttpRequest, *, at: datetime) -> Period:
    """The period that the address names; else the last 90 days, or all time where nobody was asked in them."""
    return periods.read(request, last=lambda: tallies.last_invited_at(until=at), at=at)


def lines(surveys: Sequence[Survey], when: Period) -> list[SurveyRow]:
    """The surveys, each with its tally."""
    name = f"surveys.{when.choice}.{'.'.join(str(survey.pk) for survey in surveys)}"
    tally_of = cache.recent(name, lambda: tallies.of(surveys, since=when.since, until=when.until))
    return [SurveyRow(survey, tally_of[survey.pk]) for survey in surveys]


def suppressions(tally: InvitationTally) -> list[SuppressionCount]:
    """Whom we did not ask, by reason, the most frequent first."""
    return [
        SuppressionCount(reason, invitations.REASONS.get(reason, reason), count)
        for reason, count in tally.suppressed.most_common()
    ]


def rate(survey: Survey, tally: InvitationTally) -> Figure:
    """The response rate, with how many were asked."""
    href = reverse("desk:survey", args=[survey.pk]) + "?state=answered"
    share = scores.share_of(tally.complete, tally.invited)
    if share is None:
        return Figure(label="Response rate", value="–", n=0, of="asked", href=href)
    low, high = share.interval
    return Figure(
        label="Response rate",
        value=percent(share.value, 0),
        n=tally.invited,
        of="asked",
        span=span(share),
        low=low,
        high=high,
        middle=share.value,
        href=href,
    )


def score_figures(survey: Survey, when: Period) -> list[Figure]:
    """The score of each question that has one; of one with a choice, how many chose each."""
    given = tallies.scores(survey, since=when.since, until=when.until)
    return [figure for code in _codes(survey) for figure in _figures_of(code, given.get(code, []))]


def _figures_of(code: str, given: Sequence[tuple[question_kinds.Score, int]]) -> list[Figure]:
    if question_kinds.kind_of(code).score is None:
        return _chosen(code, given)
    scales = {score.of if isinstance(score, question_kinds.Answer) else None for score, _ in given}
    rows = [(question_kinds.place(code, score), count, count, count) for score, count in given]
    tally = sums.AnswerTally.of_rows(rows, scale=scales.pop() if len(scales) == 1 else None)
    score = scores.score(code, tally)
    return [_score_figure(code, score)] if score else []


def _chosen(code: str, given: Sequence[tuple[question_kinds.Score, int]]) -> list[Figure]:
    whole = sum(count for _, count in given)
    return [
        _share(f"{name_of(code)}: {question_kinds.in_words(code, score)}", share)
        for score, count in given
        if (share := scores.share_of(count, whole))
    ]


def _share(label: str, share: scores.Estimate) -> Figure:
    return Figure(
        label=label,
        value=percent(share.value, 0),
        n=share.n,
        span=span(share),
        low=share.low,
        high=share.high,
        middle=share.value,
    )


def _score_figure(code: str, score: scores.Estimate) -> Figure:
    least, most = (0.0, 1.0) if score.unit == "share" else ends(code, score)
    return Figure(
        label=name_of(code),
        value=score_words(score),
        n=score.n,
        span=span(score),
        low=score.low,
        high=score.high,
        middle=score.value,
        least=least,
        most=most,
    )


def invitations_of(
    survey: Survey, *, when: Period | None = None, state: str = "", reason: str = ""
) -> QuerySet[Invitation]:
    """A survey's asks of a period, those in one state or spared for one reason."""
    rows = survey.invitations.select_related("customer__person", "survey")
    if when is not None and not when.is_all:
        rows = rows.filter(created_at__gte=when.since)
    rows = rows.filter(state=state) if state else rows
    return rows.filter(reason=reason) if reason in invitations.REASONS else rows


def last_answered(survey: Survey) -> QuerySet[Invitation]:
    """The invitations that were answered last."""
    return invitations_of(survey, state=Invitation.State.ANSWERED).order_by("-answered_at", "-pk")[:LATEST]


def response_rows(rows: Iterable[Invitation]) -> list[ResponseRow]:
    """Asks in words, with what was read in them."""
    subjects = {Reference("invitation", row.pk).former: row for row in rows}
    spoken = [subject for subject, row in subjects.items() if any(map(question_kinds.is_in_words, row.answers))]
    spoken_readings = Reading.objects.filter(feedback__subject__in=spoken).select_related("feedback") if spoken else ()
    readings = {reading.feedback.subject: reading for reading in spoken_readings}
    return [replace(response_row(row), reading=readings.get(subject)) for subject, row in subjects.items()]


def response_row(invitation: Invitation) -> ResponseRow:
    """An ask in words."""
    words = [str(answer["value"]) for code, answer in invitation.answers.items() if question_kinds.is_in_words(code)]
    scores = [
        (name_of(code), _in_words(code, invitation.answers[code]))
        for code in _codes(invitation.survey)
        if code in invitation.answers
    ]
    return ResponseRow(
        invitation,
        scores,
        "\n".join(words),
        invitations.REASONS.get(invitation.reason, invitation.reason),
    )


def _in_words(code: str, answer: Mapping[str, Any]) -> str:
    """An answer as it was given: in words, or the number alone on the scale that is usual."""
    score = answers.score_of(code, answer)
    is_plain = not isinstance(score, question_kinds.Answer) and not question_kinds.is_yes_or_no(code)
    return str(score) if is_plain else question_kinds.in_words(code, score)


def name_of(code: str) -> str:
    """A question in words."""
    return question_kinds.name_of(code)


def qr(survey: Survey) -> bytes:
    """The survey's public link as a picture that phones read."""
    out = io.BytesIO()
    link = invitation_mail.link_to(survey.public_token)
    segno.make(link, error="m").save(out, kind="svg", scale=8, border=3, light="#ffffff", dark="#000000")
    return out.getvalue()


def _codes(survey: Survey) -> list[str]:
    return [str(question["code"]) for question in survey.questions if not question_kinds.is_in_words(question["code"])]
