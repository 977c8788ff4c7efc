"""Reading: from a batch of touchpoints to what was meant by it, in the steps listed below."""

import hashlib
from collections import defaultdict
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

import msgspec
from django.db import connection, transaction
from django.utils import timezone

from heedful.customers import question_kinds
from heedful.customers.models import Feedback, Score
from heedful.customers.touchpoints import TouchpointsRecorded
from heedful.kit.actor import SYSTEM
from heedful.ledger import events, references
from heedful.ledger.models import Entry
from heedful.understand import corrections, detection, light, topics
from heedful.understand.detection import Trouble, TroubleHeard
from heedful.understand.models import Reading

BATCH_SIZE = 1_000
"""Touchpoints that are read in one go, unless one batch has more."""


@dataclass(slots=True)
class Work:
    """Answer sheets on their way through the steps, each of which adds what it found."""

    at: datetime
    feedback: list[Feedback]
    pending: list[Feedback] = field(default_factory=list)
    readings: dict[int, Reading] = field(default_factory=dict)
    troubles: list[Trouble] = field(default_factory=list)


def read(recorded: Sequence[TouchpointsRecorded], *, entries: Sequence[Entry]) -> None:
    """Read what customers said in some batches; reading it twice changes nothing."""
    del entries
    for part in _parts(recorded):
        through(Work(at=timezone.now(), feedback=feedback_of(*part)))


def _parts(recorded: Sequence[TouchpointsRecorded]) -> Iterator[list[TouchpointsRecorded]]:
    """Split batches so that no part is larger than one large batch: what single messages bring is read at once."""
    part: list[TouchpointsRecorded] = []
    for event in recorded:
        if part and sum(each.count for each in part) + event.count > BATCH_SIZE:
            yield part
            part = []
        part.append(event)
    if part:
        yield part


def again(*, feedback: list[Feedback], at: datetime) -> None:
    """Read words that were read before, as the topics stand now; old words open no cases."""
    work = Work(at=at, feedback=feedback, pending=[one for one in feedback if one.verbatim])
    for step in (interpret, match_topics, store):
        step(work)


def warm() -> None:
    """Load what reading needs, so that the first customer who says something does not wait for it."""
    light.read(["Thank you."])
    light.embed(["Thank you."])


def through(work: Work) -> Work:
    """Take work through all steps."""
    for step in STEPS:
        step(work)
    return work


def find_pending(work: Work) -> None:
    """Pick the sheets whose words were never read, or have changed since."""
    reading_of = {row.feedback_id: row for row in Reading.objects.filter(feedback__in=work.feedback)}
    for feedback in work.feedback:
        row = reading_of.get(feedback.pk)
        if row and (row.text_digest == digest(feedback.verbatim)):
            work.readings[feedback.pk] = row
        elif feedback.verbatim:
            work.pending.append(feedback)


def interpret(work: Work) -> None:
    """Language, sentiment and signs of trouble in the words, by the light tier."""
    for feedback, meant in zip(work.pending, light.read([feedback.verbatim for feedback in work.pending]), strict=True):
        work.readings[feedback.pk] = Reading(
            feedback=feedback,
            customer_id=feedback.customer_id,
            happened_at=feedback.happened_at,
            language=meant.language,
            language_confidence=meant.language_confidence,
            sentiment=meant.sentiment,
            sentiment_confidence=meant.sentiment_confidence,
            signals=[_stored(signal) for signal in meant.signals],
            model=light.MODEL,
            text_digest=digest(feedback.verbatim),
            read_at=work.at,
        )


def _stored(signal: light.Signal) -> dict[str, Any]:
    mild = {"mild": True} if signal.is_mild else {}
    return {"signal": signal.signal, "words": list(signal.words), **mild}


def match_topics(work: Work) -> None:
    """What the words are about, of the topics that the company cares about; nothing where the language is not read."""
    rows = [feedback for feedback in work.pending if light.is_read(work.readings[feedback.pk].language)]
    matches = topics.of([feedback.verbatim for feedback in rows])
    for feedback, matched in zip(rows, matches, strict=True):
        work.readings[feedback.pk].topics = [{"slug": slug, "confidence": confidence} for slug, confidence in matched]


@transaction.atomic
def store(work: Work) -> None:
    """Store what was understood; the later reading of a sheet replaces the earlier, and corrections of it stand.

    Words that changed while they were read are left to the reading of that change, which may have ended by now.
    """
    now = _hold(work.pending)
    changed = {feedback.pk for feedback in work.pending if now.get(feedback.pk) != feedback.verbatim}
    work.pending = [feedback for feedback in work.pending if feedback.pk not in changed]
    work.feedback = [feedback for feedback in work.feedback if feedback.pk not in changed]
    corrections.apply({feedback.pk: work.readings[feedback.pk] for feedback in work.pending})
    Reading.objects.bulk_create(
        [work.readings[feedback.pk] for feedback in work.pending],
        update_conflicts=True,
        unique_fields=["feedback"],
        update_fields=STORED,
        batch_size=1_000,
    )


