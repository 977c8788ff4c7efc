"""Cases of years gone by, told many at once: what was heard, who worked them, and how they ended."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime
from decimal import Decimal

from django.db import transaction

from heedful.act import case_policy, clock
from heedful.act.cases import clocks, correspondence, opening, ownership
from heedful.act.cases.rows import lock_for
from heedful.act.models import Case, CaseThread, CaseTrouble, Note
from heedful.associates.models import Associate, Team
from heedful.customers import touchpoints, worth
from heedful.customers.models import Customer
from heedful.customers.touchpoints import TouchpointDraft
from heedful.kit.actor import By
from heedful.ledger import events
from heedful.listen.channels import email
from heedful.listen.conversations import backfill as conversations
from heedful.listen.conversations.backfill import MessageDraft, ThreadDraft
from heedful.understand.detection import Trouble


@dataclass(frozen=True, slots=True)
class CasesBackfilled:
    """Cases of the past were written down, from one number to another."""

    first: int
    last: int
    count: int


@dataclass(frozen=True, slots=True, kw_only=True)
class PastNote:
    """Something that was written down on a case."""

    text: str
    at: datetime
    author: Associate | None = None
    kind: str = Note.Kind.NOTE


@dataclass(slots=True, kw_only=True)
class PastCase:
    """One case as it went; times that have not come are left empty. `signs` are in the order in which they were heard.

    A case that was closed and opened again has `reopened_at`, and what follows is of the second time.
    """

    troubles: Sequence[Trouble]
    opened_at: datetime
    team: Team | None = None
    owner: Associate | None = None
    is_repeat: bool = False
    first_act_at: datetime | None = None
    reopened_at: datetime | None = None
    answered_at: datetime | None = None
    closed_at: datetime | None = None
    outcome: str = ""
    cause: str = ""
    helped: bool | None = None
    helped_at: datetime | None = None
    notes: list[PastNote] = field(default_factory=list)
    messages: list[MessageDraft] = field(default_factory=list)
    """What was said with the customer by e-mail."""


@transaction.atomic
def add_message(*, case: Case, draft: MessageDraft, by: By, at: datetime) -> None:
    """Write down on a case what was written to its customer and left by other ways than ours: its clock stopped."""
    row = lock_for(case, "case.work", by=by)
    thread = correspondence.thread_for(row, channel=email.CHANNEL.name, subject=draft.subject, at=at)
    conversations.add(thread=thread, draft=draft, source=clocks.SOURCE)
    clocks.stop_for_what_left(row, by=by)
    ownership.claim_free(row, by=by, at=at)
    opening.publish(row)


@transaction.atomic
def create(*, history: Sequence[PastCase], by: By, at: datetime) -> list[Case]:
    """Write down cases as they were, with clocks by the promise of today; open ones go on from here.

    Nothing else follows by itself: whoever tells of the past judges the promises.
    """
    if not history:
        return []
    ways, values = case_policy.find(), _values({past.troubles[0].customer for past in history})
    line = case_policy.high_value(ways)
    starts = clock.starter(ways)
    rows = [_row(past, starts, line, values, at) for past in history]
    rows = Case.objects.bulk_create(rows, batch_size=1_000)
    pairs = list(zip(rows, history, strict=True))
    CaseTrouble.objects.bulk_create(
        [_trouble(row, trouble, past) for row, past in pairs for trouble in past.troubles], batch_size=1_000
    )
    Note.objects.bulk_create([_note(row, note) for row, past in pairs for note in past.notes], batch_size=1_000)
    _add_threads([(row, past.messages) for row, past in pairs if past.messages])
    drafts = [draft for row, past in pairs for draft in _log(row, past)]
    touchpoints.record(drafts=drafts, source=clocks.SOURCE, by=by, at=at, react=False)
    for row in rows:
        if row.is_waiting and row.escalated_at is None:
            clocks.call_a_lead_in_time(row)
    events.record(CasesBackfilled(rows[0].pk, rows[-1].pk, len(rows)), by=by, at=at)
    return rows


def _values(customers: set[int]) -> dict[int, Decimal | None]:
    rows = Customer.objects.filter(pk__in=customers).values_list("pk", "person_id")
    person_of = {customer: person for customer, person in rows if person is not None}
    worth_of = worth.of_people(set(person_of.values()))
    return {customer: worth_of.get(person) for customer, person in person_of.items()}


def _row(
    past: PastCase, starts: clock.Starter, line: Decimal | None, values: dict[int, Decimal | None], at: datetime
) -> Case:
    began, with_lead = past.reopened_at or past.opened_at, past.is_repeat or past.reopened_at is not None
    started = starts(is_short=with_lead, at=began)
    row = opening.new_case(past.troubles, started=started, team=past.team, is_repeat=past.is_repeat, at=past.opened_at)
    row.with_lead, row.reopened = with_lead, int(past.reopened_at is not None)
    ownership.assign(row, past.owner, at=began)
    row.first_act_at, row.answered_at = past.first_act_at or past.answered_at, past.answered_at
    row.clock_number, row.clock_started_at = row.reopened, past.reopened_at
    if past.reopened_at is not None:
        row.first_due_at = starts(is_short=past.is_repeat, at=past.opened_at).due_at
    _hear_again(row, past, starts)
    if past.closed_at is not None:
        row.closed_at, row.outcome, row.cause = past.closed_at, past.outcome, past.cause
    row.helped, row.helped_at = past.helped, past.helped_at
    if row.escalate_at < (row.answered_at or at):
        row.escalated_at = row.escalate_at
    row.priority = opening.weigh(row, value=values.get(row.customer_id), high_value=line, began=row.waits_since, at=at)
    return row


def _hear_again(row: Case, past: PastCase, starts: clock.Starter) -> None:
    """A case of which more was heard after it was answered waits again, if it is still open."""
    if past.answered_at is None or past.closed_at is not None:
        return
    later = [one.happened_at for one in past.troubles if one.is_failure and one.happened_at > past.answered_at]
    if later:
        started = starts(is_short=row.with_lead, at=min(later))
        row.first_due_at = row.first_due_at or row.due_at
        row.escalate_at, row.due_at = started.escalate_at, started.due_at
        row.clock_number, row.clock_started_at = row.clock_number + 1, min(later)
        row.answered_at, row.is_heard_again = None, True


def _trouble(row: Case, trouble: Trouble, past: PastCase) -> CaseTrouble:
    return opening.case_trouble(row, trouble, at=max(past.opened_at, trouble.happened_at))


def _note(row: Case, note: PastNote) -> Note:
    return Note(case=row, kind=note.kind, text=note.text, author=note.author, at=note.at)


def _add_threads(pairs: Sequence[tuple[Case, Sequence[MessageDraft]]]) -> None:
    """One thread a case, on which all was said."""
    channel = email.CHANNEL.name
    drafts = [
        ThreadDraft(customer=row.customer_id, channel=channel, messages=messages, brand=row.brand_id)
        for row, messages in pairs
    ]
    threads = conversations.create(drafts=drafts, source=clocks.SOURCE)
    links = [CaseThread(case=row, thread=thread) for (row, _), thread in zip(pairs, threads, strict=True)]
    CaseThread.objects.bulk_create(links, batch_size=1_000)


def _log(row: Case, past: PastCase) -> list[TouchpointDraft]:
    """The clock in the customer's own log: each start, and each answer that stopped it."""
    clock_1, clock_2 = str(row.pk), f"{row.pk}.1"
    drafts = [clocks.draft(row, clock.OPENED, clock_1, at=past.opened_at)]
    if row.first_act_at is not None:
        drafts.append(clocks.draft(row, clock.ANSWERED, clock_1, at=row.first_act_at))
    if past.reopened_at is not None:
        drafts.append(clocks.draft(row, clock.OPENED, clock_2, at=past.reopened_at))
        if past.answered_at is not None:
            drafts.append(clocks.draft(row, clock.ANSWERED, clock_2, at=past.answered_at))
    if row.is_heard_again:
        drafts.append(clocks.draft(row, clock.OPENED, row.clock, at=row.waits_since))
    return drafts
