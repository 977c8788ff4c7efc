"""Who leads the team is written to when cases are about to be late: once a case, and of many in one mail."""

from collections.abc import Sequence
from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

from django.conf import settings
from django.db.models import QuerySet

from heedful.act.models import Case
from heedful.associates import company
from heedful.associates.models import Associate, Role, seers
from heedful.courier import digests
from heedful.courier.digests import Digest, Letter
from heedful.ledger.references import Reference

PURPOSE = "escalation"


def write_to_the_leads(*, case: Case, at: datetime) -> None:
    """Write to those who lead the team and want to hear of it; to each once a case, however often it is asked."""
    for lead in leads_of(case).filter(hears_escalations=True):
        digests.notify(associate=lead, purpose=PURPOSE, reference=Reference(PURPOSE, case.pk), at=at)


def leads_of(case: Case) -> QuerySet[Associate]:
    """Who leads the team of a case and sees its brand; where nobody does, everybody who leads one and sees it."""
    leads = Associate.objects.filter(seers(case.brand_id), role=Role.LEAD, is_active=True).order_by("pk")
    of_team = leads.filter(team=case.team_id) if case.team_id else leads.none()
    return of_team if of_team.exists() else leads


def _compose(lead: Associate, references: Sequence[Reference], at: datetime) -> Letter | None:
    """One mail about those whose customers still wait; who no longer leads leaves them to those who do."""
    numbers = [reference.number for reference in references]
    rows = Case.objects.select_related("customer__person", "owner", "team").filter(pk__in=numbers)
    waiting = sorted((case for case in rows if case.is_waiting), key=lambda case: numbers.index(case.pk))
    if not (lead.is_active and lead.role == Role.LEAD):
        for case in waiting:
            write_to_the_leads(case=case, at=at)
        return None
    for case in waiting:
        if not lead.may_see(case.brand_id):
            write_to_the_leads(case=case, at=at)
    waiting = [case for case in waiting if lead.may_see(case.brand_id)]
    if not waiting or not lead.hears_escalations:
        return None
    subject = f"{waiting[0].who.label} has" if len(waiting) == 1 else f"{len(waiting)} customers have"
    return Letter(f"{subject} nearly waited too long", _text(waiting, lead, at))


DIGEST = Digest(PURPOSE, _compose)


def _text(cases: Sequence[Case], lead: Associate, at: datetime) -> str:
    counted = f"These {len(cases)} customers have nearly waited too long.\n\n" if len(cases) > 1 else ""
    why = "once for this case" if len(cases) == 1 else "once for each case"
    return (
        f"Hello {lead.get_short_name()},\n\n{counted}"
        f"{''.join(_about(case, at) for case in cases)}"
        f"You lead the team, so we wrote to you, {why}. Whether we do you choose here:\n"
        f"{settings.PUBLIC_URL}/setup/account\n"
    )


def _about(case: Case, at: datetime) -> str:
    whose = f"{case.owner.name} has the case" if case.owner else "Nobody has claimed it yet"
    return (
        f"{case.who.label} waits to hear from us about this: {case.title}\n\n"
        f"{_due(case.due_at, at)}. {whose}.\n\n"
        f"{settings.PUBLIC_URL}/cases/{case.pk}\n\n"
    )


def _due(due_at: datetime, at: datetime) -> str:
    """Until when there is time, in the company's own."""
    row = company.find()
    when = f"{due_at.astimezone(ZoneInfo(row.time_zone if row else 'UTC')):%a %d %b, %H:%M}"
    minutes = int((due_at - at) / timedelta(minutes=1))
    if minutes < 0:
        return f"It was due {when}"
    left = f"{minutes} min" if minutes < 120 else f"{minutes // 60} h"
    return f"It is due {when}, in {left}"
