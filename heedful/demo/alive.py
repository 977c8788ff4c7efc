"""Keeps the demo living: every few seconds a little happens, through the operations that any company's customers use.

It is lively for two hours after each start, while somebody looks, and slow after that, so that a demo which runs for a
week still tells the same story. After a pause it catches up with what was owed meanwhile, and no more.
"""

import contextlib
import hashlib
from collections.abc import Callable, Iterable, Sequence
from dataclasses import asdict, dataclass
from datetime import datetime, timedelta
from random import Random

from django.core.cache import cache

from heedful.associates import company as founded
from heedful.associates.models import Key
from heedful.customers import messages
from heedful.customers.messages import SourceMessage
from heedful.customers.models import Customer, Identity
from heedful.customers.touchpoints import TouchpointDraft
from heedful.demo import chapters, company, words
from heedful.demo.chapters import discovery, order
from heedful.demo.life import SEED, add, after_working_days, born, ten
from heedful.kit.actor import SYSTEM, By
from heedful.kit.errors import Refused
from heedful.listen import answers, invitations
from heedful.listen.models import Invitation
from heedful.promise import commitments
from heedful.promise.models import Commitment

KEY = "demo.life"
LIVELY = timedelta(hours=2)
SLOWLY = 0.07
"""How much happens once nobody looks any more, of what happened before."""
PAUSE = timedelta(minutes=5)
"""A longer silence is a pause, after which it is lively again."""
MOST_MISSED = 200
"""Pages that are read at most in a pause, however long it was."""
MOST_OPEN = 300
KEPT_PERCENT = {
    "order-confirmed": 98,
    "order-update": 55,
    "router": 76,
    "online-by": 60,
    "phone": 90,
    "message": 88,
    "fault": 86,
}
"""How many of a hundred of each promise are kept."""
type Act = Callable[[Random, "DemoPace", datetime], None]
type Take = Callable[..., messages.MessagesResult]
"""`messages.record`, or `messages.backfill` for what happened in a pause."""

HOURLY = {"look": 900, "order": 14, "call": 16, "message": 10, "fault": 4, "answer": 45, "helped": 30, "late": 20}
"""How often each thing happens while it is lively."""


@dataclass(slots=True)
class DemoPace:
    """How far the demo has lived."""

    lived_at: datetime
    woke_at: datetime
    orders: int = 0

    def pace(self, at: datetime) -> float:
        """How lively it is."""
        return 1.0 if at - self.woke_at < LIVELY else SLOWLY


def live_on(*, at: datetime) -> None:
    """Let a little happen; the longer ago the last time was, up to a point, the more."""
    company_row = founded.find()
    if company_row is None or not company_row.is_demo or not company.is_open():
        return
    life = _life(at)
    if at - life.lived_at > PAUSE:
        life.woke_at = at
    gone_h = min(at - life.lived_at, timedelta(seconds=30)) / timedelta(hours=1) * life.pace(at)
    rng = Random(f"{SEED}:{at.isoformat()}")  # noqa: S311 - as in chapters
    keep_word(at=at, most=4)
    for what, act in ACTS.items():
        for _ in range(_times(rng, HOURLY[what] * gone_h)):
            with contextlib.suppress(Refused):
                act(rng, life, at)
    life.lived_at = at
    cache.set(KEY, asdict(life), None)


def catch_up(*, at: datetime) -> None:
    """Do what was owed in a pause before the clocks find out, and have some pages been read meanwhile."""
    life = _life(at)
    if at - life.lived_at > PAUSE:
        rng = Random(f"{SEED}:{at.isoformat()}")  # noqa: S311 - as in chapters
        gone = min(at - life.lived_at, timedelta(days=2))
        drafts = [_page(rng, at - gone * rng.random()) for _ in range(min(MOST_MISSED, round(gone / PAUSE)))]
        _tell("shop", [draft for draft in drafts if draft], at, take=messages.backfill)
        owed = keep_word(at=at, most=MOST_OPEN, back_dated=True)
        commitments.evaluate_people(owed, at=at)
    cache.set(KEY, asdict(DemoPace(at, at, life.orders)), None)


def _life(at: datetime) -> DemoPace:
    return DemoPace(**(cache.get(KEY) or {"lived_at": at - timedelta(seconds=5), "woke_at": at}))


def _times(rng: Random, mean: float) -> int:
    """How often something happens that happens so often on average."""
    return int(mean) + (rng.random() < mean % 1)


def keep_word(*, at: datetime, most: int, back_dated: bool = False) -> list[int]:
    """Do what is owed and would be done by now; what is to be broken stays undone. Returns the customers."""
    owed = Commitment.objects.filter(changes_at__isnull=False, due_at__isnull=False).exclude(
        promise__is_case_clock=True
    )
    open_ones = list(owed.select_related("promise", "standard").order_by("due_at")[:MOST_OPEN])
    due = [(done, one) for one in open_ones if (done := _done_at(one)) is not None and done <= at][:most]
    for done, one in due:
        if back_dated:
            _do(one, done, at, take=messages.backfill)
        else:
            _do(one, at, at)
    return [one.customer_id for _, one in due]


