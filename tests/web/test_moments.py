"""Naming and placing the kinds of touchpoint."""

from collections.abc import Callable
from typing import Any

import pytest
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from heedful.associates.models import Associate
from heedful.customers.models import Customer, TouchpointKind
from heedful.customers.touchpoints import TouchpointDraft
from heedful.kit.actor import SYSTEM
from heedful.promise import promises, standards
from tests.cast import NOON, arrived, make_promise

type As = Callable[[Associate], Client]


@pytest.fixture
def quick(alice: Customer) -> None:
    draft = standards.StandardDraft(form="within", from_kind="order_placed", to_kind="delivered", within_s=3600)
    make_promise(
        wording=promises.Wording(words="At your door in an hour"), standards=[draft], by=SYSTEM, at=timezone.now()
    )


def test_a_moment_is_named_and_placed_and_the_timeline_calls_it_so(as_: As, casey: Associate, alice: Customer) -> None:
    client = as_(casey)

    client.post("/setup/touchpoint-kinds/order_placed", {"name": "Ordered in the shop", "stage": "purchase"})

    kind = TouchpointKind.objects.get(pk="order_placed")
    assert (kind.name, kind.stage_id, kind.moves_stage) == ("Ordered in the shop", "purchase", False)
    assert "Ordered in the shop" in client.get(f"/customers/{alice.pk}").content.decode()


def test_moving_without_a_stage_is_refused_at_the_form(as_: As, casey: Associate, alice: Customer) -> None:
    page = as_(casey).post("/setup/touchpoint-kinds/order_placed", {"moves_stage": "on"}).content.decode()

    assert "Choose the stage into which it moves customers." in page
    assert not TouchpointKind.objects.get(pk="order_placed").moves_stage


def test_the_list_says_who_waits_for_a_moment(as_: As, casey: Associate, quick: None) -> None:
    client = as_(casey)

    assert client.get("/setup/touchpoint-kinds").content.decode().count("At your door in an hour") == 2
    assert "At your door in an hour" in client.get("/setup/touchpoint-kinds/delivered").content.decode()
    assert "At your door" not in client.get("/setup/touchpoint-kinds/survey_answered").content.decode()


def test_a_kind_with_odd_characters_has_a_page(as_: As, casey: Associate, acme: object) -> None:
    for number, slug in enumerate(("a/b", "50%", "what? #1", "über", "<b>")):
        arrived("odd@example.test", TouchpointDraft(slug, NOON, f"o-{number}"))
        client = as_(casey)
        assert client.get("/setup/touchpoint-kinds").status_code == 200
        assert client.get(reverse("setup:touchpoint-kind", args=[slug])).context["row"].pk == slug


def test_the_list_takes_as_many_queries_for_many_as_for_one(
    as_: As, casey: Associate, quick: None, django_assert_num_queries: Any
) -> None:
    client = as_(casey)
    TouchpointKind.objects.bulk_create([TouchpointKind(slug=f"kind_{number}", stage_id="use") for number in range(30)])

    with django_assert_num_queries(5):
        client.get("/setup/touchpoint-kinds")
