"""A name that turns the direction of writing turns nothing but itself."""

from collections.abc import Callable

import pytest
from django.test import Client
from django.utils import timezone

from heedful.act import cases
from heedful.associates import associates
from heedful.associates.models import Associate, Role
from heedful.courier.models import Mail
from heedful.customers import people
from heedful.customers.models import Customer
from heedful.kit import characters
from heedful.kit.actor import SYSTEM
from heedful.listen.models import Message
from heedful.understand.detection import Trouble
from tests.cast import NOON

type As = Callable[[Associate], Client]

TURNING = "\u202a\u202b\u202c\u202d\u202e\u2066\u2067\u2068\u2069"


def test_every_character_that_turns_is_taken_out_and_no_other() -> None:
    assert characters.straight(f"a{TURNING}b") == "ab"
    assert characters.straight("עברית العربية \u200f\u200e a") == "עברית العربية \u200f\u200e a"


def test_a_name_that_arrives_is_straight(acme: object, alice: Customer) -> None:
    people.describe(facts={alice.pk: {"name": ("\u202eecilA", NOON), "segment": ("\u2067gold", NOON)}})

    alice.refresh_from_db()
    assert (alice.name, alice.segment) == ("ecilA", "gold")


@pytest.mark.parametrize(
    "address", ["/customers", "/customers/{pk}", "/customers/{pk}/person", "/cases", "/cases/{case}"]
)
def test_a_name_that_was_kept_before_turns_no_page(as_: As, mira: Associate, alice: Customer, address: str) -> None:
    trouble = Trouble(
        reference="feedback:7", customer=alice.pk, severity=2, what="Nobody came", happened_at=timezone.now()
    )
    case = cases.open_for_trouble(trouble=trouble, by=SYSTEM, at=timezone.now())
    Customer.objects.filter(pk=alice.pk).update(name="\u202eecilA")

    page = as_(mira).get(address.format(pk=alice.pk, case=case.pk)).content.decode()

    assert "ecilA" in page
    assert not set(TURNING) & set(page)


def test_a_name_of_turning_characters_alone_is_a_visitor(alice: Customer) -> None:
    assert Customer(pk=7, name="\u202e").label == "Visitor 7"


def test_a_mail_and_an_associate_have_straight_names(acme: object, alice: Customer) -> None:
    turned = associates.add(email="tom@acme.test", name="Tom\u202e", role=Role.ASSOCIATE, by=SYSTEM, at=NOON)
    people.describe(facts={alice.pk: {"name": ("\u202eecilA", NOON)}})
    trouble = Trouble(
        reference="feedback:7", customer=alice.pk, severity=2, what="Nobody came", happened_at=timezone.now()
    )
    case = cases.open_for_trouble(trouble=trouble, by=SYSTEM, at=timezone.now())
    cases.write(case=case, subject="\u202eSorry", text="We are.", by=turned.by, at=timezone.now())

    assert turned.name == "Tom"
    assert (Mail.objects.get().subject, Mail.objects.get().to_name, Message.objects.get().subject) == (
        "Sorry",
        "ecilA",
        "Sorry",
    )
