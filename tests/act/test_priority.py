"""Which case comes first."""

from datetime import UTC, datetime, timedelta
from decimal import Decimal

import pytest

from heedful.act import priority
from heedful.act.priority import HIGH, LOW, NORMAL, URGENT

NOON = datetime(2026, 3, 2, 12, 0, tzinfo=UTC)
LINE = Decimal(1000)


@pytest.mark.parametrize(
    ("severity", "value", "is_repeat", "left", "expected"),
    [
        (1, None, False, 1.0, LOW),
        (2, None, False, 1.0, NORMAL),
        (3, None, False, 1.0, HIGH),
        (1, 1000, False, 1.0, NORMAL),
        (1, 999, False, 1.0, LOW),
        (1, None, True, 1.0, NORMAL),
        (1, None, False, 0.25, NORMAL),
        (1, None, False, 0.26, LOW),
        (3, 1000, False, 1.0, URGENT),
        (3, 1000, True, 0.0, URGENT),
    ],
)
def test_priority_adds_up(severity: int, value: int | None, is_repeat: bool, left: float, expected: int) -> None:
    worth = None if value is None else Decimal(value)
    assert priority.of(severity=severity, value=worth, high_value=LINE, is_repeat=is_repeat, left=left) == expected


def test_without_a_line_nobody_is_of_high_value() -> None:
    assert not priority.is_valuable(Decimal(10**9), None)


@pytest.mark.parametrize(("hours", "expected"), [(0, 1.0), (3, 0.75), (12, 0.0), (13, 0.0), (-1, 1.0)])
def test_the_share_of_time_left_stays_between_all_and_nothing(hours: int, expected: float) -> None:
    due_at = NOON + timedelta(hours=12)
    assert priority.share_remaining(opened_at=NOON, due_at=due_at, at=NOON + timedelta(hours=hours)) == expected


def test_no_time_at_all_is_no_time_left() -> None:
    assert priority.share_remaining(opened_at=NOON, due_at=NOON, at=NOON) == 0.0
    assert priority.share_remaining(opened_at=NOON, due_at=NOON + timedelta(seconds=1), at=NOON) == 1.0
