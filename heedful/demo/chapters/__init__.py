"""What happened to each of the demo's customers, told without a database: the same each time but for when now is.

The company sells well and makes a mess of what comes after: a router that is late, an engineer who does not come,
silence. Whom it failed says so, calls more often, and leaves more often when the contract is up.
"""

from collections.abc import Callable, Iterator
from datetime import datetime, timedelta
from random import Random

from heedful.customers.messages import SourceMessage
from heedful.demo.chapters import billing, contact, discovery, faults, installation, order, renewal, usage
from heedful.demo.life import BEGAN, DAY, SEED, CustomerLife, born, by_day

type Chapter = Callable[[Random, CustomerLife, datetime, datetime, datetime], None]
"""One moment of the story: whose it is, from when until when it is told, and when now is."""

YEAR: tuple[Chapter, ...] = (
    usage.year,
    contact.calls,
    contact.messages,
    faults.year,
    billing.year,
    usage.half_year,
)
"""What every year of a contract is made of; a capability that has something to tell adds its chapter at the end."""


def life_of(number: int, *, now: datetime) -> CustomerLife:
    """The life of one customer."""
    rng = Random(f"{SEED}:{number}")  # noqa: S311 - nothing is kept secret by it
    life = born(rng, number)
    kind = rng.random()
    if kind < 0.44:
        _old(rng, life, now)
    elif kind < 0.91:
        _new(rng, life, now)
    else:
        discovery.look_around(rng, life, now)
    life.drafts = [draft for draft in life.drafts if draft.happened_at <= now]
    life.descriptions = [description for description in life.descriptions if description.at <= now]
    return life


def messages(life: CustomerLife) -> Iterator[SourceMessage]:
    """Everything that programs told of this customer."""
    for description in life.descriptions:
        yield SourceMessage(description=description)
    for draft in life.drafts:
        yield SourceMessage(draft=draft)


def _old(rng: Random, life: CustomerLife, now: datetime) -> None:
    """Somebody who was a customer before the log began."""
    start = now - BEGAN
    joined = start - timedelta(days=rng.uniform(40, 1_500))
    order.introduce(life, start + timedelta(days=rng.uniform(0, 6)), joined, "use")
    _use(rng, life, start, joined, now)


def _new(rng: Random, life: CustomerLife, now: datetime) -> None:
    """Somebody who ordered since, of late more and more."""
    share = rng.random() ** 0.62
    ordered = by_day(rng, now - BEGAN * (1 - share))
    if ordered > now:
        ordered -= DAY
    discovery.look(rng, life, ordered)
    order.introduce(life, ordered - timedelta(seconds=4), ordered, "purchase")
    online = installation.start_up(rng, life, ordered, now)
    if online is not None:
        _use(rng, life, online, online, now)


def _use(rng: Random, life: CustomerLife, since: datetime, joined: datetime, now: datetime) -> None:
    """Everything after the start, contract year by contract year."""
    year = joined
    while year + timedelta(days=365) <= since:
        year += timedelta(days=365)
    while since < now and life.left_at is None:
        until = year + timedelta(days=365)
        for chapter in YEAR:
            chapter(rng, life, since, min(until, now), now)
        if until <= now:
            renewal.decide(rng, life, until, now)
        since = year = until
