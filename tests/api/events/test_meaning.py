"""What events mean: what happened, when, on which channel, to whom, and what is known of them since."""

from datetime import UTC, datetime, timedelta
from decimal import Decimal
from typing import Any

import pytest

from heedful.api.events import times
from heedful.associates import company
from heedful.customers import consents
from heedful.customers.models import Customer, Feedback, Identity, Organisation, Score, StageChange, Touchpoint
from heedful.customers.slugs import slug
from heedful.kit.actor import SYSTEM
from tests.api.events.conftest import NOON, Send

AT = datetime(2026, 3, 2, 12, 0, tzinfo=UTC)


def track(event: str = "Paid", **said: Any) -> dict[str, Any]:
    return {"type": "track", "userId": "u1", "event": event, **said}


def identify(user: str = "u1", **said: Any) -> dict[str, Any]:
    return {"type": "identify", "userId": user, **said}


def person(user: str = "u1") -> Customer:
    found = Identity.objects.get(kind="user_id", value=user).customer.person
    assert found is not None
    return found


@pytest.mark.parametrize(
    ("name", "kind"),
    [
        ("Order Completed", "order_completed"),
        ("  order-completed ", "order_completed"),
        ("Straße gewählt", "strasse_gewählt"),
        ("注文 完了", "注文_完了"),
        ("$pageview", "pageview"),
        ("🎉", "🎉"),
    ],
)
def test_a_name_becomes_a_kind(name: str, kind: str) -> None:
    assert slug(name) == kind


@pytest.mark.parametrize(
    ("said", "at"),
    [
        ("2026-03-02T12:00:00.000Z", AT),
        ("2026-03-02T13:00:00+01:00", AT),
        ("2026-03-02 12:00:00", AT),
        ("2026-03-02", AT.replace(hour=0)),
        ("Mon, 02 Mar 2026 12:00:00 GMT", AT),
        (1772452800, AT),
        (1772452800000, AT),
        ("1772452800.0", AT),
        (1772452800000000, AT),
        ("soon", None),
        (True, None),
        ({}, None),
        ("+275760-09-13T00:00:00.000Z", None),
        (1e300, None),
    ],
)
def test_times_are_read_in_the_forms_that_clients_write(said: Any, at: datetime | None) -> None:
    assert times.moment(said) == at


def test_a_wrong_clock_is_set_right_unless_that_cannot_be() -> None:
    hour = timedelta(hours=1)
    assert times.happened(AT - 3 * hour, times.shift("2026-03-02T10:00:00Z", AT), AT) == AT - hour
    assert times.happened(AT, times.shift("1970-01-01T00:00:00Z", AT), AT) == AT
    assert times.happened(AT, times.shift(None, AT), AT) == AT


def test_a_page_carries_its_name_and_address(send: Send) -> None:
    page = {"userId": "u1", "name": "Pricing", "category": "Docs", "properties": {"url": "https://x.example/p"}}
    campaign = {"source": "news", "name": "spring"}
    send("/v1/page", {**page, "context": {"campaign": campaign, "library": {"name": "analytics.js"}}})
    row = Touchpoint.objects.get()
    assert (row.kind, row.channel) == ("page", "web")
    expected = {"name": "Pricing", "category": "Docs", "url": "https://x.example/p", "campaign": campaign}
    assert row.properties == expected


@pytest.mark.parametrize(
    ("said", "channel"),
    [
        ({"properties": {"channel": "Phone"}, "context": {"channel": "server"}}, "phone"),
        ({"context": {"channel": "server"}, "channel": "web"}, "server"),
        ({"channel": "web"}, "web"),
        ({"context": {"library": {"name": "RudderLabs JavaScript SDK"}}}, "web"),
        ({"context": {"library": {"name": "analytics-ios"}}}, "mobile"),
        ({"context": {"library": {"name": "@segment/analytics-node"}}}, "server"),
        ({"context": {"library": {"name": "mystery"}}}, ""),
        ({"context": {"library": "mystery"}}, ""),
        ({}, ""),
    ],
)
def test_the_channel_is_what_the_event_says_or_its_library_is_made_for(
    said: dict[str, Any], channel: str, send: Send
) -> None:
    send("/v1/track", track(**said))
    assert Touchpoint.objects.get().channel == channel


def test_the_context_of_a_batch_holds_for_its_events(send: Send) -> None:
    events = [track(messageId="1"), track(messageId="2", context={"channel": "mobile"})]
    send("/v1/batch", {"batch": events, "context": {"channel": "web", "device": {"id": "d1"}}})
    assert list(Touchpoint.objects.order_by("id").values_list("channel", flat=True).distinct()) != []
    assert {row.channel for row in Touchpoint.objects.all()} == {"web", "mobile"}
    assert Identity.objects.get(kind="device").customer.person == person()


def test_a_stage_is_kept_when_the_company_has_it(send: Send) -> None:
    for stage in ("Onboarding", "nowhere"):
        send("/v1/track", track(stage, properties={"stage": stage}))
    assert dict(Touchpoint.objects.values_list("kind", "stage_slug")) == {"onboarding": "onboarding", "nowhere": ""}


def test_scores_and_words_make_feedback(send: Send) -> None:
    said = {"scores": {"satisfaction.delivery": 4}, "nps": "9", "ces": 2, "comment": "Late, but kind."}
    send("/v1/track", track("Survey Answered", properties=said))
    sheet = Feedback.objects.get()
    assert (sheet.verbatim, sheet.customer) == ("Late, but kind.", person())
    assert dict(Score.objects.values_list("question", "value")) == {
        "satisfaction.delivery": 4,
        "recommend": 9,
        "ease": 2,
    }
    assert Touchpoint.objects.get().properties == said


