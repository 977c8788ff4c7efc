"""The shell in a browser: axe finds nothing serious, nothing is wider than a phone, and the keyboard is enough."""

from collections.abc import Iterator
from typing import Any

import pytest
from axe_playwright_python.sync_playwright import Axe
from django.test import Client
from django.utils import timezone
from playwright.sync_api import Browser, BrowserContext, Page, ViewportSize

from heedful.associates import associates, company, first, keys, teams
from heedful.associates.models import Associate, Role
from heedful.courier import mails
from heedful.customers import touchpoints
from heedful.customers.models import Customer
from heedful.customers.touchpoints import TouchpointDraft
from heedful.kit.actor import SYSTEM
from heedful.promise.models import Promise

pytestmark = [
    pytest.mark.browser,
    pytest.mark.xdist_group("browser"),
    pytest.mark.django_db(transaction=True, serialized_rollback=True),
]

DESK: ViewportSize = {"width": 1280, "height": 860}
PHONE: ViewportSize = {"width": 390, "height": 844}
LONG_NAME = "Wolfeschlegelsteinhausenbergerdorff-Hubert Blaine the Younger"


@pytest.fixture
def ada(db: None) -> Associate:
    now = timezone.now()
    company.edit(name="Acme", colour="#d4e157", time_zone="Europe/London", currency="GBP", by=SYSTEM, at=now)
    teams.add(name="Care", by=SYSTEM, at=now)
    keys.add(name="Website", by=SYSTEM, at=now)
    mails.send(to="alice@example.test", subject="How was it?", text="Hello", purpose="survey", by=SYSTEM, at=now)
    return associates.add(
        email="ada@acme.test", name="Ada", role=Role.ADMIN, password="a quiet room", by=SYSTEM, at=now
    )


@pytest.fixture
def alice(ada: Associate) -> Customer:
    now = timezone.now()
    told = {"scores": {"satisfaction": 2, "expected.satisfaction": 4}, "verbatim": "لم يأت أحد. Nobody came."}
    who = (("email", "alice@example.test"),)
    drafts = [
        TouchpointDraft(
            "order_placed", now, "1", identities=who, channel="web", stage="purchase", properties={"total": 12}
        ),
        TouchpointDraft("survey_answered", now, "2", identities=who, channel="email", stage="onboarding", **told),  # type: ignore[arg-type]
        TouchpointDraft("order_placed", now, "3", identities=(("email", "bruno@example.test"),), channel="web"),
    ]
    record = touchpoints.record(drafts=drafts, source="test", by=SYSTEM, at=now).customers[0]
    Promise.objects.create(slug="slow", words=f"{LONG_NAME} hears from us before the week is over.", made_at=now)
    Customer.objects.filter(pk=record).update(name=LONG_NAME, value_amount="88400", value_currency="GBP", stage="use")
    return Customer.objects.get(pk=record)


@pytest.fixture(params=["light", "dark"])
def scheme(request: Any) -> str:
    scheme: str = request.param
    return scheme


@pytest.fixture
def context(browser: Browser, live_server: Any, ada: Associate, scheme: str) -> Iterator[BrowserContext]:
    client = Client()
    client.force_login(ada, backend="django.contrib.auth.backends.ModelBackend")
    context = browser.new_context(color_scheme=scheme, base_url=live_server.url)  # type: ignore[arg-type]
    context.add_cookies([{"name": "sessionid", "value": client.cookies["sessionid"].value, "url": live_server.url}])
    yield context
    context.close()


def opened(page: Page, address: str) -> list[str]:
    """Open a page; return what axe and we find wrong."""
    page.goto(address)
    found = Axe().run(page, options={"resultTypes": ["violations"]}).response["violations"]
    wrong = [
        f"{address}: {one['id']}: {one['nodes'][0]['html'][:160]}"
        for one in found
        if one["impact"] in {"serious", "critical"}
    ]
    if page.evaluate("document.documentElement.scrollWidth > innerWidth + 1"):
        wrong.append(f"{address} is wider than its window")
    return wrong


PAGES = [
    "/setup/components",
    "/setup/company",
    "/setup/stages",
    "/setup/associates",
    "/setup/keys",
    "/setup/ledger",
    "/accounts/2fa/",
    "/customers",
    "/customers/{alice}",
    "/customers/{alice}/feedback",
    "/customers/{alice}/person",
    "/customers/{alice}/merge?q=example",
    "/cases?promise=slow",
    "/promises/new",
    "/nowhere",
]
"""One page of each make: the light ones are looked at on a desk and the dark ones on a phone."""


def test_axe_finds_nothing_serious_and_nothing_is_too_wide(
    context: BrowserContext, alice: Customer, scheme: str
) -> None:
    page = context.new_page()
    page.set_viewport_size(DESK if scheme == "light" else PHONE)

    assert [wrong for address in PAGES for wrong in opened(page, address.format(alice=alice.pk))] == []


@pytest.mark.parametrize("scheme", ["light"], indirect=True)
def test_no_page_breaks_its_own_content_policy(context: BrowserContext, alice: Customer) -> None:
    page = context.new_page()
    said: list[str] = []
    page.on("console", lambda message: said.append(message.text) if "Content Security Policy" in message.text else None)

    for address in ("/setup/components", "/customers", f"/customers/{alice.pk}"):
        page.goto(address)

    assert said == []


@pytest.mark.parametrize("scheme", ["light"], indirect=True)
def test_the_list_is_walked_and_opened_by_keyboard(context: BrowserContext, alice: Customer) -> None:
    page = context.new_page()
    page.goto("/customers")

    page.keyboard.press("j")
    page.keyboard.press("j")
    page.keyboard.press("k")
    page.keyboard.press("Enter")
    page.wait_for_url("**/customers/*")
    page.goto("/customers")
    page.keyboard.press("/")
    page.keyboard.type("alice")
    page.keyboard.press("Enter")
    page.wait_for_url("**/customers?q=alice")
    page.keyboard.press("Escape")

    assert "1 customer" in page.locator(".list-total").inner_text()


@pytest.mark.parametrize("scheme", ["light"], indirect=True)
def test_on_a_phone_the_customer_is_a_screen_of_its_own(context: BrowserContext, alice: Customer) -> None:
    page = context.new_page()
    page.set_viewport_size(PHONE)
    page.goto(f"/customers/{alice.pk}")

    page.get_by_role("link", name="Customer", exact=True).click()
    shown = page.get_by_role("complementary", name="The customer").is_visible()
    page.go_back()

    assert shown
    assert not page.get_by_role("complementary", name="The customer").is_visible()


def test_the_first_administrator_comes_in_by_the_link(browser: Browser, live_server: Any, db: None) -> None:
    link = "/setup/first/" + first.link(at=timezone.now()).rpartition("/")[2]
    page = browser.new_page(base_url=live_server.url)
    page.set_viewport_size(DESK)
    assert opened(page, link) == []

    page.get_by_label("Your company").fill("Northwind")
    page.get_by_label("Your name").fill("Ada")
    page.get_by_label("Your e-mail").fill("ada@northwind.test")
    page.get_by_label("Your password").fill("a quiet well-lit room")
    page.get_by_role("button", name="Set it up").click()
    page.wait_for_url(lambda url: "first" not in url)

    assert page.get_by_role("navigation", name="Places").get_by_text("Northwind").is_visible()
    page.close()
