"""Answers: what a customer says on a sheet, kept as each is given, changed as long as the sheet is open."""

import hashlib
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from django.db import transaction

from heedful.associates.models import Associate
from heedful.customers import consents, question_kinds, touchpoints
from heedful.customers.models import Touchpoint
from heedful.customers.question_kinds.kind import Scale
from heedful.customers.touchpoints import TouchpointDraft
from heedful.kit import live, locks, names
from heedful.kit.actor import By
from heedful.kit.errors import Refused
from heedful.ledger import events
from heedful.ledger.references import Reference
from heedful.listen import invitations, wordings
from heedful.listen.models import Invitation, Survey
from heedful.promise import promises, property_values

LONGEST = 5_000
SOURCE = "survey"
KIND = "survey_answered"
MOST_AN_HOUR = 2_000
"""Sheets that one public link takes in an hour; more than that is no crowd of customers."""


@dataclass(frozen=True, slots=True)
class SurveyAnswered:
    """A customer answered some questions of a survey, or changed the answers."""

    invitation: int
    survey: int
    questions: list[str]


@dataclass(frozen=True, slots=True)
class HelpAnswered:
    """A customer said whether what was done in a case helped."""

    invitation: int
    case: int
    helped: bool


@dataclass(frozen=True, slots=True)
class CustomerStoppedSurveys:
    """A customer does not want to be asked any more."""

    invitation: int
    customer: int


def answer(*, invitation: Invitation, question: str, value: Any, by: By, at: datetime) -> Invitation:
    """Keep one answer; the last one given to a question stands."""
    return answer_all(invitation=invitation, values={question: value}, by=by, at=at)


@transaction.atomic
def answer_all(
    *, invitation: Invitation, values: Mapping[str, Any], submit: bool = False, by: By, at: datetime
) -> Invitation:
    """Keep several answers of one sheet at once, all or none; `submit` says that the customer is done."""
    row = _open(invitation, at)
    # Who had to wait for the sheet comes after whoever was kept before, here as in the log.
    at = max([at, *(datetime.fromisoformat(answer["at"]) for answer in row.answers.values())])
    news = {
        question: checked
        for question, value in values.items()
        if (checked := _checked(row.survey, question, value)) not in (None, row.given(question))
    }
    if news:
        _keep(row, news, by=by, at=at)
    if submit:
        if not row.answers:
            raise Refused("Choose an answer first, or write something.", code="empty")
        row.submitted_at = row.submitted_at or at
    if news or submit:
        row.save(update_fields=["customer", "answers", "is_complete", "state", "answered_at", "submitted_at"])
    return row


@transaction.atomic
def open_public(
    *,
    survey: Survey,
    values: Mapping[str, Any],
    submit: bool,
    channel: str,
    form_token: str = "",
    by: By,
    at: datetime,
) -> Invitation:
    """Begin a sheet for somebody who came by the public link, with the first answers; who it is stays unknown.

    What the same form sends again, because the answer to it was lost, goes into the sheet that it began.
    """
    token = invitations.token_of(survey, form_token) if form_token else invitations.new_token()
    locks.lock(f"{Invitation._meta.label} {token}")
    if begun := survey.invitations.filter(token=token).first():
        return answer_all(invitation=begun, values=values, submit=submit, by=by, at=at)
    if survey.ended_at is not None or survey.is_paused:
        raise Refused("This survey has ended. Thank you for coming.", code="ended")
    if (
        survey.invitations.filter(state=Invitation.State.ANSWERED, created_at__gt=at - timedelta(hours=1)).count()
        >= MOST_AN_HOUR
    ):
        raise Refused("Many answers came from here just now. Try again in an hour.", code="too_many")
    if not any(_checked(survey, question, value) is not None for question, value in values.items()):
        raise Refused("Choose an answer first, or write something.", code="empty")
    invitation = Invitation.objects.create(
        survey=survey,
        brand_id=survey.brand_id,
        state=Invitation.State.ASKED,
        channel=channel,
        token=token,
        created_at=at,
        ask_at=at,
        asked_at=at,
    )
    return answer_all(invitation=invitation, values=values, submit=submit, by=by, at=at)


@transaction.atomic
def stop(*, invitation: Invitation, by: By, at: datetime) -> None:
    """Take a customer's word that we should not ask any more; saying it twice is once."""
    if invitation.customer_id is None:
        raise Refused("We do not know this link.", code="unknown")
    if not has_stopped(invitation=invitation):
        consents.set_one(
            customer=invitation.customer_id, purpose="survey", granted=False, source="survey link", by=by, at=at
        )
        events.record(CustomerStoppedSurveys(invitation.pk, invitation.customer_id), by=by, at=at)


def has_stopped(*, invitation: Invitation) -> bool:
    """Whether the customer of this ask said already that we should not ask any more."""
    return invitation.customer_id is not None and consents.has_refused(
        customer=invitation.customer_id, purpose="survey"
    )


def readable(survey: Survey, question: str, value: Any) -> int | float | str | None:
    """Return what somebody meant to answer, or nothing when it cannot be an answer."""
    try:
        return _checked(survey, question, value)
    except Refused:
        return None


