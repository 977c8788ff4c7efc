"""Which team gets a case: by the stage it happened in or what was talked about."""

from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime

from django.db import transaction

from heedful.act.models import Route
from heedful.associates import associates
from heedful.associates.models import Team
from heedful.customers.models import Stage
from heedful.kit import locks
from heedful.kit.actor import By
from heedful.kit.errors import Refused
from heedful.ledger import events


@dataclass(frozen=True, slots=True)
class RouteAdded:
    """Cases of a stage or a topic go to a team."""

    route: int
    team: int
    stage: str | None
    topic: str


@dataclass(frozen=True, slots=True)
class RouteRemoved:
    """They no longer do."""

    route: int


def team_for(*, stage: str, topics: Collection[str]) -> Team | None:
    """The team of the first route that fits, else the default team, else nobody's."""
    for route in Route.objects.select_related("team"):
        if route.topic in topics if route.topic else route.stage_id in (None, stage):
            return route.team
    return Team.objects.filter(is_default=True).first()


@transaction.atomic
def add(*, team: Team, stage: Stage | None = None, topic: str = "", by: By, at: datetime) -> Route:
    """Send cases of a stage, or about a topic, to a team."""
    associates.must(by, "team.edit")
    if (stage is None) == (not topic):
        raise Refused("Choose a stage or a topic, one of the two.")
    locks.lock(Route)
    if Route.objects.filter(stage=stage, topic=topic).exists():
        raise Refused("There is a route for this already. Remove it first.")
    row = Route.objects.create(team=team, stage=stage, topic=topic, position=Route.objects.count())
    events.record(RouteAdded(row.pk, team.pk, stage.pk if stage else None, topic), by=by, at=at)
    return row


@transaction.atomic
def remove(*, route: Route, by: By, at: datetime) -> None:
    """Let the next route that fits decide."""
    associates.must(by, "team.edit")
    events.record(RouteRemoved(route.pk), by=by, at=at)
    route.delete()
