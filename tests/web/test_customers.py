"""The customers' list and page."""

import base64
import json
import warnings
from collections.abc import Callable
from typing import Any

import pytest
from django.test import Client
from django.utils import timezone

from heedful.act import cases
from heedful.associates import keys
from heedful.associates.models import Associate
from heedful.customers import messages, people
from heedful.customers.messages import Description, SourceMessage
from heedful.customers.models import Customer, IdentityLink, Merge
from heedful.customers.touchpoints import TouchpointDraft
from heedful.kit.actor import SYSTEM
from heedful.promise.models import Commitment, Promise
from heedful.understand.detection import Trouble
from tests.cast import NOON, arrived

type As = Callable[[Associate], Client]


def test_the_list_shows_each_person_once_and_counts_them(
    as_: As, mira: Associate, alice: Customer, bruno: Customer
) -> None:
    page = as_(mira).get("/customers").content.decode()

    assert page.count("alice@example.test</a>") == 1
    assert "2 customers" in page


def test_the_list_takes_as_many_queries_for_many_as_for_one(
    as_: As, mira: Associate, alice: Customer, django_assert_num_queries: Any
) -> None:
    client = as_(mira)
    for number in range(20):
        arrived(f"guest-{number}@example.test", TouchpointDraft("order_placed", NOON, f"g-{number}"))

    # session, associate, company, stages, count, rows, who was shown and who is new, kept views, the menu's counts
    with django_assert_num_queries(4):
        client.get("/customers")


@pytest.mark.parametrize(("with_", "found"), [("case", "alice"), ("risk", "bruno")])
def test_those_with_an_open_case_or_a_promise_at_risk_are_looked_for_first(
    as_: As, mira: Associate, alice: Customer, bruno: Customer, with_: str, found: str, django_assert_num_queries: Any
) -> None:
    trouble = Trouble(reference="feedback:7", customer=alice.pk, severity=2, what="Nobody came", happened_at=NOON)
    cases.open_for_trouble(trouble=trouble, by=SYSTEM, at=NOON)
    second = arrived("bruno@work.test", TouchpointDraft("order_placed", NOON, "b-9"))
    people.merge(a=bruno, b=second, by=SYSTEM, at=NOON)
    promise = Promise.objects.create(slug="in-time", words="In time", made_at=NOON)
    for number, state in ((1, "at_risk"), (2, "kept")):
        Commitment.objects.create(
            promise=promise,
            standard=promise.standards.get_or_create(form="within")[0],
            customer=second if state == "at_risk" else alice,
            opened_by=number,
            started_at=NOON,
            counts_at=NOON,
            changes_at=NOON if state == "at_risk" else None,
            state=state,
        )
    client = as_(mira)

    # who has one, and then as for the whole list
    with django_assert_num_queries(5):
        page = client.get(f"/customers?with={with_}").content.decode()

    assert [name for name in ("alice", "bruno") if f">{name}@example.test</a>" in page] == [found]


def test_a_search_finds_by_a_part_of_the_address_and_by_a_whole_identity(
    as_: As, mira: Associate, alice: Customer, bruno: Customer
) -> None:
    arrived(
        "bruno@example.test",
        TouchpointDraft("seen", NOON, "b-2", identities=(("user_id", "4711"), ("email", "bruno@example.test"))),
    )

    by_part = as_(mira).get("/customers?q=LICE").content.decode()
    by_number = as_(mira).get("/customers?q=4711").content.decode()

    assert "alice@example.test" in by_part
    assert "bruno@example.test" not in by_part
    assert "bruno@example.test" in by_number


