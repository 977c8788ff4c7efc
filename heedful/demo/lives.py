"""What happened to each of the demo's customers, told without a database: the same each time but for when now is.

The company sells well and makes a mess of what comes after: a router that is late, an engineer who does not come,
silence. Whom it failed says so, calls more often, and leaves more often when the contract is up.
"""

import math
import unicodedata
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from random import Random
from typing import Any

from heedful.customers.identities import Name
from heedful.customers.messages import Description, Message
from heedful.customers.touchpoints import TouchpointDraft
from heedful.demo import names, words

SEED = "wrenfield"
BEGAN = timedelta(days=548)
ASKING = timedelta(days=365)
"""Surveys began a year ago."""
BILLING = timedelta(days=185)
"""Bills have been sent in for half a year."""
LATELY = timedelta(days=90)
"""Since a campaign brought twice the orders, the start goes worse than before."""
STORM = timedelta(days=38)
STORM_TOWN = "Cwmderry"
DAY = timedelta(days=1)
PLANS = (("Valley 80", 26.0), ("Valley 150", 31.0), ("Hill 300", 37.0), ("Hill 900", 48.0))
BUSINESS_PLANS = (("Works 300", 62.0), ("Works 900", 95.0), ("Works 900 Plus", 148.0))
MOST_ASKED, WITHIN = 3, timedelta(days=60)


@dataclass(slots=True)
class PastSurvey:
    """One survey of one customer: when, and what was answered, or why it was not asked."""

    number: int
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
    said: list[Description] = field(default_factory=list)
    asked: list[PastSurvey] = field(default_factory=list)
    failed_at: list[datetime] = field(default_factory=list)
    left_at: datetime | None = None

    @property
    def who(self) -> tuple[Name, ...]:
        """By what the back office knows this customer."""
        return (("user_id", f"W{self.number}"),)

    def failures(self, at: datetime) -> int:
        """How often the company failed this customer in the year before."""
        return sum(at - timedelta(days=365) < failed <= at for failed in self.failed_at)


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
        _looks_around(rng, life, now)
    life.drafts = [draft for draft in life.drafts if draft.happened_at <= now]
    life.said = [said for said in life.said if said.at <= now]
    return life


def messages(life: CustomerLife) -> Iterator[Message]:
    """Everything that programs told of this customer."""
    for said in life.said:
        yield Message(said=said)
    for draft in life.drafts:
        yield Message(draft=draft)


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


def _old(rng: Random, life: CustomerLife, now: datetime) -> None:
    """Somebody who was a customer before the log began."""
    start = now - BEGAN
    joined = start - timedelta(days=rng.uniform(40, 1_500))
    introduce(life, start + timedelta(days=rng.uniform(0, 6)), joined, "use")
    _use(rng, life, start, joined, now)


def _new(rng: Random, life: CustomerLife, now: datetime) -> None:
    """Somebody who ordered since, of late more and more."""
    share = rng.random() ** 0.62
    ordered = by_day(rng, now - BEGAN * (1 - share))
    if ordered > now:
        ordered -= DAY
    look(rng, life, ordered)
    introduce(life, ordered - timedelta(seconds=4), ordered, "purchase")
    online = start_up(rng, life, ordered, now)
    if online is not None:
        _use(rng, life, online, online, now)


def _looks_around(rng: Random, life: CustomerLife, now: datetime) -> None:
    """Somebody who has not bought, and perhaps never will."""
    at = by_day(rng, now - timedelta(days=rng.expovariate(1 / 120)) % BEGAN)
    look(rng, life, at)
    if rng.random() < 0.45:
        stage = rng.choice(["discovery", "cultivation"])
        visitor = (("email", life.email), ("anonymous_id", f"v-{life.number}"))
        add(life, "quote_requested", at, "web", stage, {"plan": life.plan, "town": life.town}, who=visitor)
        facts = {"name": life.name, "lifecycle_stage": stage, "town": life.town}
        life.said.append(Description(visitor, at, facts, message=f"{life.number}:quote"))


def look(rng: Random, life: CustomerLife, until: datetime) -> None:
    """The pages that somebody read before."""
    visitor = (("anonymous_id", f"v-{life.number}"),)
    at = until - timedelta(days=rng.expovariate(1 / 3))
    for page in rng.sample(
        ["/", "/plans", "/coverage", "/switching", "/reviews", "/help/installation"], rng.randint(1, 4)
    ):
        add(life, "page_viewed", at, "web", "discovery", {"path": page}, who=visitor)
        at += timedelta(seconds=rng.uniform(15, 240))


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
    said = Description(tuple(who), at, facts, message=f"{life.number}:joined")
    said.consents = dict.fromkeys(life.silent, False)
    if life.organisation:
        said.organisation, said.organisation_traits = life.organisation, {"name": life.organisation_name}
    life.said.append(said)


