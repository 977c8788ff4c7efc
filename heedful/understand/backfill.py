"""What was said in years gone by, read many at once, with the trouble in it as it would have been found then."""

from collections.abc import Iterator, Sequence
from datetime import datetime

from heedful.customers.models import Feedback
from heedful.understand import detection, reading
from heedful.understand.detection import Trouble
from heedful.understand.models import TroubleRule
from heedful.understand.reading import Work

BATCH_SIZE = 1_000


def read(*, since: datetime, after: int = 0, at: datetime) -> list[Trouble]:
    """Read all feedback that came after one by its number, and return the trouble of what happened after `since`.

    Nothing follows from it by itself: whoever tells of the past decides what becomes of the trouble.
    """
    rules = detection.rules()
    feedback = list(Feedback.objects.filter(pk__gt=after).order_by("pk"))
    parts = (feedback[start : start + BATCH_SIZE] for start in range(0, len(feedback), BATCH_SIZE))
    return [trouble for part in parts for trouble in _troubles(part, rules, at) if trouble.happened_at > since]


def _troubles(feedback: Sequence[Feedback], rules: Sequence[TroubleRule], at: datetime) -> Iterator[Trouble]:
    task = Work(at=at, feedback=list(feedback))
    for step in (reading.find_pending, reading.interpret, reading.match_topics, reading.store):
        step(task)
    scores = reading.scores_of(task.feedback)
    for one in task.feedback:
        row = task.readings.get(one.pk)
        trouble = detection.trouble_in(
            one,
            scores=scores[one.pk],
            signals=row.signals if row else (),
            topics=[each["slug"] for each in row.topics] if row else (),
            rules=rules,
        )
        if trouble:
            yield trouble
