"""Coming in by the company's single sign-on, tried with a real provider on this machine."""

import http.client
from collections.abc import Iterator
from typing import Any
from urllib.parse import urlencode, urlsplit

import pytest
from allauth.socialaccount.models import SocialAccount
from django.test import Client
from oidc_provider_mock import User, run_server_in_thread

from heedful.associates import associates
from heedful.associates.models import Associate
from heedful.config.settings import sign_on
from heedful.kit.actor import SYSTEM
from tests.cast import NOON

CAST = (
    User(sub="m", claims={"email": "Mira@acme.test", "email_verified": True, "name": "Mira M."}),
    User(sub="x", claims={"email": "mallory@acme.test", "email_verified": True}),
    User(sub="e", claims={"email": "eve@acme.test", "email_verified": True}),
    User(sub="u", claims={"email": "mira@acme.test", "email_verified": False}),
    User(sub="q", claims={"email": "mira@acme.test"}),
)
BEGIN = "/accounts/oidc/sso/login/?process=login&next=/customers"


@pytest.fixture
def provider(settings: Any) -> Iterator[str]:
    """The company's single sign-on, with these people in it."""
    with run_server_in_thread(user_claims=CAST) as server:
        url = f"http://localhost:{server.server_port}"
        settings.SOCIALACCOUNT_PROVIDERS = sign_on(url, "heedful", "a secret")
        yield url


def agreed(address: str, **said: str) -> str:
    """Log in at the provider; returns where it sends the browser."""
    parts = urlsplit(address)
    connection = http.client.HTTPConnection(parts.netloc, timeout=10)
    headers = {"Content-Type": "application/x-www-form-urlencoded"}
    connection.request("POST", f"{parts.path}?{parts.query}", urlencode(said), headers)
    answer = connection.getresponse()
    connection.close()
    assert answer.status == 302, answer.status
    return answer.headers["Location"]


def come_in(client: Client, sub: str) -> Any:
    begun = client.get(BEGIN)
    assert begun.status_code == 302, begun.content.decode()
    return client.get(agreed(begun["Location"], sub=sub))


def is_in(client: Client) -> bool:
    return client.get("/customers").status_code == 200


def test_who_was_added_comes_in_and_lands_where_they_wanted(client: Client, mira: Associate, provider: str) -> None:
    answer = come_in(client, "m")

    assert (answer.status_code, answer["Location"]) == (302, "/customers")
    assert client.session["_auth_user_id"] == str(mira.pk)
    assert is_in(client)


def test_the_second_time_is_known_by_the_provider_s_own_name_for_them(
    client: Client, mira: Associate, provider: str
) -> None:
    come_in(client, "m")
    Associate.objects.filter(pk=mira.pk).update(email="mira.married@acme.test", name="Mira N.")

    come_in(again := Client(), "m")

    assert is_in(again)
    assert SocialAccount.objects.get().user_id == mira.pk
    mira.refresh_from_db()
    assert (mira.email, mira.name) == ("mira.married@acme.test", "Mira N.")


def test_a_password_stays_beside_single_sign_on(client: Client, mira: Associate, provider: str) -> None:
    come_in(client, "m")

    mira.refresh_from_db()
    assert mira.check_password("a quiet well-lit room")


def test_who_was_not_added_reads_a_sentence_and_gets_no_account(client: Client, mira: Associate, provider: str) -> None:
    page = come_in(client, "e")

    assert "You come in by invitation" in page.content.decode()
    assert not is_in(client)
    assert list(Associate.objects.all()) == [mira]
    assert not SocialAccount.objects.exists()


def test_who_was_deactivated_is_refused(client: Client, mallory: Associate, provider: str) -> None:
    page = come_in(client, "x")

    assert "You come in by invitation" in page.content.decode()
    assert not is_in(client)


def test_who_is_deactivated_after_they_came_in_is_refused_the_next_time(
    client: Client, mira: Associate, provider: str
) -> None:
    come_in(client, "m")
    associates.deactivate(associate=mira, by=SYSTEM, at=NOON)
    assert not is_in(client)

    answer = come_in(again := Client(), "m")

    assert "This account is deactivated" in again.get(answer["Location"]).content.decode()
    assert not is_in(again)


@pytest.mark.parametrize("sub", ["u", "q"])
def test_an_address_that_nobody_has_verified_opens_nothing(
    client: Client, mira: Associate, provider: str, sub: str
) -> None:
    page = come_in(client, sub)

    assert "You come in by invitation" in page.content.decode()
    assert not is_in(client)


def test_a_provider_that_verifies_without_saying_so_can_be_trusted(
    client: Client, mira: Associate, provider: str, settings: Any
) -> None:
    settings.SOCIALACCOUNT_PROVIDERS = sign_on(provider, "heedful", "a secret", trusts_email=True)

    come_in(client, "q")

    assert is_in(client)


def test_who_says_no_at_the_provider_is_told_so(client: Client, mira: Associate, provider: str) -> None:
    back = agreed(client.get(BEGIN)["Location"], action="deny")

    page = client.get(back, follow=True).content.decode()

    assert "Log in another way" in page
    assert not is_in(client)


def test_an_answer_that_we_did_not_ask_for_opens_nothing(client: Client, mira: Associate, provider: str) -> None:
    stolen = agreed(client.get(BEGIN)["Location"], sub="m")

    page = (other := Client()).get(stolen)

    assert "Single sign-on did not work" in page.content.decode()
    assert not is_in(other)


def test_a_provider_that_is_away_is_said_and_not_a_breakdown(client: Client, mira: Associate, settings: Any) -> None:
    settings.SOCIALACCOUNT_PROVIDERS = sign_on("http://localhost:9", "heedful", "a secret")

    page = client.get(BEGIN)

    assert page.status_code in {200, 503}
    assert "Single sign-on did not work" in page.content.decode()


def test_nobody_ties_another_sign_on_to_somebody_who_is_logged_in(
    client: Client, mira: Associate, provider: str
) -> None:
    come_in(client, "m")

    begun = client.get("/accounts/oidc/sso/login/?process=connect")
    if begun.status_code == 302:
        client.get(agreed(begun["Location"], sub="e"))

    assert SocialAccount.objects.count() == 1


def test_the_log_in_shows_the_way(client: Client, mira: Associate, provider: str) -> None:
    page = client.get("/accounts/login/?next=/board/").content.decode()

    assert "Single sign-on" in page
    assert "next=%2Fboard%2F" in page
