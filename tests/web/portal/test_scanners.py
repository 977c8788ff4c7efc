"""What nobody pressed is no answer: scanners that run scripts, press by script, prefetch or preview save nothing."""

from collections.abc import Callable
from typing import Any

import pytest
from django.test import Client
from django.utils import timezone
from playwright.sync_api import Browser, Page

from heedful.act.models import Case
from heedful.customers import consents
from heedful.customers.models import Customer, Score, Touchpoint
from heedful.kit.actor import SYSTEM
from heedful.ledger.models import Entry
from heedful.listen import invitations
from heedful.listen.models import Invitation, Survey
from tests.listen import conftest as listening
from tests.web.portal.test_browser import PHONE

pytestmark = [
    pytest.mark.browser,
    pytest.mark.django_db(transaction=True, serialized_rollback=True),
]
make, alice = listening.make, listening.alice

PRESSES = """() => {
  document.querySelectorAll('input[type=radio]').forEach((one) => {
    one.click();
    one.dispatchEvent(new Event('change', {bubbles: true}));
  });
  ['pointerdown', 'touchstart', 'keydown', 'keyup', 'click'].forEach((type) =>
    document.body.dispatchEvent(new Event(type, {bubbles: true})));
  document.querySelector('form button').click();
  document.querySelector('form').requestSubmit();
  document.querySelector('form').requestSubmit(document.querySelector('form button'));
  dispatchEvent(new PageTransitionEvent('pagehide'));
}"""
"""What a program presses: every choice, every key, and the button in three ways."""
AROUND = "() => document.querySelector('form').submit()"
"""A form that is sent without any button."""


@pytest.fixture
def invitation(alice: Any, make: Callable[..., Survey]) -> Invitation:
    make(questions=[{"code": "recommend"}, {"code": "helped"}, {"code": "open"}])
    (planned,) = listening.happen("alice")
    return invitations.consider(invitation=planned, by=SYSTEM, at=timezone.now())


def scan(page: Page, address: str) -> None:
    """Open a link as a scanner does that runs scripts and presses whatever it finds."""
    sent: list[str] = []
    page.on("request", lambda request: sent.append(request.method))
    page.goto(address)
    page.wait_for_timeout(100)
    page.evaluate(PRESSES)
    page.wait_for_timeout(700)
    assert set(sent) == {"GET"}, address
    with page.expect_navigation():
        page.evaluate(AROUND)


def test_a_scanner_that_runs_scripts_answers_for_nobody(
    browser: Browser, live_server: Any, invitation: Invitation
) -> None:
    before = Entry.objects.count(), Touchpoint.objects.count(), Case.objects.count()
    link, public = f"/s/{invitation.token}", f"/s/{invitation.survey.public_token}"
    for address in (f"{link}?recommend=0", f"{link}?helped=0", f"{public}?recommend=0", link, f"{link}/stop"):
        context = browser.new_context(**PHONE)
        scan(context.new_page(), live_server.url + address)
        context.close()
    invitation.refresh_from_db()
    assert (invitation.answers, invitation.state) == ({}, Invitation.State.ASKED)
    assert not Score.objects.exists()
    assert Invitation.objects.count() == 1
    assert consents.standing(person=invitation.customer_id or 0).get("survey", True)
    assert (Entry.objects.count(), Touchpoint.objects.count(), Case.objects.count()) == before


def test_a_press_stops_surveys(browser: Browser, live_server: Any, invitation: Invitation) -> None:
    page = browser.new_page()
    page.goto(f"{live_server.url}/s/{invitation.token}/stop")
    page.get_by_role("button").click()
    page.get_by_text("will not ask you any more").wait_for()
    assert consents.standing(person=invitation.customer_id or 0)["survey"] is False