@pytest.mark.parametrize("address", ["", "?order=value"])
def test_a_long_list_goes_on_after_its_last_row(as_: As, mira: Associate, acme: object, address: str) -> None:
    for number in range(55):
        arrived(f"guest-{number}@example.test", TouchpointDraft("order_placed", NOON, f"g-{number}"))
    Customer.objects.update(value_amount="12.50", value_currency="GBP")
    client = as_(mira)

    first = client.get(f"/customers{address}")
    second = client.get("/customers" + first.context["page"].following)

    assert "1–50 of 55" in first.content.decode()
    assert "51–55 of 55" in second.content.decode()
    assert not {who.pk for who in first.context["page"].rows} & {who.pk for who in second.context["page"].rows}


def test_a_broken_cursor_shows_the_start(as_: As, mira: Associate, alice: Customer) -> None:
    made_up: list[object] = [
        [0, "2026-01-01", 1],
        [1e999, "2026-01-01T00:00:00Z", 1],
        [0, "9999-12-31T23:59:59-14:00", 1],
    ]
    cursors = [base64.urlsafe_b64encode(json.dumps(said).encode()).decode().rstrip("=") for said in made_up]
    deep = base64.urlsafe_b64encode(b"[" * 3_000).decode()
    with warnings.catch_warnings(action="error"):
        for cursor in ("x", "W10", "WzEsMiwzXQ", "bnVsbA", "WzEsIDEsIHt9XQ", deep, *cursors):
            assert as_(mira).get(f"/customers?after={cursor}").status_code == 200


def test_an_export_is_for_those_who_lead_and_runs_nothing_in_a_spreadsheet(
    as_: As, mira: Associate, lena: Associate, acme: object
) -> None:
    arrived("=1+1@example.test", TouchpointDraft("order_placed", NOON, "x-1"))

    refused = as_(mira).get("/customers?format=csv")
    allowed = as_(lena).get("/customers?format=csv")

    assert refused.status_code == 403
    assert "'=1+1@example.test" in b"".join(allowed).decode()


def test_the_page_says_how_it_felt_against_what_was_expected(
    as_: As, mira: Associate, alice: Customer, django_assert_max_num_queries: Any
) -> None:
    client = as_(mira)

    with django_assert_max_num_queries(10):
        page = client.get(f"/customers/{alice.pk}").content.decode()

    assert "worse than expected (4)" in page
    assert "Nobody came." in page
    assert "Order placed" in page


def test_every_part_of_the_page_shows(as_: As, mira: Associate, alice: Customer) -> None:
    for part in ("", "/feedback", "/promises", "/cases", "/person", "/merge", "/merge?q=example"):
        assert as_(mira).get(f"/customers/{alice.pk}{part}").status_code == 200, part


def test_a_record_of_a_person_leads_to_the_person(as_: As, mira: Associate, alice: Customer, bruno: Customer) -> None:
    people.merge(a=alice, b=bruno, by=mira.by, at=timezone.now())

    response = as_(mira).get(f"/customers/{max(alice.pk, bruno.pk)}")

    assert response.status_code == 302
    assert response["Location"] == f"/customers/{min(alice.pk, bruno.pk)}"


def test_two_are_merged_and_parted_on_the_page(as_: As, mira: Associate, alice: Customer, bruno: Customer) -> None:
    client = as_(mira)

    client.post(f"/customers/{alice.pk}/merges", {"other": bruno.pk, "reason": "They share a phone."})
    merge = Merge.objects.get()
    together = client.get(f"/customers/{alice.pk}").content.decode()
    parted = client.post(f"/customers/{alice.pk}/merges/{merge.pk}/undo", follow=True).content.decode()
    apart = client.get(f"/customers/{alice.pk}").content.decode()

    assert f"{merge.a.label} and {merge.b.label} are two customers again" in parted
    assert "Bill paid" in together
    assert "Bill paid" not in apart
    assert "Order placed" in apart


def test_merging_one_with_itself_is_refused_in_a_sentence(as_: As, mira: Associate, alice: Customer) -> None:
    response = as_(mira).post(f"/customers/{alice.pk}/merges", {"other": alice.pk}, follow=True)

    assert "These two are one customer already." in response.content.decode()
    assert not Merge.objects.exists()


