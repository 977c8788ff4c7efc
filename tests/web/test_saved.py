"""Tabs above a list: the views that its reader keeps."""

from collections.abc import Callable

import pytest
from django.test import Client

from heedful.associates.models import Associate, View
from heedful.customers.models import Customer

type As = Callable[[Associate], Client]


@pytest.mark.parametrize("page", ["customers", "cases", "feedback", "promises"])
def test_the_present_address_is_kept_and_is_a_tab_from_then_on(
    as_: As, mira: Associate, alice: Customer, page: str
) -> None:
    client = as_(mira)
    said = {"page": page, "query": "q=nobody&after=W10&empty=", "name": "Nobody"}

    answer = client.post("/views", said)

    assert answer["Location"] == f"/{page}?q=nobody"
    assert View.objects.get().query == "q=nobody"


def test_a_view_is_a_tab_and_the_one_that_is_open_is_marked(as_: As, mira: Associate, alice: Customer) -> None:
    client = as_(mira)
    client.post("/views", {"page": "customers", "query": "stage=use&q=al", "name": "Users called al"})

    plain = client.get("/customers").content.decode()
    here = client.get("/customers?q=al&stage=use").content.decode()
    other = client.get("/customers?q=bo").content.decode()

    assert '<a href="/customers?q=al&amp;stage=use">Users called al</a>' in plain
    assert "Keep this view" not in plain
    assert '<a href="/customers?q=al&amp;stage=use" aria-current="page">Users called al</a>' in here
    assert "Remove it" in here
    assert "Keep this view" in other


def test_a_list_without_views_or_filters_has_no_tabs(as_: As, mira: Associate, alice: Customer) -> None:
    assert "Your views" not in as_(mira).get("/customers").content.decode()


def test_my_queue_has_no_tabs_though_it_looks_like_the_cases(as_: As, mira: Associate) -> None:
    as_(mira).post("/views", {"page": "cases", "query": "state=late", "name": "Late"})

    assert "Your views" not in as_(mira).get("/queue?state=late").content.decode()


def test_a_view_is_renamed_and_removed_where_it_stands(as_: As, mira: Associate, alice: Customer) -> None:
    client = as_(mira)
    client.post("/views", {"page": "customers", "query": "q=al", "name": "Al"})
    pk = View.objects.get().pk

    renamed = client.post(f"/views/{pk}/name", {"name": "Alices"}, follow=True).content.decode()
    removed = client.post(f"/views/{pk}/removal", follow=True).content.decode()

    assert ">Alices</a>" in renamed
    assert "Alices is gone from above this list." in removed
    assert not View.objects.exists()


def test_the_views_of_somebody_else_are_not_there(as_: As, mira: Associate, lena: Associate, alice: Customer) -> None:
    as_(mira).post("/views", {"page": "customers", "query": "q=al", "name": "Al"})
    pk = View.objects.get().pk
    client = as_(lena)

    assert "Al</a>" not in client.get("/customers?q=al").content.decode()
    assert client.post(f"/views/{pk}/name", {"name": "Hers"}).status_code == 404
    assert client.post(f"/views/{pk}/removal").status_code == 404
    assert View.objects.get().name == "Al"


def test_what_is_not_a_list_of_ours_is_refused(as_: As, mira: Associate) -> None:
    page = as_(mira).post("/views", {"page": "https://evil.test", "query": "", "name": "x"}, follow=True)

    assert "This is not a view of a list." in page.content.decode()
    assert not View.objects.exists()
