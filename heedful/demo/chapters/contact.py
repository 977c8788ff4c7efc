"""A call or a message, the wait for an answer, and how it felt."""

from datetime import datetime, timedelta
from random import Random

from heedful.demo import asking
from heedful.demo.life import DAY, LATELY, CustomerLife, add, after_working_days, by_day, often


def calls(rng: Random, life: CustomerLife, since: datetime, until: datetime, now: datetime) -> None:
    """The calls of a year."""
    for at in often(rng, since, (until - since) / DAY, 0.6):
        call(rng, life, at, now)


def messages(rng: Random, life: CustomerLife, since: datetime, until: datetime, now: datetime) -> None:
    """The messages of a year."""
    for at in often(rng, since, (until - since) / DAY, 0.35):
        message(rng, life, at, now)


def call(
    rng: Random, life: CustomerLife, at: datetime, now: datetime, *, chance: float = 1.0, about: str = "contact.bad"
) -> None:
    """A call, the wait, and how it felt; the hotline has more people since spring, and answers sooner."""
    if rng.random() > chance:
        return
    at = by_day(rng, at, first=9, last=17)
    call = f"C-{life.number}-{len(life.drafts)}"
    in_time = rng.random() < (0.9 if now - at < LATELY else 0.81)
    wait = timedelta(minutes=rng.uniform(0.3, 9) if in_time else rng.uniform(11, 48))
    add(life, "call_started", at, "phone", "use", {"call": call})
    add(life, "call_answered", at + wait, "phone", "use", {"call": call})
    closed = at + wait + timedelta(minutes=rng.uniform(2, 25))
    add(life, "contact_closed", closed, "phone", "use", {"call": call})
    _ask(rng, life, closed, now, in_time=in_time, about=about)


def message(rng: Random, life: CustomerLife, at: datetime, now: datetime, *, chance: float = 1.0) -> None:
    """A message, and how long it waited for an answer."""
    if rng.random() > chance:
        return
    at = by_day(rng, at)
    message, channel = f"M-{life.number}-{len(life.drafts)}", rng.choice(["email", "chat", "email"])
    in_time = rng.random() < 0.88
    answered = at + timedelta(hours=rng.uniform(0.2, 5)) if in_time else after_working_days(at, rng.randint(2, 5))
    add(life, "message_received", at, channel, "use", {"message": message})
    add(life, "message_answered", answered, channel, "use", {"message": message})
    add(life, "contact_closed", answered, channel, "use", {"message": message})
    if not in_time:
        life.failed_at.append(answered)
    _ask(rng, life, answered, now, in_time=in_time, about="contact.bad")


def _ask(rng: Random, life: CustomerLife, at: datetime, now: datetime, *, in_time: bool, about: str) -> None:
    ease = min(7, max(1, round(rng.gauss(6.0 if in_time else 3.5, 0.9) + 0.3 * life.temper)))
    theme = "contact.good" if ease >= 5 else about
    asking.ask(rng, life, "contact", "use", at + timedelta(minutes=30), now, {"ease": ease}, theme, share=0.6)
