"""Exports and forms hold words where people read, and codes where programs do."""

import csv
import io
from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from heedful.act import cases
from heedful.associates.models import Associate, Team
from heedful.customers import kinds, messages, touchpoints
from heedful.customers.messages import Description, SourceMessage
from heedful.customers.models import Customer, Stage, TouchpointKind
from heedful.customers.question_kinds import Answer, Score
from heedful.customers.touchpoints import TouchpointDraft
from heedful.kit.actor import SYSTEM
from heedful.listen.models import Survey
from heedful.promise.models import Promise
from heedful.understand.detection import Trouble
from heedful.web import lists, touchpoint_kinds, wording
from tests.cast import NOON

type As = Callable[[Associate], Client]


def rows(page: Any) -> list[dict[str, str]]:
    text = b"".join(page.streaming_content).decode().lstrip("\ufeff")
    return list(csv.DictReader(io.StringIO(text)))


def test_exported_cases_say_why_in_words_with_the_code_beside(
    as_: As, mira: Associate, lena: Associate, alice: Customer
) -> None:
    trouble = Trouble(
        reference="feedback:7", customer=alice.pk, severity=2, what="Nobody came", happened_at=timezone.now()
    )
    case = cases.open_for_trouble(trouble=trouble, by=SYSTEM, at=timezone.now())
    cases.close(case=case, outcome="compensated", cause="late", by=mira.by, at=timezone.now())
    cases.hear_whether_it_helped(case=case, helped=True, by=SYSTEM, at=timezone.now())

    (row,) = rows(as_(lena).get("/cases?state=closed&format=csv"))

    assert (row["Outcome"], row["Cause"], row["Helped"]) == ("Made good", "We were late", "yes")
    assert (row["Outcome code"], row["Cause code"]) == ("compensated", "late")


def test_exported_customers_have_their_stage_in_words_and_their_phone_as_it_is(
    as_: As, lena: Associate, alice: Customer
) -> None:
    Stage.objects.filter(pk="use").update(name="Daily use")
    Customer.objects.filter(pk=alice.pk).update(stage="use", phone="+447700900123", name="+cmd|' /C calc'!A0")

    (row,) = rows(as_(lena).get("/customers?format=csv"))

    assert (row["stage"], row["stage_code"]) == ("Daily use", "use")
    assert row["phone"] == "+447700900123"
    assert row["name"].startswith("'+cmd")


def test_exported_answers_are_read_in_one_go_with_their_scores(as_: As, lena: Associate, acme: object) -> None:
    given = {"satisfaction": 4, "recommend": 3}
    for name, scores in (("one", given), ("two", given), ("mute", None)):
        said = TouchpointDraft(
            "survey_answered", NOON, name, (("email", "al@x.org"),), scores=scores, verbatim="Nobody came"
        )
        touchpoints.record(drafts=[said], source="test", by=SYSTEM, at=NOON)

    with CaptureQueriesContext(connection) as captured:
        found = rows(as_(lena).get("/feedback?period=all&format=csv"))

    assert sorted(row["Scores"] for row in found) == ["", *["Would recommend: 3 of 10; Satisfaction: 4 of 5"] * 2]
    assert not [query for query in captured if query["sql"].startswith('SELECT "customers_score"')]


def test_exported_answers_have_a_column_for_each_question_and_say_whose_and_whence(
    as_: As, lena: Associate, acme: object
) -> None:
    names = (("user_id", "u1"), ("external", "crm-7"), ("email", "al@x.org"))
    first: dict[str, Score] = {
        "satisfaction.delivery": 4,
        "recommend": Answer(3, (1, 5)),
        "choice": Answer(1, label="Price"),
    }
    second: dict[str, Score] = {"recommend": 9}
    for name, at, scores in (("one", NOON, first), ("two", NOON - timedelta(days=1), second)):
        said = TouchpointDraft("order_reviewed", at, name, names, scores=scores)
        messages.record(
            messages=[SourceMessage(said, Description(names, at, {"segment": "gold"}))],
            source="shop",
            by=SYSTEM,
            at=NOON,
        )

    found = rows(as_(lena).get("/feedback?period=all&words=any&format=csv"))

    assert [(row["satisfaction.delivery"], row["recommend"], row["choice"]) for row in found] == [
        ("4", "3", "Price"),
        ("", "9", ""),
    ]
    whose = ("Kind", "Source", "Segment", "User id", "External id", "E-mail", "Phone")
    assert [found[0][name] for name in whose] == ["order_reviewed", "shop", "gold", "u1", "crm-7", "al@x.org", ""]
    asked = rows(as_(lena).get("/feedback?period=all&words=any&format=csv&kind=order_placed"))
    assert asked == []


