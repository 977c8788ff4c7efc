"""Customers answer at the door: with and without scripts, once and again, and nobody for another."""

import gzip
import re
from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
from django.core.cache import cache
from django.db import connection
from django.http import HttpRequest, HttpResponse
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.utils import timezone
from pytest_django import DjangoAssertNumQueries

from heedful.customers import consents
from heedful.customers.models import Customer, Feedback, Score, Touchpoint
from heedful.kit.actor import SYSTEM
from heedful.ledger.models import Entry
from heedful.listen import invitations, surveys
from heedful.listen.models import Invitation, Survey
from heedful.web.portal.visits import PortalAnswer
from tests.listen import conftest as listening

pytestmark = pytest.mark.django_db
make, alice, bea = listening.make, listening.alice, listening.bea
JSON = {"Accept": "application/json"}


@pytest.fixture
def invitation(make: Callable[..., Survey], alice: Customer) -> Invitation:
    make(questions=[{"code": "recommend"}, {"code": "open"}])
    (planned,) = listening.happen("alice")
    return invitations.consider(invitation=planned, by=SYSTEM, at=timezone.now())


def page(client: Client, path: str, **more: Any) -> str:
    return client.get(path, **more).content.decode()


def test_a_sheet_is_answered_without_scripts(client: Client, invitation: Invitation) -> None:
    assert "How likely are you to recommend Acme" in page(client, f"/s/{invitation.token}")
    sent = client.post(f"/s/{invitation.token}", {"recommend": "3", "open": "Slow", "send": "1"})
    assert (sent.status_code, sent.headers["Location"]) == (302, f"/s/{invitation.token}?lang=en")
    assert "Thank you. Your answer is with Acme now." in page(client, sent.headers["Location"])
    assert Score.objects.get().value == 3
    assert Feedback.objects.get().verbatim == "Slow"


def test_each_answer_is_saved_as_it_is_given(client: Client, invitation: Invitation) -> None:
    answer = client.post(f"/s/{invitation.token}", {"recommend": "10"}, headers=JSON)
    assert (answer.status_code, answer.json()) == (200, {"address": f"/s/{invitation.token}"})
    assert Score.objects.get().value == 10
    assert 'value="10" checked' in page(client, f"/s/{invitation.token}")


def test_a_click_is_a_touchpoint_in_few_statements(
    client: Client, invitation: Invitation, django_assert_max_num_queries: DjangoAssertNumQueries
) -> None:
    client.post(f"/s/{invitation.token}", {"recommend": "9"}, headers=JSON)
    with django_assert_max_num_queries(20):
        client.post(f"/s/{invitation.token}", {"recommend": "1"}, headers=JSON)


def test_a_visit_is_one_answer_in_few_statements(
    client: Client, invitation: Invitation, monkeypatch: pytest.MonkeyPatch
) -> None:
    """One statement for the link and one for the company's looks; the door draws what the visit put together once."""
    drawn: list[int] = []
    draw = PortalAnswer.drawn

    def counting(answer: PortalAnswer, request: HttpRequest) -> HttpResponse:
        drawn.append(answer.status)
        return draw(answer, request)

    monkeypatch.setattr(PortalAnswer, "drawn", counting)
    link, public = f"/s/{invitation.token}", f"/s/{invitation.survey.public_token}"
    for path, statements, status in (
        (link, 2, 200),
        (f"{link}?recommend=7", 2, 200),
        (f"{link}/stop", 3, 200),
        (public, 3, 200),
        ("/s/unknown", 3, 404),
    ):
        with CaptureQueriesContext(connection) as captured:
            client.get(path)
        assert (path, len(captured), drawn) == (path, statements, [status])
        drawn.clear()


def test_reading_writes_nothing_though_scanners_follow_links(client: Client, invitation: Invitation) -> None:
    before = Entry.objects.count(), Touchpoint.objects.count()
    for path in (
        f"/s/{invitation.token}?recommend=9",
        f"/s/{invitation.token}/stop",
        f"/s/{invitation.survey.public_token}?recommend=1",
    ):
        assert client.get(path).status_code == 200
        assert client.head(path).status_code == 200
    invitation.refresh_from_db()
    assert (invitation.answers, invitation.state) == ({}, Invitation.State.ASKED)
    assert (Entry.objects.count(), Touchpoint.objects.count()) == before
    assert consents.standing(person=invitation.customer_id or 0).get("survey", True)
    assert Invitation.objects.count() == 1


def test_a_tap_in_the_mail_opens_the_page_with_that_answer_chosen(client: Client, invitation: Invitation) -> None:
    shown = page(client, f"/s/{invitation.token}?recommend=7")
    assert re.search(r'value="7" checked', shown)
    assert shown.count(" checked") == 1
    assert 'data-fresh="recommend"' in shown


