"""A customer's timeline: everything that happened, each thing once, in words."""

from collections.abc import Callable
from datetime import timedelta

import pytest
from django.test import Client
from django.utils import timezone

from heedful.act import cases
from heedful.act.models import Case, Note
from heedful.associates import keys
from heedful.associates.models import Associate, Key
from heedful.customers import touchpoints
from heedful.customers.models import Customer, Touchpoint
from heedful.customers.touchpoints import TouchpointDraft
from heedful.kit.actor import SYSTEM
from heedful.understand.detection import Trouble
from heedful.web.desk.customers.timeline import MOST
from tests.cast import NOON, arrived

type As = Callable[[Associate], Client]


@pytest.fixture
def case(alice: Customer) -> Case:
    trouble = Trouble(
        reference="feedback:7", customer=alice.pk, severity=2, what="Nobody came", happened_at=timezone.now()
    )
    return cases.open_for_trouble(trouble=trouble, by=SYSTEM, at=timezone.now() - timedelta(minutes=9))


def timeline(client: Client, who: Customer, query: str = "") -> str:
    return client.get(f"/customers/{who.pk}{query}", headers={"HX-Request": "true"}).content.decode()


def test_a_case_stands_in_the_timeline_once(as_: As, mira: Associate, alice: Customer, case: Case) -> None:
    page = timeline(as_(mira), alice)

    assert page.count("Case opened") == 1
    assert f'href="/cases/{case.pk}">Case opened: Nobody came</a>' in page


def test_an_answer_stands_once_with_who_gave_it(as_: As, mira: Associate, alice: Customer, case: Case) -> None:
    cases.write(case=case, subject="We are sorry", text="Truly.", by=mira.by, at=timezone.now())

    page = timeline(as_(mira), alice)

    assert page.count("Mira wrote to the customer") == 1
    assert "We are sorry" in page
    assert "answered" not in page.split('id="customer"')[0].partition("<template>")[0].replace("Survey answered", "")


def test_a_case_that_was_closed_and_opened_again_says_each_once(
    as_: As, mira: Associate, alice: Customer, case: Case
) -> None:
    now = timezone.now()
    row = cases.close(case=case, outcome="solved", cause="late", by=mira.by, at=now - timedelta(minutes=5))
    cases.reopen(case=row, by=mira.by, at=now - timedelta(minutes=4))
    cases.close(case=row, outcome="explained", cause="late", by=mira.by, at=now - timedelta(minutes=3))

    page = timeline(as_(mira), alice).partition("<template>")[0]

    assert page.count("Case opened: ") == 1
    assert page.count("Case opened again: ") == 1
    assert page.count("Case closed: Explained") == 1
    assert "We were late" in page


def test_what_a_program_sent_is_under_the_name_of_its_key(as_: As, mira: Associate, alice: Customer) -> None:
    keys.add(name="Web shop", scope=Key.Scope.SEND, by=SYSTEM, at=NOON)
    key = Key.objects.get()
    draft = TouchpointDraft("order_placed", timezone.now(), "k-1", customer=alice.pk, channel="sms", stage="purchase")
    touchpoints.record(drafts=[draft], source=f"key:{key.pk}", by=key.by, at=timezone.now())
    again = TouchpointDraft("order_paid", timezone.now(), "k-2", customer=alice.pk, properties={"express": True})
    touchpoints.record(drafts=[again], source=f"api:key:{key.pk}", by=key.by, at=timezone.now())

    page = timeline(as_(mira), alice)

    assert "Purchase · SMS · Web shop" in page
    assert "key:" not in page
    assert '<dt>Express</dt><dd dir="auto">yes</dd>' in page


def test_whether_it_helped_is_a_yes_or_a_no(as_: As, mira: Associate, alice: Customer) -> None:
    said = TouchpointDraft("survey_answered", timezone.now(), "h-1", customer=alice.pk, scores={"helped": 0})
    touchpoints.record(drafts=[said], source="survey", by=SYSTEM, at=timezone.now())

    for address in (f"/customers/{alice.pk}", f"/customers/{alice.pk}/feedback", "/feedback?words=any"):
        page = as_(mira).get(address).content.decode()
        assert "It helped: No" in page
        assert "0 of 1" not in page
        assert "0<span" not in page


def test_the_answers_of_one_sitting_stand_together(as_: As, mira: Associate, alice: Customer) -> None:
    for number, (scores, words) in enumerate([({"recommend": 3}, None), ({"recommend": 4, "ease": 2}, "Odd words.")]):
        at = NOON - timedelta(minutes=3 - number)
        told = TouchpointDraft("survey_answered", at, f"m{number}", subject="ask:77", scores=scores, verbatim=words)
        arrived("alice@example.test", told)
    later = TouchpointDraft(
        "survey_answered", NOON - timedelta(days=3), "m9", subject="ask:77", scores={"recommend": 9}
    )
    arrived("alice@example.test", later)
    page = timeline(as_(mira), alice).partition('id="customer"')[0]
    assert "Would recommend: 4 of 10" in page
    assert "Would recommend: 3 of 10" not in page
    assert "Would recommend: 9 of 10" in page
    first = next(entry for entry in page.split("<li ") if "Odd words." in entry)
    assert "Would recommend: 4 of 10" in first
    assert "Ease: 2 of 7" in first


def test_what_came_between_two_pages_stands_on_one_of_them(
    as_: As, mira: Associate, alice: Customer, case: Case
) -> None:
    client, now = as_(mira), timezone.now()
    seen = [
        TouchpointDraft("page_viewed", now - timedelta(days=1, hours=n), f"v-{n}", customer=alice.pk) for n in range(60)
    ]
    touchpoints.record(drafts=seen, source="test", by=SYSTEM, at=now)
    Note.objects.bulk_create(
        Note(case=case, kind="call", text="Rang.", author=mira, at=touch.happened_at + timedelta(minutes=30))
        for touch in Touchpoint.objects.filter(kind="page_viewed")
    )

    first = client.get(f"/customers/{alice.pk}")
    second = client.get(f"/customers/{alice.pk}{first.context['page'].following}")

    assert sum(page.content.decode().count("Mira spoke with the customer") for page in (first, second)) == 60


def test_thousands_of_calls_do_not_make_a_page_of_thousands(
    as_: As, mira: Associate, alice: Customer, case: Case
) -> None:
    at = timezone.now()
    Note.objects.bulk_create(
        Note(case=case, kind="call", text="Rang.", author=mira, at=at + timedelta(seconds=n)) for n in range(MOST + 9)
    )
    assert timeline(as_(mira), alice).count("Mira spoke with the customer") == MOST
