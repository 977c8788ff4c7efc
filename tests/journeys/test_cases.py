"""The cases in a browser: they arrive while one looks, nothing moves under a hand, and scripts are not needed."""

import re
from collections.abc import Iterator
from typing import Any

import pytest
from django.test import Client
from django.utils import timezone
from playwright.sync_api import Browser, BrowserContext, expect
from procrastinate.contrib.django.models import ProcrastinateJob

from heedful.act import cases, replies
from heedful.act.models import Case
from heedful.associates import associates, company, teams
from heedful.associates.models import Associate, Role
from heedful.courier.models import Mail
from heedful.customers import people, touchpoints
from heedful.customers.models import Feedback
from heedful.customers.touchpoints import TouchpointDraft
from heedful.kit.actor import SYSTEM
from heedful.understand import reading
from tests.cast import arrived
from tests.journeys.test_shell import DESK, PHONE, opened
from tests.work import work

pytestmark = [
    pytest.mark.browser,
    pytest.mark.xdist_group("browser"),
    pytest.mark.django_db(transaction=True, serialized_rollback=True),
]

WORDS = "لم يأت أحد. The technician never came, and nobody answers the phone."


def speaks(name: str, *, score: int = 2) -> Case:
    """Let a customer say something bad, and what follows happen."""
    now = timezone.now()
    who = (("email", f"{name}@example.test"),)
    told = TouchpointDraft(
        "survey_answered", now, f"{name} at {now}", identities=who, scores={"recommend": score}, verbatim=WORDS
    )
    record = touchpoints.record(drafts=[told], source="test", by=SYSTEM, at=now).customers[0]
    work()
    return Case.objects.get(customer=record)


@pytest.fixture
def mira(db: None) -> Associate:
    ProcrastinateJob.objects.all()._raw_delete("default")  # the table is not among those that tests empty
    now: dict[str, Any] = {"by": SYSTEM, "at": timezone.now()}
    company.edit(name="Acme", colour="#2f6f5e", time_zone="Europe/London", **now)
    care = teams.add(name="Care", **now)
    return associates.add(
        email="mira@acme.test", name="Mira", role=Role.LEAD, team=care, password="a quiet room", **now
    )


def context_of(browser: Browser, address: str, who: Associate, **more: Any) -> BrowserContext:
    client = Client()
    client.force_login(who, backend="django.contrib.auth.backends.ModelBackend")
    context = browser.new_context(base_url=address, **more)
    context.add_cookies([{"name": "sessionid", "value": client.cookies["sessionid"].value, "url": address}])
    return context


@pytest.fixture
def context(browser: Browser, live_server: Any, mira: Associate) -> Iterator[BrowserContext]:
    context = context_of(browser, live_server.url, mira, viewport=DESK)
    yield context
    context.close()


@pytest.mark.parametrize(("scheme", "size"), [("light", DESK), ("dark", PHONE)])
def test_pages_of_the_loop_are_sound(
    browser: Browser, live_server: Any, mira: Associate, scheme: str, size: Any
) -> None:
    case = speaks("alice")
    cases.claim(case=case, by=mira.by, at=timezone.now())
    cases.write(case=case, subject="Hello", text="I am sorry.", by=mira.by, at=timezone.now())
    reading.through(reading.Work(at=timezone.now(), feedback=list(Feedback.objects.all())))
    pages = ["/queue", "/cases", f"/cases/{case.pk}", "/cases?state=closed", "/feedback", "/topics?try=Nobody+answers"]
    pages += ["/setup/replies", "/setup/account", f"/customers/{case.customer_id}", "/cases?state=late"]
    pages += [f"/customers/{case.customer_id}/mail", f"/customers/{case.customer_id}/case"]
    context = context_of(browser, live_server.url, mira, viewport=size, color_scheme=scheme)
    page = context.new_page()
    wrong = [one for address in pages for one in opened(page, address)]
    context.close()
    assert wrong == []


def test_a_case_arrives_while_one_looks(context: BrowserContext) -> None:
    speaks("alice", score=6)
    page = context.new_page()
    page.goto("/cases")
    expect(page.locator("#case-rows tr")).to_have_count(1)
    fresh = speaks("bruno", score=6)
    page.evaluate("htmx.trigger('#news', 'look')")
    first = page.locator("#case-rows tr").first
    expect(first).to_have_id(f"case-{fresh.pk}")
    expect(first).to_have_class("is-new")


