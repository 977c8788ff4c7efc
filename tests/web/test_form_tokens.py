"""An answer that was lost on the way: whoever sends the form again is answered as the first time, and it is once."""

import re
from typing import Any

import pytest
from django.test import Client

from heedful.act.models import Case, Cause, Note
from heedful.associates.models import Associate, Key, Team
from heedful.courier.models import Mail
from heedful.customers.models import Feedback
from heedful.ledger.models import Entry, IdempotentReply
from heedful.promise.models import Calendar
from tests.web.desk import As, case, feedback, say

__all__ = ["case", "feedback"]

TOKEN = re.compile(r'name="form_token" value="([\w-]{16,})"')
WEEK = {f"day_{number}": "09:00-17:00" for number in range(5)}
CALENDAR = {"name": "Depot", "time_zone": "Europe/London", **WEEK}


def drawn(client: Client, page: str) -> str:
    """A token that a page was drawn with."""
    return str(TOKEN.findall(say(client.get(page)))[-1])


def thrice(client: Client, page: str, address: str, typed: dict[str, Any], **more: Any) -> list[Any]:
    """Send a form of a page three times, as a browser does whose answers are lost."""
    data = {**typed, "form_token": drawn(client, page)}
    return [client.post(address, data, **more) for _ in range(3)]


def test_every_form_has_a_token_of_its_own(as_: As, ada: Associate) -> None:
    page = say(as_(ada).get("/setup/case-policy"))

    tokens = TOKEN.findall(page)
    assert len(tokens) == len(set(tokens)) == page.count('method="post"')


@pytest.mark.parametrize(
    ("page", "address", "typed", "rows"),
    [
        ("/setup/associates/add", "", {"name": "Tom", "email": "t@acme.test", "role": "associate"}, Associate),
        ("/setup/calendars/add", "", CALENDAR, Calendar),
        ("/setup/teams", "", {"name": "Depot"}, Team),
        ("/setup/webhooks/add", "", {"name": "Chat", "url": "https://93.184.216.34/x"}, Entry),
    ],
)
def test_what_is_made_by_a_form_is_made_once(
    as_: As, ada: Associate, page: str, address: str, typed: dict[str, Any], rows: Any
) -> None:
    client, before = as_(ada), rows.objects.count()

    answers = thrice(client, page, address or page, typed)

    assert [(answer.status_code, answer["Location"]) for answer in answers] == [(302, answers[0]["Location"])] * 3
    assert rows.objects.count() == before + 1
    shown = say(client.get(answers[0]["Location"]))
    assert shown.count('role="status"') <= 2


@pytest.mark.parametrize(
    ("act", "typed", "rows"),
    [
        ("notes", {"text": "Called the depot."}, Note),
        ("calls", {"text": "She was content."}, Note),
        ("mails", {"subject": "Sorry", "text": "We come today."}, Mail),
    ],
)
def test_what_is_written_on_a_case_is_written_once(
    as_: As, mira: Associate, case: Case, act: str, typed: dict[str, str], rows: Any
) -> None:
    client, before = as_(mira), rows.objects.count()
    client.post(f"/cases/{case.pk}/claim")

    answers = thrice(client, f"/cases/{case.pk}", f"/cases/{case.pk}/{act}", {**typed, "to": "alice@example.test"})

    assert {(answer.status_code, answer["Location"]) for answer in answers} == {(302, f"/cases/{case.pk}#latest")}
    assert rows.objects.count() == before + 1


def test_a_case_is_opened_and_closed_once(as_: As, mira: Associate, feedback: Feedback) -> None:
    client = as_(mira)

    taken = thrice(client, "/feedback", f"/feedback/{feedback.pk}/case", {})
    row = Case.objects.get()
    assert {answer["Location"] for answer in taken} == {f"/cases/{row.pk}"}
    outcome = {"outcome": Case.Outcome.NO_TROUBLE, "cause": Cause.objects.values_list("slug", flat=True)[0]}
    closed = thrice(client, f"/cases/{row.pk}", f"/cases/{row.pk}/closure", outcome)

    assert {answer.status_code for answer in closed} == {302}
    assert Entry.objects.filter(kind="CaseClosed").count() == 1
    assert "is closed already" not in say(client.get(f"/cases/{row.pk}"))


