"""One score from all sides: what can be told apart, which way is better, and who weighs."""

from collections.abc import Callable
from datetime import datetime, timedelta

import pytest
from django.test import Client
from django.utils import timezone

from heedful.associates.models import Associate, Company
from heedful.customers import messages
from heedful.customers.messages import Description, SourceMessage
from heedful.customers.touchpoints import TouchpointDraft
from heedful.kit.actor import SYSTEM
from heedful.ledger import events
from heedful.ledger.models import Entry
from heedful.promise.recounts import PromiseRecounted
from heedful.web.setup import entries
from tests.cast import NOON

type As = Callable[[Associate], Client]

PARTS = {"web": (90, 10), "shop": (75, 25), "phone": (58, 42)}
"""Of each channel, how many said yes and how many no; the first and the last are far apart, the middle touches both."""


@pytest.fixture
def left(acme: Company) -> None:
    at = timezone.now() - timedelta(days=1)
    sent = []
    for channel, counts in PARTS.items():
        for value, count in zip((1, 0), counts, strict=True):
            for n in range(count):
                who = (("user_id", f"{channel}{value}{n}"),)
                scored = TouchpointDraft("asked", at, f"{who}", who, channel=channel, scores={"yes.left": value})
                worth = {"value": {"amount": "10", "currency": "GBP"}} if n < 20 else {}
                sent.append(SourceMessage(scored, Description(who, at, worth)))
    messages.record(messages=sent, source="test", by=SYSTEM, at=at)


def test_a_chain_is_told_apart_by_pairs_and_a_yes_says_which_way_is_better(
    left: None, as_: As, casey: Associate, bo: Associate
) -> None:
    address = "/board/scores/yes.left"
    page = as_(bo).get(f"{address}?by=channel&period=90").content.decode()
    assert "These cannot be told apart." not in page
    assert "Two that share a letter cannot be told apart." in page
    assert "Here stands the highest first" in page
    assert page.index(">Web<") < page.index(">Phone<")
    assert "More of it <b>is neither</b>" in page
    assert as_(bo).post(f"{address}/direction", {"more_is": "worse"}).status_code == 403

    as_(casey).post(f"{address}/direction", {"more_is": "worse"})

    page = as_(bo).get(f"{address}?by=channel&period=90").content.decode()
    assert "More of it <b>is worse</b>" in page
    assert "the best first, which is the lowest" in page
    ranking = page.partition('<ol class="tiers">')[2]
    assert ranking.index(">Phone<") < ranking.index(">Web<")


def test_by_value_only_those_count_who_are_valued(left: None, as_: As, bo: Associate) -> None:
    page = as_(bo).get("/board/scores/yes.left?by=channel&weighted=yes&period=90").content.decode()
    assert "110 answers that weigh, as good as 110" in page
    assert "300 answers" not in page


def test_how_many_people_a_recount_looked_at_is_no_customers_name(alice: object) -> None:
    for count in (1, 7, 1_250):
        events.record(PromiseRecounted(3, "recounted", count, 0), by=SYSTEM, at=NOON)
    rows = entries.lines(Entry.objects.filter(kind="PromiseRecounted").order_by("pk"))
    words = [{fact.name: fact.words for fact in row.facts}["People"] for row in rows]
    assert words == ["1", "7", "1,250"]


def test_the_answers_behind_a_month_are_those_of_the_month_where_the_company_is(
    acme: Company, as_: As, bo: Associate
) -> None:
    for number, at in enumerate(["2026-06-30T22:59:59Z", "2026-06-30T23:00:00Z", "2026-07-31T23:00:00Z"]):
        who = (("user_id", f"u{number}"),)
        draft = TouchpointDraft("asked", datetime.fromisoformat(at), at, who, scores={"recommend": 9 - number})
        messages.record(messages=[SourceMessage(draft)], source="t", by=SYSTEM, at=datetime.fromisoformat(at))
    for month in ("2026-06", "2026-07", "2026-08"):
        address = f"/feedback?question=recommend&words=any&month={month}"
        assert "1 answer" in as_(bo).get(address).content.decode()
        export = b"".join(as_(bo).get(f"{address}&format=csv")).decode()
        assert len(export.splitlines()) == 2