def start_up(rng: Random, life: CustomerLife, ordered: datetime, now: datetime) -> datetime | None:
    """From the order until the line works; none when it never did, or does not yet."""
    order = f"W-{life.number}"
    age = (now - ordered) / BEGAN
    strain = 0.17 if now - ordered < LATELY else 0.08 * (1 - age)
    online_by = after_working_days(ordered, rng.randint(9, 12))
    carried = {"order": order, "plan": life.plan, "price": life.price, "online_by": online_by.date().isoformat()}
    channel = rng.choices(["web", "phone", "shop"], [60, 25, 15])[0]
    add(life, "order_placed", ordered, channel, "purchase", carried)
    wait = timedelta(minutes=rng.uniform(1, 8)) if rng.random() < 0.985 else timedelta(minutes=rng.uniform(11, 300))
    add(life, "order_confirmed", ordered + wait, "email", "purchase", {"order": order})
    _stage(life, ordered + wait, "onboarding")
    _ask_order(rng, life, ordered, now)
    told = rng.random() < 0.74 - 1.3 * strain
    update = after_working_days(ordered, 1) if told else after_working_days(ordered, rng.randint(4, 9))
    if told or rng.random() < 0.5:
        add(life, "order_update", update, "email", "onboarding", {"order": order})
    came = rng.random() < 0.92 - strain
    router = after_working_days(ordered, rng.choice([1, 2, 2]) if came else rng.randint(4, 9))
    add(life, "router_delivered", router, "post", "onboarding", {"order": order})
    if not came:
        life.failed_at.append(router)
    if not told:
        life.failed_at.append(ordered + 3 * DAY)
        _message(rng, life, ordered + timedelta(days=rng.uniform(3, 6)), now, chance=0.35)
    return _online(rng, life, online_by, now, chance=0.86 - 1.9 * strain - (0.25 if not came else 0.0))


def _online(rng: Random, life: CustomerLife, by: datetime, now: datetime, *, chance: float) -> datetime | None:
    """The engineer's part of a start."""
    order = f"W-{life.number}"
    if rng.random() < chance:
        online = min(by - timedelta(hours=rng.uniform(2, 60)), by.replace(hour=17))
        is_missed = False
    else:
        missed = by.replace(hour=rng.randint(9, 16))
        add(life, "engineer_missed", missed, "home", "onboarding", {"order": order})
        _call(rng, life, missed + timedelta(hours=rng.uniform(1, 20)), now, chance=0.6)
        life.failed_at.append(missed)
        if rng.random() < 0.07:
            add(
                life,
                "order_cancelled",
                missed + timedelta(days=rng.uniform(1, 6)),
                "phone",
                "onboarding",
                {"order": order},
            )
            life.left_at = missed
            return None
        online = after_working_days(by, 1 + int(rng.expovariate(1 / 5)))
        is_missed = True
    add(life, "service_activated", online, "home", "onboarding", {"order": order})
    _stage(life, online, "use")
    broken = sum(failed <= online for failed in life.failed_at)
    _ask_start(rng, life, online, now, broken=broken, missed=is_missed)
    return online if online <= now else None


def _use(rng: Random, life: CustomerLife, since: datetime, joined: datetime, now: datetime) -> None:
    """Everything after the start, contract year by contract year."""
    year = joined
    while year + timedelta(days=365) <= since:
        year += timedelta(days=365)
    while since < now and life.left_at is None:
        until = year + timedelta(days=365)
        _live_through(rng, life, since, min(until, now), now)
        if until <= now:
            _decide(rng, life, until, now)
        since = year = until


def _live_through(rng: Random, life: CustomerLife, since: datetime, until: datetime, now: datetime) -> None:
    days = (until - since) / DAY
    for at in _often(rng, since, days, 3.0):
        kind, channel = rng.choice([("app_opened", "app"), ("speed_tested", "app"), ("page_viewed", "web")])
        carried = {"path": "/account"} if kind == "page_viewed" else {"mbit": round(rng.uniform(60, 320))}
        add(life, kind, at, channel, "use", carried if kind != "app_opened" else {"version": "4.1"})
    for at in _often(rng, since, days, 0.6):
        _call(rng, life, at, now)
    for at in _often(rng, since, days, 0.35):
        _message(rng, life, at, now)
    for at in _often(rng, since, days, 0.33 if life.segment == "household" else 0.6):
        fault(rng, life, at, now)
    storm = now - STORM
    if life.town == STORM_TOWN and since <= storm < until and rng.random() < 0.35:
        fault(rng, life, storm + timedelta(hours=rng.uniform(0, 9)), now, strain=0.3)
    _bills(rng, life, max(since, now - BILLING), until, now)
    for half in (since + timedelta(days=182),):
        if half < until:
            add(life, "half_year_reached", half, "", "use", {})
            _ask_use(rng, life, half, now)


