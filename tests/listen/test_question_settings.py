"""A survey asks on a scale of its own, for one of several, and for a number; all is kept as it was given."""

from collections.abc import Callable
from typing import Any

import pytest
from django.test import Client
from django.utils import timezone

from heedful.associates.models import Associate
from heedful.customers.models import Customer, Score, Touchpoint
from heedful.kit.actor import SYSTEM
from heedful.kit.errors import Refused
from heedful.listen import forms, invitation_mail, invitations, surveys
from heedful.listen.models import Invitation, Survey
from heedful.listen.surveys import Design
from tests.listen.conftest import happen

pytestmark = pytest.mark.django_db
type As = Callable[[Associate], Client]

WHY: dict[str, Any] = {
    "code": "choice.reason",
    "text": {"en": "Why did you come?", "de": "Warum kamen Sie?"},
    "options": [{"label": {"en": "Price", "de": "Preis"}}, {"label": {"en": "Quality", "de": "Güte"}}],
}
WAIT = {"code": "number.minutes_waited", "text": {"en": "How long did you wait?"}, "at_least": 0, "at_most": 600}
EASE = {"code": "ease", "scale": [1, 5]}
STARS = {"code": "satisfaction", "scale": [1, 5], "stars": True}
TEN = {"code": "satisfaction.visit", "text": {"en": "And the visit?"}, "scale": [1, 10]}


@pytest.fixture
def invitation(make: Callable[..., Survey], alice: Customer) -> Invitation:
    make(questions=[WHY, WAIT, EASE, STARS, TEN])
    (planned,) = happen("alice")
    return invitations.consider(invitation=planned, by=SYSTEM, at=timezone.now())


ANSWERS = {
    "choice.reason": "quality",
    "number.minutes_waited": "12.5",
    "ease": "4",
    "satisfaction": "3",
    "satisfaction.visit": "9",
}
IN_WORDS = ["Reason: Quality", "Ease: 4 of 5", "Minutes waited: 12.5", "Satisfaction: 3 of 5", "9 of 10"]


def test_every_kind_is_answered_without_scripts_and_kept_as_it_was_given(
    client: Client, invitation: Invitation
) -> None:
    page = client.get(f"/s/{invitation.token}").content.decode()
    assert 'name="choice.reason" value="price"' in page
    assert 'type="number"' in page
    assert "3 ★" in page
    sent = client.post(f"/s/{invitation.token}", ANSWERS | {"send": "1"})
    assert sent.status_code == 302
    rows = {score.question: score for score in Score.objects.all()}
    assert (rows["choice.reason"].value, rows["choice.reason"].label) == (2, "Quality")
    assert rows["number.minutes_waited"].value == 12.5
    assert (rows["ease"].value, rows["ease"].given, rows["ease"].lowest, rows["ease"].highest) == (5.5, 4, 1, 5)
    assert (rows["satisfaction"].value, rows["satisfaction"].given) == (3, None)
    assert (rows["satisfaction.visit"].value, rows["satisfaction.visit"].given) == (pytest.approx(1 + 8 * 4 / 9), 9)
    invitation.refresh_from_db()
    assert invitation.is_complete
    logged = [row.scores for row in Touchpoint.objects.filter(kind="survey_answered")]
    assert {"ease": {"value": 4, "of": [1, 5]}} in logged
    assert {"choice.reason": {"value": 2, "label": "Quality"}} in logged


def test_each_answer_is_saved_with_scripts_too(client: Client, invitation: Invitation) -> None:
    for code, value in ANSWERS.items():
        assert client.post(f"/s/{invitation.token}", {code: value}, headers={"Accept": "application/json"}).json()
    page = client.get(f"/s/{invitation.token}").content.decode()
    assert 'value="quality" checked' in page
    assert 'value="12.5"' in page
    assert Score.objects.count() == 5


