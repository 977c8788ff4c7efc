"""The first administrator comes in by a link that works once."""

import re
from typing import Any

import pytest
from django.test import Client
from django.utils import timezone
from playwright.sync_api import Browser

from heedful.associates import first
from heedful.associates.models import Associate, Company, Role, Team
from heedful.ledger.models import Entry

SAID = {
    "company_name": "Northwind",
    "colour": "#7a3e9d",
    "country": "DE",
    "time_zone": "Europe/Berlin",
    "name": "Ada",
    "email": "Ada@Northwind.test",
    "password": "a quiet well-lit room",
}


def address() -> str:
    return "/setup/first/" + first.link(at=timezone.now()).rpartition("/")[2]


def test_the_link_sets_up_the_company_and_its_first_administrator(client: Client, db: None) -> None:
    response = client.post(address(), SAID)

    assert response["Location"] == "/setup/"
    company = Company.objects.get()
    assert (company.name, company.colour, company.time_zone) == ("Northwind", "#7a3e9d", "Europe/Berlin")
    assert (company.country, company.currency) == ("DE", "EUR")
    ada = Associate.objects.get()
    assert (ada.email, ada.role) == ("ada@northwind.test", Role.ADMIN)
    assert ada.check_password("a quiet well-lit room")
    assert Team.objects.get().is_default
    assert client.get("/setup/account").status_code == 200
    assert Entry.objects.filter(kind="HouseSetUp").count() == 1


@pytest.mark.parametrize(("chosen", "currency"), [("", "CHF"), ("USD", "USD")])
def test_the_currency_is_asked_and_follows_the_country(client: Client, db: None, chosen: str, currency: str) -> None:
    link = address()
    assert "That of the country" in client.get(link).content.decode()
    client.post(link, {**SAID, "country": "CH", "currency": chosen})
    assert Company.objects.get().currency == currency


def test_the_link_works_once(client: Client, db: None) -> None:
    link = address()
    client.post(link, SAID)

    again = Client().post(link, {**SAID, "email": "mallory@northwind.test"})

    assert again.status_code == 410
    assert Associate.objects.count() == 1


def test_a_newer_link_ends_the_older_one(client: Client, db: None) -> None:
    older = address()
    address()

    assert client.get(older).status_code == 410


def test_a_weak_password_is_refused_in_words(client: Client, db: None) -> None:
    response = client.post(address(), {**SAID, "password": "password12"})

    assert response.status_code == 200
    assert "too common" in response.content.decode()
    assert not Associate.objects.exists()


@pytest.mark.parametrize(
    ("languages", "country", "zone"),
    [
        ("de-AT,de;q=0.9", "AT", "Europe/Vienna"),
        ("fr", "FR", "Europe/Paris"),
        ("en,pt-BR;q=0.5", "BR", "America/Sao_Paulo"),
        ("zh-Hant-TW", "TW", "Asia/Taipei"),
        ("sv", "SE", "Europe/Stockholm"),
    ],
)
def test_the_browsers_language_chooses_the_country_and_its_clock(
    client: Client, db: None, languages: str, country: str, zone: str
) -> None:
    page = client.get(address(), headers={"Accept-Language": languages}).content.decode()
    assert f'<option value="{country}" selected>' in page
    assert re.search(rf'<option value="{zone}"[^>]* selected', page)
    assert '<optgroup label="Europe">' in page


@pytest.mark.parametrize("languages", ["en", "", "xx-YY", "*"])
def test_a_language_that_says_no_country_leaves_the_choice_open(client: Client, db: None, languages: str) -> None:
    page = client.get(address(), headers={"Accept-Language": languages}).content.decode()
    assert '<option value="" selected>Choose a country' in page
    assert '<option value="" selected>Choose a time zone' in page


@pytest.mark.parametrize("missing", ["country", "time_zone"])
def test_country_and_clock_must_be_chosen(client: Client, db: None, missing: str) -> None:
    response = client.post(address(), {**SAID, missing: ""})
    assert "This field is required" in response.content.decode()
    assert not Company.objects.exists()


@pytest.mark.browser
@pytest.mark.django_db(transaction=True, serialized_rollback=True)
def test_the_browsers_clock_chooses_the_time_zone_and_where_needed_the_country(
    browser: Browser, live_server: Any
) -> None:
    for locale, zone, country in (("en", "Asia/Kolkata", "IN"), ("de-CH", "Europe/Berlin", "CH")):
        page = browser.new_context(locale=locale, timezone_id=zone).new_page()
        page.goto(live_server.url + address())
        chosen = [page.eval_on_selector(f"[name={name}]", "one => one.value") for name in ("time_zone", "country")]
        assert chosen == [zone, country]


def test_the_log_in_of_a_new_house_says_where_its_link_is(client: Client, db: None) -> None:
    link = address()
    assert "Nobody is here yet." in client.get("/accounts/login/").content.decode()
    client.post(link, SAID)
    assert "Nobody is here yet." not in Client().get("/accounts/login/").content.decode()
