"""What an associate writes in a case is not lost, and goes to the customer whom it is meant for."""

from typing import Any

import pytest
from django.utils import timezone

from heedful.act import cases
from heedful.act.models import Case
from heedful.associates.models import Associate, Team
from heedful.courier.models import Mail
from heedful.customers import messages
from heedful.customers.messages import Description, SourceMessage
from heedful.customers.models import Customer
from heedful.kit.actor import By
from tests.web import desk
from tests.web.desk import As, say

pytestmark = pytest.mark.django_db
case, feedback = desk.case, desk.feedback


@pytest.mark.parametrize(
    ("where", "typed"),
    [
        ("mails", {"subject": "", "text": "What I typed."}),
        ("notes", {"text": ""}),
        ("calls", {"text": ""}),
        ("closure", {"outcome": "solved", "cause": ""}),
        ("closure", {"outcome": "magic", "cause": "late"}),
        ("handover", {"to": "99999"}),
    ],
)
def test_a_form_that_is_wrong_comes_back_with_what_was_typed(
    as_: As, mira: Associate, case: Case, where: str, typed: dict[str, str]
) -> None:
    page = as_(mira).post(f"/cases/{case.pk}/{where}", typed)
    assert page.status_code == 422
    for words in typed.values():
        assert words in say(page) or words in ("magic", "99999")
    assert Case.objects.get().is_waiting


def test_a_page_that_came_back_goes_on_hearing_of_its_case(as_: As, mira: Associate, case: Case) -> None:
    page = say(as_(mira).post(f"/cases/{case.pk}/notes", {"text": ""}))
    assert f'id="told" hx-get="/cases/{case.pk}?seen=0.open"' in page
    assert "data-begun" in page


@pytest.mark.parametrize(
    ("way_out", "words"),
    [
        ("smtp://mail.test", "on its way. The clock stops when it leaves."),
        ("", "Written, not sent: no mail server is set up"),
    ],
)
def test_what_is_said_of_a_mail_is_what_becomes_of_it(
    as_: As, mira: Associate, case: Case, settings: Any, way_out: str, words: str
) -> None:
    settings.SMTP_URL = way_out
    typed = {"subject": "Your order", "text": "I am sorry."}
    page = say(as_(mira).post(f"/cases/{case.pk}/mails", typed, follow=True))
    assert words in page
    assert Case.objects.get().is_waiting


def test_a_mail_that_cannot_be_sent_is_not_lost(as_: As, mira: Associate, case: Case) -> None:
    Customer.objects.update(email="")
    page = as_(mira).post(f"/cases/{case.pk}/mails", {"subject": "Hello", "text": "A long letter."})
    assert page.status_code == 422
    assert "A long letter." in say(page)
    assert "no e-mail address" in say(page)


@pytest.mark.parametrize(
    "asked",
    ["q=²", "since=²", "since=1&shown=abc.x,²,².x,-1.y", "since=9" + "9" * 30, "priority=²", "in=²", "in=٣", "reply=²"],
)
def test_a_number_that_is_none_asks_for_nothing(as_: As, mira: Associate, asked: str) -> None:
    assert as_(mira).get(f"/cases?{asked}").status_code == 200


# While somebody else was quicker


@pytest.mark.parametrize(
    ("what", "typed"),
    [
        ("mails", {"subject": "Hello", "text": "I wrote for an hour."}),
        ("calls", {"text": "I wrote for an hour."}),
        ("handover", {"team": "{team}", "reason": "I wrote for an hour."}),
    ],
)
def test_what_was_typed_is_not_lost_when_somebody_closed_the_case_meanwhile(
    as_: As, mira: Associate, lena: Associate, care: Team, case: Case, what: str, typed: dict[str, str]
) -> None:
    cases.close(case=case, outcome="solved", cause="late", by=lena.by, at=timezone.now())
    said = {name: value.format(team=care.pk) for name, value in typed.items()}
    page = as_(mira).post(f"/cases/{case.pk}/{what}", said)
    assert page.status_code == 422
    assert "This case is closed. Reopen it to go on." in say(page)
    assert "I wrote for an hour.</textarea>" in say(page).replace("\n", "")


# An address that became another


def moved_to(address: str, *, customer: Customer) -> None:
    who = Description((("email", "alice@example.test"), ("email", address)), timezone.now(), {"email": address})
    shop = By("key", "7", "Shop")
    messages.record(messages=[SourceMessage(description=who)], source="shop", by=shop, at=timezone.now())
    customer.refresh_from_db()


def test_who_writes_is_told_that_the_address_became_another(as_: As, mira: Associate, case: Case) -> None:
    before = say(as_(mira).get(f"/cases/{case.pk}"))
    moved_to("new@example.test", customer=case.who)

    page = say(as_(mira).get(f"/cases/{case.pk}"))

    assert "note-watch" not in before
    assert "It was <bdi>alice@example.test</bdi> until <bdi>Shop</bdi> made it <bdi>new@example.test</bdi>" in page


def test_who_wrote_or_called_since_is_not_told_again(as_: As, mira: Associate, case: Case) -> None:
    moved_to("new@example.test", customer=case.who)
    cases.log_call(case=case, text="It is theirs.", by=mira.by, at=timezone.now())

    assert "Nobody here has written or called since" not in say(as_(mira).get(f"/cases/{case.pk}"))


def test_a_mail_that_was_begun_to_another_address_does_not_leave(as_: As, mira: Associate, case: Case) -> None:
    typed = {"subject": "Sorry", "text": "We are sorry.", "to": case.who.email}
    moved_to("new@example.test", customer=case.who)

    refused = as_(mira).post(f"/cases/{case.pk}/mails", typed)

    assert refused.status_code == 422
    assert "The address became new@example.test while you wrote." in say(refused)
    assert "We are sorry." in say(refused)
    assert not Mail.objects.filter(purpose="case").exists()
    as_(mira).post(f"/cases/{case.pk}/mails", {**typed, "to": "new@example.test"})
    assert Mail.objects.get(purpose="case").to == "new@example.test"
