"""Mails, handed to the company's mail server over one connection a turn."""

from datetime import timedelta

from heedful.courier.carrier import Carrier
from heedful.courier.carriers.smtp import check, destination, events, send
from heedful.courier.models import Mail
from heedful.ledger import jobs

PAUSES_S = (60, 300, 900, 1800, 3600, 7200, 14400)
SERVER_PAUSES_S = (15, 60, 300, 900, 1800, 3600)

CARRIER = Carrier(
    name="smtp",
    noun="mail",
    permission="mail.read",
    held_note="Kept here: no mail server is set up.",
    without="No mail server is set up. Set HEEDFUL_SMTP first.",
    queue=jobs.MAILS,
    model=Mail,
    check=check.payload,
    current=destination.current,
    open=send.open,
    pauses_s=PAUSES_S,
    destination_pauses_s=SERVER_PAUSES_S,
    a_turn=200,
    gives_up_after=timedelta(days=2),
    too_old="Tried for two days without success.",
    on_put=events.written,
    on_sent=events.sent,
    on_given_up=events.given_up,
)
