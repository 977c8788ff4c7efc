"""The contract is up: whom the company failed is likelier to go."""

from datetime import datetime, timedelta
from random import Random

from heedful.customers.messages import Description
from heedful.demo import asking
from heedful.demo.life import CustomerLife, add, move, ten


def decide(rng: Random, life: CustomerLife, at: datetime, now: datetime) -> None:
    """The customer stays or leaves, and says why."""
    failed = life.failures(at)
    leaves = rng.random() < min(0.75, 0.05 + 0.15 * failed - 0.02 * life.temper)
    add(
        life, "contract_decided", at, "web", "renewal", {"decision": "left" if leaves else "renewed", "plan": life.plan}
    )
    move(life, at, "renewal")
    asking.ask(rng, life, "renewal", "renewal", at + timedelta(hours=1), now,
         {"recommend": ten(rng, (3.0 if leaves else 8.2) + life.temper)},
         "renewal.leave" if leaves else "renewal.stay", answers=0.35)  # fmt: skip
    if leaves:
        life.left_at = at
        facts = {"status": "left", "value": {"amount": 0, "currency": "GBP", "source": "contract"}}
        life.descriptions.append(Description(life.who, at + timedelta(hours=2), facts, message=f"{life.number}:left"))
    else:
        move(life, at + timedelta(days=14), "use")
        if life.temper > 0.9 and not failed:
            add(life, "friend_recommended", at + timedelta(days=20), "web", "advocacy", {})
            move(life, at + timedelta(days=20), "advocacy")
