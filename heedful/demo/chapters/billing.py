"""Bills, of which some are wrong."""

from datetime import datetime, timedelta
from random import Random

from heedful.demo.chapters import contact
from heedful.demo.life import CustomerLife, add

BILLING = timedelta(days=185)
"""Bills have been sent in for half a year."""


def year(rng: Random, life: CustomerLife, since: datetime, until: datetime, now: datetime) -> None:
    """The bills of a year."""
    since = max(since, now - BILLING)
    at = since + timedelta(days=life.number % 30)
    while at < until:
        right = rng.random() < 0.983
        carried = {
            "amount": life.price if right else life.price + rng.choice([6, 9, 12, 24]),
            "as_quoted": "yes" if right else "no",
        }
        add(life, "bill_sent", at, "email", "use", carried)
        if not right:
            life.failed_at.append(at)
            contact.call(rng, life, at + timedelta(days=rng.uniform(0.3, 4)), now, chance=0.5, about="bill.bad")
        at += timedelta(days=30)
