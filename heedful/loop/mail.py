"""The process that takes in mail: a thread for each mailbox, beside one another, and one that looks after them."""

import logging
import time

from django.db import DatabaseError, InterfaceError, connection

from heedful.kit import outage
from heedful.kit.pulse import Pulse
from heedful.listen.channels.email.watch import Watchers

LOOK_S = 0.5

log = logging.getLogger(__name__)


def run(*, pulse: Pulse | None = None) -> None:
    """Watch over all mailboxes until the process ends; what was being done then is done again, and nothing twice."""
    pulse, watchers = pulse or Pulse(), Watchers()
    connection.close()
    while True:
        try:
            watchers.look()
        except (DatabaseError, InterfaceError) as error:
            outage.note(error)
            connection.close()
        pulse.beat()
        time.sleep(LOOK_S)
