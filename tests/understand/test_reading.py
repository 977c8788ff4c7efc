"""From a batch of touchpoints to what was meant by it."""

from collections.abc import Callable
from datetime import datetime, timedelta
from typing import Any
from unittest.mock import Mock

import pytest

from heedful.customers import touchpoints
from heedful.customers.models import Feedback
from heedful.customers.touchpoints import TouchpointDraft, TouchpointsRecorded
from heedful.kit.actor import SYSTEM
from heedful.ledger import events
from heedful.ledger.models import Entry
from heedful.understand import light, reading
from heedful.understand.models import Reading, Topic, TroubleRule

pytestmark = pytest.mark.django_db

type Say = Callable[..., TouchpointsRecorded]


@pytest.fixture
def now() -> datetime:
    from django.utils import timezone

    return timezone.now()


@pytest.fixture
def say(now: datetime) -> Say:
    """Record what a customer says and return the event of that batch."""
    count = iter(range(1000))

    def said(
        verbatim: str | None = None,
        scores: dict[str, int] | None = None,
        *,
        ago: timedelta = timedelta(),
        sheet: str = "",
    ) -> TouchpointsRecorded:
        draft = TouchpointDraft(
            "survey_answered",
            now - ago,
            f"answer-{next(count)}",
            identities=(("email", "alice@example.test"),),
            scores=scores,
            verbatim=verbatim,
            subject=sheet or None,
            stage="onboarding",
        )
        touchpoints.record(drafts=[draft], source="test", by=SYSTEM, at=now)
        event: TouchpointsRecorded = events.read(Entry.objects.filter(kind="TouchpointsRecorded").latest("id"))
        return event

    return said


def run(event: TouchpointsRecorded) -> list[dict[str, Any]]:
    """Read a batch; returns the troubles that this was found to be."""
    reading.read([event], entries=[Entry()])
    last = Entry.objects.order_by("id").last()
    assert last is not None
    return last.data["troubles"] if last.kind == "TroubleHeard" else []


def test_words_are_read(say: Say) -> None:
    run(say("The technician never came and nobody answers the phone."))
    row = Reading.objects.get()
    assert (row.language, row.sentiment, row.model) == ("en", "negative", light.MODEL)
    assert {signal["signal"] for signal in row.signals} == {"broken_promise", "no_answer"}
    assert "nobody answers" in [word for signal in row.signals for word in signal["words"]]
    assert row.topics[0]["slug"] in {"delivery", "reach"}
    assert row.customer_id == Feedback.objects.get().customer_id


def test_reading_twice_changes_nothing(say: Say) -> None:
    event = say("The technician never came.")
    run(event)
    before = Reading.objects.values().get()
    run(event)
    assert Reading.objects.values().get() == before


def heard() -> list[list[tuple[int, str, str]]]:
    """How grave, what and in which words, of each time that trouble was reported."""
    entries = Entry.objects.filter(kind="TroubleHeard").order_by("pk")
    return [[(one["severity"], one["what"], one["words"]) for one in entry.data["troubles"]] for entry in entries]


def test_trouble_is_reported_once_however_often_it_is_read(say: Say) -> None:
    batches = [say(scores={"recommend": 4}, sheet="ask:1"), say(scores={"recommend": 0}, sheet="ask:2")]
    for _ in range(2):
        reading.read(batches, entries=[Entry()])
        reading.read(batches[:1], entries=[Entry()])
    assert heard() == [[(2, "Would recommend: 4 of 10", ""), (3, "Would recommend: 0 of 10", "")]]


def test_trouble_that_became_another_is_reported_as_it_is_now(say: Say) -> None:
    batch = [say(scores={"recommend": 4}, sheet="ask:1")]
    run(batch[0])
    batch.append(say("I will cancel my contract with you.", sheet="ask:1"))
    for event in (*batch, *batch):
        run(event)
    worse = (3, "Wants to leave", "will cancel, cancel my contract")
    assert heard() == [[(2, "Would recommend: 4 of 10", "")], [worse]]
    run(say("All is well again, thank you so much.", sheet="ask:1"))
    assert heard()[2:] == [[(2, "Would recommend: 4 of 10", "")]]


def test_what_is_reported_and_that_it_was_are_written_together_or_not_at_all(
    say: Say, monkeypatch: pytest.MonkeyPatch
) -> None:
    event = say(scores={"recommend": 0})
    with monkeypatch.context() as broken:
        broken.setattr(events, "record", Mock(side_effect=RuntimeError))
        with pytest.raises(RuntimeError):
            run(event)
    run(event)
    assert heard() == [[(3, "Would recommend: 0 of 10", "")]]


def test_a_sheet_without_words_is_weighed_and_not_read(say: Say) -> None:
    (trouble,) = run(say(scores={"recommend": 2}))
    assert Reading.objects.count() == 0
    assert (trouble["severity"], trouble["what"]) == (3, "Would recommend: 2 of 10")


