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
