"""Somebody becomes a customer: what the company's systems say then, and the order."""

from datetime import datetime, timedelta
from random import Random

from heedful.customers.messages import Description
from heedful.demo import asking
from heedful.demo.life import CustomerLife, ten


def introduce(life: CustomerLife, at: datetime, joined: datetime, stage: str) -> None:
    """What the company's own systems say of a customer."""
    who = [*life.who, ("email", life.email)]
    if life.phone:
        who.append(("phone", life.phone))
    if stage == "purchase":
        who.append(("anonymous_id", f"v-{life.number}"))
    facts = {
        "name": life.name,
        "email": life.email,
        "segment": life.segment,
        "language": life.language,
        "lifecycle_stage": stage,
        "plan": life.plan,
        "town": life.town,
        "customer_since": joined.date().isoformat(),
        "value": {"amount": round(life.price * 12, 2), "currency": "GBP", "source": "contract"},
    }
    description = Description(tuple(who), at, facts, message=f"{life.number}:joined")
    description.consents = dict.fromkeys(life.silent, False)
    if life.organisation:
        description.organisation, description.organisation_traits = life.organisation, {"name": life.organisation_name}
    life.descriptions.append(description)


def ask(rng: Random, life: CustomerLife, at: datetime, now: datetime) -> None:
    score = ten(rng, 8.7 + life.temper)
    answers = {"recommend": score, "expected.satisfaction": life.hopes}
    about = "order.bad" if score < 6 or rng.random() < 0.05 else "order.good"
    asking.ask(rng, life, "order", "purchase", at + timedelta(minutes=10), now, answers, about, share=0.8, answers=0.36)
