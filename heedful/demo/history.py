"""Fills an empty installation with the company's eighteen months: told in bulk, then judged and read at once."""

import sys
from collections import defaultdict
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime, timedelta
from random import Random

from django.db import connection
from tqdm import tqdm

from heedful.act import cases
from heedful.associates.models import Associate, Key
from heedful.customers import messages, people, rejections
from heedful.customers.messages import Description, SourceMessage
from heedful.customers.models import Customer, Feedback, Identity
from heedful.customers.touchpoints import TouchpointDraft
from heedful.demo import chapters, company, work
from heedful.demo.company import DemoCompany
from heedful.demo.life import BEGAN, SEED, CustomerLife, PastSurvey
from heedful.kit.actor import SYSTEM
from heedful.listen import backfill as past_invitations
from heedful.listen.backfill import PastInvitation
from heedful.promise import commitments
from heedful.promise.models import Commitment
from heedful.understand import backfill as readings
from heedful.understand import detection
from heedful.understand.detection import Trouble

FORTNIGHT = timedelta(days=14)
FIRST = 10_000
"""The number of the first customer."""
MEASURED = frozenset({2, 3, 6, 15, 30})
"""Fortnights after which statements are planned anew for what has arrived."""
BATCH_SIZE = 1_000
MERGED_OF, UNDONE_OF = 150, 7
"""One customer in so many is there twice until somebody merges them, and one such merge in so many was a mistake."""


