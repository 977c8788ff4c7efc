"""What waits of one kind is done at once, and one that cannot be done keeps no other from it."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import timedelta
from types import SimpleNamespace

import pytest
from django.utils import timezone
from procrastinate.contrib.django.models import ProcrastinateJob

from heedful.kit.actor import SYSTEM
from heedful.ledger import events, jobs
from heedful.ledger.events import Reaction
from heedful.ledger.models import Entry
from heedful.loop import wiring

pytestmark = pytest.mark.django_db
HEARD: list[list[int]] = []
BAD: set[int] = set()


@dataclass(frozen=True, slots=True)
class BellRung:
    """A stand-in for what other stages record."""

    number: int


def hear(rung: Sequence[BellRung], *, entries: Sequence[Entry]) -> None:
    """Note what was heard together."""
    assert [entry.data["number"] for entry in entries] == [event.number for event in rung]
    if BAD & {event.number for event in rung}:
        raise ValueError("too loud")
    HEARD.append([event.number for event in rung])


def answer(event: BellRung, *, entry: Entry) -> None:
    """Another reaction to the same."""


@pytest.fixture(autouse=True)
def wired() -> Iterator[None]:
    events.wire({BellRung: [Reaction(hear, batch_size=4, queue=jobs.CLOCKS), Reaction(answer)]})
    yield
    HEARD.clear()
    BAD.clear()
    events.wire(wiring.REACTIONS)


def ring(*numbers: int) -> None:
    for number in numbers:
        events.record(BellRung(number), by=SYSTEM, at=timezone.now())


def waiting() -> list[int]:
    """The numbers of the bells that `hear` still waits for."""
    rows = ProcrastinateJob.objects.filter(status="todo", queue_name=jobs.CLOCKS).order_by("pk")
    told = Entry.objects.in_bulk([row.args["arguments"]["entry"] for row in rows])
    return [told[row.args["arguments"]["entry"]].data["number"] for row in rows]


def work_once() -> None:
    """Do the first of the waiting jobs, as the worker does."""
    row = ProcrastinateJob.objects.filter(status="todo", queue_name=jobs.CLOCKS).order_by("pk")[0]
    ProcrastinateJob.objects.filter(pk=row.pk).update(status="doing")
    with jobs.doing(row.pk):
        events.react(**row.args["arguments"])


def test_what_waits_is_done_at_once_up_to_so_many() -> None:
    ring(1, 2, 3, 4, 5, 6)
    work_once()
    assert HEARD == [[1, 2, 3, 4]]
    assert waiting() == [5, 6]
    work_once()
    assert HEARD == [[1, 2, 3, 4], [5, 6]]
    assert waiting() == []
    assert ProcrastinateJob.objects.filter(status="todo").count() == 6  # the other reaction, which is alone


def test_one_that_fails_leaves_the_others_to_themselves() -> None:
    ring(1, 2, 3)
    BAD.add(2)
    work_once()
    assert HEARD == [[1]]
    assert waiting() == [2, 3]
    with pytest.raises(ValueError, match="too loud"):
        work_once()
    assert waiting() == [3]
    work_once()
    assert HEARD == [[1], [3]]


def test_what_is_to_be_tried_later_is_not_taken_along() -> None:
    ring(1, 2)
    later = timezone.now() + timedelta(minutes=1)
    last = ProcrastinateJob.objects.filter(queue_name=jobs.CLOCKS).order_by("-pk")[0]
    ProcrastinateJob.objects.filter(pk=last.pk).update(scheduled_at=later)
    work_once()
    assert HEARD == [[1]]


def test_jobs_that_were_taken_along_are_their_workers_until_they_are_done() -> None:
    ring(1, 2, 3)
    first = ProcrastinateJob.objects.filter(queue_name=jobs.CLOCKS).order_by("pk")[0]
    with jobs.doing(first.pk):
        taken = jobs.gather(events.react, like={}, queue=jobs.CLOCKS, priority=0, most=2)
    assert len(taken.ids) == 2
    assert set(ProcrastinateJob.objects.filter(pk__in=taken.ids).values_list("status", flat=True)) == {"doing"}
    taken.put_back()
    assert set(ProcrastinateJob.objects.filter(pk__in=taken.ids).values_list("status", flat=True)) == {"todo"}


def test_a_turn_lets_more_come_for_as_long_as_the_last_is_less_than_a_pause_ago(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    rested: list[float] = []
    moments = iter([100.0, 100.0, 100.05, 100.15, 100.4, 100.4])
    clock = SimpleNamespace(monotonic=lambda: next(moments), sleep=lambda seconds: rested.append(round(seconds, 6)))
    monkeypatch.setattr(events, "time", clock)
    monkeypatch.setattr(events, "_turns", {})
    ring(1, 2, 3, 4)
    first, *others = Entry.objects.order_by("pk")
    events.react(entry=first.pk, reaction=jobs.dotted(hear))
    assert rested == []
    with jobs.doing(0):
        for entry in others:
            events.react(entry=entry.pk, reaction=jobs.dotted(hear))
    assert rested == [0.0, 0.1, 0.0]
