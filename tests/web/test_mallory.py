"""Mallory must be refused everywhere: every address of the house is walked, so new pages are covered by themselves."""

import re
from collections.abc import Callable, Iterator

import pytest
from django.test import Client
from django.urls import URLPattern, URLResolver, get_resolver

from heedful.associates import permissions
from heedful.associates.models import Associate, Role
from tests.cast import PASSWORD

type As = Callable[[Associate], Client]

PUBLIC = {
    "look/<slug:digest>/<slug:colour>.css",
    "setup/first/<str:token>",
    "setup/welcome/<str:token>",
    "live",
}
"""What somebody may open who has not logged in. These pages of setup ask for a link that works once."""

BY_THEMSELVES = ("heedful.api.", "heedful.web.portal.")
"""Doors that let in by other means, each with tests of its own: a key, or a signed link."""

ELSEWHERE = ("accounts/", "api/")
"""The log-in, and what programs read, which asks for a key."""

EXAMPLES = {"int": "1", "str": "x", "slug": "x", "uuid": "00000000-0000-0000-0000-000000000001", "path": "x"}


def patterns(resolver: URLResolver, before: str = "") -> Iterator[tuple[str, URLPattern]]:
    for entry in resolver.url_patterns:
        route = before + str(entry.pattern)
        if isinstance(entry, URLResolver):
            yield from patterns(entry, route)
        else:
            yield route, entry


def example(route: str) -> str:
    return "/" + re.sub(r"<(?:(\w+):)?\w+>", lambda found: EXAMPLES[found[1] or "str"], route)


def is_for_associates(route: str, pattern: URLPattern) -> bool:
    is_door = pattern.callback.__module__.startswith(BY_THEMSELVES) or route.startswith(ELSEWHERE)
    return route not in PUBLIC and not is_door


ADDRESSES = [(route, pattern) for route, pattern in patterns(get_resolver()) if is_for_associates(route, pattern)]
INSIDE = [(route, pattern) for route, pattern in ADDRESSES if hasattr(pattern.callback, "action")]


def test_every_page_says_who_may_or_is_listed_as_public() -> None:
    assert [route for route, pattern in ADDRESSES if not hasattr(pattern.callback, "action")] == []


def test_a_stranger_is_sent_to_the_log_in(client: Client, acme: object) -> None:
    for route, _ in INSIDE:
        for answer in (client.get(example(route)), client.post(example(route))):
            assert answer.status_code == 302, route
            assert answer["Location"].startswith("/accounts/login/?next="), route


def test_mallory_is_out_from_the_next_click_on(as_: As, ada: Associate, mallory: Associate) -> None:
    client = as_(mallory)

    for route, _ in INSIDE:
        for answer in (client.get(example(route)), client.post(example(route))):
            assert answer.status_code == 302, route
            assert answer["Location"].startswith("/accounts/login/"), route


def test_mallory_does_not_log_in(client: Client, mallory: Associate) -> None:
    client.post("/accounts/login/", {"login": mallory.email, "password": PASSWORD})

    assert "_auth_user_id" not in client.session


@pytest.mark.parametrize("role", list(Role))
def test_a_role_is_refused_where_the_table_says_so(as_: As, ada: Associate, mira: Associate, role: Role) -> None:
    Associate.objects.filter(pk=mira.pk).update(role=role)
    client = as_(mira)

    for route, pattern in INSIDE:
        if role not in permissions.TABLE[pattern.callback.action]:  # type: ignore[attr-defined]
            for answer in (client.get(example(route)), client.post(example(route))):
                assert answer.status_code == 403, f"{role} {route}"
                assert "You may not open this page" in answer.content.decode()
