"""The steps of a case for programs: what the desk can do with it, the API can."""

import json
from typing import Any

import pytest
from django.test import Client

from heedful.act import cases
from heedful.act.models import Case, Cause
from heedful.associates import keys
from heedful.associates.models import Associate, Company, Key
from heedful.customers.models import Customer
from heedful.kit.actor import SYSTEM
from heedful.understand.detection import Trouble
from tests.cast import NOON

pytestmark = pytest.mark.django_db


@pytest.fixture
def program(acme: Company, client: Client) -> Client:
    """Somebody with a full key."""
    _, secret = keys.add(name="Program", scope=Key.Scope.FULL, by=SYSTEM, at=NOON)
    client.defaults["HTTP_AUTHORIZATION"] = f"Bearer {secret}"
    return client


@pytest.fixture
def case(alice: Customer, lena: Associate, mira: Associate) -> Case:
    """A case that nobody has."""
    return cases.open_for_trouble(trouble=Trouble("test:1", alice.pk, 2, "A low score", NOON), by=SYSTEM, at=NOON)


def post(client: Client, path: str, body: object = None, method: str = "POST") -> tuple[int, Any]:
    response = client.generic(method, path, b"" if body is None else json.dumps(body), content_type="application/json")
    return response.status_code, json.loads(response.content)


def test_a_case_is_handed_to_a_colleague_by_address_and_says_why(program: Client, case: Case, mira: Associate) -> None:
    said = {"to": "MIRA@acme.test", "reason": "Speaks Spanish"}
    status, whole = post(program, f"/api/cases/{case.pk}/handover", said)
    assert (status, whole["owner"], whole["notes"][0]["text"]) == (200, "Mira", "Speaks Spanish")


def test_a_case_is_handed_to_a_team_by_name_and_waits_there(program: Client, case: Case, mira: Associate) -> None:
    post(program, f"/api/cases/{case.pk}/handover", {"to": mira.email})
    status, whole = post(program, f"/api/cases/{case.pk}/handover", {"team": "Care"})
    assert (status, whole["owner"], whole["team"]) == (200, None, "Care")


@pytest.mark.parametrize(
    ("said", "words"),
    [
        ({}, "Choose a colleague or a team."),
        ({"to": "nobody@acme.test"}, "No associate has the address nobody@acme.test."),
        ({"team": "Nowhere"}, "There is no team called Nowhere."),
        ({"to": "mallory@acme.test"}, "Mallory no longer works here."),
    ],
)
def test_a_case_is_not_handed_to_nobody(
    program: Client, case: Case, mallory: Associate, said: dict[str, str], words: str
) -> None:
    status, no = post(program, f"/api/cases/{case.pk}/handover", said)
    assert (status, no["detail"]) == (422, words)


def test_a_case_is_given_back_by_who_has_it_and_by_no_program(
    program: Client, case: Case, mira: Associate, acme: Company
) -> None:
    cases.claim(case=case, by=mira.by, at=NOON)
    assert post(program, f"/api/cases/{case.pk}/claim", method="DELETE")[1]["code"] == "no_associate"
    page = Client()
    page.force_login(mira)
    status, whole = post(page, f"/api/cases/{case.pk}/claim", method="DELETE")
    assert (status, whole["owner"], whole["team"]) == (200, None, "Care")


def test_a_call_is_written_down_and_stops_the_clock(program: Client, case: Case) -> None:
    status, note = post(program, f"/api/cases/{case.pk}/calls", {"text": "She is glad now."})
    assert (status, note["kind"], note["text"]) == (201, "call", "She is glad now.")
    case.refresh_from_db()
    assert case.first_act_at is not None


def test_a_case_is_opened_again_without_a_reason(program: Client, case: Case) -> None:
    cause = Cause.objects.filter(is_active=True).values_list("slug", flat=True)[0]
    post(program, f"/api/cases/{case.pk}/closure", {"outcome": "solved", "cause": cause})
    status, whole = post(program, f"/api/cases/{case.pk}/closure", method="DELETE")
    assert (status, whole["is_open"]) == (200, True)


@pytest.mark.parametrize(
    ("body", "where"),
    [
        (b'{\n  "text": "a",\n  "text" "b"}', "line 3, column 10"),
        (b'{"text": "a"', "line 1, column 13"),
        (b'{"text": "\xff"}', "byte 11"),
        (b'{"text":' + b"[" * 100_000, "nested too deeply"),
    ],
)
def test_a_body_that_cannot_be_read_is_refused_with_its_place(
    program: Client, case: Case, body: bytes, where: str
) -> None:
    response = program.generic("POST", f"/api/cases/{case.pk}/notes", body, content_type="application/json")
    assert response.status_code == 400
    assert where in response.json()["detail"]


def test_what_is_wrong_in_a_body_is_named_as_the_program_wrote_it(program: Client, case: Case) -> None:
    _, no = post(program, f"/api/cases/{case.pk}/notes", {"text": 5})
    assert no["detail"] == "text: Input should be a valid string."
    assert no["errors"][0]["where"] == ["body", "text"]


@pytest.mark.parametrize("path", ["/api/", "/api/nothing", "/api/cases/none"])
def test_an_address_that_is_not_there_is_a_problem_everywhere_below_the_api(program: Client, path: str) -> None:
    response = program.get(path)
    assert (response.status_code, response["Content-Type"]) == (404, "application/problem+json")


@pytest.mark.parametrize("nobody", ["", "%00", "%20"])
def test_who_asks_for_nobody_is_not_shown_everybody(program: Client, case: Case, nobody: str) -> None:
    response = program.get(f"/api/customers?identity={nobody}")
    assert (response.status_code, response.json()["items"]) == (200, [])
