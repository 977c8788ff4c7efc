"""What customers said, and the topics that their words are read for."""

from collections.abc import Callable
from datetime import timedelta

import pytest
from django.test import Client
from django.utils import timezone

from heedful.associates.models import Associate
from heedful.customers import touchpoints
from heedful.customers.models import Customer, Feedback
from heedful.customers.touchpoints import TouchpointDraft
from heedful.kit.actor import SYSTEM
from heedful.understand import reading, rereadings
from heedful.understand.models import Correction, Reading, Rereading, Topic
from tests.web.desk import say

pytestmark = pytest.mark.django_db

type As = Callable[[Associate], Client]

SAID = [
    ("cross", "The technician never came and nobody answers the phone.", {"recommend": 1}, "onboarding", "email"),
    ("glad", "Setting it up was quick and your people were lovely.", {"recommend": 10}, "use", "web"),
    ("money", "You charged me twice and the bill is wrong.", {"satisfaction": 3}, "use", "email"),
    ("mute", None, {"recommend": 5}, "use", "email"),
]


@pytest.fixture
def said(alice: Customer) -> None:
    """Four customers speak, and are read."""
    Feedback.objects.all().delete()
    now = timezone.now()
    for number, (name, words, scores, stage, channel) in enumerate(SAID):
        draft = TouchpointDraft(
            "survey_answered",
            now - timedelta(hours=number),
            name,
            identities=(("email", f"{name}@example.test"),),
            scores=scores,
            verbatim=words,
            stage=stage,
            channel=channel,
        )
        touchpoints.record(drafts=[draft], source="test", by=SYSTEM, at=now)
    reading.through(reading.Work(at=now, feedback=list(Feedback.objects.all())))


@pytest.mark.parametrize(
    ("address", "expected"),
    [
        ("", ["cross", "glad", "money"]),
        ("?words=any", ["cross", "glad", "money", "mute"]),
        ("?score=low", ["cross"]),
        ("?score=low&words=any", ["cross", "mute"]),
        ("?score=middle", ["money"]),
        ("?score=high", ["glad"]),
        ("?sentiment=positive", ["glad"]),
        ("?topic=billing", ["money"]),
        ("?signal=no_answer", ["cross"]),
        ("?stage=use", ["glad", "money"]),
        ("?channel=web", ["glad"]),
        ("?q=TECHNICIAN", ["cross"]),
        ("?score=nonsense&sentiment=&topic=", ["cross", "glad", "money"]),
        ("?topic=nothing", []),
    ],
)
def test_the_address_says_which_words(as_: As, mira: Associate, said: None, address: str, expected: list[str]) -> None:
    page = say(as_(mira).get(f"/feedback{address}"))
    assert [name for name, *_ in SAID if f">{name}@example.test</a>" in page] == expected


def test_words_are_shown_with_what_was_understood(as_: As, mira: Associate, said: None) -> None:
    page = say(as_(mira).get("/feedback?q=technician"))
    for words in (
        "<mark>nobody answers</mark>",
        "Would recommend: 1 of 10",
        "Unhappy",
        "or got no answer",
        "Take a case",
    ):
        assert words in page


def test_what_is_not_english_is_said_to_be_read_less_well(as_: As, mira: Associate, said: None) -> None:
    Reading.objects.filter(sentiment="positive").update(language="nl")
    assert "a language we know less well (nl)" in say(as_(mira).get("/feedback?sentiment=positive"))


def test_a_language_that_nobody_reads_is_not_read_and_found_by_no_feeling(as_: As, mira: Associate, said: None) -> None:
    Feedback.objects.filter(verbatim__contains="technician").update(
        verbatim="Teknikern kom aldrig och ingen svarar i telefonen."
    )
    reading.again(feedback=list(Feedback.objects.filter(verbatim__contains="Teknikern")), at=timezone.now())
    client = as_(mira)
    shown = say(client.get("/feedback?q=Teknikern"))
    assert "Not read" in shown
    assert "(Swedish)" in shown
    for address in ("?sentiment=negative", "?sentiment=neutral", "?sentiment=positive", "?signal=no_answer"):
        assert "Teknikern" not in say(client.get(f"/feedback{address}"))


def test_a_reading_is_corrected_with_one_click_and_the_click_taken_back(
    as_: As, mira: Associate, casey: Associate, said: None
) -> None:
    client, sheet = as_(mira), Feedback.objects.get(verbatim__contains="technician")
    page = say(client.get("/feedback?q=technician"))
    for words in ("Not unhappy", "Not about Reaching somebody", "Not so: Says we did not keep our word"):
        assert words in page
    address = f"/feedback/{sheet.pk}/corrections"
    back = client.post(
        address, {"not": "sentiment:negative"}, headers={"referer": "http://testserver/feedback?q=technician"}
    )
    assert back["Location"] == "/feedback?q=technician"
    page = say(client.get("/feedback?q=technician"))
    assert "No clear feeling" in page
    assert 'aria-pressed="true"' in page
    assert "technician" not in say(client.get("/feedback?sentiment=negative"))
    assert "Not unhappy" in say(client.get(f"/customers/{sheet.customer.person_id}/feedback"))
    client.post(address, {"undo": str(Correction.objects.get().pk)})
    assert "technician" in say(client.get("/feedback?sentiment=negative"))


