"""When the outbox tries, rests and gives up, to the moment; a pigeon carries here what leaves."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from types import SimpleNamespace
from typing import Any

import pytest
from procrastinate.contrib.django.models import ProcrastinateJob

from heedful.courier import backoff, outbox
from heedful.courier.carrier import Carrier, Failure, Receipt
from heedful.courier.models import Destination, OutboxItem, OutboxTry, Sending
from heedful.kit.actor import SYSTEM
from heedful.ledger import jobs

NOON = datetime(2026, 3, 2, 12, 0, tzinfo=UTC)
SECOND, HOUR, MOMENT = timedelta(seconds=1), timedelta(hours=1), timedelta(microseconds=1)
SCHEDULE = (60, 300)

pytestmark = pytest.mark.django_db


class Loft:
    """The pigeons: what they do with each piece, one after another, and how long they take."""

    def __init__(self) -> None:
        self.at, self.took_s = NOON, 0.0
        self.outcomes: list[Exception | None] = []
        self.given_up: list[int] = []

    def carrier(self, **more: Any) -> Carrier:
        given: dict[str, Any] = {
            "name": "pigeon",
            "noun": "letter",
            "permission": "mail.read",
            "without": "There is no pigeon.",
            "queue": jobs.MAILS,
            "check": dict,
            "current": lambda there: there,
            "open": self.open,
            "pauses_s": SCHEDULE,
            "destination_pauses_s": (30, 90),
            "on_given_up": lambda item, at: self.given_up.append(item.pk),
        }
        return Carrier(**given | more)

    @contextmanager
    def open(self, destination: Destination) -> Iterator[Callable[[OutboxItem], Receipt]]:
        yield self.send

    def send(self, item: OutboxItem) -> Receipt:
        outcome = self.outcomes.pop(0) if self.outcomes else None
        if outcome:
            raise outcome
        return Receipt("It flew.", 250)

    def monotonic(self) -> float:
        """Whoever looks at the clock twice sees that it took so long in between."""
        self.spent = getattr(self, "spent", 0.0) + self.took_s
        return self.spent


@pytest.fixture
def loft(monkeypatch: pytest.MonkeyPatch) -> Loft:
    loft = Loft()
    monkeypatch.setattr(outbox, "timezone", SimpleNamespace(now=lambda: loft.at))
    monkeypatch.setattr(outbox, "time", SimpleNamespace(monotonic=loft.monotonic))
    monkeypatch.setattr(backoff, "_random", SimpleNamespace(uniform=lambda low, high: 0.0))
    use(loft.carrier(), monkeypatch)
    return loft


def use(carrier: Carrier, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(outbox._carriers, "pigeon", carrier)


@pytest.fixture
def roof(loft: Loft) -> Destination:
    return Destination.objects.create(carrier="pigeon", key="roof", is_slow=False)


def put(roof: Destination, *names: str, at: datetime = NOON) -> list[OutboxItem]:
    drafts = [outbox.Draft(roof, "test", name, {}) for name in names]
    outbox.put(drafts=drafts, carrier=outbox.carrier_of(roof), by=SYSTEM, at=at)
    return list(OutboxItem.objects.filter(message_id__in=names).order_by("pk"))


def fly(roof: Destination, loft: Loft, *outcomes: Exception | None) -> Destination:
    ProcrastinateJob.objects.all()._raw_delete("default")
    loft.outcomes = list(outcomes)
    outbox.drain(destination=roof.pk)
    return Destination.objects.get(pk=roof.pk)


def next_turn() -> datetime | None:
    times = list(ProcrastinateJob.objects.values_list("scheduled_at", flat=True))
    assert len(times) <= 1
    return times[0] if times else None


@pytest.mark.parametrize(("failures", "step"), [(0, 60), (1, 60), (2, 300), (3, 300), (99, 300)])
def test_a_pause_is_the_schedule_s_step_give_or_take_a_tenth(
    failures: int, step: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    for choose, share in ((min, 0.9), (max, 1.1)):
        monkeypatch.setattr(backoff, "_random", SimpleNamespace(uniform=lambda *ends, choose=choose: choose(ends)))
        assert backoff.pause(SCHEDULE, failures) == timedelta(seconds=step * share)


def test_what_was_taken_is_written_down(loft: Loft, roof: Destination) -> None:
    (item,) = put(roof, "a")
    after = fly(roof, loft)
    item.refresh_from_db()
    assert (item.state, item.sent_at, item.next_try_at, item.said) == (Sending.SENT, NOON, None, "")
    one = OutboxTry.objects.get()
    assert (one.item_id, one.at, one.ok, one.status, one.answer) == (item.pk, NOON, True, 250, "It flew.")
    assert (after.busy_until, after.held_by, next_turn()) == (None, None, None)


@pytest.mark.parametrize(("wait_s", "rest_s"), [(None, 60), (59, 60), (61, 61)])
def test_a_piece_that_failed_is_tried_again_after_its_pause_or_when_it_was_said(
    loft: Loft, roof: Destination, wait_s: int | None, rest_s: int
) -> None:
    (item,) = put(roof, "a")
    after = fly(roof, loft, Failure("Wind", is_items=True, wait_s=wait_s, status=450))
    item.refresh_from_db()
    due = NOON + rest_s * SECOND
    assert (item.state, item.next_try_at, item.said) == (Sending.WAITING, due, "Wind. It will be tried again.")
    one = OutboxTry.objects.get()
    assert (one.at, one.ok, one.status, one.answer) == (NOON, False, 450, "Wind")
    assert (after.failures, next_turn()) == (0, due)


def test_a_piece_is_given_up_after_so_many_tries_or_where_it_is_for_good(
    loft: Loft, roof: Destination, monkeypatch: pytest.MonkeyPatch
) -> None:
    use(loft.carrier(most_tries=2), monkeypatch)
    first, second = put(roof, "a", "b")
    OutboxItem.objects.filter(pk=second.pk).update(next_try_at=NOON + HOUR)
    wind = Failure("Wind", is_items=True)
    fly(roof, loft, wind)
    loft.at = NOON + 61 * SECOND
    fly(roof, loft, wind)
    loft.at = NOON + HOUR
    fly(roof, loft, Failure("Unknown", is_items=True, for_good=True))
    rows = OutboxItem.objects.order_by("pk").values_list("state", "next_try_at", "said")
    assert list(rows) == [
        (Sending.FAILED, None, "Wind. It will not be tried again."),
        (Sending.FAILED, None, "Unknown. It will not be tried again."),
    ]
    assert loft.given_up == [first.pk, second.pk]


def test_a_destination_that_fails_rests_longer_each_time_and_all_is_forgotten_once_it_answers(
    loft: Loft, roof: Destination
) -> None:
    put(roof, "a")
    for failures, (wait_s, rest_s) in enumerate([(None, 30), (None, 90), (100, 100)], start=1):
        at = loft.at
        after = fly(roof, loft, Failure("Closed", is_destinations=True, wait_s=wait_s))
        loft.at = at + rest_s * SECOND
        assert (after.failures, after.failing_since, after.resting_until) == (failures, NOON, loft.at)
        assert (after.answer, next_turn()) == ("Closed", loft.at)
        loft.at -= MOMENT
        assert fly(roof, loft).failures == failures
        assert OutboxTry.objects.count() == failures
        loft.at += MOMENT
    after = fly(roof, loft)
    assert (after.failures, after.failing_since, after.resting_until) == (0, None, None)
    assert OutboxItem.objects.get().state == Sending.SENT


def test_a_failure_of_the_piece_alone_says_that_the_destination_answers(loft: Loft, roof: Destination) -> None:
    put(roof, "a")
    Destination.objects.update(failures=3, failing_since=NOON - HOUR, resting_until=NOON)
    after = fly(roof, loft, Failure("Wind", is_items=True))
    assert (after.failures, after.failing_since, after.resting_until) == (0, None, None)


def test_what_waited_for_too_long_is_given_up_and_nothing_else_is(
    loft: Loft, roof: Destination, monkeypatch: pytest.MonkeyPatch
) -> None:
    use(loft.carrier(gives_up_after=HOUR, too_old="An hour is over."), monkeypatch)
    names = ["old", "tried", "just", "sent"]
    old, tried, just, sent = put(roof, *names)
    OutboxItem.objects.filter(pk__in=[old.pk, tried.pk, sent.pk]).update(created_at=NOON - HOUR - MOMENT)
    OutboxItem.objects.filter(pk=just.pk).update(created_at=NOON - HOUR)
    OutboxItem.objects.filter(pk=sent.pk).update(state=Sending.SENT)
    for answer in ("First", "Last"):
        OutboxTry.objects.create(item=tried, at=NOON, ok=False, answer=answer)
    Destination.objects.update(resting_until=NOON - MOMENT)
    fly(roof, loft)
    rows = dict(OutboxItem.objects.values_list("message_id", "said"))
    states = dict(OutboxItem.objects.values_list("message_id", "state"))
    assert states == {"old": "failed", "tried": "failed", "just": "sent", "sent": "sent"}
    assert rows == {
        "old": "An hour is over. It was never its turn.",
        "tried": "An hour is over. Last",
        "just": "",
        "sent": "",
    }
    assert loft.given_up == [old.pk, tried.pk]


@pytest.mark.parametrize(("took_s", "is_slow"), [(5.0, False), (5.1, True)])
def test_who_takes_longer_than_five_seconds_is_slow_where_the_slow_share_a_hand(
    loft: Loft, roof: Destination, monkeypatch: pytest.MonkeyPatch, took_s: float, is_slow: bool
) -> None:
    loft.took_s = took_s
    put(roof, "a")
    assert not fly(roof, loft).is_slow
    use(loft.carrier(slow_queue=jobs.SLOW_WEBHOOKS), monkeypatch)
    put(roof, "b")
    assert fly(roof, loft).is_slow is is_slow


def test_a_turn_holds_so_many_pieces_and_the_most_urgent_goes_first(
    loft: Loft, roof: Destination, monkeypatch: pytest.MonkeyPatch
) -> None:
    use(replace(loft.carrier(), a_turn=2), monkeypatch)
    a, b, c = put(roof, "a", "b", "c")
    OutboxItem.objects.filter(pk=a.pk).update(urgency=1)
    OutboxItem.objects.filter(pk=c.pk).update(next_try_at=NOON - MOMENT)
    fly(roof, loft)
    assert list(OutboxTry.objects.order_by("pk").values_list("item", flat=True)) == [c.pk, b.pk]
    assert next_turn() == NOON


def test_who_is_held_by_another_or_gone_has_no_turn(loft: Loft, roof: Destination) -> None:
    put(roof, "a")
    Destination.objects.update(busy_until=NOON + HOUR)
    fly(roof, loft)
    assert (OutboxTry.objects.count(), next_turn()) == (0, NOON + HOUR)
    outbox.drain(destination=roof.pk + 1)
    assert OutboxTry.objects.count() == 0


def test_what_waits_for_a_destination_is_given_up_with_it(loft: Loft, roof: Destination) -> None:
    a, _ = put(roof, "a", "b")
    OutboxItem.objects.filter(pk=a.pk).update(state=Sending.SENT)
    outbox.give_up_all(destination=roof, sentence="Gone. " * 99)
    rows = list(OutboxItem.objects.order_by("pk").values_list("state", "next_try_at", "said"))
    assert rows == [(Sending.SENT, NOON, ""), (Sending.FAILED, None, ("Gone. " * 99)[:300])]


def test_a_lease_that_was_released_is_no_longer_ours(roof: Destination) -> None:
    assert backoff.take_lease(destination=roof, at=NOON)
    backoff.release_lease(destination=roof)
    assert (roof.busy_until, roof.held_by) == (None, None)
