"""Strange addresses: no page breaks down over what stands behind its question mark."""

import pytest
from django.test import Client
from django.urls import URLPattern, URLResolver, get_resolver

from heedful.associates.models import Associate, Company

NAMES = ("q", "stage", "with", "order", "after", "period", "state", "topic", "segment", "month", "by", "format", "show")
VALUES = ("\x00", "💥", "99999999999999999999", "'; --", "../..", "a" * 5000, "-1", "%", "WyJhIl0")


def addresses() -> list[str]:
    """Every page of the desk, the board and the setup that needs no name of a thing."""
    found: list[str] = []

    def walk(patterns: list[URLPattern | URLResolver], before: str) -> None:
        for pattern in patterns:
            if isinstance(pattern, URLResolver):
                walk(pattern.url_patterns, before + str(pattern.pattern))
            elif getattr(pattern.callback, "action", None) and "<" not in str(pattern.pattern):
                found.append("/" + before + str(pattern.pattern))

    walk(get_resolver().url_patterns, "")
    return sorted(set(found))


@pytest.mark.parametrize("address", addresses())
def test_no_page_breaks_down_over_its_address(address: str, ada: Associate, acme: Company, client: Client) -> None:
    client.force_login(ada)
    client.raise_request_exception = False
    for value in VALUES:
        assert client.get(address, dict.fromkeys(NAMES, value)).status_code < 500, value


@pytest.mark.django_db
@pytest.mark.parametrize(
    ("asked", "page"),
    [
        ("/cases/", "/cases"),
        ("/cases/?state=late&q=a+b", "/cases?state=late&q=a+b"),
        ("/setup/keys//", "/setup/keys"),
        ("/board", "/board/"),
    ],
)
def test_a_slash_too_many_or_too_few_leads_to_the_page(client: Client, asked: str, page: str) -> None:
    assert client.get(asked).headers["Location"] == page


@pytest.mark.django_db
@pytest.mark.parametrize("asked", ["/nowhere/", "//example.com/", "//cases/", "/customers/x/", "//"])
def test_a_slash_at_the_end_of_no_page_leads_nowhere(client: Client, asked: str) -> None:
    assert client.get("/", PATH_INFO=asked).status_code == 404


@pytest.mark.django_db
def test_what_is_posted_with_a_slash_too_many_is_not_sent_on_without_its_words(client: Client, ada: Associate) -> None:
    client.force_login(ada)
    assert client.post("/cases/1/notes/", {"text": "x"}).status_code == 404


@pytest.mark.django_db
@pytest.mark.parametrize(
    ("asked", "page"),
    [
        ("/cases/1/mails", "/cases/1"),
        ("/feedback/1/case", "/feedback"),
        ("/customers/1/merges/5/undo", "/customers/1/merges"),
        ("/customers/1/merges", "/customers/1"),
        ("/setup/keys/1/revocation", "/setup/keys/1"),
    ],
)
def test_an_address_that_only_takes_what_is_sent_leads_to_the_page_above(
    client: Client, ada: Associate, asked: str, page: str
) -> None:
    client.force_login(ada)
    assert client.get(asked).headers["Location"] == page


@pytest.mark.django_db
def test_whose_session_ended_while_they_wrote_comes_back_to_the_form(client: Client, acme: Company) -> None:
    came = {"Referer": "http://testserver/cases/1?x=1"}
    answer = client.post("/cases/1/notes", {"text": "x"}, headers=came)
    assert answer.headers["Location"] == "/accounts/login/?next=/cases/1%3Fx%3D1"
    elsewhere = client.post("/cases/1/notes", {"text": "x"}, headers={"Referer": "https://example.com/cases/1"})
    assert elsewhere.headers["Location"] == "/accounts/login/?next=/"
