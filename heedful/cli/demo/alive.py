"""Keeps the demo living."""

from datetime import datetime


def live_on(*, at: datetime) -> None:
    """Let a little happen."""