def _hold(feedback: list[Feedback]) -> dict[int, str]:
    """The words of these sheets as they are once nobody else changes them, held in the order of whoever does."""
    held = Feedback.objects.select_for_update(no_key=True).filter(pk__in=[one.pk for one in feedback])
    return dict(held.order_by("subject").values_list("pk", "verbatim")) if feedback else {}


def weigh(work: Work) -> None:
    """Find trouble in fresh sheets, by their scores and by the signs in their words."""
    fresh = [feedback for feedback in work.feedback if detection.is_fresh(feedback, at=work.at)]
    if not fresh:
        return
    scores, rules = scores_of(fresh), detection.rules()
    for feedback in fresh:
        row = work.readings.get(feedback.pk)
        trouble = detection.trouble_in(
            feedback,
            scores=scores[feedback.pk],
            signals=row.signals if row else (),
            topics=[each["slug"] for each in row.topics] if row else (),
            rules=rules,
        )
        if trouble:
            work.troubles.append(trouble)


@transaction.atomic
def report(work: Work) -> None:
    """Say that trouble was heard: once, and again only where it became another."""
    if unreported := _unreported(work.troubles, at=work.at):
        events.record(TroubleHeard(tuple(unreported)), by=SYSTEM, at=work.at)


REPORT = """
INSERT INTO understand_troublereport AS known (feedback_id, digest, reported_at)
SELECT feedback, digest, %s FROM unnest(%s::bigint[], %s::text[]) AS w(feedback, digest) ORDER BY feedback
ON CONFLICT (feedback_id) DO UPDATE SET digest = EXCLUDED.digest, reported_at = EXCLUDED.reported_at
WHERE known.digest <> EXCLUDED.digest RETURNING feedback_id
"""
"""One statement, which holds the rows: of two who read the same at once one reports it."""


def _unreported(troubles: Sequence[Trouble], *, at: datetime) -> list[Trouble]:
    """Write down trouble as it is now, and return what was never reported so."""
    feedback = references.numbers("feedback", [trouble.reference for trouble in troubles])
    digests = [digest(msgspec.json.encode(trouble).decode()) for trouble in troubles]
    with connection.cursor() as cursor:
        cursor.execute(REPORT, [at, [feedback[trouble.reference] for trouble in troubles], digests])
        changed = {pk for (pk,) in cursor.fetchall()}
    return [trouble for trouble in troubles if feedback[trouble.reference] in changed]


@dataclass(frozen=True, slots=True)
class TrialReading:
    """What would be read in a text; nothing is stored."""

    text: str
    language: str
    language_confidence: float
    sentiment: str
    sentiment_confidence: float
    topics: topics.ScoredTopics
    signals: dict[str, list[str]]
    """The words that fired, by the signal."""


def try_out(text: str) -> TrialReading:
    """Read a text as a customer's words would be read now."""
    (meant,) = light.read([text])
    scored = topics.of([text])[0] if light.is_read(meant.language) else []
    return TrialReading(
        text=text,
        language=meant.language,
        language_confidence=meant.language_confidence,
        sentiment=meant.sentiment,
        sentiment_confidence=meant.sentiment_confidence,
        topics=scored,
        signals={signal.signal: list(signal.words) for signal in meant.signals},
    )


STEPS = [find_pending, interpret, match_topics, store, weigh, report]

STORED = [
    "happened_at", "language", "language_confidence", "sentiment", "sentiment_confidence",
    "topics", "signals", "model", "text_digest", "read_at",
]  # fmt: skip


def digest(verbatim: str) -> str:
    """By which it is known that a text has changed."""
    return hashlib.blake2b(verbatim.encode(), digest_size=16).hexdigest()


def feedback_of(*recorded: TouchpointsRecorded) -> list[Feedback]:
    """The answer sheets that batches began or added to, each once."""
    subjects: set[str] = set()
    with connection.cursor() as cursor:
        for event in recorded:
            cursor.execute(
                "SELECT DISTINCT coalesce(subject, message::text) FROM customers_touchpoint"
                " WHERE id BETWEEN %s AND %s AND happened_at BETWEEN %s AND %s AND batch = %s"
                " AND (scores IS NOT NULL OR verbatim IS NOT NULL)",
                [event.first_id, event.last_id, event.earliest, event.latest, event.batch],
            )
            subjects.update(subject for (subject,) in cursor.fetchall())
    return list(Feedback.objects.filter(subject__in=subjects).order_by("pk"))


def scores_of(feedback: list[Feedback]) -> dict[int, dict[str, question_kinds.Score]]:
    """Every score of each sheet, as it was given."""
    scores: dict[int, dict[str, question_kinds.Score]] = defaultdict(dict)
    for score in Score.objects.filter(feedback__in=feedback):
        scores[score.feedback_id][score.question] = score.answer
    return scores
