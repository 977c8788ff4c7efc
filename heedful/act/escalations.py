"""Who leads the team is written to when a case is about to be late, once a case."""

from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

from django.conf import settings
from django.db.models import QuerySet

from heedful.act.models import Case
from heedful.associates import company
from heedful.associates.models import Associate, Role
from heedful.courier import mails
from heedful.courier.models import Mail
from heedful.kit.actor import By
from heedful.ledger.references import Reference


def write_to_the_leads(*, case: Case, by: By, at: datetime) -> list[Mail]:
    """Write to those who lead the team and want to hear of it; to each once a case, however often it is asked."""
    return [
        mails.send(
            to=lead.email,
            to_name=lead.name,
            subject=f"{case.who.label} has nearly waited too long"[:250],
            text=_text(case, lead, at),
            purpose="escalation",
            reference=Reference("escalation", case.pk, str(lead.pk)),
            by=by,
            at=at,
        )
        for lead in leads_of(case).filter(hears_escalations=True)
    ]


def leads_of(case: Case) -> QuerySet[Associate]:
    """Who leads the team of a case; where it has no lead, everybody who leads one."""
    leads = Associate.objects.filter(role=Role.LEAD, is_active=True).order_by("pk")
    of_team = leads.filter(team=case.team_id) if case.team_id else leads.none()
    return of_team if of_team.exists() else leads


def _text(case: Case, lead: Associate, at: datetime) -> str:
    whose = f"{case.owner.name} has the case" if case.owner else "Nobody has claimed it yet"
    return (
        f"Hello {lead.get_short_name()},\n\n"
        f"{case.who.label} waits to hear from us about this: {case.title}\n\n"
        f"{_due(case.due_at, at)}. {whose}.\n\n"
        f"{settings.PUBLIC_URL}/cases/{case.pk}\n\n"
        "You lead the team, so we wrote to you, once for this case. Whether we do you choose here:\n"
        f"{settings.PUBLIC_URL}/setup/account\n"
    )


def _due(due_at: datetime, at: datetime) -> str:
    """Until when there is time, in the company's own."""
    found = company.find()
    when = f"{due_at.astimezone(ZoneInfo(found.time_zone if found else 'UTC')):%a %d %b, %H:%M}"
    minutes = int((due_at - at) / timedelta(minutes=1))
    if minutes < 0:
        return f"It was due {when}"
    left = f"{minutes} min" if minutes < 120 else f"{minutes // 60} h"
    return f"It is due {when}, in {left}"