def _often(rng: Random, since: datetime, days: float, a_year: float) -> Iterator[datetime]:
    """Moments that come about so often in a year, while people are awake."""
    gone = rng.expovariate(a_year / 365)
    while gone < days:
        yield by_day(rng, since + timedelta(days=gone))
        gone += rng.expovariate(a_year / 365)


def _bills(rng: Random, life: CustomerLife, since: datetime, until: datetime, now: datetime) -> None:
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
            _call(rng, life, at + timedelta(days=rng.uniform(0.3, 4)), now, chance=0.5, about="bill.bad")
        at += timedelta(days=30)


def _call(
    rng: Random, life: CustomerLife, at: datetime, now: datetime, *, chance: float = 1.0, about: str = "contact.bad"
) -> None:
    """A call, the wait, and how it felt; the hotline has more people since spring, and answers sooner."""
    if rng.random() > chance:
        return
    at = by_day(rng, at, first=9, last=17)
    call = f"C-{life.number}-{len(life.drafts)}"
    kept = rng.random() < (0.9 if now - at < LATELY else 0.81)
    wait = timedelta(minutes=rng.uniform(0.3, 9) if kept else rng.uniform(11, 48))
    add(life, "call_started", at, "phone", "use", {"call": call})
    add(life, "call_answered", at + wait, "phone", "use", {"call": call})
    closed = at + wait + timedelta(minutes=rng.uniform(2, 25))
    add(life, "contact_closed", closed, "phone", "use", {"call": call})
    _ask_contact(rng, life, closed, now, kept=kept, about=about)


def _message(rng: Random, life: CustomerLife, at: datetime, now: datetime, *, chance: float = 1.0) -> None:
    if rng.random() > chance:
        return
    at = by_day(rng, at)
    message, channel = f"M-{life.number}-{len(life.drafts)}", rng.choice(["email", "chat", "email"])
    kept = rng.random() < 0.88
    answered = at + timedelta(hours=rng.uniform(0.2, 5)) if kept else after_working_days(at, rng.randint(2, 5))
    add(life, "message_received", at, channel, "use", {"message": message})
    add(life, "message_answered", answered, channel, "use", {"message": message})
    add(life, "contact_closed", answered, channel, "use", {"message": message})
    if not kept:
        life.failed_at.append(answered)
    _ask_contact(rng, life, answered, now, kept=kept, about="contact.bad")


def fault(rng: Random, life: CustomerLife, at: datetime, now: datetime, *, strain: float = 0.0) -> None:
    """The line is down until somebody mends it."""
    name = f"F-{life.number}-{len(life.drafts)}"
    is_business = life.segment == "business"
    kept = rng.random() < 0.87 - strain
    within, over = ((1, 7.5), (9, 60)) if is_business else ((3, 44), (50, 190))
    mended = at + timedelta(hours=rng.uniform(*(within if kept else over)))
    channel = rng.choice(["phone", "app", "web"])
    add(life, "fault_reported", at, channel, "maintenance", {"fault": name, "town": life.town})
    add(life, "fault_repaired", mended, "home", "maintenance", {"fault": name})
    if not kept:
        life.failed_at.append(at + timedelta(days=2))
        _call(rng, life, at + timedelta(hours=rng.uniform(20, 50)), now, chance=0.5)
    _ask_repair(rng, life, mended, now, kept=kept)


def _decide(rng: Random, life: CustomerLife, at: datetime, now: datetime) -> None:
    """The contract is up: whom the company failed is likelier to go."""
    failed = life.failures(at)
    leaves = rng.random() < min(0.75, 0.05 + 0.15 * failed - 0.02 * life.temper)
    add(
        life, "contract_decided", at, "web", "renewal", {"decision": "left" if leaves else "renewed", "plan": life.plan}
    )
    _stage(life, at, "renewal")
    _ask(rng, life, "renewal", "renewal", at + timedelta(hours=1), now,
         {"recommend": ten(rng, (3.0 if leaves else 8.2) + life.temper)},
         "renewal.leave" if leaves else "renewal.stay", answers=0.35)  # fmt: skip
    if leaves:
        life.left_at = at
        facts = {"status": "left", "value": {"amount": 0, "currency": "GBP", "source": "contract"}}
        life.said.append(Description(life.who, at + timedelta(hours=2), facts, message=f"{life.number}:left"))
    else:
        _stage(life, at + timedelta(days=14), "use")
        if life.temper > 0.9 and not failed:
            add(life, "friend_recommended", at + timedelta(days=20), "web", "advocacy", {})
            _stage(life, at + timedelta(days=20), "advocacy")


