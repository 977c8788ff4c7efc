"""How much waits for somebody: what stands beside the places in the menu, and above the list of cases."""

from datetime import datetime
from typing import NamedTuple

from heedful.associates.models import Associate
from heedful.kit import statements, visibility

COUNT = """
SELECT count(*) FILTER (WHERE owner_id = %(me)s),
    count(*) FILTER (WHERE owner_id = %(me)s AND answered_at IS NULL AND due_at < %(at)s),
    count(*),
    count(*) FILTER (WHERE team_id IS NOT DISTINCT FROM %(team)s),
    count(*) FILTER (WHERE owner_id IS NULL),
    count(*) FILTER (WHERE with_lead OR answered_at IS NULL AND escalated_at IS NOT NULL)
FROM act_case WHERE closed_at IS NULL"""


class Workload(NamedTuple):
    """Open cases, from where one associate stands."""

    mine: int
    mine_late: int
    open: int
    team: int
    unclaimed: int
    lead: int


def count(*, associate: Associate, at: datetime) -> Workload:
    """Count the open cases in one statement, which every page asks for."""
    about = {"me": associate.pk, "team": associate.team_id, "at": at}
    return Workload(*statements.fetch(COUNT + visibility.condition("brand_id"), about)[0])