def test_nothing_moves_while_a_hand_is_over_the_list(context: BrowserContext) -> None:
    case = speaks("alice", score=6)
    page = context.new_page()
    page.goto("/cases")
    page.locator(f"#case-{case.pk}").hover()
    speaks("bruno", score=6)
    page.evaluate("htmx.trigger('#news', 'look')")
    page.wait_for_timeout(500)
    expect(page.locator("#case-rows tr")).to_have_count(1)
    page.mouse.move(2, 2)
    expect(page.locator("#case-rows tr")).to_have_count(2)


def test_a_row_that_somebody_claimed_says_so(context: BrowserContext, mira: Associate) -> None:
    case = speaks("alice")
    page = context.new_page()
    page.goto("/cases")
    row = page.locator(f"#case-{case.pk}")
    expect(row).to_contain_text("Nobody yet")
    cases.claim(case=case, by=mira.by, at=timezone.now())
    page.evaluate("htmx.trigger('#news', 'look')")
    expect(row).to_contain_text("Mira")
    expect(row).to_have_count(1)


def test_a_case_is_worked_by_keyboard(context: BrowserContext) -> None:
    case = speaks("alice")
    page = context.new_page()
    page.goto("/cases")
    page.keyboard.press("j")
    page.keyboard.press("Enter")
    page.wait_for_url(f"**/cases/{case.pk}")
    page.keyboard.press("c")
    expect(page.get_by_text("This case is yours.")).to_be_visible()
    page.get_by_label("Message").fill("I am sorry that nobody came.")
    page.get_by_role("button", name="Send to the customer").click()
    expect(page.get_by_text("I am sorry that nobody came.")).to_be_visible()
    page.keyboard.press("x")
    page.get_by_label("What came of it").select_option("solved")
    page.get_by_label("Why it happened").select_option("missed-appointment")
    page.get_by_role("button", name="Close the case").click()
    expect(page.get_by_text("is asked whether it helped")).to_be_visible()
    assert Case.objects.get().outcome == "solved"


def test_a_letter_opens_its_form_and_one_writes_at_once(context: BrowserContext) -> None:
    case = speaks("alice")
    page = context.new_page()
    page.goto(f"/cases/{case.pk}")
    for key, field in (
        ("w", "Message"),
        ("n", "Note"),
        ("l", "What was said"),
        ("h", "Colleague"),
        ("x", "What came of it"),
    ):
        page.keyboard.press(key)
        expect(page.get_by_label(re.compile(f"^{field}"))).to_be_focused()
        page.keyboard.press("Escape")
        expect(page.locator("details.act[open]")).to_have_count(1)
    page.keyboard.press("n")
    page.keyboard.type("Nothing was lost.")
    page.keyboard.press("Escape")
    page.keyboard.press("n")
    expect(page.get_by_label("Note", exact=True)).to_have_value("Nothing was lost.")


def test_a_saved_reply_is_put_in_and_enter_sends_the_mail(context: BrowserContext, mira: Associate) -> None:
    replies.add(name="Sorry", text="Dear {name}, I am sorry.", by=mira.by, at=timezone.now())
    case = speaks("alice")
    people.describe(facts={case.customer_id: {"name": ("Alice Hill", timezone.now())}})
    page = context.new_page()
    page.goto(f"/cases/{case.pk}")
    page.keyboard.press("w")
    page.get_by_label("Saved reply").select_option(label="Sorry")
    page.get_by_role("button", name="Put it in").click()
    expect(page.get_by_label("Message")).to_have_value("Dear Alice, I am sorry.")
    page.get_by_label("Subject").press("Enter")
    expect(page.get_by_text("the clock goes on")).to_be_visible()
    assert Mail.objects.get().text.strip() == "Dear Alice, I am sorry."


def test_a_case_is_opened_by_hand_and_a_gap_is_sent_by_one_more_press(context: BrowserContext) -> None:
    who = arrived("bruno@example.test", TouchpointDraft("bill_paid", timezone.now(), "b-1"))
    page = context.new_page()
    page.goto(f"/customers/{who.pk}")
    page.keyboard.press("?")
    for words in ("Write", "Open a case"):
        expect(page.locator("#keys-here").get_by_text(words, exact=True)).to_be_visible()
    page.keyboard.press("Escape")
    page.keyboard.press("o")
    expect(page.get_by_label("What is wrong")).to_be_focused()
    page.keyboard.type("The line is dead.")
    page.keyboard.press("Enter")
    expect(page.get_by_role("heading", name="The line is dead.")).to_be_visible()
    page.keyboard.press("w")
    page.get_by_label("Message").fill("You will be online by …")
    page.get_by_label("Subject").press("Enter")
    expect(page.get_by_text("Is there something to fill in at “by …”?")).to_be_visible()
    expect(page.get_by_role("button", name="Send it as it is")).to_be_focused()
    page.keyboard.press("Enter")
    expect(page.get_by_text("the clock goes on")).to_be_visible()
    assert (Mail.objects.get().text, Case.objects.get().is_waiting) == ("You will be online by …", True)


