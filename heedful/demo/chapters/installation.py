"""From the order until the line works, on time or not."""

from datetime import datetime, timedelta
from random import Random

from heedful.demo import asking
from heedful.demo.chapters import contact, order
from heedful.demo.life import BEGAN, DAY, LATELY, CustomerLife, add, after_working_days, move, ten


def start_up(rng: Random, life: CustomerLife, ordered: datetime, now: datetime) -> datetime | None:
    """From the order until the line works; none when it never did, or does not yet."""
    number = f"W-{life.number}"
    age = (now - ordered) / BEGAN
    strain = 0.17 if now - ordered < LATELY else 0.08 * (1 - age)
    online_by = after_working_days(ordered, rng.randint(9, 12))
    carried = {"order": number, "plan": life.plan, "price": life.price, "online_by": online_by.date().isoformat()}
    channel = rng.choices(["web", "phone", "shop"], [60, 25, 15])[0]
    add(life, "order_placed", ordered, channel, "purchase", carried)
    wait = timedelta(minutes=rng.uniform(1, 8)) if rng.random() < 0.985 else timedelta(minutes=rng.uniform(11, 300))
    add(life, "order_confirmed", ordered + wait, "email", "purchase", {"order": number})
    move(life, ordered + wait, "onboarding")
    order.ask(rng, life, ordered, now)
    is_informed = rng.random() < 0.74 - 1.3 * strain
    update = after_working_days(ordered, 1) if is_informed else after_working_days(ordered, rng.randint(4, 9))
    if is_informed or rng.random() < 0.5:
        add(life, "order_update", update, "email", "onboarding", {"order": number})
    came = rng.random() < 0.92 - strain
    router = after_working_days(ordered, rng.choice([1, 2, 2]) if came else rng.randint(4, 9))
    add(life, "router_delivered", router, "post", "onboarding", {"order": number})
    if not came:
        life.failed_at.append(router)
    if not is_informed:
        life.failed_at.append(ordered + 3 * DAY)
        contact.message(rng, life, ordered + timedelta(days=rng.uniform(3, 6)), now, chance=0.35)
    return _online(rng, life, online_by, now, chance=0.86 - 1.9 * strain - (0.25 if not came else 0.0))


def _online(rng: Random, life: CustomerLife, by: datetime, now: datetime, *, chance: float) -> datetime | None:
    """The engineer's part of a start."""
    number = f"W-{life.number}"
    if rng.random() < chance:
        online = min(by - timedelta(hours=rng.uniform(2, 60)), by.replace(hour=17))
        is_missed = False
    else:
        missed = by.replace(hour=rng.randint(9, 16))
        add(life, "engineer_missed", missed, "home", "onboarding", {"order": number})
        contact.call(rng, life, missed + timedelta(hours=rng.uniform(1, 20)), now, chance=0.6)
        life.failed_at.append(missed)
        if rng.random() < 0.07:
            add(
                life,
                "order_cancelled",
                missed + timedelta(days=rng.uniform(1, 6)),
                "phone",
                "onboarding",
                {"order": number},
            )
            life.left_at = missed
            return None
        online = after_working_days(by, 1 + int(rng.expovariate(1 / 5)))
        is_missed = True
    add(life, "service_activated", online, "home", "onboarding", {"order": number})
    move(life, online, "use")
    broken = sum(failed <= online for failed in life.failed_at)
    _ask(rng, life, online, now, broken=broken, missed=is_missed)
    return online if online <= now else None


def _ask(rng: Random, life: CustomerLife, at: datetime, now: datetime, *, broken: int, missed: bool) -> None:
    mean = 4.55 + 0.3 * life.temper - (1.5 if missed else 0.0) - 0.75 * (broken - missed)
    satisfaction = min(5, max(1, round(rng.gauss(mean, 0.55))))
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
    asking.ask(rng, life, "installation", "onboarding", at + DAY, now, answers, about, also=also, answers=0.42)