def fill(*, now: datetime, customers: int) -> None:
    """Fill in everything; the cast can come in when all of it is there."""
    parts = range(BEGAN // FORTNIGHT + 1)
    steps = len(parts) + customers // BATCH_SIZE + 14
    with tqdm(total=steps, desc="Eighteen months", delay=2, leave=False, mininterval=0.5, file=sys.stderr) as bar:
        with _hurrying():
            firm = company.create(at=now - BEGAN - FORTNIGHT)
            lives = [chapters.life_of(number, now=now) for number in range(FIRST, FIRST + customers)]
            bar.update()
            for _ in _arrive(firm, lives, now):
                bar.update()
            _merge(lives, now)
            _reject(firm.shop, now)
            _analyze()
            bar.update()
            for _ in _judge(now):
                bar.update()
            troubles = readings.read(since=now - work.WORKED, at=now)
            bar.update(4)
            _work(firm, troubles, now)
            bar.update(4)
            _analyze()
        company.name_moments(at=now)
        company.open_the_door(at=now)


@contextmanager
def _hurrying() -> Iterator[None]:
    """Do not wait for the disk after each step: what is lost with a power cut is filled in anew."""
    with connection.cursor() as cursor:
        cursor.execute("SET synchronous_commit = off")
        try:
            yield
        finally:
            cursor.execute("RESET synchronous_commit")


@dataclass(slots=True)
class _Fortnight:
    """What arrived in a fortnight, by who sent it, and whom the surveys asked."""

    shop: list[SourceMessage]
    office: list[SourceMessage]
    asked: list[PastSurvey]


def _arrive(firm: DemoCompany, lives: Sequence[CustomerLife], now: datetime) -> Iterator[int]:
    """Let everything arrive in fortnights, in its order."""
    start = now - BEGAN - timedelta(days=30)
    parts: dict[int, _Fortnight] = defaultdict(lambda: _Fortnight([], [], []))
    for life in lives:
        for message in chapters.messages(life):
            at = message.draft.happened_at if message.draft else message.description.at if message.description else now
            part = parts[max(0, (at - start) // FORTNIGHT)]
            if message.draft:
                message.draft.brand = firm.brands[life.segment]
            is_shop = message.draft is not None and message.draft.channel in ("web", "app")
            (part.shop if is_shop else part.office).append(message)
        for invitation in life.invitations:
            parts[max(0, (min(invitation.answered_at or invitation.at, now) - start) // FORTNIGHT)].asked.append(
                invitation
            )
    records: dict[int, int] = {}
    for number in sorted(parts):
        part, at = parts[number], min(now, start + (number + 1) * FORTNIGHT)
        messages.backfill(messages=part.office, source="office", by=firm.office.by, at=at)
        messages.backfill(messages=part.shop, source="shop", by=firm.shop.by, at=at)
        _ask(firm, part.asked, records, at)
        if number in MEASURED:
            _analyze(
                "customers_customer, customers_identity, customers_identitylink, customers_arrival, customers_feedback"
            )
        yield number


def _ask(firm: DemoCompany, plans: Sequence[PastSurvey], records: dict[int, int], at: datetime) -> None:
    if missing := {f"W{one.number}" for one in plans if one.number not in records}:
        records_of = Identity.objects.filter(kind="user_id", value__in=missing).values_list("value", "customer_id")
        records |= {int(value[1:]): customer for value, customer in records_of}
    history = [
        PastInvitation(
            survey=firm.surveys[one.survey],
            customer=records[one.number],
            at=one.at,
            stage=one.stage,
            reason=one.reason,
            brand=firm.brands[one.segment],
            answered_at=one.answered_at,
            answers=one.answers,
        )
        for one in plans
        if one.number in records
    ]
    past_invitations.create(history=history, by=SYSTEM, at=at)


def _merge(lives: Sequence[CustomerLife], now: datetime) -> None:
    """Some were in the shop before, under a card of their own, until somebody saw that they are one."""
    twice = [life for life in lives if life.descriptions and life.who[0] in life.descriptions[0].identities][
        ::MERGED_OF
    ]
    at = now - timedelta(days=200)
    cards = [(("external", f"card-{life.number}"),) for life in twice]
    arrived = [
        SourceMessage(
            TouchpointDraft(
                "shop_visited", at + timedelta(hours=n), f"card:{n}", card, channel="shop", stage="discovery"
            ),
            Description(card, at, {"name": life.name, "town": life.town}, message=f"card:{n}:said"),
        )
        for n, (life, card) in enumerate(zip(twice, cards, strict=True))
    ]
    messages.backfill(messages=arrived, source="till", by=SYSTEM, at=now - timedelta(days=190))
    by_name = {(one.kind, one.value): one.customer for one in Identity.objects.filter(
        value__in=[name[1] for card in cards for name in card] + [f"W{life.number}" for life in twice]
    ).select_related("customer")}  # fmt: skip
    me = Associate.objects.get(email=company.address("Mira")).by
    rng = Random(SEED)  # noqa: S311 - as in chapters
    for n, (life, card) in enumerate(zip(twice, cards, strict=True)):
        when = now - timedelta(days=rng.uniform(2, 180))
        a, b = by_name[life.who[0]], by_name[card[0]]
        row = people.merge(a=a, b=b, reason="Same name, same street", by=me, at=when, react=False)
        if n % UNDONE_OF == 3:
            people.undo(merge=row, by=me, at=when + timedelta(hours=5), react=False)


def _reject(key: Key, now: datetime) -> None:
    """A new version of the app sends what nobody can read."""
    sent = (
        '{{"type":"track","event":"{event}","userId":{who},"timestamp":"{at}",'
        '"context":{{"app":{{"name":"Wrenfield","version":"4.2-beta"}}}}}}'
    )
    for days, event, who, at, reason in (
        (2.1, "speed_tested", "null", "2026-02-30T10:11:12Z", "The timestamp is no time: 2026-02-30T10:11:12Z."),
        (1.4, "app_opened", "null", "now", "Nobody is named: neither userId nor anonymousId is there."),
        (1.3, "app_opened", '""', "now", "Nobody is named: neither userId nor anonymousId is there."),
        (0.6, "", '"W10044"', "now", "A track event needs the name of what happened in event."),
        (0.2, "app_opened", "null", "now", "Nobody is named: neither userId nor anonymousId is there."),
    ):
        rejected = [(reason, sent.format(event=event, who=who, at=at))]
        rejections.record(key=key.pk, rejected=rejected * 3, at=now - timedelta(days=days))


def _judge(now: datetime) -> Iterator[int]:
    persons = list(Customer.objects.people().order_by("pk").values_list("pk", flat=True))
    for start in range(0, len(persons), BATCH_SIZE):
        commitments.evaluate_people(persons[start : start + BATCH_SIZE], at=now, news_from=now)
        yield start


def _work(firm: DemoCompany, troubles: Sequence[Trouble], now: datetime) -> None:
    broken = work.troubles_of_broken(firm.promises.values(), since=now - work.WORKED)
    history = work.work(firm, [*troubles, *broken], now=now)
    last = Feedback.objects.order_by("-pk").values_list("pk", flat=True).first() or 0
    past_invitations.create(history=work.help_answers(history, now=now), by=SYSTEM, at=now)
    readings.read(since=now, after=last, at=now)
    clock = firm.promises["call-back"]
    worked = sorted({case.customer_id for case in history})
    commitments.evaluate_people(worked, at=now, news_from=now, promise=clock)
    at_risk = Commitment.objects.filter(state="at_risk", at_risk_at__gt=now - detection.FRESH).exclude(promise=clock)
    for commitment in at_risk.select_related("promise").order_by("at_risk_at", "pk"):
        cases.open_for_promise_at_risk(commitment=commitment, by=SYSTEM, at=now)


def _analyze(tables: str = "") -> None:
    """Let the database measure its tables now; by itself it would do so too late."""
    with connection.cursor() as cursor:
        cursor.execute(f"ANALYZE {tables}")