@pytest.mark.parametrize("text", ["=1+1", "+1+1", "-2", "@now", "\tx", "+44 7700", "+0123456789", "+1234567890123456"])
def test_what_a_spreadsheet_might_run_is_held_back(text: str) -> None:
    assert lists._cell(text) == f"'{text}"


@pytest.mark.parametrize(
    ("number", "things", "said"),
    [
        (1, "cases due", "1 case due"),
        (0, "answers", "0 answers"),
        (1, "answers", "1 answer"),
        (1200, "cases due", "1,200 cases due"),
        (1, "due", "1 due"),
        (1, "asked", "1 asked"),
    ],
)
def test_one_is_not_many(number: int, things: str, said: str) -> None:
    assert wording.count_of(number, things) == said


@pytest.fixture
def named(acme: object) -> None:
    kinds.watch(slugs=["order_placed", "shipped"])
    TouchpointKind.objects.filter(pk="order_placed").update(name="Bought something")


@pytest.mark.parametrize(
    ("typed", "code"),
    [
        ("Bought something", "order_placed"),
        ("bought  SOMETHING", "order_placed"),
        ("order_placed", "order_placed"),
        ("Shipped", "shipped"),
        ("Order Returned", "order_returned"),
        ("checkout.done", "checkout.done"),
        ("", ""),
    ],
)
def test_a_kind_is_meant_by_its_name_or_its_code(named: None, typed: str, code: str) -> None:
    assert touchpoint_kinds.code_of(typed, touchpoint_kinds.offered()) == code


def test_two_kinds_of_one_name_are_offered_by_their_codes(named: None) -> None:
    TouchpointKind.objects.filter(pk="shipped").update(name="Bought something")

    assert set(touchpoint_kinds.offered()) == {"order_placed", "shipped"}


def test_forms_offer_kinds_by_their_names_and_keep_their_codes(as_: As, casey: Associate, named: None) -> None:
    client = as_(casey)
    for address in ("/promises/new", "/surveys/new"):
        page = client.get(address).content.decode()
        assert '<option value="Bought something">' in page
        assert "order_placed" not in page

    client.post(
        "/promises/new",
        {
            "words": "We send it at once", "severity": 2, "standard-TOTAL_FORMS": 1, "standard-INITIAL_FORMS": 0,
            "standard-0-form": "within", "standard-0-within_from": "Bought something",
            "standard-0-within_to": "Shipped", "standard-0-within_number": 2, "standard-0-within_unit": "days",
            "standard-0-at_risk": 75,
        },
    )  # fmt: skip
    standard = Promise.objects.get().standards.get()
    assert (standard.from_kind, standard.to_kind) == ("order_placed", "shipped")
    page = client.get(f"/promises/{Promise.objects.get().slug}/edit").content.decode()
    assert 'value="Bought something"' in page


def test_a_survey_says_in_words_when_it_asks(as_: As, casey: Associate, named: None, care: Team) -> None:
    survey = Survey.objects.create(
        name="After buying", slug="after", moment_kind="order_placed", languages=["en"], created_at=NOON,
        questions=[{"code": "satisfaction"}],
    )  # fmt: skip

    for address in ("/surveys", f"/surveys/{survey.pk}"):
        page = as_(casey).get(address).content.decode()
        assert "Bought something" in page
        assert "order_placed" not in page
