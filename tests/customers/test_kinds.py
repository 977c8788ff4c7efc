"""Kinds of touchpoint are remembered up to a number, whatever names programs make up."""

from collections.abc import Callable
from contextlib import AbstractContextManager
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from heedful.customers import kinds, touchpoints
from heedful.customers.models import Touchpoint, TouchpointKind
from heedful.customers.touchpoints import TouchpointDraft
from heedful.kit.actor import SYSTEM
from heedful.web import touchpoint_kinds

pytestmark = pytest.mark.django_db
type CaptureOnCommit = Callable[..., AbstractContextManager[Any]]
NOON = datetime(2026, 3, 2, 12, 0, tzinfo=UTC)


def happen(*names: str, at: datetime = NOON) -> None:
    drafts = [
        TouchpointDraft(kind=name, happened_at=at, message=name, identities=(("user_id", "u"),)) for name in names
    ]
    touchpoints.record(drafts=drafts, source="test", by=SYSTEM, at=at)


def test_beyond_the_most_kinds_touchpoints_are_kept_and_kinds_are_not(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(kinds, "MOST", 3)
    for number in range(6):
        happen(f"paid_{number}")
        kinds.forget()
    assert Touchpoint.objects.count() == 6
    assert TouchpointKind.objects.count() == 3


def test_what_somebody_waits_for_is_known_however_many_others_there_are(monkeypatch: pytest.MonkeyPatch) -> None:
    happen(*(f"noise_{number}" for number in range(5)))
    kinds.watch(slugs=["delivered"])
    TouchpointKind.objects.filter(pk="noise_0").update(stage="purchase", moves_stage=True)
    monkeypatch.setattr(kinds, "MOST", 2)
    kinds.forget()
    happen("delivered", "noise_0", at=NOON + timedelta(hours=2))
    assert kinds.moving(["noise_0"]) == {"noise_0": "purchase"}
    assert kinds._kinds.keys() == {"delivered", "noise_0"}


def test_forms_offer_what_is_wanted_and_then_what_came_last(monkeypatch: pytest.MonkeyPatch) -> None:
    happen("a_noise")
    happen("b_noise", at=NOON + timedelta(hours=3))
    kinds.watch(slugs=["z_delivered"])
    monkeypatch.setattr(touchpoint_kinds, "MOST", 2)
    assert list(touchpoint_kinds.offered().values()) == ["b_noise", "z_delivered"]


def test_others_know_the_kinds_while_they_are_read_anew(monkeypatch: pytest.MonkeyPatch) -> None:
    """A batch that comes at that moment must be placed, and move its customers, as every other."""
    kinds.watch(slugs=["bought"])
    TouchpointKind.objects.filter(pk="bought").update(stage="purchase", moves_stage=True)
    happen("bought")
    heard, read = [], kinds._read

    def slowly(kind: TouchpointKind) -> object:
        heard.append((kinds.stage_of("bought"), kinds.moving(["bought"])))
        return read(kind)

    monkeypatch.setattr(kinds, "_read", slowly)
    kinds.forget()
    happen("bought", at=NOON + timedelta(hours=2))
    assert heard == [("purchase", {"bought": "purchase"})]


def test_a_batch_that_ends_late_does_not_forget_what_was_read_since(
    django_capture_on_commit_callbacks: CaptureOnCommit,
) -> None:
    with django_capture_on_commit_callbacks(execute=True):
        kinds.register(slugs=["bought", "paid"], at=NOON)
        TouchpointKind.objects.filter(pk="bought").update(stage="purchase", moves_stage=True)
        kinds.forget()
        kinds.register(slugs=["paid"], at=NOON + timedelta(hours=2))
    assert kinds.moving(["bought", "paid"]) == {"bought": "purchase"}