@pytest.mark.parametrize(
    ("code", "value"),
    [("choice.reason", "luck"), ("number.minutes_waited", "601"), ("number.minutes_waited", "-1"), ("ease", "6")]
    + [("number.minutes_waited", word) for word in ("nan", "inf", "soon", "1\x00")],
)
def test_what_cannot_be_an_answer_is_refused(client: Client, invitation: Invitation, code: str, value: str) -> None:
    answer = client.post(f"/s/{invitation.token}", {code: value}, headers={"Accept": "application/json"})
    assert answer.status_code == 422
    assert "not" in answer.json()["sentence"]
    assert not Score.objects.exists()


def test_the_mail_asks_each_kind(make: Callable[..., Survey]) -> None:
    survey = make(questions=[WHY])
    mail = invitation_mail.preview(survey=survey, language="de", link="https://x/s/t", stop="https://x/s/t/stop")
    assert "Preis: https://x/s/t?choice.reason=price" in mail.text
    assert "https://x/s/t?choice.reason=quality" in mail.html
    number = make(questions=[WAIT], name="Second")
    assert (
        "https://x/s/t\n" in invitation_mail.preview(survey=number, language="en", link="https://x/s/t", stop="").text
    )


def test_a_tap_in_the_mail_chooses_the_option(client: Client, invitation: Invitation) -> None:
    assert 'value="price" checked' in client.get(f"/s/{invitation.token}?choice.reason=price").content.decode()
    assert 'value="quality" checked' not in client.get(f"/s/{invitation.token}?choice.reason=luck").content.decode()


def test_the_pages_and_exports_show_each_answer_as_it_was_given(
    client: Client, invitation: Invitation, as_: As, casey: Associate
) -> None:
    client.post(f"/s/{invitation.token}", ANSWERS | {"send": "1"})
    desk = as_(casey)
    page = desk.get(f"/surveys/{invitation.survey_id}").content.decode()
    assert "Reason: Quality" in page
    assert "100 %" in page
    export = desk.get(f"/surveys/{invitation.survey_id}?format=csv")
    text = b"".join(export.streaming_content).decode() if export.streaming else export.content.decode()  # type: ignore[attr-defined]
    assert "Reason Quality; Minutes waited 12.5; Ease 4 of 5; Satisfaction 3; Satisfaction: visit 9 of 10" in text
    shown = desk.get("/feedback?words=any").content.decode()
    assert all(words in shown for words in IN_WORDS)


@pytest.mark.parametrize(
    ("question", "sentence"),
    [
        (WHY | {"options": WHY["options"][:1]}, "Write 2 to 12 answers"),
        (WHY | {"options": [WHY["options"][0]] * 2}, "are the same"),
        (WHY | {"options": [{"label": {"en": "x" * 81}}] * 2}, "1 to 80 characters"),
        (WAIT | {"at_most": 0}, "smallest number must be below"),
        (EASE | {"scale": [5, 1]}, "from a number to a higher one"),
        (EASE | {"scale": [1, 40]}, "at most 10 steps"),
        ({"code": "choice", "options": WHY["options"]}, "Write the question choice"),
    ],
)
def test_a_question_that_cannot_be_asked_is_refused(question: dict[str, Any], sentence: str) -> None:
    with pytest.raises(Refused, match=sentence):
        surveys.check(Design(name="X", questions=[question]))


def test_a_kind_with_a_scale_by_definition_keeps_it() -> None:
    (question,) = surveys.check(Design(name="X", questions=[{"code": "recommend", "scale": [1, 5]}])).questions
    assert question == {"code": "recommend", "text": {}}


def test_words_of_points_go_with_the_usual_scale_alone(make: Callable[..., Survey]) -> None:
    survey = make(questions=[{"code": "satisfaction", "scale": [1, 10]}])
    (question,) = forms.lay_out(survey, company="Acme", language="en").questions
    assert [point.words for point in question.points] == [str(number) for number in range(1, 11)]
    assert (question.low, question.high) == ("Very dissatisfied", "Very satisfied")