def test_words_that_come_after_the_score_join_its_sheet(say: Say) -> None:
    run(say(scores={"recommend": 6}, sheet="ask:1"))
    (trouble,) = run(say("I will cancel my contract with you.", sheet="ask:1"))
    sheet = Feedback.objects.get()
    assert trouble["reference"] == f"feedback:{sheet.pk}"
    assert (trouble["severity"], trouble["what"]) == (3, "Wants to leave")
    assert "cancel my contract" in trouble["words"]


def test_a_grave_sign_from_somebody_who_is_pleased_is_mild(say: Say) -> None:
    (trouble,) = run(say("Wonderful staff, so kind and helpful after my husband passed away, thank you so much"))
    assert (trouble["severity"], trouble["what"]) == (1, "Needs particular care")
    (trouble,) = run(say("My husband passed away and you still send him bills, this is awful."))
    assert trouble["severity"] >= 2


def test_who_asks_to_be_called_or_cannot_wait_is_somebody_to_act_for(say: Say) -> None:
    (trouble,) = run(say("Could somebody call me about the new tariff?"))
    assert (trouble["severity"], trouble["what"]) == (2, "Asks to be contacted")
    (trouble,) = run(say("I need the spare part today."))
    assert (trouble["severity"], trouble["what"]) == (2, "Needs it today")


def test_what_is_not_read_has_no_topic_and_opens_nothing(say: Say) -> None:
    assert run(say("Paketet kom för sent och var trasigt, jag vill säga upp avtalet")) == []
    row = Reading.objects.get()
    assert (row.language, row.sentiment, row.topics, row.signals) == ("sv", "", [], [])


def test_a_changed_verbatim_is_read_again(say: Say) -> None:
    run(say("Everything was lovely, thank you so much.", sheet="ask:1"))
    assert Reading.objects.get().sentiment == "positive"
    run(say("Nobody came and I am furious about it.", sheet="ask:1"))
    assert Reading.objects.get().sentiment == "negative"


def test_words_that_change_while_they_are_read_are_left_to_the_reading_of_the_change(say: Say, now: datetime) -> None:
    slow = reading.Work(at=now, feedback=reading.feedback_of(say("I will cancel my contract with you.", sheet="ask:1")))
    for step in (reading.find_pending, reading.interpret, reading.match_topics):
        step(slow)
    assert run(say("All is well again, thank you so much.", sheet="ask:1")) == []
    for step in (reading.store, reading.weigh, reading.report):
        step(slow)
    row = Reading.objects.get()
    assert (row.sentiment, row.text_digest) == ("positive", reading.digest("All is well again, thank you so much."))
    assert heard() == []


@pytest.mark.parametrize(
    ("scores", "severity"),
    [
        ({"recommend": 7}, None),
        ({"recommend": 6}, 1),
        ({"recommend": 4}, 2),
        ({"recommend": 0}, 3),
        ({"satisfaction": 3}, None),
        ({"satisfaction": 2}, 2),
        ({"satisfaction.delivery": 1}, 3),
        ({"expected.satisfaction": 1}, None),
        ({"ease": 4}, None),
        ({"ease": 3}, 1),
        ({"compared": 0}, None),
        ({"compared": -1}, 1),
        ({"recommend": 9, "satisfaction": 1}, 3),
    ],
)
def test_scores_are_weighed_by_the_rules(say: Say, scores: dict[str, int], severity: int | None) -> None:
    assert [trouble["severity"] for trouble in run(say(scores=scores))] == ([severity] if severity else [])


def test_a_rule_that_is_switched_off_hears_nothing(say: Say) -> None:
    TroubleRule.objects.update(is_active=False)
    assert run(say("I will cancel my contract with you.", {"recommend": 0})) == []


@pytest.mark.parametrize(("days", "count"), [(13, 1), (15, 0)])
def test_history_is_read_but_opens_nothing(say: Say, days: int, count: int) -> None:
    assert len(run(say("Nobody came and I am furious.", {"recommend": 0}, ago=timedelta(days=days)))) == count
    assert Reading.objects.count() == 1


def test_only_topics_that_are_cared_for_today_are_told(say: Say) -> None:
    Topic.objects.exclude(slug="billing").update(is_active=False)
    run(say("I was charged twice and the bill is wrong."))
    assert [topic["slug"] for topic in Reading.objects.get().topics] == ["billing"]


def test_the_steps_are_the_documentation() -> None:
    assert [step.__name__ for step in reading.STEPS] == [
        "find_pending",
        "interpret",
        "match_topics",
        "store",
        "weigh",
        "report",
    ]
    assert all(step.__doc__ for step in reading.STEPS)
