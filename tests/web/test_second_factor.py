"""A second factor, set up and asked for through the pages; and what stops who guesses."""

import re
import time
from typing import Any

import pytest
from allauth.mfa.models import Authenticator
from allauth.mfa.totp.internal import auth as totp
from django.core.cache import cache
from django.test import Client

from heedful.associates.models import Associate
from heedful.web import accounts
from tests.cast import PASSWORD

ACTIVATE = "/accounts/2fa/totp/activate/"
ASKED = "/accounts/2fa/authenticate/"


def log_in(client: Client, associate: Associate, password: str = PASSWORD) -> Any:
    return client.post("/accounts/login/", {"login": associate.email, "password": password})


def say_who_again(client: Client) -> None:
    """Give the password once more, as what guards the account itself asks for."""
    client.post("/accounts/reauthenticate/", {"password": PASSWORD})


def is_in(client: Client) -> bool:
    return client.get("/customers").status_code == 200


def code_of(secret: str) -> str:
    counter = int(time.time()) // 30
    return str(totp.format_hotp_value(totp.hotp_value(secret, counter)))


@pytest.fixture
def secret(client: Client, mira: Associate) -> str:
    """What Mira's phone knows after she has set the second factor up on her page and logged out."""
    log_in(client, mira)
    say_who_again(client)
    page = client.get(ACTIVATE)
    shown: str = page.context["form"].secret
    assert shown in page.content.decode()
    client.post(ACTIVATE, {"code": code_of(shown)})
    client.post("/accounts/logout/")
    assert not is_in(client)
    # The code that set it up is not taken again within its time, here as little as from a phone.
    cache.clear()
    return shown


def recovery_codes(client: Client) -> list[str]:
    say_who_again(client)
    page = client.get("/accounts/2fa/recovery-codes/").content.decode()
    return re.findall(r"\b[0-9a-f]{8}\b|\b\d{5}-\d{5}\b", page)


def test_it_is_set_up_by_who_says_the_password_again(client: Client, mira: Associate) -> None:
    log_in(client, mira)

    answer = client.get(ACTIVATE)

    assert answer["Location"].startswith("/accounts/reauthenticate/")
    assert "Is it you?" in client.get(answer["Location"]).content.decode()


def test_a_wrong_code_sets_nothing_up(client: Client, mira: Associate) -> None:
    log_in(client, mira)
    say_who_again(client)
    client.get(ACTIVATE)

    page = client.post(ACTIVATE, {"code": "000000"}).content.decode()

    assert accounts.WRONG_CODE in page
    assert not Authenticator.objects.exists()


def test_who_set_it_up_needs_it_to_come_in(client: Client, mira: Associate, secret: str) -> None:
    answer = log_in(client, mira)

    assert answer["Location"].startswith(ASKED)
    assert not is_in(client)
    client.post(ASKED, {"code": code_of(secret)})
    assert is_in(client)


def test_a_wrong_code_lets_nobody_in(client: Client, mira: Associate, secret: str) -> None:
    log_in(client, mira)

    page = client.post(ASKED, {"code": "123456"}).content.decode()

    assert accounts.WRONG_CODE in page
    assert not is_in(client)


def test_a_code_is_taken_once(client: Client, mira: Associate, secret: str) -> None:
    code = code_of(secret)
    log_in(client, mira)
    client.post(ASKED, {"code": code})
    log_in(other := Client(), mira)

    other.post(ASKED, {"code": code})

    assert is_in(client)
    assert not is_in(other)


def test_a_recovery_code_lets_in_once(client: Client, mira: Associate, secret: str) -> None:
    log_in(client, mira)
    client.post(ASKED, {"code": code_of(secret)})
    code = recovery_codes(client)[0]

    for expected in (True, False):
        other = Client()
        log_in(other, mira)
        other.post(ASKED, {"code": code})
        assert is_in(other) is expected


def test_codes_cannot_be_guessed_one_after_the_other(client: Client, mira: Associate, secret: str) -> None:
    log_in(client, mira)
    for number in range(10):
        client.post(ASKED, {"code": f"{number:06}"})

    client.post(ASKED, {"code": code_of(secret)})

    assert not is_in(client)


