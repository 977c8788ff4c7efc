"""Webhooks: what happens here, told to addresses outside, signed by Standard Webhooks."""

from heedful.courier.carrier import Carrier
from heedful.courier.carriers.webhook import check, destination, send
from heedful.courier.models import Delivery
from heedful.ledger import jobs

PAUSES_S = (5, 300, 1800, 7200, 18_000, 36_000, 50_400, 72_000, 86_400)
"""After the first try, between this one and the next; then a delivery is given up."""
ENDPOINT_PAUSES_S = (5, 30, 300, 1800, 3600)

CARRIER = Carrier(
    name="webhook",
    noun="delivery",
    permission="webhook.edit",
    without="This endpoint is disabled. Enable it first.",
    queue=jobs.WEBHOOKS,
    slow_queue=jobs.SLOW_WEBHOOKS,
    model=Delivery,
    check=check.payload,
    current=destination.current,
    open=send.open,
    pauses_s=PAUSES_S,
    destination_pauses_s=ENDPOINT_PAUSES_S,
    most_tries=len(PAUSES_S) + 1,
    on_failure=destination.disable_where_nobody_listens,
)