@pytest.mark.parametrize("value", ["11", "-1", "x", "7.5", "9" * 5000, "%00", "%F0%9F%99%82"])
def test_nonsense_in_the_address_chooses_nothing(client: Client, invitation: Invitation, value: str) -> None:
    answer = client.get(f"/s/{invitation.token}?recommend={value}&open=%00&lang=%00")
    assert answer.status_code == 200
    assert b" checked" not in answer.content


def test_a_sent_sheet_thanks_and_can_be_changed_for_an_hour(client: Client, invitation: Invitation) -> None:
    client.post(f"/s/{invitation.token}", {"recommend": "3", "send": "1"})
    assert "Change my answer" in page(client, f"/s/{invitation.token}")
    assert 'value="3" checked' in page(client, f"/s/{invitation.token}?change")
    client.post(f"/s/{invitation.token}", {"recommend": "8", "send": "1"})
    assert Score.objects.get().value == 8
    Invitation.objects.update(submitted_at=timezone.now() - timedelta(minutes=61))
    late = client.get(f"/s/{invitation.token}?change")
    assert late.status_code == 410
    assert "You have answered already" in late.content.decode()
    assert client.post(f"/s/{invitation.token}", {"recommend": "1", "send": "1"}).status_code == 410
    refused = client.post(f"/s/{invitation.token}", {"recommend": "1"}, headers=JSON)
    assert (refused.status_code, refused.json()["sentence"]) == (422, "You have answered already. Thank you.")
    assert Score.objects.get().value == 8


def test_an_old_link_says_that_it_is_closed(client: Client, invitation: Invitation) -> None:
    Invitation.objects.update(asked_at=timezone.now() - timedelta(days=61))
    answer = client.get(f"/s/{invitation.token}")
    assert answer.status_code == 410
    assert "open for 60 days" in answer.content.decode()
    assert client.post(f"/s/{invitation.token}", {"recommend": "1"}).status_code == 410
    assert not Score.objects.exists()


def test_an_ended_survey_says_so(client: Client, invitation: Invitation) -> None:
    surveys.end(survey=invitation.survey, by=SYSTEM, at=timezone.now())
    for path in (f"/s/{invitation.token}", f"/s/{invitation.survey.public_token}"):
        answer = client.get(path)
        assert answer.status_code == 410
        assert "This survey has ended" in answer.content.decode()


@pytest.mark.parametrize("token", ["x", "a" * 32, "a" * 3000, "1", "-", "_" * 40])
def test_a_guessed_link_is_unknown(client: Client, invitation: Invitation, token: str) -> None:
    for answer in (client.get(f"/s/{token}"), client.post(f"/s/{token}", {"recommend": "1", "send": "1"})):
        assert answer.status_code == 404
        assert "We do not know this link" in answer.content.decode()
    assert client.get(f"/s/{token}/stop").status_code == 404
    assert client.post(f"/s/{token}/stop").status_code == 404


@pytest.mark.parametrize("path", ["/s/%00", "/s/%F0%9F%99%82", "/s/..%2f..%2f", "/s/a b", "/s/"])
def test_a_broken_link_is_no_failure(client: Client, acme: Any, path: str) -> None:
    assert client.get(path).status_code == 404


def test_a_link_that_was_never_sent_is_unknown(client: Client, make: Callable[..., Survey], alice: Customer) -> None:
    make(share=0)
    listening.happen("alice")
    invitation = Invitation.objects.get()
    assert client.get(f"/s/{invitation.token}").status_code == 404
    assert client.post(f"/s/{invitation.token}", {"satisfaction": "1"}).status_code == 404


def test_mallory_answers_for_nobody_else(
    client: Client, make: Callable[..., Survey], alice: Customer, bea: Customer
) -> None:
    """Her own link, whatever she writes into it, speaks for herself alone."""
    make()
    (hers,), (theirs,) = listening.happen("alice"), listening.happen("bea")
    for planned in (hers, theirs):
        invitations.consider(invitation=planned, by=SYSTEM, at=timezone.now())
    forged = {"satisfaction": "1", "invitation": theirs.pk, "token": theirs.token, "customer": bea.pk, "id": theirs.pk}
    client.post(f"/s/{hers.token}?ask={theirs.pk}&customer={bea.pk}", forged)
    assert Score.objects.get().customer_id == alice.pk
    theirs.refresh_from_db()
    assert theirs.answers == {}
    for token in (str(theirs.pk), theirs.token[:-1], theirs.token.swapcase(), theirs.token + "a"):
        assert client.post(f"/s/{token}", {"satisfaction": "1"}).status_code == 404
    assert Score.objects.count() == 1


