"""Reading: from a batch of touchpoints to what was meant by it, in the steps listed below."""

import hashlib
from collections import defaultdict
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from django.db import connection, transaction
from django.utils import timezone

from heedful.customers import question_kinds
from heedful.customers.models import Feedback, Score
from heedful.customers.touchpoints import TouchpointsRecorded
from heedful.kit.actor import SYSTEM
from heedful.ledger import events
from heedful.ledger.models import Entry
from heedful.understand import corrections, detection, light, topics
from heedful.understand.detection import Trouble, TroubleHeard
from heedful.understand.models import Reading

AT_ONCE = 1_000
"""Touchpoints that are read in one go, unless one batch has more."""


@dataclass(slots=True)
class Work:
    """Answer sheets on their way through the steps, each of which adds what it found."""

    at: datetime
    sheets: list[Feedback]
    unread: list[Feedback] = field(default_factory=list)
    readings: dict[int, Reading] = field(default_factory=dict)
    troubles: list[Trouble] = field(default_factory=list)


def read(recorded: Sequence[TouchpointsRecorded], *, entries: Sequence[Entry]) -> None:
    """Read what customers said in some batches; reading it twice changes nothing."""
    del entries
    for part in _parts(recorded):
        through(Work(at=timezone.now(), sheets=sheets_of(*part)))


def _parts(recorded: Sequence[TouchpointsRecorded]) -> Iterator[list[TouchpointsRecorded]]:
    """Split batches so that no part is larger than one large batch: what single messages bring is read at once."""
    part: list[TouchpointsRecorded] = []
    for event in recorded:
        if part and sum(each.count for each in part) + event.count > AT_ONCE:
            yield part
            part = []
        part.append(event)
    if part:
        yield part


def again(*, sheets: list[Feedback], at: datetime) -> None:
    """Read words that were read before, as the topics stand now; old words open no cases."""
    work = Work(at=at, sheets=sheets, unread=[sheet for sheet in sheets if sheet.verbatim])
    for step in (tell_what_was_meant, tell_topics, store):
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


def find_unread(work: Work) -> None:
    """Pick the sheets whose words were never read, or have changed since."""
    known = {row.feedback_id: row for row in Reading.objects.filter(feedback__in=work.sheets)}
    for sheet in work.sheets:
        row = known.get(sheet.pk)
        if row and (row.text_digest == digest(sheet.verbatim)):
            work.readings[sheet.pk] = row
        elif sheet.verbatim:
            work.unread.append(sheet)


def tell_what_was_meant(work: Work) -> None:
    """Language, sentiment and signs of trouble in the words, by the light tier."""
    for sheet, meant in zip(work.unread, light.read([sheet.verbatim for sheet in work.unread]), strict=True):
        work.readings[sheet.pk] = Reading(
            feedback=sheet,
            customer_id=sheet.customer_id,
            happened_at=sheet.happened_at,
            language=meant.language,
            language_confidence=meant.language_confidence,
            sentiment=meant.sentiment,
            sentiment_confidence=meant.sentiment_confidence,
            signals=[_stored(signal) for signal in meant.signals],
            model=light.MODEL,
            text_digest=digest(sheet.verbatim),
            read_at=work.at,
        )


def _stored(signal: light.Signal) -> dict[str, Any]:
    mild = {"mild": True} if signal.is_mild else {}
    return {"signal": signal.signal, "words": list(signal.words), **mild}


def tell_topics(work: Work) -> None:
    """What the words are about, of the topics that the company cares about; nothing where the language is not read."""
    sheets = [sheet for sheet in work.unread if light.is_read(work.readings[sheet.pk].language)]
    told = topics.of([sheet.verbatim for sheet in sheets])
    for sheet, found in zip(sheets, told, strict=True):
        work.readings[sheet.pk].topics = [{"slug": slug, "confidence": confidence} for slug, confidence in found]


@transaction.atomic
def store(work: Work) -> None:
    """Store what was understood; the later reading of a sheet replaces the earlier, and corrections of it stand.

    Words that changed while they were read are left to the reading of that change, which may have ended by now.
    """
    now = _hold(work.unread)
    changed = {sheet.pk for sheet in work.unread if now.get(sheet.pk) != sheet.verbatim}
    work.unread = [sheet for sheet in work.unread if sheet.pk not in changed]
    work.sheets = [sheet for sheet in work.sheets if sheet.pk not in changed]
    corrections.apply({sheet.pk: work.readings[sheet.pk] for sheet in work.unread})
    Reading.objects.bulk_create(
        [work.readings[sheet.pk] for sheet in work.unread],
        update_conflicts=True,
        unique_fields=["feedback"],
        update_fields=STORED,
        batch_size=1_000,
    )


def _hold(sheets: list[Feedback]) -> dict[int, str]:
    """The words of these sheets as they are once nobody else changes them, held in the order of whoever does."""
    held = Feedback.objects.select_for_update(no_key=True).filter(pk__in=[sheet.pk for sheet in sheets])
    return dict(held.order_by("subject").values_list("pk", "verbatim")) if sheets else {}


def weigh(work: Work) -> None:
    """Find trouble in fresh sheets, by their scores and by the signs in their words."""
    fresh = [sheet for sheet in work.sheets if detection.is_fresh(sheet, at=work.at)]
    if not fresh:
        return
    scores, rules = scores_of(fresh), detection.rules()
    for sheet in fresh:
        row = work.readings.get(sheet.pk)
        trouble = detection.trouble_in(
            sheet,
            scores=scores[sheet.pk],
            signals=row.signals if row else (),
            topics=[each["slug"] for each in row.topics] if row else (),
            rules=rules,
        )
        if trouble:
            work.troubles.append(trouble)


def report(work: Work) -> None:
    """Say that trouble was heard."""
    if work.troubles:
        events.record(TroubleHeard(tuple(work.troubles)), by=SYSTEM, at=work.at)


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
    told = topics.of([text])[0] if light.is_read(meant.language) else []
    return TrialReading(
        text=text,
        language=meant.language,
        language_confidence=meant.language_confidence,
        sentiment=meant.sentiment,
        sentiment_confidence=meant.sentiment_confidence,
        topics=told,
        signals={signal.signal: list(signal.words) for signal in meant.signals},
    )


STEPS = [find_unread, tell_what_was_meant, tell_topics, store, weigh, report]

STORED = [
    "happened_at", "language", "language_confidence", "sentiment", "sentiment_confidence",
    "topics", "signals", "model", "text_digest", "read_at",
]  # fmt: skip


def digest(verbatim: str) -> str:
    """By which a changed verbatim is known."""
    return hashlib.blake2b(verbatim.encode(), digest_size=16).hexdigest()


def sheets_of(*recorded: TouchpointsRecorded) -> list[Feedback]:
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


def scores_of(sheets: list[Feedback]) -> dict[int, dict[str, question_kinds.Score]]:
    """Every score of each sheet, as it was given."""
    found: dict[int, dict[str, question_kinds.Score]] = defaultdict(dict)
    for score in Score.objects.filter(feedback__in=sheets):
        found[score.feedback_id][score.question] = score.answer
    return found
