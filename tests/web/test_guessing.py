"""Who guesses at a password is stopped, whatever else is counted meanwhile; whose it is comes in all the same."""

from datetime import timedelta
from functools import partial
from typing import Any

import pytest
from allauth.mfa.totp.internal.auth import TOTP
from django.core.cache import cache
from django.http import HttpResponse
from django.test import Client, RequestFactory
from django.utils import timezone

from heedful.associates import associates, guesses, rate_limits
from heedful.associates.models import Associate, RateLimit
from heedful.kit.actor import SYSTEM
from heedful.web import accounts, visitors
from tests.cast import PASSWORD
from tests.races import at_once

type Settings = Any
MANY = guesses.EVERYWHERE["password"].amount


def log_in(client: Client, associate: Associate, password: str = PASSWORD, *, near: str = "203.0.113.9") -> Any:
    return client.post("/accounts/login/", {"login": associate.email, "password": password}, REMOTE_ADDR=near)


def is_in(client: Client) -> bool:
    return "_auth_user_id" in client.session


def is_stopped(answer: Any) -> bool:
    """By our own count, or by the library's, which lets who comes with very many others wait for a second at most."""
    return answer.status_code == 429 or accounts.TOO_OFTEN in answer.content.decode()


def guess(client: Client, associate: Associate, *, near: str = "203.0.113.9", times: int = 1) -> list[bool]:
    """Guess wrongly, and say of each whether it was stopped before the password was looked at."""
    return [is_stopped(log_in(client, associate, "wrong", near=near)) for _ in range(times)]


def test_five_guesses_are_looked_at_and_then_none(client: Client, mira: Associate) -> None:
    assert guess(client, mira, times=7) == [False] * 5 + [True] * 2

    assert is_stopped(log_in(client, mira))
    assert not is_in(client)


def test_what_is_counted_elsewhere_evicts_no_guess(client: Client, mira: Associate) -> None:
    guess(client, mira, times=5)

    for number in range(400):
        cache.set(f"something-else-{number}", number, 3600)

    assert guess(client, mira) == [True]


def test_requests_are_counted_whatever_else_the_cache_keeps(client: Client, mira: Associate) -> None:
    def invitation() -> int:
        return client.post("/accounts/password/reset/", {"email": mira.email}, REMOTE_ADDR="203.0.113.9").status_code

    codes = [invitation() for _ in range(5)]
    for number in range(400):
        cache.set(f"something-else-{number}", number, 3600)

    assert [*codes, invitation()] == [302] * 5 + [429]


@pytest.mark.django_db(transaction=True, serialized_rollback=True)
def test_of_thirty_guesses_at_once_five_are_looked_at(mira: Associate) -> None:
    answers = at_once(*[lambda: is_stopped(log_in(Client(), mira, "wrong")) for _ in range(30)])

    assert sorted(map(bool, answers)) == [False] * 5 + [True] * 25


def test_addresses_of_one_network_are_one_guesser(client: Client, mira: Associate) -> None:
    stopped = [guess(client, mira, near=f"2001:db8:1:2::{number:x}")[0] for number in range(1, 8)]

    assert stopped == [False] * 5 + [True] * 2
    assert guess(client, mira, near="2001:db8:1:3::1") == [False]


def test_a_guesser_elsewhere_does_not_lock_the_owner_out(client: Client, mira: Associate) -> None:
    guess(Client(), mira, times=7)

    log_in(client, mira, near="198.51.100.7")

    assert is_in(client)


def test_a_guesser_of_many_addresses_is_stopped(client: Client, mira: Associate) -> None:
    stopped = [guess(client, mira, near=f"203.0.{number}.1")[0] for number in range(MANY + 2)]

    assert stopped == [False] * MANY + [True] * 2


def test_a_device_that_was_in_before_comes_in_past_those_who_guess(client: Client, mira: Associate) -> None:
    log_in(client, mira)
    client.post("/accounts/logout/")
    for number in range(MANY):
        guess(Client(), mira, near=f"203.0.{number}.1")
    guess(Client(), mira, times=5)

    assert is_stopped(log_in(Client(), mira, near="198.51.100.7"))
    log_in(client, mira)

    assert is_in(client)


def test_a_known_device_guesses_no_better(client: Client, mira: Associate, lena: Associate) -> None:
    log_in(client, mira)
    client.post("/accounts/logout/")

    assert guess(client, mira, times=6) == [False] * 5 + [True]
    assert guess(client, lena, times=6) == [False] * 5 + [True]


def test_a_device_is_known_to_its_own_account_alone(client: Client, mira: Associate, lena: Associate) -> None:
    log_in(client, lena)
    client.post("/accounts/logout/")
    guess(Client(), mira, times=5)

    assert guess(client, mira) == [True]


@pytest.mark.parametrize("made_up", ["", "x", "1:abc", "1:abc:1t:forged"])
def test_a_made_up_device_is_none(client: Client, mira: Associate, made_up: str) -> None:
    client.cookies[f"{accounts.DEVICE}{mira.pk}"] = made_up

    assert guess(client, mira, times=6) == [False] * 5 + [True]


def test_who_is_right_is_not_counted(client: Client, mira: Associate) -> None:
    for _ in range(8):
        visitor = Client()
        log_in(visitor, mira)
        assert is_in(visitor)


def test_an_address_that_tries_many_accounts_is_stopped(client: Client, mira: Associate, lena: Associate) -> None:
    stopped = [
        is_stopped(
            client.post(
                "/accounts/login/", {"login": f"n{number}@acme.test", "password": "wrong"}, REMOTE_ADDR="203.0.113.9"
            )
        )
        for number in range(12)
    ]

    assert stopped == [False] * 10 + [True] * 2