def test_a_replayed_answer_changes_nothing(client: Client, invitation: Invitation) -> None:
    for _ in range(3):
        client.post(f"/s/{invitation.token}", {"recommend": "4", "send": "1"})
    assert Touchpoint.objects.filter(kind="survey_answered").count() == 1


def test_a_public_link_gives_each_visitor_a_sheet_of_their_own(client: Client, invitation: Invitation) -> None:
    public = f"/s/{invitation.survey.public_token}"
    first = client.post(public, {"recommend": "2"}, headers=JSON).json()["address"]
    assert first != public
    client.post(first, {"open": "From the shop"}, headers=JSON)
    sent = client.post(public, {"recommend": "9", "send": "1"})
    assert sent.headers["Location"].partition("?")[0] not in {public, first}
    assert Feedback.objects.count() == 2
    assert {feedback.customer_id for feedback in Feedback.objects.all()}.isdisjoint({invitation.customer_id})
    assert client.get(f"{public}/stop").status_code == 404


def test_what_the_public_page_sends_again_goes_into_the_same_sheet(client: Client, invitation: Invitation) -> None:
    """The answer to the first was lost on the way: the page knows no other address, and asks again."""
    public, before = f"/s/{invitation.survey.public_token}", Invitation.objects.count()
    first, other = (re.findall(r'name="form_token" value="([^"]+)"', page(client, public))[0] for _ in range(2))
    sheet = {"recommend": "2", "form_token": first}
    addresses = [client.post(public, sheet, headers=JSON).json()["address"] for _ in range(3)]
    sent = [client.post(public, sheet | {"open": "Slow", "send": "1"}).headers["Location"] for _ in range(3)]
    assert {address.partition("?")[0] for address in addresses + sent} == {addresses[0]}
    assert Invitation.objects.count() == before + 1
    assert [score.value for score in Score.objects.all()] == [2]
    client.post(public, sheet | {"form_token": other})
    assert Invitation.objects.count() == before + 2


def test_a_flood_from_one_address_is_stopped(
    client: Client, invitation: Invitation, monkeypatch: pytest.MonkeyPatch
) -> None:
    from heedful.web.portal import limits

    cache.clear()
    monkeypatch.setattr(limits, "AN_HOUR", 3)
    public = f"/s/{invitation.survey.public_token}"
    codes = [
        client.post(public, {"recommend": "5"}, headers=JSON | {"X-Forwarded-For": "203.0.113.9"}).status_code
        for _ in range(5)
    ]
    assert codes == [200, 200, 200, 422, 422]
    other = client.post(public, {"recommend": "5"}, headers=JSON | {"X-Forwarded-For": "203.0.113.10"})
    assert other.status_code == 200
    cache.clear()


def test_what_is_wrong_is_said_beside_what_was_written(client: Client, invitation: Invitation) -> None:
    answer = client.post(f"/s/{invitation.token}", {"recommend": "99", "open": "My words", "send": "1"})
    shown = answer.content.decode()
    assert answer.status_code == 422
    assert "This is not one of the answers" in shown
    assert "My words" in shown
    empty = client.post(f"/s/{invitation.token}", {"send": "1"})
    assert (empty.status_code, "Choose an answer first" in empty.content.decode()) == (422, True)
    assert not Score.objects.exists()


def test_ten_megabytes_are_refused(client: Client, invitation: Invitation) -> None:
    answer = client.post(f"/s/{invitation.token}", {"open": "x" * 10_000_000})
    assert answer.status_code in {400, 413}
    long = client.post(f"/s/{invitation.token}", {"open": "x" * 6_000}, headers=JSON)
    assert (long.status_code, "5,000 characters" in long.json()["sentence"]) == (422, True)


@pytest.mark.parametrize("words", ["a\x00b", "🙂" * 100, "שלום וברכה", "<script>alert(1)</script>", "' OR 1=1 --"])
def test_any_words_are_taken_and_shown_as_words(client: Client, invitation: Invitation, words: str) -> None:
    assert client.post(f"/s/{invitation.token}", {"open": words}, headers=JSON).status_code == 200
    assert Feedback.objects.get().verbatim == words.replace("\x00", "")
    assert "<script>alert" not in page(client, f"/s/{invitation.token}")


@pytest.mark.parametrize("body", [b"{not json", b"\xff\xfe", b"a=" + b"&a=" * 2000])
def test_a_broken_body_is_no_failure(client: Client, invitation: Invitation, body: bytes) -> None:
    for kind in ("application/json", "application/x-www-form-urlencoded", "multipart/form-data", "text/plain"):
        assert client.post(f"/s/{invitation.token}", body, content_type=kind).status_code < 500


