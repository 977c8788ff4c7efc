"""Asks of years gone by, told many at once: whom a survey asked, whom it spared, and what was answered."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from django.db import transaction

from heedful.customers import touchpoints
from heedful.customers.touchpoints import Draft
from heedful.kit.actor import By
from heedful.ledger import events
from heedful.listen import answers, asks
from heedful.listen.models import Ask, Survey


@dataclass(frozen=True, slots=True)
class PastAsksKept:
    """Asks of the past were written down, from one number to another."""

    first: int
    last: int
    count: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Past:
    """One survey of one customer: when it was asked, and what was answered, or the reason why it was not asked."""

    survey: Survey
    customer: int
    at: datetime
    stage: str = ""
    reason: str = ""
    case: int | None = None
    answered_at: datetime | None = None
    answers: Mapping[str, int | str] = field(default_factory=dict)


@transaction.atomic
def keep(*, told: Sequence[Past], by: By, at: datetime) -> list[Ask]:
    """Write down asks as they were; what was answered comes into the log, each at its own time.

    An ask whose time has not come is planned, and asked by the rules of today when it has.
    """
    if not told:
        return []
    rows = Ask.objects.bulk_create([_row(past, at) for past in told], batch_size=1_000)
    drafts = [draft for row in rows if row.answers for draft in _drafts(row)]
    if drafts:
        touchpoints.record(drafts=drafts, source=answers.SOURCE, by=by, at=at)
    asks.enqueue([row for row in rows if row.state == Ask.State.PLANNED])
    events.record(PastAsksKept(rows[0].pk, rows[-1].pk, len(rows)), by=by, at=at)
    return rows


def _row(past: Past, at: datetime) -> Ask:
    state = Ask.State.PLANNED if past.at > at else Ask.State.ASKED
    if past.reason:
        state = Ask.State.NOT_ASKED
    elif past.answered_at is not None:
        state = Ask.State.ANSWERED
    row = Ask(
        survey=past.survey,
        customer_id=past.customer,
        case_id=past.case,
        stage_slug=past.stage,
        state=state,
        reason=past.reason,
        answers=_answers(past),
        token=asks.new_token(),
        created_at=min(past.at, at),
        ask_at=past.at,
        asked_at=past.at if state in (Ask.State.ASKED, Ask.State.ANSWERED) else None,
        opened_at=past.answered_at,
        answered_at=past.answered_at,
        submitted_at=past.answered_at,
    )
    row.is_complete = state == Ask.State.ANSWERED and row.answers_all()
    return row


def _answers(past: Past) -> dict[str, Any]:
    if past.answered_at is None:
        return {}
    when = past.answered_at.isoformat()
    return {question: {"value": value, "revision": 1, "at": when} for question, value in past.answers.items()}


def _drafts(row: Ask) -> list[Draft]:
    assert row.answered_at is not None
    return [answers.draft_of(row, question, row.answered_at) for question in row.answers]