def where(said: str, near: str = "10.0.0.1") -> str:
    headers = {"X-Forwarded-For": said} if said else {}
    return visitors.address(RequestFactory().get("/", headers=headers, REMOTE_ADDR=near))


@pytest.mark.parametrize(
    ("proxies", "said", "near", "found"),
    [
        (1, "203.0.113.9", "10.0.0.1", "203.0.113.9"),
        (1, "1.1.1.1, 203.0.113.9", "127.0.0.1", "203.0.113.9"),
        (1, "203.0.113.9", "8.8.4.4", "8.8.4.4"),
        (1, "nonsense", "10.0.0.1", "10.0.0.1"),
        (1, "", "10.0.0.1", "10.0.0.1"),
        (0, "203.0.113.9", "10.0.0.1", "10.0.0.1"),
        (2, "1.1.1.1, 203.0.113.9, 10.0.0.7", "10.0.0.1", "203.0.113.9"),
        (2, "203.0.113.9", "10.0.0.1", "203.0.113.9"),
        (1, "203.0.113.9:4711", "10.0.0.1", "203.0.113.9"),
        (1, "[2001:db8::1]:4711", "10.0.0.1", "2001:db8::1"),
        (1, "::ffff:203.0.113.9", "10.0.0.1", "203.0.113.9"),
        (1, "203.0.113.9", "::ffff:10.0.0.1", "203.0.113.9"),
        (1, "", "::ffff:198.51.100.7", "198.51.100.7"),
        (1, "203.0.113.9", "", "203.0.113.9"),
    ],
)
def test_an_address_is_what_our_own_proxies_say(
    settings: Settings, proxies: int, said: str, near: str, found: str
) -> None:
    settings.PROXIES = proxies

    assert where(said, near) == found


@pytest.mark.parametrize(
    ("near", "network"),
    [
        ("198.51.100.7", "198.51.100.7"),
        ("2001:db8:1:2:3:4:5:6", "2001:db8:1:2::"),
        ("::ffff:198.51.100.7", "198.51.100.7"),
    ],
)
def test_a_network_is_what_one_household_has(near: str, network: str) -> None:
    assert visitors.network(RequestFactory().get("/", REMOTE_ADDR=near)) == network


def test_a_new_password_forgets_the_guesses_at_the_old_one(client: Client, mira: Associate, lena: Associate) -> None:
    guess(client, mira, times=5)
    guess(client, lena, times=5)

    associates.set_password(associate=mira, password="another quiet room", by=SYSTEM, at=timezone.now())

    log_in(client, mira, "another quiet room", near="203.0.113.10")
    assert is_in(client)
    assert guess(Client(), mira, near="203.0.113.11") == [False]
    assert not RateLimit.objects.filter(name__startswith=rate_limits.name("password", mira.pk) + ":").exclude(
        ends_at__gt=timezone.now()
    )
    assert guess(Client(), lena) == [True]


def test_no_address_and_no_account_is_kept_by_name(client: Client, mira: Associate) -> None:
    guess(client, mira)
    client.post("/accounts/login/", {"login": "else@acme.test", "password": "x"}, REMOTE_ADDR="203.0.113.9")

    kept = " ".join(RateLimit.objects.values_list("name", flat=True))
    assert "203.0.113.9" not in kept
    assert "else@" not in kept


def test_what_no_longer_counts_is_dropped(client: Client, mira: Associate) -> None:
    guess(client, mira)
    assert RateLimit.objects.count() == 3

    assert rate_limits.forget(at=timezone.now() + timedelta(minutes=6)) == 2
    assert rate_limits.forget(at=timezone.now() + timedelta(hours=2)) == 1


@pytest.fixture
def with_codes(mira: Associate) -> Associate:
    """Mira, who is asked for a code besides her password."""
    TOTP.activate(mira, "JBSWY3DPEHPK3PXP")
    return mira


def guess_code(client: Client, associate: Associate, *, near: str = "203.0.113.9") -> bool:
    log_in(client, associate, near=near)
    return is_stopped(client.post("/accounts/2fa/authenticate/", {"code": "000000"}, REMOTE_ADDR=near))


def test_codes_are_counted_for_the_account_wherever_they_come_from(with_codes: Associate) -> None:
    many = guesses.EVERYWHERE["code"].amount

    stopped = [guess_code(Client(), with_codes, near=f"203.0.{number}.1") for number in range(many + 1)]

    assert stopped == [False] * many + [True]


def test_who_guesses_at_codes_elsewhere_does_not_stop_the_owner(client: Client, with_codes: Associate) -> None:
    accounts.remember_device(RequestFactory().get("/"), response := HttpResponse(), with_codes)
    client.cookies.update(response.cookies)
    for number in range(guesses.EVERYWHERE["code"].amount + 1):
        guess_code(Client(), with_codes, near=f"203.0.{number}.1")

    assert guess_code(client, with_codes) is False


@pytest.mark.django_db(transaction=True, serialized_rollback=True)
def test_of_thirty_codes_at_once_five_are_looked_at(with_codes: Associate) -> None:
    clients = [Client() for _ in range(30)]
    for number, client in enumerate(clients):
        log_in(client, with_codes, near=f"203.0.{number}.1")

    def invitation(client: Client) -> bool:
        answer = client.post("/accounts/2fa/authenticate/", {"code": "000000"}, REMOTE_ADDR="203.0.113.9")
        return is_stopped(answer)

    answers = at_once(*[partial(invitation, client) for client in clients])

    assert sorted(map(bool, answers)) == [False] * 5 + [True] * 25
