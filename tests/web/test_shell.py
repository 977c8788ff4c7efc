"""What stands around every page."""

import re
from collections.abc import Callable
from typing import Any

from django.test import Client

from heedful.associates.models import Associate

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
