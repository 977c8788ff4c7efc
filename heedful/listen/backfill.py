"""Asks of years gone by, told many at once: whom a survey asked, whom it spared, and what was answered."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from django.db import transaction

from heedful.customers import touchpoints
from heedful.customers.touchpoints import TouchpointDraft
from heedful.kit.actor import By
from heedful.ledger import events
from heedful.listen import answers, invitations
from heedful.listen.models import Invitation, Survey


@dataclass(frozen=True, slots=True)
class InvitationsBackfilled:
    """Asks of the past were written down, from one number to another."""

    first: int
    last: int
    count: int


@dataclass(frozen=True, slots=True, kw_only=True)
class PastInvitation:
    """One survey of one customer: when it was asked, and what was answered, or the reason why it was not asked."""

    survey: Survey
    customer: int
    at: datetime
    stage: str = ""
    reason: str = ""
    case: int | None = None
    brand: int | None = None
    answered_at: datetime | None = None
    answers: Mapping[str, int | float | str] = field(default_factory=dict)


@transaction.atomic
def create(*, history: Sequence[PastInvitation], by: By, at: datetime) -> list[Invitation]:
    """Write down asks as they were; what was answered comes into the log, each at its own time.

    An ask whose time has not come is planned, and asked by the rules of today when it has. Nothing else follows by
    itself: whoever tells of the past reads what was answered, and judges the promises.
    """
    if not history:
        return []
    rows = Invitation.objects.bulk_create([_row(past, at) for past in history], batch_size=1_000)
    drafts = [draft for row in rows if row.answers for draft in _drafts(row)]
    if drafts:
        touchpoints.record(drafts=drafts, source=answers.SOURCE, by=by, at=at, react=False)
    invitations.enqueue([row for row in rows if row.state == Invitation.State.PLANNED])
    events.record(InvitationsBackfilled(rows[0].pk, rows[-1].pk, len(rows)), by=by, at=at)
    return rows


def _row(past: PastInvitation, at: datetime) -> Invitation:
    state = Invitation.State.PLANNED if past.at > at else Invitation.State.ASKED
    if past.reason:
        state = Invitation.State.NOT_ASKED
    elif past.answered_at is not None:
        state = Invitation.State.ANSWERED
    row = Invitation(
        survey=past.survey,
        customer_id=past.customer,
        case_id=past.case,
        stage_slug=past.stage,
        brand_id=past.survey.brand_id or past.brand,
        state=state,
        reason=past.reason,
        answers=_answers(past),
        token=invitations.new_token(),
        created_at=min(past.at, at),
        ask_at=past.at,
        asked_at=past.at if state in (Invitation.State.ASKED, Invitation.State.ANSWERED) else None,
        answered_at=past.answered_at,
        submitted_at=past.answered_at,
    )
    row.is_complete = state == Invitation.State.ANSWERED and row.answers_all()
    return row


def _answers(past: PastInvitation) -> dict[str, Any]:
    if past.answered_at is None:
        return {}
    return {
        question: answers.record_of(past.survey, question, value, at=past.answered_at)
        for question, value in past.answers.items()
    }


def _drafts(row: Invitation) -> list[TouchpointDraft]:
    assert row.answered_at is not None
    return [answers.draft_of(row, question, row.answered_at) for question in row.answers]
