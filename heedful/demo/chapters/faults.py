"""The line is down until somebody mends it, and once a storm takes a whole town's."""

from datetime import datetime, timedelta
from random import Random

from heedful.demo import asking
from heedful.demo.chapters import contact
from heedful.demo.life import DAY, CustomerLife, add, often, ten

STORM = timedelta(days=38)
STORM_TOWN = "Cwmderry"


def year(rng: Random, life: CustomerLife, since: datetime, until: datetime, now: datetime) -> None:
    """The faults of a year, and the storm if it falls into it."""
    for at in often(rng, since, (until - since) / DAY, 0.33 if life.segment == "household" else 0.6):
        fault(rng, life, at, now)
    storm = now - STORM
    if life.town == STORM_TOWN and since <= storm < until and rng.random() < 0.35:
        fault(rng, life, storm + timedelta(hours=rng.uniform(0, 9)), now, strain=0.3)


def fault(rng: Random, life: CustomerLife, at: datetime, now: datetime, *, strain: float = 0.0) -> None:
    """The line is down until somebody mends it."""
    name = f"F-{life.number}-{len(life.drafts)}"
    is_business = life.segment == "business"
    in_time = rng.random() < 0.87 - strain
    within, over = ((1, 7.5), (9, 60)) if is_business else ((3, 44), (50, 190))
    mended = at + timedelta(hours=rng.uniform(*(within if in_time else over)))
    channel = rng.choice(["phone", "app", "web"])
    add(life, "fault_reported", at, channel, "maintenance", {"fault": name, "town": life.town})
    add(life, "fault_repaired", mended, "home", "maintenance", {"fault": name})
    if not in_time:
        life.failed_at.append(at + timedelta(days=2))
        contact.call(rng, life, at + timedelta(hours=rng.uniform(20, 50)), now, chance=0.5)
    _ask(rng, life, mended, now, in_time=in_time)


def _ask(rng: Random, life: CustomerLife, at: datetime, now: datetime, *, in_time: bool) -> None:
    score = ten(rng, (8.3 if in_time else 4.3) + life.temper)
    repair = min(5, max(1, round(rng.gauss(4.4 if in_time else 2.2, 0.6))))
    answers = {"recommend": score, "satisfaction.repair": repair}
    about = "repair.good" if repair >= 4 else "repair.bad"
    asking.ask(rng, life, "repair", "maintenance", at + timedelta(hours=1), now, answers, about)