def test_a_question_mark_shows_the_keys_of_the_page(context: BrowserContext) -> None:
    case = speaks("alice")
    page = context.new_page()
    page.goto(f"/cases/{case.pk}")
    page.keyboard.press("?")
    for words in ("Claim", "Write", "Log a call", "Note", "Hand over", "Close"):
        expect(page.locator("#keys-here").get_by_text(words, exact=True)).to_be_visible()


def test_whose_session_ended_while_they_wrote_finds_the_words_again(context: BrowserContext, mira: Associate) -> None:
    case = speaks("alice")
    page = context.new_page()
    page.goto(f"/cases/{case.pk}")
    page.keyboard.press("n")
    page.keyboard.type("Nothing was lost.")
    context.clear_cookies(name="sessionid")
    page.get_by_role("button", name="Note it").click()
    page.get_by_label("E-mail").fill("mira@acme.test")
    page.get_by_label("Password").fill("a quiet room")
    page.get_by_role("button", name="Log in").click()
    expect(page.get_by_text("What you typed is here again.")).to_be_visible()
    expect(page.get_by_label("Note", exact=True)).to_have_value("Nothing was lost.")
    page.get_by_role("button", name="Note it").click()
    expect(page.get_by_text("Noted. Your colleagues see it here.")).to_be_visible()
    expect(page.get_by_text("What you typed is here again.")).to_have_count(0)
    assert case.notes.get().text == "Nothing was lost."


def test_a_code_that_does_not_fit_is_no_lost_session(context: BrowserContext, mira: Associate) -> None:
    page = context.new_page()
    page.goto("/accounts/2fa/totp/activate/")
    page.get_by_label("Password").fill("a quiet room")
    page.get_by_role("button", name="Go on").click()
    page.get_by_label("The code that the app shows").fill("000000")
    page.get_by_role("button", name="Turn it on").click()
    expect(page.get_by_text("This code does not fit.")).to_be_visible()
    expect(page.get_by_text("What you typed is here again.")).to_have_count(0)
    assert page.evaluate("sessionStorage.getItem('heedful.typed')") is None


def test_several_cases_are_chosen_by_keyboard_and_handed_over(context: BrowserContext, mira: Associate) -> None:
    speaks("alice", score=6), speaks("bruno", score=6), speaks("carla", score=6)
    page = context.new_page()
    page.goto("/cases?sort=due")
    expect(page.get_by_role("button", name="Hand over")).to_be_hidden()
    for key in "jxjxx":
        page.keyboard.press(key)
    expect(page.get_by_text("1 chosen on this page")).to_be_visible()
    page.keyboard.press("x")
    cases.claim(case=Case.objects.get(customer__email__startswith="carla"), by=mira.by, at=timezone.now())
    page.mouse.move(2, 2)
    page.evaluate("document.activeElement.blur(); htmx.trigger('#news', 'look')")
    expect(page.locator("#case-rows")).to_contain_text("Mira")
    expect(page.get_by_text("2 chosen on this page")).to_be_visible()
    page.get_by_label("Hand over to").select_option(label="Mira")
    page.get_by_role("button", name="Hand over").dblclick()
    expect(page.get_by_text("Handed over: 2 cases. Mira will see them now.")).to_be_visible()
    expect(page.get_by_text("Not handed over")).to_have_count(0)
    assert Case.objects.filter(owner=mira).count() == 3


def test_a_case_is_worked_without_scripts(browser: Browser, live_server: Any, mira: Associate) -> None:
    case = speaks("alice")
    context = context_of(browser, live_server.url, mira, viewport=PHONE, java_script_enabled=False)
    page = context.new_page()
    page.goto("/cases?q=alice")
    page.get_by_role("link", name="alice@example.test").click()
    page.get_by_role("button", name="Claim").click()
    page.locator("summary", has_text="Log a call").click()
    page.get_by_label("What was said").fill("She was glad.")
    page.get_by_role("button", name="Keep it").click()
    page.locator("summary", has_text="Close").click()
    page.get_by_label("What came of it").select_option("explained")
    page.get_by_label("Why it happened").select_option("late")
    page.get_by_role("button", name="Close the case").click()
    case.refresh_from_db()
    assert (case.outcome, case.owner) == ("explained", mira)
    page.get_by_role("button", name="Reopen").click()
    case.refresh_from_db()
    assert case.is_open
    context.close()
