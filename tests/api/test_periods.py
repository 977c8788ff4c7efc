"""Figures of the API say over which time they are, and take the same parameters everywhere."""

import re
from datetime import datetime, timedelta
from typing import Any

import pytest
from django.utils import timezone

from heedful.api.management.commands import openapi
from heedful.associates.models import Associate
from heedful.customers import touchpoints
from heedful.kit.actor import SYSTEM
from heedful.promise import commitments
from heedful.promise.promises import Wording
from heedful.promise.standards import StandardDraft
from tests.api.test_nouns import Ask
from tests.api.test_nouns import invitation as invitation
from tests.cast import make_promise

pytestmark = pytest.mark.django_db
DAY = timedelta(days=1)


@pytest.fixture
def bills(casey: Associate) -> datetime:
    """Bills as quoted a hundred days ago and yesterday, with what Ann thought; returns the time now."""
    now = timezone.now()
    draft = StandardDraft(form="yes", from_kind="bill_sent", property="as_quoted")
    make_promise(wording=Wording(words="As quoted"), standards=[draft], slug="bill", by=casey.by, at=now)
    drafts = [
        touchpoints.TouchpointDraft(
            kind="bill_sent",
            happened_at=now - ago * DAY,
            message=str(ago),
            identities=(("user_id", "ann"),),
            properties={"as_quoted": as_quoted},
            scores={"satisfaction": value},
            subject=f"bill:{ago}",
        )
        for ago, as_quoted, value in ((100, True, 5), (1, False, 2))
    ]
    recorded = touchpoints.record(drafts=drafts, source="test", by=SYSTEM, at=now)
    commitments.evaluate_people(recorded.customers, at=now)
    return now


def test_without_a_time_figures_are_of_the_whole_of_it_and_say_so(invitation: Ask, bills: datetime) -> None:
    (card,) = invitation("GET", "/api/promises")[1]
    score = invitation("GET", "/api/scores/satisfaction")[1]
    assert (card["kept"], card["due"], score["whole"]["n"]) == (1, 2, 2)
    assert card["period"]["from"] is None
    assert score["period"]["from"] is None
    assert datetime.fromisoformat(card["period"]["until"]) > bills


@pytest.mark.parametrize("asked", ["days=30", "from={since}", "from={since}&until={until}", "until={until}&days=30"])
def test_promises_and_scores_take_the_same_time(invitation: Ask, bills: datetime, asked: str) -> None:
    times = {"since": bills - 30 * DAY, "until": bills + DAY}
    query = asked.format(**{name: f"{at:%Y-%m-%dT%H:%M:%SZ}" for name, at in times.items()})
    (card,) = invitation("GET", f"/api/promises?{query}")[1]
    score = invitation("GET", f"/api/scores/satisfaction?{query}")[1]
    rows = invitation("GET", f"/api/promises/bill/commitments?{query}")[1]["items"]
    said = invitation("GET", f"/api/feedback?{query}")[1]["items"]
    assert (card["kept"], card["due"], score["whole"]["n"], len(rows), len(said)) == (0, 1, 1, 1, 1)
    for period in (card["period"], score["period"]):
        assert abs(datetime.fromisoformat(period["from"]) - (bills - 30 * DAY)) < 2 * DAY


def test_who_was_touched_says_its_own_time(invitation: Ask, bills: datetime) -> None:
    (card,) = invitation("GET", "/api/promises?days=7")[1]
    assert card["touched_customers"] == 1
    since, until = (datetime.fromisoformat(card["touched_period"][end]) for end in ("from", "until"))
    assert timedelta(days=89) < until - since < timedelta(days=91)


def test_one_promise_says_how_it_felt(invitation: Ask, bills: datetime) -> None:
    said = invitation("GET", "/api/promises/bill")[1]
    (one,) = said["experience"]
    assert (one["question"], one["kept"]["value"], one["broken"]["value"]) == ("satisfaction", 1.0, 0.0)
    assert said["counting"] == {"done": 0, "total": 0}


@pytest.mark.parametrize(
    ("said", "status"),
    [("2026-01-01T00:00:00-19:20", 200), ("2026-01-01T00:00:00%2B23:59", 200), ("9999-12-31T23:00:00-23:00", 422)],
)
def test_a_moment_may_have_any_offset_that_can_be_written(
    invitation: Ask, bills: datetime, said: str, status: int
) -> None:
    assert invitation("GET", f"/api/promises?until={said}")[0] == status
    assert invitation("GET", f"/api/feedback?until={said}")[0] == status


def addresses() -> list[str]:
    """Every address that is read, with something in the place of what it names."""
    read = [address for address, methods in openapi.schema()["paths"].items() if "get" in methods]
    return [
        re.sub(r"{(\w+)}", lambda name: {"slug": "bill", "question": "ease"}.get(name[1], "1"), one) for one in read
    ]


@pytest.mark.parametrize("address", addresses())
def test_a_parameter_that_an_address_does_not_know_is_refused_by_name(
    invitation: Ask, bills: datetime, address: str
) -> None:
    status, said = invitation("GET", f"{address}?colour=red")
    assert (status, said["status"], said["code"]) == (422, 422, "misshapen")
    assert "colour" in said["detail"]
    assert said["errors"][0]["where"] == ["query", "colour"]


def test_what_is_refused_names_what_there_is(invitation: Ask, bills: datetime) -> None:
    said: dict[str, Any] = invitation("GET", "/api/promises?period=90")[1]
    assert said["detail"] == "period: there is no such parameter; this address takes brand, days, from, source, until."