def test_who_identifies_is_described(send: Send) -> None:
    traits = {
        "email": "Ana@Example.com", "phone": "0113 496 0000", "firstName": "Ana", "lastName": "Müller",
        "plan": "gold", "mrr": 10.5, "currency": "gbp", "lifecycle_stage": "Onboarding", "town": "Leeds",
        "consent": {"email": True, "phone": False}, "company": {"id": "acct-9", "name": "Acme", "employees": 42},
    }  # fmt: skip
    send("/v1/identify", identify(traits=traits, anonymousId="a1", context={"locale": "en-GB"}))
    who = person()
    assert (who.name, who.email, who.phone, who.language) == ("Ana Müller", "ana@example.com", "+441134960000", "en-GB")
    assert (who.segment, who.stage_id, who.value_amount, who.value_currency) == (
        "gold", "onboarding", Decimal("126.00"), "GBP",
    )  # fmt: skip
    assert who.attributes["town"] == "Leeds"
    assert who.organisation is not None
    assert (who.organisation.name, who.organisation.attributes) == ("Acme", {"employees": 42})
    assert consents.standing(person=who.pk) == {"email": True, "phone": False}
    assert {row.kind for row in Identity.objects.filter(customer__person=who)} == {
        "user_id", "anonymous_id", "email", "phone",
    }  # fmt: skip
    assert StageChange.objects.get().stage_id == "onboarding"
    assert who.is_known


@pytest.mark.parametrize("said", [{"amount": -1, "currency": "EUR"}, {"amount": 1e30}, -0.01, "a lot", [1], True])
def test_a_value_that_is_none_costs_nobody_theirs(send: Send, said: object) -> None:
    send("/v1/identify", identify(traits={"value": {"amount": 120, "currency": "EUR"}}))
    send("/v1/identify", identify(traits={"value": said, "arr": said}))
    who = person()
    assert (who.value_amount, who.value_currency) == (Decimal(120), "EUR")
    assert {"value_as_sent", "arr"} <= set(who.attributes)


def test_a_phone_is_read_as_the_companys_country_writes_it(send: Send) -> None:
    company.edit(name="X", colour="#2f6f5e", time_zone="Europe/Berlin", country="DE", by=SYSTEM, at=NOON)
    send("/v1/identify", identify(traits={"phone": "030 901820"}))
    assert Identity.objects.get(kind="phone").value == "+4930901820"


def test_what_was_said_later_stands_whatever_comes_first(send: Send) -> None:
    later = identify(traits={"plan": "gold"}, timestamp="2026-02-02T00:00:00Z", messageId="2")
    earlier = identify(traits={"plan": "basic", "town": "Leeds"}, timestamp="2026-02-01T00:00:00Z", messageId="1")
    for event in (later, earlier):
        send("/v1/identify", event)
    assert person().attributes == {"plan": "gold", "town": "Leeds"}


def test_a_group_fills_the_organisation_and_its_mail_is_nobodys(send: Send) -> None:
    traits = {"name": "Acme", "email": "office@acme.example"}
    send("/v1/group", {"userId": "u1", "groupId": "acct-9", "traits": traits})
    assert person().organisation == Organisation.objects.get(external_id="acct-9")
    assert not Identity.objects.filter(kind="email").exists()
    send("/v1/group", {"userId": "u1", "groupId": "acct-9", "traits": {"plan": "pro"}})
    row = Organisation.objects.get()
    assert (row.name, row.attributes) == ("Acme", {"email": "office@acme.example", "plan": "pro"})


@pytest.mark.parametrize("order", [[0, 1, 2], [2, 1, 0], [1, 2, 0]])
def test_an_alias_joins_who_somebody_was_with_who_it_is_in_any_order(order: list[int], send: Send) -> None:
    events = [
        ("/v1/track", {"anonymousId": "a1", "event": "Looked", "messageId": "1"}),
        ("/v1/alias", {"previousId": "a1", "userId": "u1", "messageId": "2"}),
        ("/v1/track", {"userId": "u1", "event": "Bought", "messageId": "3"}),
    ]
    for n in order:
        send(*events[n])
    assert Touchpoint.objects.filter(customer__person=person()).count() == 2


def test_a_merge_of_rudderstack_joins_what_it_names(send: Send) -> None:
    pairs = [{"type": "email", "value": "Ana@example.com"}, {"type": "mobile", "value": "+44 113 496 0000"}]
    send("/v1/track", {"event": "Paid", "context": {"traits": {"email": "ana@example.com"}}})
    send("/v1/merge", {"mergeProperties": [*pairs, {"type": "loyalty", "value": "7"}]})
    (only,) = Customer.objects.people()
    assert {row.kind for row in Identity.objects.filter(customer__person=only)} == {"email", "phone", "external"}


def test_posthogs_device_of_its_own_is_not_an_account(send: Send) -> None:
    event = {"event": "$pageview", "distinct_id": "d-1", "uuid": "1"}
    properties = {"$device_id": "d-1", "$current_url": "https://x.example/", "$lib": "posthog-js"}
    send("/capture/", {**event, "properties": properties})
    row = Touchpoint.objects.get()
    assert (row.kind, row.channel, row.properties["url"]) == ("page", "web", "https://x.example/")
    assert Identity.objects.get().kind == "anonymous_id"


def test_a_time_that_cannot_be_read_or_be_true_is_marked(send: Send) -> None:
    for n, said in enumerate(["yesterday", "1066-10-14T09:00:00Z", "2999-01-01T00:00:00Z", "2026-01-01T00:00:00Z"]):
        send("/v1/track", track(f"Said {n}", timestamp=said))
    marked = dict(Touchpoint.objects.values_list("kind", "clamped"))
    assert marked == {"said_0": True, "said_1": True, "said_2": True, "said_3": False}
