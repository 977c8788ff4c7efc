"""What somebody who knows better said of a reading: not unhappy, not about this. It stands, and is kept as a label."""

from collections import defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.db import transaction
from django.db.models import QuerySet

from heedful.associates import associates
from heedful.customers.models import Feedback
from heedful.kit.actor import By
from heedful.kit.errors import Refused
from heedful.ledger import events
from heedful.understand.models import Correction, Reading

SENTIMENT, TOPIC, SIGNAL = Correction.Part.SENTIMENT, Correction.Part.TOPIC, Correction.Part.SIGNAL
KEYS = {TOPIC: "slug", SIGNAL: "signal"}
"""By what a piece of a reading is called."""


@dataclass(frozen=True, slots=True)
class ReadingCorrected:
    """Somebody said that a verbatim was read wrongly."""

    correction: int
    feedback: int
    part: str
    value: str


@dataclass(frozen=True, slots=True)
class CorrectionUndone:
    """It was read rightly after all."""

    correction: int
    feedback: int
    part: str
    value: str


@transaction.atomic
def correct(*, feedback: Feedback, part: str, value: str, by: By, at: datetime) -> Correction:
    """Take a feeling, a topic or a signal out of the reading of a verbatim, for good."""
    associates.must(by, "feedback.correct")
    reading = _held(feedback)
    taken = _piece(reading, part, value)
    if taken is None:
        raise Refused("It is not read so any more. Look again at what stands there now.")
    row = Correction.objects.create(
        feedback=feedback,
        part=part,
        value=value,
        taken=taken,
        model=reading.model,
        text_digest=reading.text_digest,
        made_by=str(by),
        made_at=at,
    )
    _take_out(reading, row)
    reading.save(update_fields=["sentiment", "topics", "signals"])
    events.record(ReadingCorrected(row.pk, feedback.pk, part, value), by=by, at=at)
    return row


@transaction.atomic
def undo(*, correction: Correction, by: By, at: datetime) -> None:
    """Let what was read stand again."""
    associates.must(by, "feedback.correct")
    reading = _held(correction.feedback)
    if not Correction.objects.filter(pk=correction.pk, undone_at=None).update(undone_at=at):
        raise Refused("This was taken back already.")
    if reading.text_digest == correction.text_digest:
        _put_back(reading, correction)
        reading.save(update_fields=["sentiment", "topics", "signals"])
    what = (correction.feedback_id, correction.part, correction.value)
    events.record(CorrectionUndone(correction.pk, *what), by=by, at=at)


def standing_rows(feedback: Iterable[int]) -> QuerySet[Correction]:
    """The corrections of this feedback that stand."""
    return standing().filter(feedback__in=list(feedback))


def standing() -> QuerySet[Correction]:
    """Every correction that stands."""
    return Correction.objects.filter(undone_at=None).order_by("pk")


def by_feedback(rows: Iterable[Correction]) -> dict[int, list[Correction]]:
    """Corrections by the number of their feedback."""
    corrections_of: dict[int, list[Correction]] = defaultdict(list)
    for row in rows:
        corrections_of[row.feedback_id].append(row)
    return corrections_of


def apply(readings: Mapping[int, Reading]) -> None:
    """Take out of new readings what somebody took out of the same words before."""
    for pk, rows in by_feedback(standing_rows(readings)).items():
        for row in rows:
            if row.text_digest == readings[pk].text_digest:
                _take_out(readings[pk], row)


def _held(feedback: Feedback) -> Reading:
    """The reading of a feedback, held against whoever reads it anew meanwhile."""
    Feedback.objects.select_for_update(no_key=True).get(pk=feedback.pk)
    reading = Reading.objects.filter(feedback=feedback).first()
    if reading is None:
        raise Refused("These words are not read yet. Try it again in a moment.")
    return reading


def _piece(reading: Reading, part: str, value: str) -> dict[str, Any] | None:
    """The piece of a reading that is in question, or none where it is not there."""
    if part == SENTIMENT:
        return {"sentiment": value} if value and reading.sentiment == value else None
    if part not in KEYS:
        return None
    pieces: list[dict[str, Any]] = reading.topics if part == TOPIC else reading.signals
    return next((piece for piece in pieces if piece[KEYS[Correction.Part(part)]] == value), None)


def _take_out(reading: Reading, correction: Correction) -> None:
    if correction.part == SENTIMENT and reading.sentiment == correction.value:
        reading.sentiment = ""
    elif correction.part == TOPIC:
        reading.topics = [each for each in reading.topics if each["slug"] != correction.value]
    elif correction.part == SIGNAL:
        reading.signals = [each for each in reading.signals if each["signal"] != correction.value]


def _put_back(reading: Reading, correction: Correction) -> None:
    if correction.part == SENTIMENT:
        reading.sentiment = correction.value
    elif correction.part == TOPIC:
        reading.topics = sorted([*reading.topics, correction.taken], key=lambda each: -float(each["confidence"]))
    else:
        reading.signals = sorted([*reading.signals, correction.taken], key=lambda each: str(each["signal"]))
