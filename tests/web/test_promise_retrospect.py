"""While a promise is written the page says how it would have gone, and what cannot be measured; nothing is stored."""

from collections.abc import Callable
from datetime import timedelta

import pytest
from django.test import Client
from django.utils import timezone

from heedful.associates.models import Associate, Company
from heedful.customers import touchpoints
from heedful.kit.actor import SYSTEM
from heedful.promise.models import Commitment, Promise
from heedful.promise.promises import Wording
from heedful.promise.standards import StandardDraft
from tests.cast import make_promise
from tests.work import work

type As = Callable[[Associate], Client]

TYPED = {
    "standard-TOTAL_FORMS": "1",
    "standard-INITIAL_FORMS": "1",
    "standard-0-form": "within",
    "standard-0-within_from": "asked",
    "standard-0-within_to": "answered",
    "standard-0-within_number": "2",
    "standard-0-within_unit": "hours",
    "standard-0-at_risk": "75",
    "severity": "2",
    "words": "We answer in two hours",
}


@pytest.fixture
def past(acme: Company) -> None:
    """Twenty-five questions of the last weeks, of which four were answered late."""
    now, drafts = timezone.now(), []
    for n in range(25):
        at = now - timedelta(days=2 + n)
        came = at + timedelta(hours=1 if n < 21 else 3)
        who = (("user_id", f"u{n}"),)
        drafts += [touchpoints.TouchpointDraft("asked", at, f"a{n}", who)]
        drafts += [touchpoints.TouchpointDraft("answered", came, f"b{n}", who)]
    touchpoints.record(drafts=drafts, source="test", by=SYSTEM, at=now)


def test_what_would_have_been_is_shown_while_it_is_written_and_nowhere_else(
    past: None, as_: As, casey: Associate
) -> None:
    client = as_(casey)
    words = " ".join(client.post("/promises/new/retrospect", TYPED).content.decode().split())
    assert "In the last 90 days it would have been kept <b>84 %</b>, 4 broken, of 25 due." in words
    client.post("/promises/new", TYPED)
    work(at=timezone.now())
    assert Promise.objects.get().is_active
    assert not Commitment.objects.exists()
    assert "Nothing was due" in client.get("/promises").content.decode()


def test_a_misspelt_kind_is_named_with_the_nearest_on_form_page_list_and_board(
    past: None, as_: As, casey: Associate
) -> None:
    client, typed = as_(casey), TYPED | {"standard-0-within_to": "anwsered"}
    assert "This cannot be measured yet" in client.post("/promises/new/retrospect", typed).content.decode()
    written = client.get("/promises/new/unheard", {"standard-0-within_to": "anwsered"}).content.decode()
    assert "Did you mean “<bdi>Answered</bdi>”?" in written
    client.post("/promises/new", typed)
    work(at=timezone.now())
    page = client.get(f"/promises/{Promise.objects.get().slug}").content.decode()
    assert "Did you mean “<bdi>Answered</bdi>”?" in page
    assert "Cannot be measured" in client.get("/promises").content.decode()
    assert "Cannot be measured" in client.get("/board/").content.decode()
    assert not Commitment.objects.exists()


def test_the_page_says_how_it_felt_for_a_yes_that_a_touchpoint_carries(
    acme: Company, as_: As, casey: Associate
) -> None:
    now = timezone.now()
    draft = StandardDraft(form="yes", from_kind="bill_sent", property="as_quoted")
    made = make_promise(
        wording=Wording(words="As quoted"), standards=[draft], slug="bill", by=casey.by, at=now - timedelta(days=9)
    )
    drafts = [
        touchpoints.TouchpointDraft(
            kind="bill_sent",
            happened_at=now - timedelta(days=1),
            message=f"{n}",
            identities=(("user_id", f"u{n}"),),
            properties={"as_quoted": n % 2 == 0},
            scores={"satisfaction": 3, "yes.left": 1},
            subject=f"bill:{n}",
        )
        for n in range(4)
    ]
    touchpoints.record(drafts=drafts, source="test", by=SYSTEM, at=now)
    work(at=now)
    page = as_(casey).get(f"/promises/{made.slug}/felt").content.decode()
    assert "How it felt" in page
    assert page.count("When kept") == 3
    assert "2 times" in page
