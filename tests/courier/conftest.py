"""Real receivers on this machine: a mail server, and an address that is told things."""

import socket
import threading
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

import pytest
from aiosmtpd.controller import Controller
from aiosmtpd.smtp import SMTP, Envelope, Session

from heedful.courier import outbox
from heedful.courier.carriers import smtp


def hand_over_mails() -> None:
    """What the worker does for the mail server that is set up."""
    if (server := smtp.CARRIER.current(None)) is not None:
        outbox.drain(destination=server.pk)


@dataclass
class Postbox:
    """A mail server that keeps what it takes, and answers as it is told to."""

    taken: list[Envelope] = field(default_factory=list)
    answers: dict[str, str] = field(default_factory=dict)
    """Recipient -> what the server says instead of taking the mail."""
    sessions: set[int] = field(default_factory=set)
    url: str = ""

    async def handle_RCPT(  # noqa: N802
        self, server: SMTP, session: Session, envelope: Envelope, address: str, options: list[str]
    ) -> str:
        if answer := self.answers.get(address):
            return answer
        envelope.rcpt_tos.append(address)
        return "250 OK"

    async def handle_DATA(self, server: SMTP, session: Session, envelope: Envelope) -> str:  # noqa: N802
        self.taken.append(envelope)
        self.sessions.add(id(session))
        return "250 Taken"


@pytest.fixture
def postbox(settings: Any) -> Iterator[Postbox]:
    """A real SMTP server that Heedful is set up to use."""
    box = Postbox()
    with socket.create_server(("127.0.0.1", 0)) as probe:
        port = probe.getsockname()[1]
    controller = Controller(box, hostname="127.0.0.1", port=port)
    controller.start()
    box.url = f"smtp://127.0.0.1:{port}"
    settings.SMTP_URL = box.url
    yield box
    controller.stop()


@dataclass
class Receiver:
    """An address on this machine that keeps what it is told."""

    url: str
    heard: list[tuple[dict[str, str], bytes]] = field(default_factory=list)
    status: int = 204
    headers: dict[str, str] = field(default_factory=dict)


@pytest.fixture
def receiver(settings: Any) -> Iterator[Receiver]:
    """A real HTTP server that Heedful may reach."""
    with _receiving() as make:
        settings.ALLOW_PRIVATE_WEBHOOKS = ["127.0.0.0/8"]
        yield make()


class _receiving:  # noqa: N801
    def __enter__(self) -> Callable[[], Receiver]:
        return self._start

    def _start(self) -> Receiver:
        self.server = ThreadingHTTPServer(("127.0.0.1", 0), BaseHTTPRequestHandler)
        receiver = Receiver(f"http://127.0.0.1:{self.server.server_port}/hook")

        class Handler(BaseHTTPRequestHandler):
            def do_POST(self) -> None:
                body = self.rfile.read(int(self.headers["Content-Length"]))
                receiver.heard.append(({name.lower(): value for name, value in self.headers.items()}, body))
                self.send_response(receiver.status)
                for name, value in receiver.headers.items():
                    self.send_header(name, value)
                self.end_headers()

            def log_message(self, *args: Any) -> None:
                pass

        self.server.RequestHandlerClass = Handler
        threading.Thread(target=self.server.serve_forever, args=(0.01,), daemon=True).start()
        return receiver

    def __exit__(self, *error: object) -> None:
        self.server.shutdown()
        self.server.server_close()