def _open(invitation: Invitation, at: datetime) -> Invitation:
    row = Invitation.objects.select_for_update(of=["self"], no_key=True).select_related("survey").get(pk=invitation.pk)
    if row.state not in {Invitation.State.ASKED, Invitation.State.ANSWERED}:
        raise Refused("We do not know this link.", code="unknown")
    if row.survey.ended_at is not None:
        raise Refused("This survey has ended. Thank you for coming.", code="ended")
    if at > row.changeable_until:
        if row.submitted_at is not None:
            raise Refused("You have answered already. Thank you.", code="answered")
        raise Refused("This question was open for 60 days and is closed now.", code="expired")
    return row


def _checked(survey: Survey, question: str, value: Any) -> int | float | str | None:
    """Return an answer as it is kept; nothing when nothing was said."""
    entry = survey.question(question)
    if entry is None:
        raise Refused("This question is not in the survey.", code="bad_value")
    if question_kinds.is_in_words(question):
        return _checked_words(value)
    try:
        return question_kinds.kind_of(question).check(question, "" if value is None else str(value)[:80], entry)
    except Refused as no:
        raise Refused(no.sentence, code="bad_value" if no.code != "bad_number" else no.code) from None


def _checked_words(value: Any) -> str | None:
    words = names.text(str(value or ""))
    if len(words) > LONGEST:
        raise Refused("This is longer than we can keep. Please stay under 5,000 characters.", code="too_long")
    return words or None


def _keep(invitation: Invitation, news: Mapping[str, int | float | str], *, by: By, at: datetime) -> None:
    for question, value in news.items():
        revision = invitation.answers.get(question, {}).get("revision", 0) + 1
        invitation.answers[question] = record_of(invitation.survey, question, value, at=at) | {"revision": revision}
    if not isinstance(invitation.respondent, Associate):  # what our own people say is no touchpoint of a customer
        drafts = [draft_of(invitation, question, at) for question in news]
        invitation.customer_id = touchpoints.record(drafts=drafts, source=SOURCE, by=by, at=at).customers[0]
    invitation.state, invitation.answered_at = Invitation.State.ANSWERED, invitation.answered_at or at
    invitation.is_complete = invitation.answers_all()
    events.record(SurveyAnswered(invitation.pk, invitation.survey_id, sorted(news)), by=by, at=at)
    live.publish("surveys", invitation.survey_id)
    if invitation.case_id is not None:
        live.publish("cases", invitation.case_id)
    if "helped" in news and invitation.case_id is not None:
        events.record(HelpAnswered(invitation.pk, invitation.case_id, news["helped"] == 1), by=by, at=at)


def record_of(survey: Survey, question: str, value: int | float | str, *, at: datetime) -> dict[str, Any]:
    """An answer as its invitation keeps it, with what the question was then: its own scale, or what was chosen."""
    question_row: Mapping[str, Any] = survey.question(question) or {}
    answer: dict[str, Any] = {"value": value, "revision": 1, "at": at.isoformat()}
    if question_row.get("scale"):
        answer["of"] = list(question_row["scale"])
    for place, option in enumerate(question_row.get("options", []), 1):
        if option["code"] == value:
            answer |= {"label": wordings.pick(option["label"], survey.languages[0])[:80], "place": place}
    return answer


def score_of(question: str, answer: Mapping[str, Any]) -> question_kinds.Score:
    """What an invitation keeps of an answer, as a score."""
    value = answer["value"]
    if isinstance(value, str):
        return question_kinds.Answer(answer.get("place", 0), label=answer.get("label") or value)
    return question_kinds.scored(question, value, Scale(*answer["of"]) if answer.get("of") else None)


def draft_of(invitation: Invitation, question: str, at: datetime) -> TouchpointDraft:
    """One answer of a sheet as it comes into the log."""
    answer, is_in_words = invitation.answers[question], question_kinds.is_in_words(question)
    return TouchpointDraft(
        kind=KIND,
        happened_at=at,
        message=Reference("invitation", invitation.pk, f"{question}:{answer['revision']}").former,
        customer=invitation.customer_id,
        identities=() if invitation.customer_id else (("anonymous_id", _nobody(invitation)),),
        channel=invitation.channel,
        stage=invitation.stage_slug,
        properties={
            **_of_the_moment(invitation),
            "survey": invitation.survey.slug,
            "question": question,
            "invitation": invitation.pk,
        },
        scores=None if is_in_words else {question: score_of(question, answer)},
        verbatim=str(answer["value"]) if is_in_words else None,
        subject=Reference("invitation", invitation.pk).former,
        brand=invitation.brand_id,
    )


def _of_the_moment(invitation: Invitation) -> dict[str, Any]:
    """By what promises tell orders apart: an answer about a moment is about the order of that moment."""
    names = promises.match_properties() if invitation.moment_id else []
    if not names or invitation.moment_id is None:
        return {}
    moments = Touchpoint.objects.filter(pk=invitation.moment_id).values_list("properties", flat=True)
    return {
        name: value
        for properties in moments[:1]
        for name in names
        if (value := property_values.value_at(properties, name)) is not None
    }


def _nobody(invitation: Invitation) -> str:
    """A name for somebody unknown that nobody can guess, so that nobody can claim the sheet for another."""
    return "sheet-" + hashlib.blake2b(invitation.token.encode(), digest_size=16).hexdigest()
