"""Who has a case: the only place where a case gets or loses an owner, by the one rule in `refusal`."""

from datetime import datetime

from django.db import transaction
from django.db.models import Q

from heedful.act.cases import notes, opening
from heedful.act.cases.events import CaseClaimed, CaseGivenBack, CaseHandedOver, CaseReleased
from heedful.act.cases.rows import lock_for
from heedful.act.models import Case
from heedful.associates import associates
from heedful.associates.models import Associate, Team
from heedful.customers.models import Feedback
from heedful.kit.actor import SYSTEM, By
from heedful.kit.errors import Refused
from heedful.ledger import events


def refusal(case: Case, *, to: Associate | None, by: By) -> Refused | None:
    """The rule: why a case cannot go to somebody, or to nobody, by this hand; nothing where it can.

    Who has a case loses it by their own hand or by a lead's. What is with the lead goes to who leads, and to whom a
    lead gives it. A program that may hand cases over does it as a lead would.
    """
    if by.kind != "associate" or associates.may(by, "case.lead"):
        return None
    owner = case.owner
    if owner is not None and str(owner.pk) != by.id:
        sentence = f"{owner.name} has this case. Only they, or a lead, can give it back or hand it over."
        return Refused(sentence, code="not_yours")
    if case.with_lead and to is not None and not associates.may(to, "case.lead"):
        whom = "you" if str(to.pk) == by.id else to.name
        return Refused(f"This case is with the lead, who can hand it over to {whom}.", code="with_lead")
    return None


@transaction.atomic
def claim(*, case: Case, by: By, at: datetime) -> Case:
    """Say: this is mine. Of two who say it at once the first has it, and the other reads who."""
    row = lock_for(case, "case.work", by=by)
    me = associate_of(by)
    if row.owner_id == me.pk:
        raise Refused("This case is yours already.", code="already_yours")
    if row.owner is not None:
        raise Refused(f"{row.owner.name} has claimed this case already.", code="already_claimed")
    _check(row, to=me, by=by)
    _claim(row, me, by=by, at=at)
    opening.publish(row)
    return row


@transaction.atomic
def take(*, feedback: Feedback, by: By, at: datetime) -> Case:
    """Take a case from what a customer said, whatever the rules make of it: it is the taker's own.

    Where it is a second failure by what is taken, it is opened all the same and left to the lead.
    """
    associates.must(by, "case.work")
    me, trouble = associate_of(by), opening.trouble_from(feedback)
    if before := opening.case_for(trouble, opening.hold_matter(trouble.customer, trouble.brand)):
        _check_taking(before, me, by=by)
    case = opening.open_for_trouble(trouble=trouble, by=by, at=at)
    claim_free(case, by=by, at=at)
    return case


@transaction.atomic
def give_back(*, case: Case, by: By, at: datetime) -> Case:
    """Say: this is no longer mine. It waits in the team's queue again, and its clock goes on as it did."""
    row = lock_for(case, "case.work", by=by)
    associate_of(by)
    if (owner := row.owner) is None:
        raise Refused("Nobody has claimed this case.", code="not_claimed")
    _check(row, to=None, by=by)
    assign(row, None)
    row.team = row.team or owner.team
    row.save(update_fields=["owner", "team", "claimed_at"])
    events.record(CaseGivenBack(row.pk, owner.pk, row.team_id), by=by, at=at)
    opening.publish(row)
    return row


@transaction.atomic
def hand_over(
    *, case: Case, to: Associate | None = None, team: Team | None = None, reason: str = "", by: By, at: datetime
) -> Case:
    """Give the case to a colleague, or to a team where nobody has it yet."""
    row = lock_for(case, "case.assign", by=by)
    _check_receiver(row, to, team)
    _check(row, to=to, by=by)
    assign(row, to, at=at)
    row.team = team or (to.team if to else None) or row.team
    row.save(update_fields=["owner", "team", "claimed_at"])
    if reason := notes.text_of(reason):
        notes.write_down(row, reason, by=by, at=at)
    events.record(CaseHandedOver(row.pk, row.owner_id, row.team_id, reason), by=by, at=at)
    opening.publish(row)
    return row


