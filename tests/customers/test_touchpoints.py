"""The log: written once, whatever is sent."""

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from django.db import connection
from msgspec.structs import replace

from heedful.customers import dedup, partitions, touchpoints
from heedful.customers.models import Customer, Feedback, Score, Touchpoint, TouchpointKind
from heedful.kit.actor import SYSTEM
from heedful.ledger import events
from heedful.ledger.models import Entry

pytestmark = pytest.mark.django_db
NOON = datetime(2026, 3, 2, 12, 0, tzinfo=UTC)


def draft(message: str, *names: tuple[str, str], **said: Any) -> touchpoints.TouchpointDraft:
    plain = touchpoints.TouchpointDraft("page", NOON, message, names or (("user_id", "u1"),))
    return replace(plain, **said)


def record(*drafts: touchpoints.TouchpointDraft, at: datetime = NOON) -> touchpoints.RecordedBatch:
    return touchpoints.record(drafts=drafts, source="test", by=SYSTEM, at=at)


def test_two_arrivals_of_one_message_are_one_touchpoint() -> None:
    assert record(draft("m1"), draft("m2"), draft("m1")).count == 2
    again = record(draft("m1"), draft("m3"))
    assert (again.count, again.duplicates) == (1, 1)
    assert Touchpoint.objects.count() == 3


def test_the_same_message_id_of_another_source_is_another_message() -> None:
    record(draft("m1"))
    touchpoints.record(drafts=[draft("m1")], source="other", by=SYSTEM, at=NOON)
    assert Touchpoint.objects.count() == 2


@pytest.mark.parametrize(
    ("sent", "kept", "clamped"),
    [
        (NOON - timedelta(days=3000), NOON - timedelta(days=3000), False),
        (datetime(1970, 1, 1, tzinfo=UTC), touchpoints.EARLIEST, True),
        (NOON + timedelta(hours=23), NOON + timedelta(hours=23), False),
        (NOON + timedelta(days=400), NOON + timedelta(days=1), True),
    ],
)
def test_absurd_times_are_clamped_and_marked(sent: datetime, kept: datetime, clamped: bool) -> None:
    record(draft("m", happened_at=sent))
    row = Touchpoint.objects.get()
    assert (row.happened_at, row.clamped) == (kept, clamped)


def test_a_batch_is_one_event_that_names_where_to_look() -> None:
    record(draft("m1"), draft("m2", happened_at=NOON - timedelta(days=70)))
    entry = Entry.objects.get(kind="TouchpointsRecorded")
    assert entry.data["count"] == 2
    assert entry.data["earliest"].startswith("2025-12-22")
    assert (entry.data["feedback"], entry.data["watched"]) == (False, False)


def test_the_ledger_gives_back_what_was_recorded() -> None:
    recorded = record(draft("m1"), draft("m2", happened_at=NOON - timedelta(hours=1), verbatim="Fine"))
    entry = Entry.objects.get(kind="TouchpointsRecorded")
    ids = sorted(Touchpoint.objects.values_list("pk", flat=True))
    assert recorded.batch is not None
    assert events.read(entry) == touchpoints.TouchpointsRecorded(
        recorded.batch, ids[0], ids[-1], NOON - timedelta(hours=1), NOON, 2, feedback=True, watched=False
    )
    assert (entry.by_kind, entry.by_id, entry.by_label, entry.at) == (SYSTEM.kind, SYSTEM.id, SYSTEM.label, NOON)


def test_a_watched_kind_is_noticed() -> None:
    TouchpointKind.objects.create(slug="page", watchers=1)
    record(draft("m1"))
    assert Entry.objects.get(kind="TouchpointsRecorded").data["watched"]


def test_feedback_is_kept_as_a_sheet_and_a_later_answer_replaces_the_score() -> None:
    record(draft("m1", scores={"recommend": 3}, subject="ask:1"))
    record(draft("m2", verbatim="Too slow", subject="ask:1", happened_at=NOON + timedelta(minutes=1)))
    record(draft("m3", scores={"recommend": 8}, subject="ask:1", happened_at=NOON + timedelta(minutes=2)))
    record(draft("m4", scores={"recommend": 1}, subject="ask:1", happened_at=NOON - timedelta(minutes=2)))
    assert Feedback.objects.get().verbatim == "Too slow"
    assert Score.objects.get().value == 8


def test_nul_and_odd_text_are_kept_as_far_as_they_can_be() -> None:
    record(draft("m1", verbatim="a\x00b \u202eשלום 😀", properties={"back\\u0000slash": "\x00", "é": "\\"}))
    row = Touchpoint.objects.get()
    assert row.verbatim == "ab \u202eשלום 😀"
    assert row.properties == {"back\\u0000slash": "", "é": "\\"}


def test_first_and_last_seen_follow_the_touchpoints() -> None:
    record(draft("m1", happened_at=NOON - timedelta(days=30)))
    record(draft("m2", happened_at=NOON - timedelta(days=2)), draft("m3", happened_at=NOON - timedelta(days=90)))
    customer = Customer.objects.get()
    assert customer.first_seen_at == NOON - timedelta(days=90)
    assert customer.last_seen_at == NOON - timedelta(days=2)


def test_nothing_is_recorded_for_an_empty_batch() -> None:
    assert record().count == 0
    assert not Entry.objects.exists()


def test_the_months_are_laid_ahead_and_waiting_rows_move_in() -> None:
    horizon = datetime(2027, 6, 10, tzinfo=UTC)
    touchpoints.record(drafts=[draft("m1", happened_at=horizon)], source="test", by=SYSTEM, at=horizon)
    assert partition_of("m1") == "customers_touchpoint_late"
    assert partitions.tend(at=horizon) > 0
    assert partitions.tend(at=horizon) == 0
    assert partition_of("m1") == "customers_touchpoint_2027_06"


def test_the_very_old_has_a_partition_of_its_own() -> None:
    record(draft("m1", happened_at=datetime(2003, 5, 1, tzinfo=UTC)))
    assert partition_of("m1") == "customers_touchpoint_early"


def partition_of(message: str) -> str:
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT tableoid::regclass::text FROM customers_touchpoint WHERE message = %s",
            [dedup.digest("test", message)],
        )
        return str(cursor.fetchone()[0])
