"""The first administrator comes in by a link that works once."""

from django.test import Client
from django.utils import timezone

from heedful.associates import first
from heedful.associates.models import Associate, Company, Role, Team
from heedful.ledger.models import Entry

SAID = {
    "company_name": "Northwind",
    "colour": "#7a3e9d",
    "time_zone": "Europe/Berlin",
    "name": "Ada",
    "email": "Ada@Northwind.test",
    "password": "a quiet well-lit room",
}


def address() -> str:
    return "/setup/first/" + first.link(at=timezone.now()).rpartition("/")[2]


def test_the_link_sets_up_the_company_and_its_first_administrator(client: Client, db: None) -> None:
    response = client.post(address(), SAID)

    assert response.status_code == 302
    company = Company.objects.get()
    assert (company.name, company.colour, company.time_zone) == ("Northwind", "#7a3e9d", "Europe/Berlin")
    ada = Associate.objects.get()
    assert (ada.email, ada.role) == ("ada@northwind.test", Role.ADMIN)
    assert ada.check_password("a quiet well-lit room")
    assert Team.objects.get().is_default
    assert client.get("/setup/account").status_code == 200
    assert Entry.objects.filter(kind="HouseSetUp").count() == 1


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
