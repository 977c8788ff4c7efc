"""What was said long ago is read in bulk: the trouble in it is returned, and nothing follows by itself."""

from datetime import UTC, datetime, timedelta

import pytest

from heedful.customers import touchpoints
from heedful.customers.models import Feedback
from heedful.customers.touchpoints import TouchpointDraft
from heedful.kit.actor import SYSTEM
from heedful.ledger.models import Entry
from heedful.understand import backfill
from heedful.understand.models import Reading

pytestmark = pytest.mark.django_db
NOW = datetime(2026, 3, 2, 12, tzinfo=UTC)


@pytest.fixture
def told() -> list[int]:
    """Something bad a year ago, something bad last week, something good."""
    words = [(365, "The technician never came."), (7, "Nobody answers the phone."), (1, "All is well, thank you.")]
    drafts = [
        TouchpointDraft(
            "survey_answered",
            NOW - timedelta(days=days),
            f"{days}",
            (("user_id", "ana"),),
            verbatim=said,
            subject=f"{days}",
        )
        for days, said in words
    ]
    touchpoints.record(drafts=drafts, source="test", by=SYSTEM, at=NOW)
    return list(Feedback.objects.order_by("happened_at").values_list("pk", flat=True))


def test_all_is_read_and_the_trouble_of_a_time_is_returned(told: list[int]) -> None:
    before = Entry.objects.count()
    found = backfill.read(since=NOW - timedelta(days=30), at=NOW)
    assert [(trouble.reference, trouble.happened_at) for trouble in found] == [
        (f"feedback:{told[1]}", NOW - timedelta(days=7))
    ]
    assert Reading.objects.count() == 3
    assert Entry.objects.count() == before


def test_what_was_read_before_a_number_is_left_alone(told: list[int]) -> None:
    assert backfill.read(since=NOW - timedelta(days=900), after=max(told), at=NOW) == []
    assert not Reading.objects.exists()


def test_the_size_of_a_part_changes_nothing(told: list[int], monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(backfill, "BATCH_SIZE", 1)
    found = backfill.read(since=NOW - timedelta(days=900), at=NOW)
    assert {trouble.reference for trouble in found} == {f"feedback:{told[0]}", f"feedback:{told[1]}"}