def test_one_press_after_the_tap_in_the_mail_is_enough(
    browser: Browser, live_server: Any, invitation: Invitation
) -> None:
    page = browser.new_context(**PHONE).new_page()
    page.goto(f"{live_server.url}/s/{invitation.token}?recommend=2")
    page.get_by_role("status").get_by_text("Chosen, not sent yet").wait_for()
    page.touchscreen.tap(5, 5)
    page.get_by_role("status").get_by_text("Saved").wait_for()
    assert Score.objects.get().value == 2
    assert page.url == f"{live_server.url}/s/{invitation.token}"


def test_a_key_is_enough_too(browser: Browser, live_server: Any, invitation: Invitation) -> None:
    page = browser.new_page()
    page.goto(f"{live_server.url}/s/{invitation.token}?helped=1")
    page.keyboard.press("Tab")
    page.get_by_role("status").get_by_text("Saved").wait_for()
    assert Score.objects.get().value == 1


def test_who_chooses_another_answer_never_gave_the_first(
    browser: Browser, live_server: Any, invitation: Invitation
) -> None:
    """What was tapped by mistake is not saved on the way, and a reload does not bring it back."""
    page = browser.new_context(**PHONE).new_page()
    page.goto(f"{live_server.url}/s/{invitation.token}?recommend=0&lang=en")
    page.get_by_role("radio", name="9", exact=True).check()
    page.get_by_role("status").get_by_text("Saved").wait_for()
    page.reload()
    assert page.get_by_role("radio", name="9", exact=True).is_checked()
    page.goto(f"{live_server.url}/s/{invitation.token}?recommend=0")
    page.touchscreen.tap(5, 5)
    page.wait_for_timeout(900)
    invitation.refresh_from_db()
    assert invitation.answers["recommend"]["value"] == 9
    assert invitation.answers["recommend"]["revision"] == 1
    assert [score.value for score in Score.objects.all()] == [9]


def test_what_was_given_outlives_every_address(client: Client, invitation: Invitation, alice: Customer) -> None:
    link = f"/s/{invitation.token}"
    client.post(link, {"recommend": "9"}, headers={"Accept": "application/json"})
    for query in ("recommend=0", "recommend=9", "recommend=0&helped=0&lang=de"):
        shown = client.get(f"{link}?{query}").content.decode()
        assert 'name="recommend" value="9" checked' in " ".join(shown.split())
        assert 'name="recommend" value="0" checked' not in " ".join(shown.split())
    assert 'data-fresh="helped"' in shown


@pytest.mark.parametrize(
    ("sent", "is_kept"),
    [
        ({"recommend": "0", "hand": ""}, False),  # a form that was sent around its button
        ({"recommend": "0", "hand": "", "send": "1"}, False),  # with a script that saw no press
        ({"recommend": "0", "hand": "0", "send": ""}, False),
        ({"recommend": "0", "send": "1"}, True),  # without scripts
        ({"recommend": "0", "hand": "1", "send": "1"}, True),
        ({"recommend": "0", "hand": "1"}, True),
    ],
)
def test_the_server_takes_what_a_hand_sent(
    client: Client, invitation: Invitation, sent: dict[str, str], is_kept: bool
) -> None:
    answer = client.post(f"/s/{invitation.token}", sent)
    assert answer.status_code == (302 if is_kept else 200)
    assert Score.objects.exists() is is_kept
    if not is_kept:
        assert 'value="0" checked' in answer.content.decode()
        assert "Chosen, not sent yet" in answer.content.decode()


def test_prefetch_preview_and_head_write_nothing(client: Client, invitation: Invitation) -> None:
    before = Entry.objects.count()
    for headers in ({"Sec-Purpose": "prefetch"}, {"Purpose": "preview"}, {"X-Moz": "prefetch"}, {}):
        assert client.get(f"/s/{invitation.token}?helped=0", headers=headers).status_code == 200
        assert client.head(f"/s/{invitation.token}?helped=0", headers=headers).status_code == 200
    assert (Entry.objects.count(), Score.objects.count()) == (before, 0)
