"""What stands around every page."""

import re
from collections.abc import Callable
from typing import Any

import pytest
from allauth.mfa.totp.internal import auth as totp_auth
from django.db import OperationalError
from django.test import Client, RequestFactory

from heedful.associates import keys
from heedful.associates.models import Associate
from heedful.courier.models import Mail
from heedful.web import errors, shell
from tests.cast import NOON, PASSWORD

type As = Callable[[Associate], Client]


def test_a_stranger_is_asked_to_log_in(client: Client, acme: object) -> None:
    response = client.get("/setup/components")

    assert response.status_code == 302
    assert response["Location"] == "/accounts/login/?next=/setup/components"


def test_the_components_page_shows_without_inline_style_or_script(as_: As, ada: Associate) -> None:
    page = as_(ada).get("/setup/components").content.decode()

    assert "Acme" in page
    assert not re.findall(r"<style|\sstyle=|\son[a-z]+=|<script(?![^>]*\ssrc=)", page)


def test_the_sheet_wears_the_company_s_colour(as_: As, ada: Associate) -> None:
    page = as_(ada).get("/setup/components").content.decode()
    found = re.search(r'href="(/look/[0-9a-f]{12}/2f6f5e\.css)"', page)
    assert found

    sheet = as_(ada).get(found[1])

    assert sheet.headers["Cache-Control"] == "public, max-age=31536000, immutable"
    text = sheet.content.decode()
    assert text.startswith(":root { --brand: #2f6f5e; }")
    assert "@import" not in text


def test_the_surroundings_of_a_page_take_four_queries_at_most(
    as_: As, ada: Associate, django_assert_max_num_queries: Any
) -> None:
    client = as_(ada)

    with django_assert_max_num_queries(4):
        client.get("/setup/account")


def test_every_place_of_the_menu_is_there(acme: object) -> None:
    places = [*shell.MINE, *shell.VERBS, *shell.SETUP_MENU]
    places += [inner for place in places for inner in place.inside]

    assert [place.page for place in places if shell.href(place.page) is None] == []


def test_what_is_not_there_is_said_in_our_words(as_: As, ada: Associate) -> None:
    response = as_(ada).get("/nowhere")

    assert response.status_code == 404
    assert "There is nothing at this address" in response.content.decode()


def test_a_database_that_is_away_is_said_and_not_a_breakdown(
    client: Client, acme: object, monkeypatch: pytest.MonkeyPatch
) -> None:
    def away(*_: object, **__: object) -> None:
        raise OperationalError("the server closed the connection unexpectedly")

    monkeypatch.setattr("heedful.associates.company.find", away)

    response = client.get("/accounts/login/")

    assert response.status_code == 503
    assert response["Retry-After"] == "5"
    assert "Back in a moment" in response.content.decode()


def test_a_breakdown_is_shown_without_asking_the_database(django_assert_num_queries: Any, db: None) -> None:
    with django_assert_num_queries(0):
        response = errors.broken(RequestFactory().get("/"))

    assert response.status_code == 500
    assert "Something broke here" in response.content.decode()


def test_a_refusal_reaches_htmx_as_a_small_window(as_: As, ada: Associate) -> None:
    key, _ = keys.add(name="Shop", by=ada.by, at=NOON)
    keys.revoke(key=key, by=ada.by, at=NOON)

    response = as_(ada).post(f"/setup/keys/{key.pk}/revocation", headers={"HX-Request": "true"})

    assert response.status_code == 422
    assert response["HX-Retarget"] == "#flash"
    assert "This key is already revoked." in response.content.decode()


def test_a_new_password_is_asked_for_by_mail(client: Client, mira: Associate, settings: Any) -> None:
    settings.SMTP_URL = "smtp://localhost:2525"

    client.post("/accounts/password/reset/", {"email": "Mira@acme.test"})
    client.post("/accounts/password/reset/", {"email": "nobody@acme.test"})

    mail = Mail.objects.get()
    assert (mail.to, mail.subject) == ("mira@acme.test", "Set a new password")
    link = re.search(r"http://\S+", mail.text)
    assert link
    page = client.get(link[0], follow=True)
    assert page.status_code == 200


def test_the_link_in_the_mail_leads_to_the_house_whatever_host_was_asked(
    client: Client, mira: Associate, settings: Any
) -> None:
    settings.PUBLIC_URL = "https://care.acme.test"

    client.post("/accounts/password/reset/", {"email": mira.email}, headers={"Host": "evil.test"})

    text = Mail.objects.get().text
    assert "https://care.acme.test/accounts/password/reset/key/" in text
    assert "evil.test" not in text


def test_nobody_signs_up_by_themselves(client: Client, acme: object) -> None:
    client.post("/accounts/signup/", {"email": "eve@acme.test", "password1": "a quiet well-lit room"})

    assert not Associate.objects.exists()


def test_a_second_factor_is_asked_for_once_it_is_set_up(client: Client, mira: Associate) -> None:
    secret = totp_auth.generate_totp_secret()
    totp_auth.TOTP.activate(mira, secret)
    said = {"login": mira.email, "password": PASSWORD}

    client.post("/accounts/login/", said)
    before = client.get("/customers")
    counter = next(iter(totp_auth.yield_hotp_counters_from_time()))
    code = totp_auth.format_hotp_value(totp_auth.hotp_value(secret, counter))
    client.post("/accounts/2fa/authenticate/", {"code": code})

    assert before.status_code == 302
    assert client.get("/customers").status_code == 200
