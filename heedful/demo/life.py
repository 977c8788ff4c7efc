"""A customer of the demo: who it is, and what a chapter adds to its story."""

import math
import unicodedata
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from random import Random
from typing import Any

from heedful.customers.identities import Name
from heedful.customers.messages import Description
from heedful.customers.touchpoints import TouchpointDraft
from heedful.demo import names

SEED = "wrenfield"
BEGAN = timedelta(days=548)
ASKING = timedelta(days=365)
"""Surveys began a year ago."""
LATELY = timedelta(days=90)
"""Since a campaign brought twice the orders, the start goes worse than before."""
DAY = timedelta(days=1)
PLANS = (("Valley 80", 26.0), ("Valley 150", 31.0), ("Hill 300", 37.0), ("Hill 900", 48.0))
BUSINESS_PLANS = (("Works 300", 62.0), ("Works 900", 95.0), ("Works 900 Plus", 148.0))


@dataclass(slots=True)
class PastSurvey:
    """One survey of one customer: when, and what was answered, or why it was not asked."""

    number: int
    segment: str
    survey: str
    stage: str
    at: datetime
    reason: str = ""
    answered_at: datetime | None = None
    answers: dict[str, int | str] = field(default_factory=dict)


@dataclass(slots=True)
class CustomerLife:
    """One customer: who it is, what happened and what was asked."""

    number: int
    name: str
    email: str
    phone: str
    language: str
    segment: str
    town: str
    plan: str
    price: float
    organisation: str = ""
    organisation_name: str = ""
    temper: float = 0.0
    """How kindly this customer judges."""
    hopes: int = 4
    silent: frozenset[str] = frozenset()
    """Purposes for which this customer does not want to be addressed."""
    drafts: list[TouchpointDraft] = field(default_factory=list)
    descriptions: list[Description] = field(default_factory=list)
    invitations: list[PastSurvey] = field(default_factory=list)
    failed_at: list[datetime] = field(default_factory=list)
    left_at: datetime | None = None

    @property
    def who(self) -> tuple[Name, ...]:
        """By what the back office knows this customer."""
        return (("user_id", f"W{self.number}"),)

    def failures(self, at: datetime) -> int:
        """How often the company failed this customer in the year before."""
        return sum(at - timedelta(days=365) < failed <= at for failed in self.failed_at)


def born(rng: Random, number: int) -> CustomerLife:
    """Who this customer is, before anything happened."""
    language = rng.choices(["en", "cy", "de", "fr"], [88, 7, 3, 2])[0]
    name = f"{rng.choice(names.FIRST)} {rng.choice(names.LAST)}"
    if language in ("de", "fr"):
        name = rng.choice(names.GERMAN if language == "de" else names.FRENCH)
    is_business = rng.random() < 0.09
    plan, price = rng.choice(BUSINESS_PLANS) if is_business else rng.choices(PLANS, [4, 5, 3, 1])[0]
    life = CustomerLife(
        number=number,
        name=name,
        email=f"{plain(name)}{number}@mail.example",
        phone=f"+447700900{number % 1000:03d}" if number < 11_000 and number % 5 == 0 else "",
        language=language,
        segment="business" if is_business else "household",
        town=rng.choice(names.TOWNS),
        plan=plan,
        price=price,
        temper=rng.gauss(0, 0.8),
        hopes=min(5, max(2, round(rng.gauss(4.45, 0.6)))),
        silent=frozenset(rng.choice([{"survey"}, {"email"}, {"marketing"}]) if rng.random() < 0.07 else ()),
    )
    if is_business:
        house = rng.randrange(150)
        life.organisation = f"org-{house}"
        life.organisation_name = f"{names.TOWNS[house % len(names.TOWNS)]} {names.TRADES[house % len(names.TRADES)]}"
    return life


def plain(name: str) -> str:
    """A name as it stands in an address."""
    letters = unicodedata.normalize("NFKD", name).encode("ascii", "ignore").decode().lower()
    return ".".join(letters.split())


def add(
    life: CustomerLife,
    kind: str,
    at: datetime,
    channel: str,
    stage: str,
    carried: dict[str, Any],
    *,
    who: tuple[Name, ...] | None = None,
) -> None:
    """One more thing that happened."""
    message = f"{life.number}:{len(life.drafts)}"
    life.drafts.append(
        TouchpointDraft(kind, at, message, who or life.who, channel=channel, stage=stage, properties=carried)
    )


def move(life: CustomerLife, at: datetime, stage: str) -> None:
    """The customer is in another stage from now on."""
    life.descriptions.append(
        Description(life.who, at, {"lifecycle_stage": stage}, message=f"{life.number}:{len(life.descriptions)}")
    )


def by_day(rng: Random, at: datetime, *, first: int = 7, last: int = 21) -> datetime:
    """The same day, at an hour when people are awake."""
    hour = first + (last - first) * (rng.random() + rng.random()) / 2
    midnight = at.replace(hour=0, minute=0, second=0, microsecond=0)
    return midnight + timedelta(seconds=math.floor(hour * 3600))


def after_working_days(at: datetime, days: int) -> datetime:
    """So many working days later, in the afternoon of that day."""
    while days:
        at += DAY
        days -= at.weekday() < 5
    while at.weekday() >= 5:
        at += DAY
    return at.replace(hour=10 + (at.minute * 7) % 6)


def often(rng: Random, since: datetime, days: float, a_year: float) -> Iterator[datetime]:
    """Moments that come about so often in a year, while people are awake."""
    gone = rng.expovariate(a_year / 365)
    while gone < days:
        yield by_day(rng, since + timedelta(days=gone))
        gone += rng.expovariate(a_year / 365)


def ten(rng: Random, about: float, spread: float = 1.2) -> int:
    """A score from nought to ten, about so high."""
    return min(10, max(0, round(rng.gauss(about, spread))))
