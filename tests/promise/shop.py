"""A small shop in Berlin: what its people and its customers do in these tests."""

from datetime import UTC, datetime, timedelta
from typing import Any

from heedful.associates.models import Associate
from heedful.customers import kinds, touchpoints
from heedful.kit.actor import SYSTEM
from heedful.promise import promises
from heedful.promise.models import Commitment, Promise
from heedful.promise.promises import Wording
from heedful.promise.standards import StandardDraft

MONDAY = datetime(2026, 3, 2, 9, tzinfo=UTC)
OFFICE = {day: [["09:00", "17:00"]] for day in ("mon", "tue", "wed", "thu", "fri")}
HOUR = timedelta(hours=1)
LONG_AGO = MONDAY - timedelta(days=365)
"""Since when the shop has made its promises; what it needs for them has come in before."""


def make(casey: Associate, *drafts: StandardDraft, words: str = "We answer the same day", **said: Any) -> Promise:
    kinds.register(slugs={kind for draft in drafts for kind in (draft.from_kind, draft.to_kind) if kind}, at=MONDAY)
    return promises.make(wording=Wording(words=words, **said), standards=drafts, since=LONG_AGO, by=casey.by, at=MONDAY)


def tell(who: str, kind: str, at: datetime, /, message: str = "", **more: Any) -> int:
    """Write one touchpoint of a customer into the log, and return the customer's record."""
    draft = touchpoints.TouchpointDraft(
        kind=kind,
        happened_at=at,
        message=message or f"{who} {kind} {at.isoformat()}",
        identities=(("user_id", who),),
        **more,
    )
    return touchpoints.record(drafts=[draft], source="test", by=SYSTEM, at=max(at, MONDAY)).customers[0]


def states(promise: Promise) -> list[str]:
    return list(Commitment.objects.filter(promise=promise).order_by("started_at", "pk").values_list("state", flat=True))
