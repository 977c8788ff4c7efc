"""Everyday life with the line, and half a year of it."""

from datetime import datetime, timedelta
from random import Random

from heedful.demo import asking
from heedful.demo.life import DAY, CustomerLife, add, often, ten


def year(rng: Random, life: CustomerLife, since: datetime, until: datetime, now: datetime) -> None:
    """What the customer looked at in a year."""
    del now
    for at in often(rng, since, (until - since) / DAY, 3.0):
        kind, channel = rng.choice([("app_opened", "app"), ("speed_tested", "app"), ("page_viewed", "web")])
        carried = {"path": "/account"} if kind == "page_viewed" else {"mbit": round(rng.uniform(60, 320))}
        add(life, kind, at, channel, "use", carried if kind != "app_opened" else {"version": "4.1"})


def half_year(rng: Random, life: CustomerLife, since: datetime, until: datetime, now: datetime) -> None:
    """After half a year the customer is asked how it is."""
    half = since + timedelta(days=182)
    if half < until:
        add(life, "half_year_reached", half, "", "use", {})
        _ask(rng, life, half, now)


def _ask(rng: Random, life: CustomerLife, at: datetime, now: datetime) -> None:
    score = ten(rng, 8.2 + life.temper - 0.8 * life.failures(at))
    about = "use.good" if score >= 8 else "use.middle" if score >= 6 else "use.bad"
    also = "bill.bad" if score < 5 and rng.random() < 0.2 else ""
    asking.ask(
        rng, life, "half-year", "use", at + timedelta(minutes=1), now, {"recommend": score}, about, also=also, share=0.7
    )
