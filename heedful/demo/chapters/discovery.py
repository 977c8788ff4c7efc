"""Somebody looks around, and perhaps leaves an address."""

from datetime import datetime, timedelta
from random import Random

from heedful.customers.messages import Description
from heedful.demo.life import BEGAN, CustomerLife, add, by_day


def look_around(rng: Random, life: CustomerLife, now: datetime) -> None:
    """Somebody who has not bought, and perhaps never will."""
    at = by_day(rng, now - timedelta(days=rng.expovariate(1 / 120)) % BEGAN)
    look(rng, life, at)
    if rng.random() < 0.45:
        stage = rng.choice(["discovery", "cultivation"])
        visitor = (("email", life.email), ("anonymous_id", f"v-{life.number}"))
        add(life, "quote_requested", at, "web", stage, {"plan": life.plan, "town": life.town}, who=visitor)
        facts = {"name": life.name, "lifecycle_stage": stage, "town": life.town}
        life.descriptions.append(Description(visitor, at, facts, message=f"{life.number}:quote"))


def look(rng: Random, life: CustomerLife, until: datetime) -> None:
    """The pages that somebody read before."""
    visitor = (("anonymous_id", f"v-{life.number}"),)
    at = until - timedelta(days=rng.expovariate(1 / 3))
    for page in rng.sample(
        ["/", "/plans", "/coverage", "/switching", "/reviews", "/help/installation"], rng.randint(1, 4)
    ):
        add(life, "page_viewed", at, "web", "discovery", {"path": page}, who=visitor)
        at += timedelta(seconds=rng.uniform(15, 240))
