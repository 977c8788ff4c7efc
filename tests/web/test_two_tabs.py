"""Two people at one form and an answer that is lost on the way, told through the browser."""

from typing import Any

import pytest
from django.test import Client
from django.utils import timezone
from playwright.sync_api import Browser, Page, Route

from heedful.associates import associates, company, teams
from heedful.associates.models import Associate, Role, Team
from heedful.kit.actor import SYSTEM

pytestmark = [
    pytest.mark.browser,
    pytest.mark.xdist_group("browser"),
    pytest.mark.django_db(transaction=True, serialized_rollback=True),
]


@pytest.fixture
def people(db: None) -> tuple[Associate, Associate]:
    now: dict[str, Any] = {"by": SYSTEM, "at": timezone.now()}
    company.edit(name="Acme", colour="#2f6f5e", time_zone="Europe/London", **now)
    teams.add(name="Care", **now)
    ada, eve = (
        associates.add(email=f"{name}@acme.test", name=name, role=Role.ADMIN, password="a quiet room", **now)
        for name in ("Ada", "Eve")
    )
    return ada, eve


def tab(browser: Browser, address: str, who: Associate) -> Page:
    """A page of somebody who has logged in."""
    client = Client()
    client.force_login(who, backend="django.contrib.auth.backends.ModelBackend")
    context = browser.new_context()
    context.add_cookies([{"name": "sessionid", "value": client.cookies["sessionid"].value, "url": address}])
    return context.new_page()


def test_two_tabs_and_a_lost_answer(browser: Browser, live_server: Any, people: tuple[Associate, Associate]) -> None:
    address, team = live_server.url, Team.objects.get()
    ada, eve = (tab(browser, address, who) for who in people)
    for page in (ada, eve):
        page.goto(f"{address}/setup/teams/{team.pk}")
    eve.get_by_label("Name").fill("Customer care")
    eve.get_by_role("button", name="Save").click()
    eve.get_by_text("Saved.").wait_for()

    ada.get_by_label("Name").fill("Care of all")
    ada.get_by_role("button", name="Save").click()

    ada.get_by_text("Eve changed this").wait_for()
    assert ada.get_by_role("row", name="Name Care Customer care").is_visible()
    assert ada.get_by_label("Name").input_value() == "Care of all"
    assert Team.objects.get().name == "Customer care"
    ada.get_by_role("link", name="Take over theirs").click()
    assert ada.get_by_label("Name").input_value() == "Customer care"

    eve.goto(f"{address}/setup/teams/{team.pk}")
    eve.get_by_label("Name").fill("Everybody's care")
    eve.get_by_role("button", name="Save").click()
    eve.get_by_text("Saved.").wait_for()
    ada.get_by_label("Name").fill("Care of all")
    ada.get_by_role("button", name="Save").click()
    ada.get_by_role("button", name="Save mine anyway").click()
    ada.get_by_text("Saved.").wait_for()
    assert Team.objects.get().name == "Care of all"

    lost: list[str] = []

    def lose(route: Route) -> None:
        if route.request.method == "POST" and len(lost) < 2:
            route.fetch(max_redirects=0)
            lost.append(route.request.post_data or "")
            route.fulfill(status=204)
        else:
            route.continue_()

    ada.goto(f"{address}/setup/teams")
    ada.route("**/setup/teams", lose)
    ada.get_by_label("Name").fill("Depot")
    for _ in range(3):  # the first two answers never arrive
        ada.evaluate("document.querySelectorAll('form[data-sent]').forEach((form) => delete form.dataset.sent)")
        ada.get_by_role("button", name="Add").click()
    ada.get_by_text("Depot is here.").wait_for()
    assert len(lost) == 2
    assert Team.objects.filter(name="Depot").count() == 1
    assert ada.get_by_text("Depot is here.").count() == 1
