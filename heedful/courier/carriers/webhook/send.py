"""How an event is signed and posted, and what the answer means."""

import contextlib
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime
from email.utils import parsedate_to_datetime

from django.utils import timezone

from heedful.courier.carrier import Failure, Receipt, Send
from heedful.courier.carriers.webhook import signing
from heedful.courier.carriers.webhook.destination import secrets_of
from heedful.courier.models import Delivery, Destination, Endpoint
from heedful.kit import http
from heedful.kit.errors import Refused

TIMEOUT_S = 20
LONGEST_WAIT_S = 86_400
SLOW_DOWN = {429, 502, 503, 504}


@contextmanager
def open(destination: Destination) -> Iterator[Send]:  # noqa: A001
    """Look up the endpoint once; each delivery makes a call of its own."""
    endpoint = Endpoint.objects.get(destination=destination)

    def send(delivery: Delivery) -> Receipt:
        return _judge(_post(delivery, endpoint))

    yield send


def wait_s(status: int, retry_after: str, *, at: datetime) -> int | None:
    """Return how long the other side asks us to wait: what it says, else a minute when it is overloaded."""
    seconds = 60 if status in SLOW_DOWN else None
    if retry_after.strip().isascii() and retry_after.strip().isdigit():
        seconds = int(retry_after.strip()[:9])
    elif retry_after:
        with contextlib.suppress(ValueError, TypeError):
            seconds = int((parsedate_to_datetime(retry_after) - at).total_seconds())
    return None if seconds is None else max(0, min(seconds, LONGEST_WAIT_S))


def _post(delivery: Delivery, endpoint: Endpoint) -> http.Response:
    body, at = delivery.body.encode(), timezone.now()
    keys = secrets_of(endpoint, at=at)
    signed = signing.headers(secrets=keys, message=delivery.message_id, at=at, body=body)
    headers = {"Content-Type": "application/json", "User-Agent": "Heedful", **signed}
    try:
        return http.post(endpoint.url, body=body, headers=headers, timeout_s=TIMEOUT_S)
    except (http.Unreachable, Refused) as error:
        raise Failure(str(error), is_items=True, is_destinations=True) from None


def _judge(answer: http.Response) -> Receipt:
    """Return what an endpoint answered that took it; any other answer is a failure, of both."""
    text = answer.body[:500].decode("utf-8", "replace").replace("\x00", "")
    if answer.is_success:
        return Receipt(text, answer.status)
    pause = wait_s(answer.status, answer.headers.get("retry-after", ""), at=timezone.now())
    raise Failure(text, is_items=True, is_destinations=True, status=answer.status, wait_s=pause)