def test_one_click_in_the_mail_program_stops_surveys(client: Client, invitation: Invitation) -> None:
    assert invitation.customer_id is not None
    answer = client.post(f"/s/{invitation.token}/stop", {"List-Unsubscribe": "One-Click"})
    assert answer.status_code == 200
    assert "will not ask you any more" in answer.content.decode()
    assert consents.standing(person=invitation.customer_id).get("survey", True) is False


def test_a_person_is_asked_before_surveys_stop(client: Client, invitation: Invitation) -> None:
    Invitation.objects.update(asked_at=timezone.now() - timedelta(days=400))
    asked = page(client, f"/s/{invitation.token}/stop")
    assert "Shall Acme stop asking you?" in asked
    assert '<form method="post"' in asked
    client.post(f"/s/{invitation.token}/stop")
    assert '<form method="post"' not in page(client, f"/s/{invitation.token}/stop")


def test_the_page_is_one_small_answer_without_third_parties(client: Client, invitation: Invitation) -> None:
    answer = client.get(f"/s/{invitation.token}")
    text = answer.content.decode()
    assert len(answer.content) < 30_000
    assert len(gzip.compress(answer.content)) < 8_000
    assert re.findall(r'(?:src|href|action)="([^"]+)"', text) == [
        "data:,",
        f"/s/{invitation.token}",
        f"/s/{invitation.token}?lang=de",
    ]
    assert "http" not in text
    assert "survey-preview" not in text
    assert answer.cookies == {}


def test_a_customer_s_link_stays_out_of_caches_and_logs(client: Client, invitation: Invitation) -> None:
    for answer in (
        client.get(f"/s/{invitation.token}"),
        client.get("/s/unknown"),
        client.post(f"/s/{invitation.token}", {"recommend": "1"}, headers=JSON),
        client.post(f"/s/{invitation.token}", {"recommend": "1", "send": "1"}),
    ):
        assert answer.headers["Cache-Control"] == "no-store"
        assert answer.headers["Referrer-Policy"] == "no-referrer"
        assert "noindex" in answer.headers["X-Robots-Tag"]
        assert answer.headers["X-Frame-Options"] == "DENY"


def test_only_what_the_page_itself_brings_may_run(client: Client, invitation: Invitation) -> None:
    answer = client.get(f"/s/{invitation.token}")
    (nonce,) = set(re.findall(r'nonce="([^"]+)"', answer.content.decode()))
    policy = answer.headers["Content-Security-Policy"]
    assert f"script-src 'nonce-{nonce}'" in policy
    assert "default-src 'none'" in policy
    assert "unsafe" not in policy
    assert nonce not in client.get(f"/s/{invitation.token}").content.decode()


def test_other_methods_are_not_taken(client: Client, invitation: Invitation) -> None:
    assert client.put(f"/s/{invitation.token}").status_code == 405
    assert client.delete(f"/s/{invitation.token}").status_code == 405


@pytest.mark.parametrize(
    ("accepted", "language", "question"),
    [
        ("de-AT,de;q=0.9", "de", "Wie wahrscheinlich"),
        ("fr", "en", "How likely"),
        ("x" * 5000, "en", "How likely"),
        ("", "en", "How likely"),
    ],
)
def test_a_visitor_is_asked_in_the_language_of_the_browser(
    client: Client, invitation: Invitation, accepted: str, language: str, question: str
) -> None:
    shown = page(client, f"/s/{invitation.survey.public_token}", headers={"Accept-Language": accepted})
    assert f'<html lang="{language}" dir="ltr">' in shown
    assert question in shown


def test_a_page_from_right_to_left_says_so(client: Client, make: Callable[..., Survey]) -> None:
    question = {"code": "recommend", "text": {"ar": "هل توصي بنا؟"}, "low": {"ar": "لا"}, "high": {"ar": "نعم"}}
    around = {part: {"ar": "مرحبا"} for part in ("subject", "intro", "thanks")}
    survey = make(languages=["ar"], questions=[question], **around)
    assert '<html lang="ar" dir="rtl">' in page(client, f"/s/{survey.public_token}")


@pytest.mark.parametrize("colour", ["#ffffff", "#000000", "#ffee00", "#2f6f5e", "#ff0000", "#7f7f7f"])
def test_whatever_colour_the_company_wears_it_can_be_read(colour: str) -> None:
    from heedful.kit.colour import contrast
    from heedful.web.portal import look

    worn = look.colours(colour)
    assert contrast(worn["ink"], worn["accent"]) >= 4.5
    assert contrast(worn["dark_ink"], worn["dark_accent"]) >= 4.5
    assert contrast(worn["link"], look.LIGHT) >= 4.5
    assert contrast(worn["dark_link"], look.DARK) >= 4.5
    assert contrast(worn["accent"], look.LIGHT) >= 3
