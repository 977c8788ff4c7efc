"""How several cases are handed over in one step."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime

from django.db import transaction

from heedful.act.cases import ownership
from heedful.act.models import Case
from heedful.associates import associates
from heedful.associates.models import Associate, Team
from heedful.kit.actor import By
from heedful.kit.errors import Forbidden, Refused


@dataclass(frozen=True, slots=True)
class BulkHandover:
    """What became of each: the cases that changed hands, and the sentence with which each other one was refused."""

    done: list[Case]
    refused: list[tuple[Case, str]]


@transaction.atomic
def hand_over_each(
    *,
    cases: Iterable[Case],
    to: Associate | None = None,
    team: Team | None = None,
    reason: str = "",
    by: By,
    at: datetime,
) -> BulkHandover:
    """Give several cases to a colleague, or to a team; one that cannot be given holds up no other."""
    associates.must(by, "case.lead")
    handed = BulkHandover([], [])
    for case in sorted(cases, key=lambda one: one.pk):  # in one order, so that two who hand over wait and never block
        try:
            handed.done.append(ownership.hand_over(case=case, to=to, team=team, reason=reason, by=by, at=at))
        except Forbidden:
            raise
        except Refused as no:
            handed.refused.append((case, no.sentence))
    if not handed.done and not handed.refused:
        raise Refused("Choose at least one case.")
    return handed
