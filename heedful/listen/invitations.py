"""Asks: whom a survey asks, when, and whom it spares and why."""

import base64
import hashlib
import secrets
from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from django.db import transaction
from django.utils import timezone
from django.utils.crypto import salted_hmac

from heedful.associates import associates, company
from heedful.associates.models import Associate
from heedful.courier import mails
from heedful.customers import consents
from heedful.customers.models import Customer, Touchpoint
from heedful.customers.touchpoints import TouchpointsRecorded
from heedful.kit import live
from heedful.kit.actor import SYSTEM, By
from heedful.kit.errors import Refused
from heedful.ledger import events, jobs
from heedful.ledger.models import Entry
from heedful.ledger.references import Reference
from heedful.listen import invitation_mail, surveys
from heedful.listen.models import Invitation, Survey

FRESH_FOR = timedelta(days=7)
"""A moment that is longer ago is history: nobody is asked about it."""

REASONS = {
    "share": "Not in the share that is asked",
    "no_address": "No e-mail address",
    "refused": "Does not want to be asked",
    "budget": "Was asked enough lately, over all surveys",
    "survey_budget": "Was asked enough lately by this survey",
    "paused": "The survey was paused or had ended",
    "late": "The moment was too long ago",
}
PURPOSES = ("survey", "email")
"""What a customer may have refused that keeps a survey away."""


@dataclass(frozen=True, slots=True)
class CustomerInvited:
    """A customer was asked."""

    invitation: int
    survey: int
    customer: int


@dataclass(frozen=True, slots=True)
class InvitationSuppressed:
    """A customer was not asked, and why."""

    invitation: int
    survey: int
    customer: int
    reason: str


def plan_for(recorded: Sequence[TouchpointsRecorded], *, entries: Sequence[Entry]) -> None:
    """Plan to ask the customers whose touchpoints are the moments that surveys wait for."""
    if Survey.objects.running().exclude(moment_kind="").exists():
        for event, entry in zip(recorded, entries, strict=True):
            plan(event=event, at=entry.at)


@transaction.atomic
def plan(*, event: TouchpointsRecorded, at: datetime) -> list[Invitation]:
    """Plan an ask for each fresh moment of a batch and each survey that waits for it; twice is the same as once."""
    waiting = list(Survey.objects.running().exclude(moment_kind=""))
    moments = _moments(event, {survey.moment_kind for survey in waiting}, at)
    planned = [
        _planned(survey, moment, at) for moment in moments for survey in waiting if survey.moment_kind == moment.kind
    ]
    Invitation.objects.bulk_create(planned, ignore_conflicts=True, batch_size=1_000)
    rows = Invitation.objects.filter(
        moment_id__in=[moment.pk for moment in moments], survey__in=waiting, state=Invitation.State.PLANNED
    )
    enqueue(invitations := list(rows))
    return invitations


@transaction.atomic
def invite(
    *,
    survey: Survey,
    customer: Customer,
    case_id: int | None = None,
    stage: str = "",
    brand: int | None = None,
    by: By,
    at: datetime,
) -> Invitation:
    """Ask one customer now, within the budget; a survey of no brand asks for that of what it is about."""
    invitation = Invitation.objects.create(
        survey=survey,
        customer=customer,
        case_id=case_id,
        stage_slug=stage,
        brand_id=survey.brand_id or brand,
        state=Invitation.State.PLANNED,
        token=new_token(),
        created_at=at,
        ask_at=at,
    )
    return consider(invitation=invitation, by=by, at=at)


@transaction.atomic
def invite_associate(*, survey: Survey, associate: Associate, by: By, at: datetime) -> Invitation:
    """Let one of our own people answer, by a link of their own; neither budgets nor consents of customers apply."""
    associates.must(by, "survey.edit")
    if survey.ended_at is not None or survey.is_paused:
        raise Refused("This survey is paused or has ended.")
    if survey.moment_kind or survey.is_service:
        raise Refused("This survey asks customers. Make one for your own people.")
    return Invitation.objects.create(
        survey=survey,
        associate=associate,
        brand_id=survey.brand_id,
        state=Invitation.State.ASKED,
        channel="associate",
        token=new_token(),
        created_at=at,
        ask_at=at,
        asked_at=at,
    )


@transaction.atomic
def invite_after_case(
    *, customer: Customer, case_id: int, brand: int | None = None, by: By, at: datetime
) -> Invitation:
    """Ask whether what was done in a case helped, within the budget, once for each time `at` that it was closed."""
    survey = surveys.helped(by=SYSTEM, at=at)
    _locked_person(customer.pk)
    row = Invitation.objects.filter(survey=survey, case_id=case_id, created_at__gte=at).first()
    return row or invite(survey=survey, customer=customer, case_id=case_id, brand=brand, by=by, at=at)


def send_due(*, invitation: int) -> None:
    """Ask, now that its time has come; runs in the worker."""
    row = Invitation.objects.filter(pk=invitation).first()
    if row is not None:
        consider(invitation=row, by=SYSTEM, at=timezone.now())


