"""From a mail in a mailbox to the case on an associate's open list, in milliseconds.

Starts `heedful up` on a temporary folder and a Dovecot beside it. A mail is given to Dovecot; the screen is an open
stream of live updates and, at its word, the fetch of the new rows. Nobody's mailbox is touched but that of this run.
"""

import argparse
import http.client
import json
import queue
import shutil
import statistics
import tempfile
import threading
import time
from pathlib import Path
from typing import Any
from urllib.parse import urlencode

from bench.loop import standing
from tests.dovecot import PASSWORD, Dovecot, server
from tests.letters import letter

ADDRESS = "care@bench.test"
WAIT_S = 20.0


def main() -> None:
    """Measure and print one line of JSON."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--mails", type=int, default=60)
    parser.add_argument("--batch", type=int, default=500, help="mails that come at once at the end")
    options = parser.parse_args()
    folder = tempfile.mkdtemp(prefix="heedful-bench-")
    Path(folder).chmod(0o711)
    try:
        with standing(folder) as (port, _):
            print(json.dumps(measure(port, server(), options.mails, options.batch)))
    finally:
        shutil.rmtree(folder, ignore_errors=True)


def measure(port: int, dovecot: Dovecot, mails: int, batch: int) -> dict[str, Any]:
    """Send mails one by one, then many at once."""
    cookie = _set_up(dovecot)
    topics: queue.Queue[float] = queue.Queue()
    threading.Thread(target=_listen, args=(port + 1, cookie, topics), daemon=True).start()
    times = [_one(port, dovecot, cookie, topics, number) for number in range(mails + 3)][3:]
    times.sort()
    began = time.monotonic()
    dovecot.put("bench", *(_mail(f"b{number}") for number in range(batch)))
    put_s = time.monotonic() - began
    _wait_for(mails + 3 + batch)
    return {
        "mails": mails,
        "p50_ms": round(statistics.median(times) * 1000),
        "p95_ms": round(times[int(len(times) * 0.95) - 1] * 1000),
        "max_ms": round(times[-1] * 1000),
        "at_once": batch,
        "put_s": round(put_s, 1),
        "taken_in_s": round(time.monotonic() - began, 1),
    }


def _mail(name: str) -> bytes:
    text = "Nobody came to mount the new meter. When will somebody?\n" * 12
    return letter(
        sender=f"{name} <{name}@example.test>", to=ADDRESS, subject=f"Meter {name}", text=text, message_id=f"<{name}@x>"
    )


def _set_up(dovecot: Dovecot) -> str:
    """An associate who is logged in, and a mailbox that is read; returns the session."""
    from django.contrib.auth import BACKEND_SESSION_KEY, HASH_SESSION_KEY, SESSION_KEY
    from django.contrib.sessions.backends.db import SessionStore
    from django.utils import timezone

    from heedful.associates import associates
    from heedful.associates.models import Role
    from heedful.kit.actor import SYSTEM
    from heedful.listen.channels.email import mailboxes
    from heedful.listen.models import Mailbox

    now = timezone.now()
    who = associates.add(
        email="ada@bench.test", name="Ada", role=Role.ADMIN, password="a quiet well-lit room", by=SYSTEM, at=now
    )
    session = SessionStore()
    session[SESSION_KEY] = str(who.pk)
    session[BACKEND_SESSION_KEY] = "django.contrib.auth.backends.ModelBackend"
    session[HASH_SESSION_KEY] = who.get_session_auth_hash()
    session.create()
    place = {"host": "127.0.0.1", "port": dovecot.port, "cover": "none", "user": "bench", "secret": PASSWORD}
    row = mailboxes.add(
        settings=mailboxes.MailboxSettings(name="Care", address=ADDRESS, **place),  # type: ignore[arg-type]
        by=SYSTEM,
        at=now,
    )
    deadline = time.monotonic() + WAIT_S
    while Mailbox.objects.get(pk=row.pk).checked_at is None:
        assert time.monotonic() < deadline, "the mailbox is not read"
        time.sleep(0.1)
    return str(session.session_key)


def _one(port: int, dovecot: Dovecot, cookie: str, topics: "queue.Queue[float]", number: int) -> float:
    """Seconds from the mail to the row on the list."""
    name = f"m{number}"
    time.sleep(0.05 + number % 7 / 20)
    began = time.monotonic()
    dovecot.put("bench", _mail(name))
    while f"Meter {name}<" not in _rows(port, cookie).replace("\n", ""):
        assert time.monotonic() - began < WAIT_S, "the mail does not show"
        topics.get(timeout=WAIT_S)
    return time.monotonic() - began


def _rows(port: int, cookie: str) -> str:
    wire = http.client.HTTPConnection("127.0.0.1", port, timeout=WAIT_S)
    wire.request("GET", "/cases?" + urlencode({"sort": "new"}), headers={"Cookie": f"sessionid={cookie}"})
    page = wire.getresponse().read().decode()
    wire.close()
    return page


def _listen(port: int, cookie: str, topics: "queue.Queue[float]") -> None:
    wire = http.client.HTTPConnection("127.0.0.1", port, timeout=600)
    wire.request("GET", "/live?topics=cases", headers={"Cookie": f"sessionid={cookie}"})
    stream = wire.getresponse()
    while line := stream.readline():
        if line.startswith(b"event: cases"):
            topics.put(time.monotonic())


def _wait_for(count: int) -> None:
    from heedful.listen.models import Message

    deadline = time.monotonic() + 300
    while Message.objects.count() < count:
        assert time.monotonic() < deadline, f"{Message.objects.count()} of {count} mails came"
        time.sleep(0.1)


if __name__ == "__main__":
    main()
