"""How long a list is: counted up to a bound, and not counted again while it was longer than that a moment ago."""

from collections.abc import Callable

import pytest
from django.test import Client

from heedful.associates.models import Associate
from heedful.web import lists
from tests.web.test_statements import counted

pytestmark = pytest.mark.usefixtures("alice", "bruno")


def test_a_list_that_is_longer_than_is_counted_is_not_counted_again_for_a_minute(
    as_: Callable[[Associate], Client], mira: Associate, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(lists, "MOST_COUNTED", 1)
    monkeypatch.setattr(lists.read, "__kwdefaults__", {**(lists.read.__kwdefaults__ or {}), "size": 1})
    now_s = [1000.0]
    monkeypatch.setattr(lists, "monotonic", lambda: now_s[0])
    client = as_(mira)

    def is_counted(address: str = "/customers?with=visitors") -> bool:
        with counted() as sent:
            page = client.get(address).context["page"]
        assert (page.is_more, page.following != "") == (True, True)
        return any(one.startswith("SELECT COUNT(*)") for one in sent)

    assert [is_counted(), is_counted()] == [True, False]
    assert is_counted("/customers")
    now_s[0] += lists.LONG_S
    assert is_counted()
