"""Where webhooks go: endpoints, until they are disabled by somebody or because nobody listens there."""

from dataclasses import dataclass
from datetime import datetime, timedelta

from django.db import transaction

from heedful.associates import associates
from heedful.courier import outbox
from heedful.courier.carrier import Failure
from heedful.courier.models import Destination, Endpoint
from heedful.kit.actor import SYSTEM, By
from heedful.kit.errors import Refused
from heedful.ledger import events

DISABLES_AFTER = timedelta(days=4)
OLD_SECRET_FOR = timedelta(days=1)
GONE = 410


@dataclass(frozen=True, slots=True)
class EndpointDisabled:
    """An endpoint is told nothing any more."""

    endpoint: int
    reason: str


def current(destination: Destination | None) -> Destination | None:
    """Return an endpoint's destination as long as it is told things."""
    live = destination is not None and Endpoint.objects.live().filter(destination=destination).exists()
    return destination if live else None


def secrets_of(endpoint: Endpoint, *, at: datetime) -> list[str]:
    """Return the secrets that sign at a moment: the current one, and after a rotation the old one for a day."""
    if endpoint.old_secret and endpoint.rotated_at is not None and at < endpoint.rotated_at + OLD_SECRET_FOR:
        return [endpoint.secret, endpoint.old_secret]
    return [endpoint.secret]


@transaction.atomic
def disable(*, endpoint: Endpoint, reason: str, by: By, at: datetime) -> None:
    """Tell an endpoint nothing any more; what waits for it is given up."""
    associates.must(by, "webhook.edit")
    row = Endpoint.objects.select_for_update(of=["self"]).select_related("destination").get(pk=endpoint.pk)
    if row.disabled_at is not None:
        raise Refused("This endpoint is disabled already.")
    row.disabled_at, row.disabled_reason = at, reason[:300]
    row.save(update_fields=["disabled_at", "disabled_reason"])
    outbox.give_up_all(destination=row.destination, sentence=f"The endpoint was disabled. {row.disabled_reason}")
    events.record(EndpointDisabled(row.pk, row.disabled_reason), by=by, at=at)


def disable_where_nobody_listens(destination: Destination, failure: Failure, at: datetime) -> None:
    """Disable an endpoint that says that it is gone, or has failed for four days."""
    endpoint = Endpoint.objects.get(destination=destination)
    if failure.status == GONE:
        disable(endpoint=endpoint, reason="It answered that it is gone (410).", by=SYSTEM, at=at)
    elif destination.failing_since is not None and at - destination.failing_since > DISABLES_AFTER:
        reason = f"It failed for four days. The last answer was {failure.status or 'none'}: {failure}"
        disable(endpoint=endpoint, reason=reason, by=SYSTEM, at=at)
