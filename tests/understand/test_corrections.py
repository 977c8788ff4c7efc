"""Somebody who knows better says that a verbatim was read wrongly, and it stays so."""

from datetime import UTC, datetime

import pytest

from heedful.associates.models import Associate
from heedful.customers import touchpoints
from heedful.customers.models import Feedback
from heedful.customers.touchpoints import TouchpointDraft
from heedful.kit.actor import SYSTEM, By
from heedful.kit.errors import Forbidden, Refused
from heedful.ledger.models import Entry
from heedful.understand import corrections, reading
from heedful.understand.models import Correction, Reading

pytestmark = pytest.mark.django_db

WORDS = "The technician never came and nobody answers the phone, this is awful."


@pytest.fixture
def noon() -> datetime:
    return datetime(2026, 5, 4, 12, tzinfo=UTC)


@pytest.fixture
def sheet(noon: datetime) -> Feedback:
    """What a customer said, read."""
    draft = TouchpointDraft(
        "survey_answered", noon, "a-1", identities=(("email", "alice@example.test"),), verbatim=WORDS, subject="s:1"
    )
    touchpoints.record(drafts=[draft], source="test", by=SYSTEM, at=noon)
    sheet = Feedback.objects.get()
    reading.through(reading.Work(at=noon, feedback=[sheet]))
    return sheet


def row() -> Reading:
    return Reading.objects.get()


def signals() -> set[str]:
    return {each["signal"] for each in row().signals}


def test_a_feeling_a_topic_and_a_signal_are_taken_out_and_kept_as_labels(
    sheet: Feedback, casey: Associate, noon: datetime
) -> None:
    topic = row().topics[0]["slug"]
    for part, value in (("sentiment", "negative"), ("topic", topic), ("signal", "no_answer")):
        corrections.correct(feedback=sheet, part=part, value=value, by=casey.by, at=noon)
    assert row().sentiment == ""
    assert topic not in [each["slug"] for each in row().topics]
    assert signals() == {"broken_promise"}
    kept = list(Correction.objects.order_by("pk").values_list("part", "value", "made_by", "text_digest", "model"))
    known = (str(casey.by), reading.digest(WORDS), row().model)
    assert kept == [
        ("sentiment", "negative", *known),
        ("topic", topic, *known),
        ("signal", "no_answer", *known),
    ]
    entry = Entry.objects.filter(kind="ReadingCorrected").latest("id")
    assert (entry.data["feedback"], entry.data["value"]) == (sheet.pk, "no_answer")


def test_a_correction_outlives_the_next_reading_of_the_same_words(
    sheet: Feedback, casey: Associate, noon: datetime
) -> None:
    corrections.correct(feedback=sheet, part="sentiment", value="negative", by=casey.by, at=noon)
    corrections.correct(feedback=sheet, part="signal", value="no_answer", by=casey.by, at=noon)
    reading.again(feedback=[sheet], at=noon)
    assert (row().sentiment, signals()) == ("", {"broken_promise"})


def test_a_correction_says_nothing_of_other_words(sheet: Feedback, casey: Associate, noon: datetime) -> None:
    corrections.correct(feedback=sheet, part="sentiment", value="negative", by=casey.by, at=noon)
    Feedback.objects.update(verbatim="Nobody came again and I am furious about it.")
    reading.again(feedback=[Feedback.objects.get()], at=noon)
    assert row().sentiment == "negative"


def test_a_correction_is_undone(sheet: Feedback, casey: Associate, noon: datetime) -> None:
    before = Reading.objects.values().get()
    made = [
        corrections.correct(feedback=sheet, part=part, value=value, by=casey.by, at=noon)
        for part, value in (
            ("sentiment", "negative"),
            ("topic", row().topics[0]["slug"]),
            ("signal", "broken_promise"),
        )
    ]
    for each in made:
        corrections.undo(correction=each, by=casey.by, at=noon)
    assert Reading.objects.values().get() == before
    assert not corrections.standing_rows([sheet.pk]).exists()
    assert Entry.objects.filter(kind="CorrectionUndone").count() == 3
    with pytest.raises(Refused, match="taken back already"):
        corrections.undo(correction=made[0], by=casey.by, at=noon)


@pytest.mark.parametrize(
    ("part", "value"),
    [("sentiment", "positive"), ("sentiment", ""), ("topic", "nothing"), ("signal", "safety"), ("colour", "red")],
)
def test_what_is_not_read_is_not_corrected(
    sheet: Feedback, casey: Associate, noon: datetime, part: str, value: str
) -> None:
    with pytest.raises(Refused, match="not read so any more"):
        corrections.correct(feedback=sheet, part=part, value=value, by=casey.by, at=noon)
    assert not Correction.objects.exists()


def test_the_same_is_not_corrected_twice(sheet: Feedback, casey: Associate, noon: datetime) -> None:
    corrections.correct(feedback=sheet, part="sentiment", value="negative", by=casey.by, at=noon)
    with pytest.raises(Refused):
        corrections.correct(feedback=sheet, part="sentiment", value="negative", by=casey.by, at=noon)


def test_a_customer_corrects_nothing(sheet: Feedback, noon: datetime) -> None:
    with pytest.raises(Forbidden):
        corrections.correct(feedback=sheet, part="sentiment", value="negative", by=By("customer", "1"), at=noon)


def test_words_that_nobody_read_are_not_corrected(sheet: Feedback, casey: Associate, noon: datetime) -> None:
    Reading.objects.all().delete()
    with pytest.raises(Refused, match="not read yet"):
        corrections.correct(feedback=sheet, part="sentiment", value="negative", by=casey.by, at=noon)
