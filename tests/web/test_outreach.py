"""From a customer's page: words to them and a case, by hand and by key; what has a gap is asked about."""

from collections.abc import Callable

import pytest
from django.test import Client

from heedful.act.models import Case
from heedful.associates.models import Associate
from heedful.courier.models import Mail
from heedful.customers.models import Customer
from heedful.listen.models import Thread
from tests.web import desk
from tests.web.desk import As, say

pytestmark = pytest.mark.django_db
case, feedback = desk.case, desk.feedback
type Queries = Callable[..., object]


def test_mira_writes_to_bruno_who_has_no_case(as_: As, mira: Associate, bruno: Customer) -> None:
    client, at = as_(mira), f"/customers/{bruno.pk}"
    page = say(client.get(at))
    assert f'data-key="w" href="{at}/mail"' in page.replace("\n  ", " ")
    assert "bruno@example.test" in say(client.get(f"{at}/mail"))

    typed = {"subject": "Your move", "text": "You will be online by …", "to": bruno.email}
    asked = client.post(f"{at}/mail", typed)
    page = say(asked)
    assert (asked.status_code, Mail.objects.count()) == (422, 0)
    assert "Is there something to fill in at “by …”? Send it once more if it is meant so." in page
    assert '<input type="hidden" name="gap" value="by …">' in page
    assert "autofocus>Send it as it is</button>" in page

    sent = client.post(f"{at}/mail", {**typed, "gap": "by …"}, follow=True)
    assert sent.redirect_chain == [(at, 302)]
    assert "Written, not sent: no mail server is set up" in say(sent)
    assert "Mira wrote to the customer, not sent yet" in say(sent)
    assert (Mail.objects.get().to, Thread.objects.get().customer) == (bruno.email, bruno)


def test_mira_opens_a_case_for_bruno_and_writes_on_it(as_: As, mira: Associate, bruno: Customer) -> None:
    client, at = as_(mira), f"/customers/{bruno.pk}"
    assert "Not known yet" in say(client.get(f"{at}/case"))
    refused = client.post(f"{at}/case", {"reason": "", "severity": "2"})
    assert (refused.status_code, Case.objects.count()) == (422, 0)

    page = client.post(f"{at}/case", {"reason": "The line is dead.", "severity": "3", "cause": "late"}, follow=True)
    case = Case.objects.get()
    assert page.redirect_chain == [(f"/cases/{case.pk}", 302)]
    assert (case.title, case.severity, case.cause, case.owner) == ("The line is dead.", 3, "late", mira)
    assert "A case is open." in say(page)
    assert "opened the case" in say(page)
    assert '<option value="late" selected>' in say(page)

    page = client.post(f"{at}/mail", {"subject": "Your line", "text": "I am on it."}, follow=True)
    assert page.redirect_chain == [(f"/cases/{case.pk}", 302)]
    assert say(page).count("Written, not sent") >= 2
    assert Case.objects.get().is_waiting


def test_a_gap_on_a_case_is_asked_about_and_a_misspelt_blank_is_refused(as_: As, mira: Associate, case: Case) -> None:
    client, at = as_(mira), f"/cases/{case.pk}/mails"
    refused = say(client.post(at, {"subject": "Hi", "text": "Dear {first name},", "gap": "{first name}"}))
    assert "There is no blank {first name}. The nearest is {name}." in refused
    page = say(client.post(at, {"subject": "Hi", "text": "We come on [date]."}))
    assert ("Send it as it is" in page, Mail.objects.count()) == (True, 0)
    assert "data-begun" in page
    client.post(at, {"subject": "Hi", "text": "We come on [date].", "gap": "[date]"})
    assert Mail.objects.get().text == "We come on [date]."


@pytest.mark.parametrize("where", ["mail", "case"])
def test_mallory_begins_nothing_at_the_door(
    as_: As, mallory: Associate, bruno: Customer, where: str, client: Client
) -> None:
    typed = {"subject": "Hi", "text": "Hi", "reason": "Hm", "severity": "1"}
    refused = as_(mallory).post(f"/customers/{bruno.pk}/{where}", typed)
    assert refused["Location"].startswith("/accounts/login/")
    assert (Case.objects.count(), Mail.objects.count()) == (0, 0)


@pytest.mark.parametrize("where", ["mail", "case"])
def test_a_page_of_what_is_begun_by_hand_costs_little(
    as_: As, mira: Associate, bruno: Customer, where: str, django_assert_max_num_queries: Queries
) -> None:
    client = as_(mira)
    client.get(f"/customers/{bruno.pk}/{where}")
    with django_assert_max_num_queries(16):  # type: ignore[attr-defined]
        client.get(f"/customers/{bruno.pk}/{where}")
