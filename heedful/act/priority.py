"""Which case comes first: arithmetic over how bad it is, what the customer is worth and how much time is left.

Each of these is worth points, and the points give the priority:

    severity        mild 1, serious 2, grave 3
    high value      1, when the customer's yearly value reaches the company's line
    second failure  1
    time            1, once the share of the clock's time that is left falls to a quarter

    1 point low, 2 normal, 3 high, 4 or more urgent
"""

from datetime import datetime
from decimal import Decimal

LOW, NORMAL, HIGH, URGENT = 1, 2, 3, 4
SHORT = 0.25
"""The share of time left from which it counts."""


def of(*, severity: int, value: Decimal | None, high_value: Decimal | None, is_repeat: bool, left: float) -> int:
    """The priority, from 1 (low) to 4 (urgent); `left` is the share of the clock's time that remains."""
    points = severity + is_valuable(value, high_value) + is_repeat + (left <= SHORT)
    return max(LOW, min(URGENT, points))


def is_valuable(value: Decimal | None, high_value: Decimal | None) -> bool:
    """Whether a yearly value reaches the line; a customer without a known value does not."""
    return value is not None and high_value is not None and value >= high_value


def share_remaining(*, opened_at: datetime, due_at: datetime, at: datetime) -> float:
    """The share of the time between opening and due that remains; 0 once it is up."""
    whole = (due_at - opened_at).total_seconds()
    return max(0.0, min(1.0, (due_at - at).total_seconds() / whole)) if whole > 0 else 0.0