def _ask_order(rng: Random, life: CustomerLife, at: datetime, now: datetime) -> None:
    score = ten(rng, 8.7 + life.temper)
    answers = {"recommend": score, "expected.satisfaction": life.hopes}
    about = "order.bad" if score < 6 or rng.random() < 0.05 else "order.good"
    _ask(rng, life, "order", "purchase", at + timedelta(minutes=10), now, answers, about, share=0.8, answers=0.36)


def _ask_start(rng: Random, life: CustomerLife, at: datetime, now: datetime, *, broken: int, missed: bool) -> None:
    felt = 4.55 + 0.3 * life.temper - (1.5 if missed else 0.0) - 0.75 * (broken - missed)
    satisfaction = min(5, max(1, round(rng.gauss(felt, 0.55))))
    compared = min(2, max(-2, round((satisfaction - life.hopes) * 0.8 + rng.gauss(0, 0.4))))
    score = ten(rng, 1.85 * satisfaction + 0.4 + 0.4 * life.temper, 0.9)
    about = (
        "start.good"
        if satisfaction >= 4
        else "start.missed"
        if missed
        else rng.choice(["start.router", "start.silence"])
    )
    also = rng.choice(["", "start.silence", "start.router"]) if satisfaction <= 2 else ""
    answers = {"satisfaction": satisfaction, "compared": compared, "recommend": score}
    _ask(rng, life, "installation", "onboarding", at + DAY, now, answers, about, also=also, answers=0.42)


def _ask_contact(rng: Random, life: CustomerLife, at: datetime, now: datetime, *, kept: bool, about: str) -> None:
    ease = min(7, max(1, round(rng.gauss(6.0 if kept else 3.5, 0.9) + 0.3 * life.temper)))
    said = "contact.good" if ease >= 5 else about
    _ask(rng, life, "contact", "use", at + timedelta(minutes=30), now, {"ease": ease}, said, share=0.6)


def _ask_repair(rng: Random, life: CustomerLife, at: datetime, now: datetime, *, kept: bool) -> None:
    score = ten(rng, (8.3 if kept else 4.3) + life.temper)
    repair = min(5, max(1, round(rng.gauss(4.4 if kept else 2.2, 0.6))))
    answers = {"recommend": score, "satisfaction.repair": repair}
    about = "repair.good" if repair >= 4 else "repair.bad"
    _ask(rng, life, "repair", "maintenance", at + timedelta(hours=1), now, answers, about)


def _ask_use(rng: Random, life: CustomerLife, at: datetime, now: datetime) -> None:
    score = ten(rng, 8.2 + life.temper - 0.8 * life.failures(at))
    about = "use.good" if score >= 8 else "use.middle" if score >= 6 else "use.bad"
    also = "bill.bad" if score < 5 and rng.random() < 0.2 else ""
    _ask(
        rng, life, "half-year", "use", at + timedelta(minutes=1), now, {"recommend": score}, about, also=also, share=0.7
    )


def _ask(
    rng: Random,
    life: CustomerLife,
    survey: str,
    stage: str,
    at: datetime,
    now: datetime,
    scores: dict[str, int],
    about: str,
    *,
    also: str = "",
    share: float = 1.0,
    answers: float = 0.32,
) -> None:
    """Ask within the budget, and have some answer, some of them in words."""
    if at < now - ASKING:
        return
    asked = PastSurvey(life.number, survey, stage, at, reason=_why_not(rng, life, survey, at, share))
    life.asked.append(asked)
    answered_at = at + timedelta(hours=min(rng.expovariate(1 / 9), 400), minutes=1)
    if asked.reason or rng.random() > answers or answered_at > now or at > now:
        return
    asked.answered_at, asked.answers = answered_at, dict(scores)
    if rng.random() < 0.68:
        mood = (
            "good" if about.endswith((".good", ".stay", ".yes")) else "middle" if about.endswith(".middle") else "bad"
        )
        asked.answers["open"] = words.say(rng, about, mood, language=life.language, also=also)


def _why_not(rng: Random, life: CustomerLife, survey: str, at: datetime, share: float) -> str:
    if rng.random() > share:
        return "share"
    if life.silent & {"survey", "email"}:
        return "refused"
    before = [one for one in life.asked if not one.reason and one.at <= at]
    if any(one.survey == survey and one.at > at - LATELY for one in before):
        return "survey_budget"
    return "budget" if sum(one.at > at - WITHIN for one in before) >= MOST_ASKED else ""


def ten(rng: Random, about: float, spread: float = 1.2) -> int:
    """A score from nought to ten, about so high."""
    return min(10, max(0, round(rng.gauss(about, spread))))


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


def _stage(life: CustomerLife, at: datetime, stage: str) -> None:
    life.said.append(Description(life.who, at, {"lifecycle_stage": stage}, message=f"{life.number}:{len(life.said)}"))


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