def _done_at(one: Commitment) -> datetime | None:
    """When it will have been done, drawn once and for all; none when it will not be done in time."""
    drawn = hashlib.blake2b(f"{SEED}:{one.opened_by}:{one.standard_id}".encode(), digest_size=4).digest()
    if one.due_at is None or drawn[0] * 100 // 256 >= KEPT_PERCENT.get(one.promise.slug, 85):
        return None
    return one.started_at + (one.due_at - one.started_at) * (0.1 + 0.85 * drawn[1] / 256)


def _do(one: Commitment, happened_at: datetime, at: datetime, *, take: Take = messages.record) -> None:
    """What was promised happens."""
    standard, name = one.standard, f"{one.standard.to_kind}:{one.opened_by}"
    opened = commitments.history(one).touchpoints
    carried = {standard.match_property: opened[0].properties.get(standard.match_property)} if opened else {}
    stage = one.promise.stage_id or ""
    drafts = [
        TouchpointDraft(standard.to_kind, happened_at, name, customer=one.customer_id, stage=stage, properties=carried)
    ]
    if standard.to_kind in ("call_answered", "message_answered"):
        channel = "phone" if standard.to_kind == "call_answered" else "email"
        drafts[0].channel = channel
        message = f"closed:{one.opened_by}"
        drafts.append(TouchpointDraft("contact_closed", happened_at, message, customer=one.customer_id,
                            channel=channel, stage="use", properties=carried))  # fmt: skip
    _tell("office", drafts, at, take=take)


def _late(rng: Random, life: DemoPace, at: datetime) -> None:
    """What was not done in time is done at last."""
    del life
    broken = Commitment.objects.filter(state="broken", settled_by=None, settled_at__gt=at - timedelta(days=8))
    timed = broken.filter(due_at__isnull=False).exclude(promise__is_case_clock=True)
    some = list(timed.select_related("promise", "standard").order_by("settled_at")[:20])
    if some:
        _do(rng.choice(some), at, at)


def _look(rng: Random, life: DemoPace, at: datetime) -> None:
    del life
    if draft := _page(rng, at):
        _tell("shop", [draft], at)


def _page(rng: Random, at: datetime) -> TouchpointDraft | None:
    """A page that a customer or a visitor reads, or something that the app says."""
    message = f"look:{rng.getrandbits(60)}"
    if rng.random() < 0.3:
        visitor, path = (
            ("anonymous_id", f"v-{rng.randrange(400)}-now"),
            rng.choice(["/", "/plans", "/coverage", "/reviews"]),
        )
        return TouchpointDraft(
            "page_viewed", at, message, (visitor,), channel="web", stage="discovery", properties={"path": path}
        )
    if (who := _somebody(rng)) is None:
        return None
    kind, channel, carried = rng.choice(USES)
    return TouchpointDraft(kind, at, message, (who,), channel=channel, stage="use", properties=carried)


USES: Sequence[tuple[str, str, dict[str, str | int]]] = (
    ("app_opened", "app", {"version": "4.1"}),
    ("page_viewed", "web", {"path": "/account"}),
    ("page_viewed", "web", {"path": "/help/speed"}),
    ("speed_tested", "app", {"mbit": 143}),
    ("speed_tested", "app", {"mbit": 87}),
)


def _order(rng: Random, life: DemoPace, at: datetime) -> None:
    """Somebody new orders."""
    life.orders += 1
    number = 100_000 + life.orders
    new = born(Random(f"{SEED}:{number}"), number)  # noqa: S311 - as in chapters
    discovery.look(rng, new, at - timedelta(minutes=2))
    order.introduce(new, at, at, "purchase")
    by = after_working_days(at, rng.randint(9, 12)).date().isoformat()
    carried = {"order": f"W-{number}", "plan": new.plan, "price": new.price, "online_by": by}
    add(new, "order_placed", at, rng.choice(["web", "web", "phone", "shop"]), "purchase", carried)
    arrived = [message for message in chapters.messages(new) if _is_by(message, at)]
    for message in arrived:
        if message.draft:
            message.draft.brand = company.brand_of(new.segment)
    _send("shop", arrived, at)


def _is_by(message: SourceMessage, at: datetime) -> bool:
    return message.draft is None or message.draft.happened_at <= at


def _begin(kind: str, channel: str, stage: str, name: str) -> Act:
    """Something that a customer begins and waits to be answered."""

    def begin(rng: Random, life: DemoPace, at: datetime) -> None:
        del life
        if who := _somebody(rng):
            reference = f"{name[0].upper()}-{rng.getrandbits(40)}"
            draft = TouchpointDraft(kind, at, f"{name}:{reference}", (who,), channel=channel, stage=stage,
                          properties={name: reference})  # fmt: skip
            _tell("office", [draft], at)

    return begin


