"""Somebody answers on a phone: with scripts and without, by keyboard, in the dark, and axe finds nothing."""

from collections.abc import Callable
from typing import Any

import pytest
from axe_playwright_python.sync_playwright import Axe
from django.utils import timezone
from playwright.sync_api import Browser

from heedful.customers.models import Score, Touchpoint
from heedful.kit.actor import SYSTEM
from heedful.listen import invitations, surveys
from heedful.listen.models import Invitation, Survey
from tests.listen import conftest as listening

pytestmark = [
    pytest.mark.browser,
    pytest.mark.django_db(transaction=True, serialized_rollback=True),
]
PHONE: dict[str, Any] = {"viewport": {"width": 390, "height": 844}, "has_touch": True, "is_mobile": True}
make, alice = listening.make, listening.alice


@pytest.fixture
def invitation(alice: Any, make: Callable[..., Survey]) -> Invitation:
    make(questions=[{"code": "recommend"}, {"code": "satisfaction"}, {"code": "open"}])
    (planned,) = listening.happen("alice")
    return invitations.consider(invitation=planned, by=SYSTEM, at=timezone.now())


def test_a_tap_in_the_mail_is_saved_by_the_first_press_and_words_follow(
    browser: Browser, live_server: Any, invitation: Invitation
) -> None:
    page = browser.new_context(**PHONE).new_page()
    asked: list[str] = []
    page.on("request", lambda request: asked.append(f"{request.method} {request.url}"))
    complaints: list[str] = []
    page.on("console", lambda message: complaints.append(message.text) if message.type == "error" else None)
    page.goto(f"{live_server.url}/s/{invitation.token}?recommend=2")
    page.touchscreen.tap(5, 5)
    page.get_by_role("status").get_by_text("Saved").wait_for()
    assert Score.objects.get(question="recommend").value == 2
    assert [line for line in asked if line.startswith("GET http")] == [
        f"GET {live_server.url}/s/{invitation.token}?recommend=2"
    ]
    page.get_by_role("radio", name="Dissatisfied", exact=True).check()
    page.get_by_label("What is the main reason for your answer?").fill("The engineer never came")
    page.get_by_role("button", name="Send").click()
    page.get_by_text("Thank you. Your answer is with Acme now.").wait_for()
    assert Score.objects.get(question="satisfaction").value == 2
    assert Touchpoint.objects.filter(verbatim="The engineer never came").count() == 1
    assert complaints == []


def test_the_sheet_is_answered_with_scripts_switched_off(
    browser: Browser, live_server: Any, invitation: Invitation
) -> None:
    page = browser.new_context(**PHONE, java_script_enabled=False).new_page()
    page.goto(f"{live_server.url}/s/{invitation.token}?recommend=9")
    assert not Score.objects.exists()
    page.get_by_role("button", name="Send").click()
    page.get_by_text("Thank you").wait_for()
    assert Score.objects.get().value == 9


def test_the_sheet_is_answered_with_the_keyboard_alone(
    browser: Browser, live_server: Any, invitation: Invitation
) -> None:
    page = browser.new_page()
    page.goto(f"{live_server.url}/s/{invitation.token}")
    page.keyboard.press("Tab")
    page.keyboard.press("Space")
    page.keyboard.press("ArrowRight")
    page.keyboard.press("ArrowRight")
    page.get_by_role("status").get_by_text("Saved").wait_for()
    page.keyboard.press("Tab")
    page.keyboard.press("Tab")
    page.keyboard.type("Good")
    page.keyboard.press("Tab")
    page.keyboard.press("Enter")
    page.get_by_text("Thank you").wait_for()
    assert Score.objects.get(question="recommend").value == 2
    assert Touchpoint.objects.filter(verbatim="Good").exists()


def test_what_is_saved_already_is_sent_by_one_press(browser: Browser, live_server: Any, invitation: Invitation) -> None:
    page = browser.new_context(**PHONE).new_page()
    page.goto(f"{live_server.url}/s/{invitation.token}")
    page.get_by_role("radio", name="5", exact=True).check()
    page.get_by_role("status").get_by_text("Saved").wait_for()
    page.get_by_role("button", name="Send").click()
    page.get_by_text("Thank you").wait_for()


def test_a_visitor_gets_a_sheet_of_their_own_after_the_first_answer(
    browser: Browser, live_server: Any, invitation: Invitation
) -> None:
    page = browser.new_context(**PHONE).new_page()
    public = f"{live_server.url}/s/{invitation.survey.public_token}"
    page.goto(public)
    page.get_by_role("radio", name="5", exact=True).check()
    page.get_by_role("radio", name="Satisfied", exact=True).check()
    page.get_by_role("button", name="Send").click()
    page.get_by_text("Thank you").wait_for()
    assert invitation.survey.public_token not in page.url
    assert Invitation.objects.filter(channel="link").count() == 1
    assert Score.objects.count() == 2


def test_words_are_kept_when_the_page_is_left(browser: Browser, live_server: Any, invitation: Invitation) -> None:
    page = browser.new_context(**PHONE).new_page()
    page.goto(f"{live_server.url}/s/{invitation.token}")
    page.get_by_label("What is the main reason for your answer?").type("Left in a hurry")
    with page.expect_response(lambda answer: answer.request.method == "POST") as kept:
        page.evaluate("dispatchEvent(new PageTransitionEvent('pagehide'))")
    assert kept.value.status == 200
    assert Touchpoint.objects.filter(verbatim="Left in a hurry").exists()


@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize("width", [390, 1280])
def test_axe_finds_nothing_and_every_target_is_big_enough(
    browser: Browser, live_server: Any, invitation: Invitation, scheme: Any, width: int
) -> None:
    context = browser.new_context(viewport={"width": width, "height": 844}, color_scheme=scheme, bypass_csp=True)
    page = context.new_page()
    page.goto(f"{live_server.url}/s/{invitation.token}?recommend=9")
    found = Axe().run(page)
    assert found.violations_count == 0, found.generate_report()
    for target in page.locator("input[type=radio], button").all():
        box = target.bounding_box()
        assert box is not None
        assert box["height"] >= 44
        assert box["width"] >= 40
    assert page.evaluate("document.documentElement.scrollWidth <= innerWidth")


def test_axe_finds_nothing_on_the_pages_that_say_something(
    browser: Browser, live_server: Any, invitation: Invitation
) -> None:
    page = browser.new_context(**PHONE, bypass_csp=True).new_page()
    for path in (f"/s/{invitation.token}/stop", "/s/unknown"):
        page.goto(live_server.url + path)
        found = Axe().run(page)
        assert found.violations_count == 0, found.generate_report()
    surveys.end(survey=invitation.survey, by=SYSTEM, at=timezone.now())
    page.goto(f"{live_server.url}/s/{invitation.token}")
    assert Axe().run(page).violations_count == 0