def test_after_five_wrong_passwords_the_right_one_waits(client: Client, mira: Associate, lena: Associate) -> None:
    cache.clear()
    for _ in range(5):
        log_in(client, mira, "not this one")

    page = log_in(client, mira).content.decode()

    assert accounts.TOO_OFTEN in page
    assert not is_in(client)
    log_in(other := Client(), lena)
    assert is_in(other)


def test_one_address_cannot_try_everybody(client: Client, lena: Associate) -> None:
    cache.clear()
    for number in range(10):
        client.post("/accounts/login/", {"login": f"somebody-{number}@acme.test", "password": "password"})

    page = log_in(client, lena)

    assert page.status_code in {200, 429}
    assert not is_in(client)


def test_behind_a_proxy_the_address_is_the_visitor_s(client: Client, lena: Associate) -> None:
    cache.clear()
    for number in range(10):
        said = {"login": f"somebody-{number}@acme.test", "password": "password"}
        client.post("/accounts/login/", said, headers={"X-Forwarded-For": "203.0.113.7"})

    said = {"login": lena.email, "password": PASSWORD}
    client.post("/accounts/login/", said, headers={"X-Forwarded-For": "203.0.113.7"})
    assert not is_in(client)
    client.post("/accounts/login/", said, headers={"X-Forwarded-For": "198.51.100.4"})
    assert is_in(client)


THEIRS = re.compile(
    r"authenticat|activate|sign in|sign out|please|invalid|incorrect|are you sure|token|two-factor|confirm acc|again\)",
    re.IGNORECASE,
)
"""How the library would say it."""


def said(page: Any) -> str:
    """The words of a page, without its head and its tags."""
    body = page.content.decode().partition("<main")[2].partition("</main>")[0]
    return re.sub(r"<[^>]*>", " ", body)


def test_the_pages_of_an_account_speak_as_the_house_does(client: Client, mira: Associate, secret: str) -> None:
    log_in(client, mira)
    wrong = client.post(ASKED, {"code": "123456"})
    cache.clear()
    client.post(ASKED, {"code": code_of(secret)})
    pages = [
        wrong,
        client.get("/accounts/reauthenticate/"),
        client.post("/accounts/reauthenticate/", {"password": "x"}),
    ]
    say_who_again(client)
    inside = ("", "totp/deactivate/", "recovery-codes/", "recovery-codes/generate/", "reauthenticate/")
    pages += [client.get(f"/accounts/2fa/{page}") for page in inside]
    pages += [client.get("/accounts/sessions/"), client.get("/accounts/password/change/")]
    pages += [client.post("/accounts/password/change/", {"oldpassword": "x", "password1": "y", "password2": "z"})]
    pages += [
        Client().get("/accounts/password/reset/done/"),
        Client().get("/accounts/password/reset/key/x-set-password/"),
    ]

    for page in pages:
        assert page.status_code == 200
        assert "<h1>" in page.content.decode()
        assert not THEIRS.search(said(page)), (page.request["PATH_INFO"], THEIRS.search(said(page)))


def test_a_second_factor_is_turned_off_with_its_codes(client: Client, mira: Associate, secret: str) -> None:
    log_in(client, mira)
    client.post(ASKED, {"code": code_of(secret)})
    say_who_again(client)

    page = client.post("/accounts/2fa/totp/deactivate/", follow=True)

    assert "Your second factor is off." in page.content.decode()
    assert not Authenticator.objects.exists()


@pytest.mark.parametrize(("steps", "is_taken"), [(-2, False), (-1, True), (1, True), (2, False)])
def test_a_code_that_was_typed_as_its_time_ended_is_taken(
    client: Client, mira: Associate, secret: str, steps: int, is_taken: bool, monkeypatch: pytest.MonkeyPatch
) -> None:
    middle_s = time.time() // 30 * 30 + 15
    monkeypatch.setattr(time, "time", lambda: middle_s)
    log_in(client, mira)
    client.post(ASKED, {"code": str(totp.format_hotp_value(totp.hotp_value(secret, int(time.time()) // 30 + steps)))})
    assert is_in(client) is is_taken