def _answer(rng: Random, life: DemoPace, at: datetime) -> None:
    """Somebody answers who was asked in the last weeks."""
    del life
    waiting = Invitation.objects.filter(
        state=Invitation.State.ASKED, asked_at__gt=at - timedelta(days=20), survey__is_service=False
    )
    if invitation := _one(rng, waiting.select_related("survey").order_by("-asked_at")[:200]):
        person = invitations.person_of(invitation.customer_id or 0)
        broken = Commitment.objects.filter(customer__person=person, state="broken")
        failed = broken.filter(settled_at__gt=at - timedelta(days=40)).exists()
        given = _answers(rng, invitation.survey.slug, failed=failed)
        by = By("customer", str(invitation.customer_id), "")
        answers.answer_all(invitation=invitation, values=given, submit=True, by=by, at=at)


def _helped(rng: Random, life: DemoPace, at: datetime) -> None:
    """Somebody says whether it helped."""
    del life
    waiting = Invitation.objects.filter(
        state=Invitation.State.ASKED, asked_at__gt=at - timedelta(days=3), survey__is_service=True
    )
    if invitation := _one(rng, waiting.select_related("survey").order_by("-asked_at")[:20]):
        yes = rng.random() < 0.8
        given: dict[str, int | str] = {"helped": int(yes)}
        if rng.random() < 0.5:
            given["open"] = words.say(rng, "helped.yes" if yes else "helped.no", "good" if yes else "bad")
        answers.answer_all(
            invitation=invitation, values=given, submit=True, by=By("customer", str(invitation.customer_id), ""), at=at
        )


def _answers(rng: Random, survey: str, *, failed: bool) -> dict[str, int | str]:
    """What is answered to a survey by somebody whom the company failed, or not."""
    good = rng.random() < (0.25 if failed else 0.78)
    high, low = ten(rng, 8.8), ten(rng, 3.6)
    recommend = high if good else low
    scores: dict[str, int | str]
    match survey:
        case "order":
            good, scores = (
                recommend > 6,
                {"recommend": ten(rng, 8.6), "expected.satisfaction": rng.choice([4, 5, 5])},
            )
            about = "order"
        case "installation":
            satisfaction = rng.choice([4, 5, 5] if good else [1, 2, 2])
            scores = {
                "satisfaction": satisfaction,
                "compared": rng.choice([0, 1] if good else [-2, -1]),
                "recommend": recommend,
            }
            about = "start"
        case "contact":
            scores, about = {"ease": rng.choice([5, 6, 7] if good else [2, 3, 4])}, "contact"
        case "repair":
            scores, about = (
                {"recommend": recommend, "satisfaction.repair": rng.choice([4, 5] if good else [1, 2])},
                "repair",
            )
        case "renewal":
            scores, about = {"recommend": recommend}, "renewal"
        case _:
            scores, about = {"recommend": recommend}, "use"
    if rng.random() < 0.85:
        scores["open"] = words.say(rng, _about(rng, about, good=good), "good" if good else "bad")
    return scores


def _about(rng: Random, about: str, *, good: bool) -> str:
    if about == "start":
        return "start.good" if good else rng.choice(["start.missed", "start.silence", "start.router"])
    if about == "renewal":
        return "renewal.stay" if good else "renewal.leave"
    return f"{about}.{'good' if good else 'bad'}"


def _one[T](rng: Random, some: Iterable[T]) -> T | None:
    rows = list(some)
    return rng.choice(rows) if rows else None


def _somebody(rng: Random) -> tuple[str, str] | None:
    """A customer by the number that the back office knows."""
    last = Identity.objects.order_by("-pk").values_list("pk", flat=True).first() or 1
    rows = Identity.objects.filter(kind="user_id", pk__gte=rng.randint(1, last)).order_by("pk")
    return ("user_id", value) if (value := rows.values_list("value", flat=True).first()) else None


def _tell(source: str, drafts: Sequence[TouchpointDraft], at: datetime, *, take: Take = messages.record) -> None:
    for draft in drafts:
        draft.brand = company.brand_of(_segment(draft))
    _send(source, [SourceMessage(draft=draft) for draft in drafts], at, take=take)


def _segment(draft: TouchpointDraft) -> str:
    """The segment of whoever does something; nothing of a visitor."""
    if draft.customer is not None:
        rows = Customer.objects.filter(pk=draft.customer)
    else:
        kind, value = draft.identities[0]
        rows = Customer.objects.filter(identities__kind=kind, identities__value=value)
    return rows.values_list("person__segment", flat=True).first() or ""


def _send(source: str, batch: Sequence[SourceMessage], at: datetime, *, take: Take = messages.record) -> None:
    """Let messages arrive as the programs of the company send them."""
    if batch:
        key = Key.objects.live().filter(name=company.KEYS[source]).first()
        take(messages=batch, source=source, by=key.by if key else SYSTEM, at=at)


ACTS: dict[str, Act] = {
    "look": _look,
    "order": _order,
    "call": _begin("call_started", "phone", "use", "call"),
    "message": _begin("message_received", "email", "use", "message"),
    "fault": _begin("fault_reported", "app", "maintenance", "fault"),
    "answer": _answer,
    "helped": _helped,
    "late": _late,
}
