"""When this happens, do that: the product's behaviour on one page."""

from collections.abc import Sequence

from heedful.associates import associates, company, first, keys, teams
from heedful.customers.people import PeopleRegrouped
from heedful.customers.touchpoints import TouchpointsRecorded
from heedful.ledger.events import Reaction
from heedful.promise import calendars, instances, promises, recounts

REACTIONS: dict[type, Sequence[Reaction]] = {
    TouchpointsRecorded: [
        Reaction(instances.advance, when=lambda event: event.watched or event.feedback),
    ],
    PeopleRegrouped: [
        Reaction(instances.rejudge),
    ],
}
"""Event -> what follows, each in a job of its own."""

RECORDED_ONLY: tuple[type, ...] = (
    associates.AssociateAdded,
    associates.AssociateChanged,
    associates.AssociateDeactivated,
    associates.AssociateReactivated,
    associates.PasswordSet,
    company.CompanyChanged,
    first.HouseSetUp,
    keys.KeyAdded,
    keys.KeyRevoked,
    teams.TeamAdded,
    teams.TeamChanged,
    calendars.CalendarAdded,
    calendars.CalendarChanged,
    promises.PromiseMade,
    promises.PromiseChanged,
    promises.PromiseEnded,
    recounts.PromiseRecounted,
)
"""Events that are written down and followed by nothing."""