def test_another_answer_is_not_corrected_by_the_number_of_this_one(as_: As, mira: Associate, said: None) -> None:
    client, sheet = as_(mira), Feedback.objects.get(verbatim__contains="technician")
    other = Feedback.objects.exclude(pk=sheet.pk).exclude(verbatim="").first()
    client.post(f"/feedback/{sheet.pk}/corrections", {"not": "sentiment:negative"})
    assert other is not None
    made = Correction.objects.get()
    assert client.post(f"/feedback/{other.pk}/corrections", {"undo": str(made.pk)}).status_code == 404
    assert client.post("/feedback/999999/corrections", {"not": "sentiment:negative"}).status_code == 404


def test_the_page_says_how_well_we_read_by_language_length_signal_and_topic(as_: As, mira: Associate) -> None:
    page = say(as_(mira).get("/topics/quality"))
    for words in (
        "Dutch, English, French, German, Italian, Portuguese, Spanish",
        "Service talk, up to 40 words",
        "Reviews, over 40 words",
        "All together",
        "Wants to leave",
        "too few",
        "Have a topic",
        "Recognised",
    ):
        assert words in page


def test_without_words_the_page_says_what_will_be_here(as_: As, mira: Associate) -> None:
    assert "Nobody has said anything yet" in say(as_(mira).get("/feedback"))


def test_the_export_holds_what_was_said(as_: As, lena: Associate, said: None) -> None:
    page = as_(lena).get("/feedback?format=csv&q=twice")
    lines = b"".join(page.streaming_content).decode().splitlines()  # type: ignore[attr-defined]
    assert len(lines) == 2
    assert "money@example.test,Use,E-mail,Satisfaction: 3 of 5,You charged me twice" in lines[1]
    assert ",use,email," in lines[1]


def test_a_list_of_many_asks_few_questions(
    as_: As, mira: Associate, said: None, django_assert_max_num_queries: Callable[[int], object]
) -> None:
    client = as_(mira)
    client.get("/feedback?words=any")
    with django_assert_max_num_queries(16):  # type: ignore[attr-defined]
        client.get("/feedback?words=any")


# Topics


def test_a_sentence_is_tried_and_nothing_is_stored(as_: As, mira: Associate) -> None:
    page = say(as_(mira).get("/topics", {"try": "You charged me twice and nobody answers."}))
    for words in ("Bills and payments", "<mark>nobody answers</mark>", "Trouble with a bill", "Unhappy"):
        assert words in page
    assert Reading.objects.count() == 0


def test_a_topic_is_told_changed_and_retired_through_the_door(as_: As, casey: Associate) -> None:
    client = as_(casey)
    told = {
        "name": "Smart meters",
        "description": "Reading the meter.",
        "examples": "It is dark.\nIt went dark.",
        "sure": "40",
    }
    assert client.post("/topics/new", told).status_code == 302
    row = Topic.objects.get(slug="smart-meters")
    assert (row.examples, row.threshold) == (["It is dark.", "It went dark."], 0.4)
    assert "It went dark." in say(client.get(f"/topics/{row.pk}"))
    client.post(f"/topics/{row.pk}", {**told, "name": "Meters"})
    client.post(f"/topics/{row.pk}/retirement")
    row.refresh_from_db()
    assert (row.name, row.is_active) == ("Meters", False)
    client.post(f"/topics/{row.pk}/retirement")
    row.refresh_from_db()
    assert row.is_active


def test_a_topic_whose_name_is_taken_comes_back_with_the_sentence(as_: As, casey: Associate) -> None:
    page = as_(casey).post("/topics/new", {"name": "Price and value", "description": "What it costs."})
    assert "There is a topic called Price and value already." in say(page)
    assert "What it costs." in say(page)


def test_everything_is_read_again_with_its_progress(as_: As, casey: Associate, said: None) -> None:
    client = as_(casey)
    client.post("/topics/again")
    assert "Reading everything again" in say(client.get("/topics"))
    rereadings.go_on(rereading=Rereading.objects.get().pk)
    assert "Everything was read again" in say(client.get("/topics?part=rereading", headers={"HX-Request": "true"}))


def test_an_associate_sees_topics_and_does_not_change_them(as_: As, mira: Associate) -> None:
    client, before = as_(mira), Topic.objects.count()
    assert "New topic" not in say(client.get("/topics"))
    assert client.post("/topics/new", {"name": "Mine", "description": "Mine."}).status_code == 403
    assert client.post("/topics/again").status_code == 403
    assert Topic.objects.count() == before


@pytest.mark.parametrize("month", ["0000-01", "2026-13", "2026-00", "9999-12", "٢٠٢٦-٠١"])
def test_a_month_that_is_none_is_no_breakdown(as_: As, mira: Associate, month: str) -> None:
    assert as_(mira).get(f"/feedback?month={month}").status_code == 200