@transaction.atomic
def consider(*, invitation: Invitation, by: By, at: datetime) -> Invitation:
    """Ask if nothing speaks against it now, else keep the reason; what was decided once stays."""
    row = Invitation.objects.select_for_update(of=["self"], no_key=True).select_related("survey").get(pk=invitation.pk)
    if row.state != Invitation.State.PLANNED or row.customer_id is None:
        return row
    # Whoever asks this person holds the person's row, so that two surveys at once cannot both be the last allowed.
    person = _locked_person(row.customer_id)
    reason = _why_not(row, person, at)
    if reason is None:
        row.state, row.asked_at = Invitation.State.ASKED, at
        row.save(update_fields=["state", "asked_at"])
        reason = _write(row, person, by=by, at=at)
    if reason is None:
        events.record(CustomerInvited(row.pk, row.survey_id, row.customer_id), by=by, at=at)
    else:
        row.state, row.asked_at, row.reason = Invitation.State.NOT_ASKED, None, reason
        row.save(update_fields=["state", "asked_at", "reason"])
        events.record(InvitationSuppressed(row.pk, row.survey_id, row.customer_id, reason), by=by, at=at)
    live.publish("surveys", row.survey_id)
    return row


def token_of(survey: Survey, form_token: str) -> str:
    """Return the word for a link that one form of a survey's public page leads to, which nobody else can work out."""
    digest = salted_hmac("survey form", f"{survey.public_token} {form_token}", algorithm="sha256").digest()
    return base64.urlsafe_b64encode(digest[:24]).decode()


def new_token() -> str:
    """Return a word that nobody can guess: 192 random bits."""
    return secrets.token_urlsafe(24)


def is_in_sample(survey: Survey, moment: Touchpoint) -> bool:
    """Draw whether a moment is in a survey's share; the same moment draws the same lot each time."""
    lot = hashlib.blake2b(f"{survey.pk}:{moment.message}".encode(), digest_size=8).digest()
    return int.from_bytes(lot) < survey.share * 2**64


def _moments(event: TouchpointsRecorded, kinds: set[str], at: datetime) -> list[Touchpoint]:
    if not kinds or event.latest < at - FRESH_FOR:
        return []
    rows = Touchpoint.objects.filter(
        batch=event.batch,
        id__range=(event.first_id, event.last_id),
        happened_at__range=(max(event.earliest, at - FRESH_FOR), event.latest),
        kind__in=kinds,
    )
    return list(rows)


def _planned(survey: Survey, moment: Touchpoint, at: datetime) -> Invitation:
    ask_at = max(at, moment.happened_at + timedelta(seconds=survey.delay_s))
    chosen = is_in_sample(survey, moment)
    return Invitation(
        survey=survey,
        customer_id=moment.customer_id,
        moment_id=moment.pk,
        stage_slug=moment.stage_slug,
        brand_id=survey.brand_id or moment.brand_id,
        channel=moment.channel or "email",
        state=Invitation.State.PLANNED if chosen else Invitation.State.NOT_ASKED,
        reason="" if chosen else "share",
        token=new_token(),
        created_at=at,
        ask_at=ask_at,
    )


def enqueue(invitations: Sequence[Invitation]) -> None:
    """Have planned asks considered when their time comes."""
    name = jobs.dotted(send_due)
    jobs.enqueue_all(
        [jobs.Task(name, {"invitation": invitation.pk}, at=invitation.ask_at) for invitation in invitations]
    )


def person_of(record: int) -> int:
    """Return the person that a record belongs to."""
    return Customer.objects.values_list("person_id", flat=True).get(pk=record) or record


def _locked_person(record: int) -> Customer:
    """Return the person that a record belongs to, locked; looked up again if it was joined to another meanwhile."""
    while True:
        person = person_of(record)
        row = Customer.objects.select_for_update(no_key=True).get(pk=person)
        if person_of(record) == person:
            return row


def _why_not(invitation: Invitation, person: Customer, at: datetime) -> str | None:
    survey = invitation.survey
    if survey.ended_at is not None or survey.is_paused:
        return "paused"
    if at > invitation.ask_at + FRESH_FOR:
        return "late"
    if not person.email:
        return "no_address"
    consent_of = consents.standing(person=person.pk)
    if not all(consent_of.get(purpose, True) for purpose in PURPOSES):
        return "refused"
    return _over_budget(survey, person, at)


def _over_budget(survey: Survey, person: Customer, at: datetime) -> str | None:
    rows = Invitation.objects.filter(
        customer__person=person.pk, state__in=[Invitation.State.ASKED, Invitation.State.ANSWERED]
    )
    overall = surveys.budget()
    if rows.filter(survey=survey, asked_at__gt=company.days_before(at, survey.days)).count() >= survey.times:
        return "survey_budget"
    if rows.filter(asked_at__gt=company.days_before(at, overall.days)).count() >= overall.times:
        return "budget"
    return None


def _write(ask: Invitation, person: Customer, *, by: By, at: datetime) -> str | None:
    """Write the mail; returns the reason when the address is none."""
    invitation = invitation_mail.compose(invitation=ask, person=person)
    try:
        mails.send(
            to=person.email,
            to_name=person.name,
            subject=invitation.subject,
            text=invitation.text,
            html=invitation.html,
            purpose="survey",
            reference=Reference("invitation", ask.pk),
            headers=invitation.headers,
            by=by,
            at=at,
        )
    except Refused:
        return "no_address"
    return None


@transaction.atomic
def take_back(*, customers: Collection[int], moments: Collection[int]) -> None:
    """Forget who would have been asked at these moments, and who was not; whoever was asked was."""
    unasked = Invitation.objects.filter(state__in=[Invitation.State.PLANNED, Invitation.State.NOT_ASKED])
    unasked.filter(customer__in=customers, moment_id__in=moments).delete()
