"""A brand is a dimension of what customers do and say."""

from typing import Any

import pytest
from django.test import Client

from heedful.associates import brands, keys
from heedful.associates.models import Brand, Key
from heedful.customers.models import Feedback, Score, Touchpoint, UnknownBrand
from heedful.kit import visibility
from heedful.kit.actor import SYSTEM
from heedful.kit.errors import Refused
from tests.cast import NOON

pytestmark = pytest.mark.django_db


@pytest.fixture
def house(acme: object) -> Brand:
    return brands.add(name="Fibre Home", by=SYSTEM, at=NOON)


@pytest.fixture
def trade(house: Brand) -> Brand:
    return brands.add(name="Fibre Business", by=SYSTEM, at=NOON)


def send(client: Client, secret: str, number: int, **said: Any) -> None:
    body = {"userId": "u1", "event": "Order Rated", "messageId": f"m{number}", **said}
    response = client.post("/v1/track", body, content_type="application/json", headers={"X-Write-Key": secret})
    assert response.status_code == 200, response.content


def test_a_message_says_its_brand_before_its_key_does(client: Client, house: Brand, trade: Brand) -> None:
    key, secret = keys.add(name="Shop", brand=trade, by=SYSTEM, at=NOON)
    send(client, secret, 1, properties={"recommend": 3})
    send(client, secret, 2, properties={"recommend": 4, "brand": "fibre-home"})
    send(client, secret, 3, properties={"recommend": 5}, context={"brand": "FIBRE HOME"})
    send(client, secret, 4, properties={"recommend": 6, "brand": "Nike"})
    assert [*Touchpoint.objects.order_by("pk").values_list("brand", flat=True)] == [
        trade.pk, house.pk, house.pk, trade.pk
    ]  # fmt: skip
    assert Touchpoint.objects.latest("pk").properties["brand"] == "Nike"
    assert [*UnknownBrand.objects.values_list("key", "name")] == [(key.pk, "Nike")]
    assert {*Feedback.objects.values_list("brand", "source")} == {
        (trade.pk, f"key:{key.pk}"), (house.pk, f"key:{key.pk}")
    }  # fmt: skip
    assert {*Score.objects.values_list("value", "brand")} == {
        (3, trade.pk), (4, house.pk), (5, house.pk), (6, trade.pk)
    }  # fmt: skip


def test_a_company_without_brands_takes_the_word_for_a_property(client: Client, acme: object) -> None:
    _, secret = keys.add(name="Shop", scope=Key.Scope.SEND, by=SYSTEM, at=NOON)
    send(client, secret, 1, properties={"brand": "Nike"})
    assert Touchpoint.objects.get().brand_id is None
    assert not UnknownBrand.objects.exists()


def test_names_of_brands_are_told_apart(house: Brand) -> None:
    for name in ("fibre home", "Fibre-Home", "None", " "):
        with pytest.raises(Refused):
            brands.add(name=name, by=SYSTEM, at=NOON)
    brands.rename(brand=house, name="Home", by=SYSTEM, at=NOON)
    assert (brands.add(name="Fibre home plus", by=SYSTEM, at=NOON).slug, house.slug) == (
        "fibre-home-plus", "fibre-home"
    )  # fmt: skip


def test_whoever_is_limited_reads_the_rows_of_those_brands_alone(client: Client, house: Brand, trade: Brand) -> None:
    for number, brand in enumerate((house, trade, None)):
        _, secret = keys.add(name=f"Shop {number}", brand=brand, by=SYSTEM, at=NOON)
        send(client, secret, number, properties={"recommend": number})
    assert Feedback.objects.count() == 3
    with visibility.limited([house.pk]):
        assert [row.brand_id for row in Feedback.objects.all()] == [house.pk]
        assert Score.objects.filter(question="recommend").count() == 1
        assert brands.visible() == [house]
        with visibility.limited(None):
            assert Touchpoint.objects.count() == 3
    with visibility.limited([]):
        assert not Feedback.objects.exists()
