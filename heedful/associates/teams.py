"""Teams: people who share a queue of cases."""

from dataclasses import dataclass
from datetime import datetime

from django.db import transaction

from heedful.associates import associates
from heedful.associates.models import Team
from heedful.kit import locks, names
from heedful.kit.actor import By
from heedful.kit.errors import Refused
from heedful.ledger import events


@dataclass(frozen=True, slots=True)
class TeamAdded:
    """There is a new team."""

    team: int
    name: str


@dataclass(frozen=True, slots=True)
class TeamChanged:
    """A team is called differently, or new cases go to it from now on."""

    team: int
    name: str
    is_default: bool


@transaction.atomic
def add(*, name: str, is_default: bool = False, by: By, at: datetime) -> Team:
    """Make a team; the first one gets the cases that no rule sends elsewhere."""
    associates.must(by, "team.edit")
    team = Team(name=_free_name(name), created_at=at)
    is_default = is_default or not Team.objects.filter(is_default=True).exists()
    team.save()
    _make_default(team, is_default)
    events.record(TeamAdded(team.pk, team.name), by=by, at=at)
    return team


@transaction.atomic
def edit(*, team: Team, name: str, is_default: bool, by: By, at: datetime) -> None:
    """Rename a team, or send the cases to it that no rule sends elsewhere."""
    associates.must(by, "team.edit")
    if team.is_default and not is_default:
        raise Refused("One team must get the cases that no rule sends elsewhere. Choose another one there instead.")
    team.name = _free_name(name, besides=team)
    team.save(update_fields=["name"])
    _make_default(team, is_default)
    events.record(TeamChanged(team.pk, team.name, is_default), by=by, at=at)


def _make_default(team: Team, is_default: bool) -> None:
    if is_default:
        Team.objects.exclude(pk=team.pk).update(is_default=False)
        Team.objects.filter(pk=team.pk).update(is_default=True)
        team.is_default = True


def _free_name(name: str, besides: Team | None = None) -> str:
    if not (stripped := names.one_line(name, most=120)):
        raise Refused("Give the team a name.")
    locks.lock(Team)
    others = Team.objects.exclude(pk=besides.pk) if besides else Team.objects.all()
    if others.filter(name__iexact=stripped).exists():
        raise Refused(f"There is already a team called {stripped}.")
    return stripped
