"""The library behind the log-in brings pages by which rows would change past the operations; those are shut."""

from collections.abc import Callable

import pytest
from allauth.account.models import EmailAddress
from django.test import Client
from django.urls import reverse

from heedful.associates.models import Associate
from heedful.web import accounts

type As = Callable[[Associate], Client]


@pytest.mark.parametrize("path", accounts.SHUT)
def test_what_is_not_the_house_s_own_way_leads_to_the_account(as_: As, mira: Associate, path: str) -> None:
    client = as_(mira)
    for answer in (client.get(f"/accounts/{path}"), client.post(f"/accounts/{path}", {})):
        assert (answer.status_code, answer["Location"]) == (302, reverse("setup:account"))


def test_nobody_gives_themselves_another_address(as_: As, mira: Associate) -> None:
    client, was = as_(mira), mira.email
    for action in ("action_add", "action_primary", "action_send"):
        client.post("/accounts/email/", {"email": "leader@acme.test", action: ""})
    mira.refresh_from_db()
    assert mira.email == was
    assert not EmailAddress.objects.filter(email="leader@acme.test").exists()