def test_two_of_one_name_are_told_apart_by_what_they_were_known_by(
    as_: As, mira: Associate, alice: Customer, bruno: Customer
) -> None:
    Customer.objects.filter(pk__in=[alice.pk, bruno.pk]).update(name="Sam Hill")
    people.merge(a=alice, b=bruno, by=mira.by, at=timezone.now())
    Customer.objects.filter(pk__in=[alice.pk, bruno.pk]).update(name="Sam Hill")

    page = as_(mira).get(f"/customers/{min(alice.pk, bruno.pk)}/person").content.decode().split("Merged by hand")[1]

    assert "alice@example.test" in page
    assert "bruno@example.test" in page
    assert "by Mira" in page


def test_attributes_are_said_in_words_whatever_their_shape(as_: As, mira: Associate, alice: Customer) -> None:
    sent = {"tags": ["a", "b"], "vip": True, "address": {"city": "Leeds"}, "customer_since": "2026-11-08"}
    Customer.objects.filter(pk=alice.pk).update(attributes=sent)
    page = as_(mira).get(f"/customers/{alice.pk}/person").content.decode()
    for words in ("a, b", ">yes<", "city Leeds", "8 Nov 2026"):
        assert words in page
    assert "[&#39;" not in page


def test_a_house_that_is_empty_has_nothing_to_filter_or_export(as_: As, ada: Associate) -> None:
    client = as_(ada)
    for address in ("/customers", "/feedback", "/setup/touchpoint-kinds"):
        page = client.get(address).content.decode()
        assert 'class="empty"' in page
        assert "list-tools" not in page
        assert "Export" not in page
    assert "list-tools" in client.get("/customers?q=nobody").content.decode()


def test_what_a_browser_said_is_shown_as_its_word(as_: As, mira: Associate, alice: Customer) -> None:
    said = Description(
        (("email", "alice@example.test"), ("user_id", "u-9")), NOON, {"email": "x@evil.example", "town": "<b>"}
    )
    messages.record(messages=[SourceMessage(description=said)], source="page", verified=False, by=SYSTEM, at=NOON)

    page = as_(mira).get(f"/customers/{alice.pk}/person").content.decode()

    assert "A visitor's browser said" in page
    assert "x@evil.example" in page
    assert "&lt;b&gt;" in page
    assert Customer.objects.get(pk=alice.pk).email == "alice@example.test"


def test_a_customer_of_whom_no_browser_said_anything_has_no_such_place(
    as_: As, mira: Associate, alice: Customer
) -> None:
    assert "browser" not in as_(mira).get(f"/customers/{alice.pk}/person").content.decode()


def test_what_was_joined_by_itself_says_why_and_is_parted_on_the_page(
    as_: As, mira: Associate, alice: Customer
) -> None:
    shop, _ = keys.add(name="The shop", by=SYSTEM, at=NOON)
    names = (("user_id", "u-9"), ("email", "alice@example.test"))
    said = Description(names, NOON, {"name": "Somebody Else"}, message="order-17")
    messages.record(messages=[SourceMessage(description=said)], source="shop", by=shop.by, at=NOON)
    client, join = as_(mira), IdentityLink.objects.get()

    page = client.get(f"/customers/{alice.pk}/person").content.decode().split("Joined by itself")[1]
    assert "order-17" in page
    assert "from the key <bdi>The shop</bdi> on 2 March 2026" in " ".join(page.split())
    done = client.post(f"/customers/{alice.pk}/joins/{join.pk}/parting", follow=True).content.decode()
    assert "are two customers now, whatever messages say later." in done
    messages.record(messages=[SourceMessage(description=said)], source="shop", by=shop.by, at=NOON)

    assert client.get("/customers?q=else+somebody").context["page"].rows[0].pk != alice.pk
    after = client.get(f"/customers/{alice.pk}/person").content.decode()
    assert "by Mira" in after.split("Joined by itself")[1]
    assert "Somebody Else" not in after