def test_a_key_is_made_once_and_its_secret_is_kept_nowhere(as_: As, ada: Associate) -> None:
    first, second, third = thrice(
        as_(ada), "/setup/keys", "/setup/keys", {"name": "Website", "scope": "send"}, headers={"Referer": "/setup/keys"}
    )

    secret = re.findall(r'id="secret">([^<]+)<', say(first))[0]
    assert (second.status_code, third.status_code) == (302, 302)
    assert Key.objects.count() == 1
    assert secret not in str(list(IdempotentReply.objects.values()))


def test_passwords_are_kept_in_no_reply(as_: As, ada: Associate) -> None:
    typed = {"name": "Tom", "email": "t@acme.test", "role": "associate", "password": "a room with a long view"}
    thrice(as_(ada), "/setup/associates/add", "/setup/associates/add", typed)

    assert IdempotentReply.objects.count() == 1
    assert "long view" not in str(list(IdempotentReply.objects.values()))


def test_the_sentence_of_a_lost_answer_is_said_with_the_second(as_: As, ada: Associate) -> None:
    client = as_(ada)
    data = {"name": "Depot", "form_token": drawn(client, "/setup/teams")}
    client.post("/setup/teams", data)
    client.cookies.pop("messages", None)  # the answer was lost, and what it said with it

    again = client.post("/setup/teams", data, follow=True)

    assert say(again).count("Depot is here.") == 1


def test_a_form_that_was_shown_again_is_sent_as_a_new_one(as_: As, ada: Associate) -> None:
    client = as_(ada)
    wrong = client.post("/setup/teams", {"name": "", "form_token": drawn(client, "/setup/teams")})
    assert not IdempotentReply.objects.exists()

    client.post("/setup/teams", {"name": "Depot", "form_token": TOKEN.findall(say(wrong))[-1]})

    assert Team.objects.filter(name="Depot").count() == 1


def test_who_goes_back_and_writes_others_sends_another_form(as_: As, mira: Associate, case: Case) -> None:
    client = as_(mira)
    token = drawn(client, f"/cases/{case.pk}")

    for text in ("One.", "Two.", "One."):
        client.post(f"/cases/{case.pk}/notes", {"text": text, "form_token": token})

    assert sorted(Note.objects.values_list("text", flat=True)) == ["One.", "Two."]


def test_a_refusal_is_not_kept_and_what_was_refused_may_be_done_later(
    as_: As, mira: Associate, lena: Associate, case: Case
) -> None:
    client = as_(lena)
    token = drawn(client, f"/cases/{case.pk}")
    client.post(f"/cases/{case.pk}/claim")
    as_(mira).post(f"/cases/{case.pk}/claim", {"form_token": token})
    case.refresh_from_db()
    assert case.owner == lena
    as_(lena).post(f"/cases/{case.pk}/return")

    as_(mira).post(f"/cases/{case.pk}/claim", {"form_token": token})

    case.refresh_from_db()
    assert case.owner == mira


def test_one_token_of_two_people_is_two_forms(as_: As, ada: Associate, mira: Associate, case: Case) -> None:
    token = drawn(as_(ada), f"/cases/{case.pk}")

    for who in (ada, mira, ada, mira):
        as_(who).post(f"/cases/{case.pk}/notes", {"text": "The same.", "form_token": token})

    assert Note.objects.count() == 2


@pytest.mark.parametrize("token", ["", "short", "x" * 65, "a b c d e f g h i j", "é" * 20, "\x00" * 20])
def test_a_token_that_is_none_is_left_aside(as_: As, ada: Associate, token: str) -> None:
    client = as_(ada)

    answer = client.post("/setup/teams", {"name": "Depot", "form_token": token})

    assert (answer.status_code, IdempotentReply.objects.count()) == (302, 0)


def test_a_repeat_is_answered_to_htmx_in_its_own_way(as_: As, mira: Associate, case: Case) -> None:
    answers = thrice(
        as_(mira), f"/cases/{case.pk}", f"/cases/{case.pk}/notes", {"text": "x"}, headers={"HX-Request": "true"}
    )

    assert {(answer.status_code, answer["HX-Redirect"]) for answer in answers} == {(200, f"/cases/{case.pk}#latest")}
    assert Note.objects.count() == 1