@transaction.atomic
def release_each(*, owner: Associate, by: By, at: datetime) -> int:
    """Give the open cases that somebody can no longer work back to their teams; returns how many there were.

    Of who no longer works here these are all, of who is limited to some brands those of the others.
    """
    rows = Case.objects.open().filter(owner=owner)
    if owner.is_active:
        rows = rows.exclude(brand__in=owner.brands) if owner.brands else rows.none()
    held = list(rows.select_for_update(of=["self"]).order_by("pk"))
    for row in held:
        release(row, by=by, at=at)
        row.save(update_fields=["owner", "team", "claimed_at"])
        opening.publish(row)
    return len(held)


def release_abandoned(*, at: datetime) -> None:
    """Give back what is left with people who can no longer work it, such as what was claimed as they went."""
    gone = Q(is_active=False) | ~Q(brands=[])
    for owner in Associate.objects.filter(gone, pk__in=Case.objects.open().values("owner")):
        release_each(owner=owner, by=SYSTEM, at=at)


def release(row: Case, *, by: By, at: datetime) -> None:
    """Take a case from an owner who no longer works here, or does not see its brand; the caller saves it."""
    if (owner := row.owner) is not None and not (owner.is_active and owner.may_see(row.brand_id)):
        assign(row, None)
        row.team = row.team or owner.team
        events.record(CaseReleased(row.pk, owner.pk, row.team_id), by=by, at=at)


def claim_free(row: Case, *, by: By, at: datetime) -> None:
    """Make a case that nobody has theirs who began to work on it, where the rule lets them have it."""
    if row.owner_id is None and by.kind == "associate":
        me = associate_of(by)
        if refusal(row, to=me, by=by) is None:
            _claim(row, me, by=by, at=at)


def leave_to_lead(row: Case) -> None:
    """Take a case that is with the lead from an owner who does not lead; the caller saves it."""
    if row.with_lead and row.owner is not None and not associates.may(row.owner, "case.lead"):
        assign(row, None)


def assign(row: Case, to: Associate | None, *, at: datetime | None = None) -> None:
    """Say on a row who has the case, and since when; the caller has asked the rule, and saves it."""
    row.owner, row.claimed_at = to, at if to is not None else None


def associate_of(by: By) -> Associate:
    """Who it is that does this; a case is worked by a person, not by a program."""
    if by.kind != "associate":
        raise Refused("Only an associate can have a case.", code="no_associate")
    return Associate.objects.get(pk=by.id)


def _claim(row: Case, me: Associate, *, by: By, at: datetime) -> None:
    assign(row, me, at=at)
    row.team = row.team or me.team
    row.save(update_fields=["owner", "team", "claimed_at"])
    events.record(CaseClaimed(row.pk, me.pk), by=by, at=at)


def _check(row: Case, *, to: Associate | None, by: By) -> None:
    if no := refusal(row, to=to, by=by):
        raise no


def _check_taking(row: Case, me: Associate, *, by: By) -> None:
    if not row.is_open:
        raise Refused(f"There was a case for this already, number {row.pk}. Reopen it to go on.", code="closed")
    if row.owner_id not in (None, me.pk):
        raise Refused(f"{row.owner} has a case for this customer already, number {row.pk}.", code="already_claimed")
    if row.owner_id is None:
        _check(row, to=me, by=by)


def _check_receiver(row: Case, to: Associate | None, team: Team | None) -> None:
    if to is None and team is None:
        raise Refused("Choose a colleague or a team.")
    if to is not None and not to.is_active:
        raise Refused(f"{to.name} no longer works here.")
    if to is not None and not to.may_see(row.brand_id):
        raise Refused(f"{to.name} sees other brands than this case is of.", code="other_brand")
    if to is not None and to.pk == row.owner_id:
        raise Refused(f"{to.name} has this case already.")
