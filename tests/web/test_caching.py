from collections.abc import Callable

import pytest
from django.test import Client

from heedful.associates import keys
from heedful.associates.models import Associate, Key
from heedful.customers.models import Customer
from tests.cast import NOON


@pytest.mark.parametrize(
    "path", ["/", "/cases", "/customers", "/board/", "/setup/", "/nowhere", "/accounts/password/change/"]
)
def test_no_cache_keeps_a_private_page(path: str, as_: Callable[[Associate], Client], ada: Associate) -> None:
    kept = as_(ada).get(path).headers["Cache-Control"]
    assert {"private", "no-store"} <= set(kept.split(", "))


def test_no_cache_keeps_a_customer_or_a_list_of_them(
    as_: Callable[[Associate], Client], ada: Associate, alice: Customer
) -> None:
    for path in (f"/customers/{alice.pk}", "/customers?format=csv", f"/customers/{alice.pk}?part=timeline"):
        assert as_(ada).get(path).headers["Cache-Control"] == "private, no-store"


@pytest.mark.parametrize("path", ["/api/customers", "/api/cases", "/api/nowhere"])
@pytest.mark.parametrize("is_let_in", [True, False])
def test_no_cache_keeps_an_answer_of_the_api(path: str, is_let_in: bool, client: Client, ada: Associate) -> None:
    _, secret = keys.add(name="shop", scope=Key.Scope.FULL, by=ada.by, at=NOON)
    answer = client.get(path, headers={"authorization": f"Bearer {secret}"} if is_let_in else {})
    assert answer.headers["Cache-Control"] == "private, no-store"


def test_scripts_and_styles_are_kept_as_before(client: Client, db: None) -> None:
    assert "no-store" not in client.get("/static/web/forms.js").headers["Cache-Control"]
