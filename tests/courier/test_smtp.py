"""Real mail servers with STARTTLS, TLS from the start, and a login; and what is said when one of these goes wrong."""

import asyncio
import socket
import threading
import time
from collections.abc import Callable, Iterator
from email.message import EmailMessage
from pathlib import Path
from typing import Any

import pytest
from aiosmtpd.controller import Controller
from aiosmtpd.smtp import SMTP, AuthResult, Envelope, LoginPassword, Session
from django.test import Client
from django.utils import timezone

from heedful.associates.models import Associate
from heedful.courier import backoff, mails
from heedful.courier.carriers.smtp import wire
from heedful.courier.models import Mail, Sending
from heedful.kit.actor import SYSTEM
from tests.courier import certificates
from tests.courier.certificates import Certificate
from tests.courier.conftest import Postbox, hand_over_mails

pytestmark = pytest.mark.django_db
SECRET = "p@ss:w/rd"


class Office:
    """A mail server behind a login; it notes whether each mail came under cover."""

    def __init__(self) -> None:
        self.covered: list[bool] = []

    async def handle_DATA(self, server: SMTP, session: Session, envelope: Envelope) -> str:  # noqa: N802
        transport = server.transport
        self.covered.append(transport is not None and transport.get_extra_info("ssl_object") is not None)
        return "250 Taken"


def let_in(server: SMTP, session: Session, envelope: Envelope, mechanism: str, data: Any) -> AuthResult:
    """Let in the one who knows the word."""
    is_known = isinstance(data, LoginPassword) and (data.login, data.password) == (b"care", SECRET.encode())
    return AuthResult(success=is_known, handled=False)


@pytest.fixture
def certificate(tmp_path: Path) -> Certificate:
    return certificates.make(tmp_path)


@pytest.fixture
def trusted(certificate: Certificate, monkeypatch: pytest.MonkeyPatch) -> None:
    """This machine trusts the certificate."""
    monkeypatch.setenv("SSL_CERT_FILE", str(certificate.chain))


@pytest.fixture
def office(certificate: Certificate) -> Iterator[Callable[..., tuple[Office, int]]]:
    """Start a mail server; returns it and its port."""
    started: list[Controller] = []

    def start(*, tls: str) -> tuple[Office, int]:
        with socket.create_server(("127.0.0.1", 0)) as probe:
            port = probe.getsockname()[1]
        cover: dict[str, Any] = {}
        if tls == "starttls":
            cover = {"tls_context": certificate.server_context(), "require_starttls": True}
        elif tls == "smtps":
            cover = {"ssl_context": certificate.server_context()}
        box = Office()
        controller = Controller(
            box,
            hostname="127.0.0.1",
            port=port,
            authenticator=let_in,
            auth_required=True,
            auth_require_tls=tls == "starttls",
            **cover,
        )
        controller.start()
        started.append(controller)
        return box, port

    yield start
    for controller in started:
        controller.stop()


def send(settings: Any, url: str) -> Mail:
    """Let a mail leave by a server; returns it as it is then."""
    settings.SMTP_URL = url
    mail = mails.send(to="ada@example.com", subject="Hello", text="Hello", purpose="case", by=SYSTEM, at=timezone.now())
    hand_over_mails()
    mail.refresh_from_db()
    return mail


URLS = {"starttls": "smtp://care:p%40ss%3Aw%2Frd@127.0.0.1:{}", "smtps": "smtps://care:p%40ss%3Aw%2Frd@127.0.0.1:{}"}


@pytest.mark.parametrize("tls", ["starttls", "smtps"])
@pytest.mark.usefixtures("trusted")
def test_a_mail_leaves_under_cover_and_behind_a_login(office: Any, settings: Any, tls: str) -> None:
    box, port = office(tls=tls)
    assert send(settings, URLS[tls].format(port)).state == Sending.SENT
    assert box.covered == [True]


@pytest.mark.parametrize("tls", ["starttls", "smtps"])
@pytest.mark.usefixtures("trusted")
def test_a_wrong_password_is_said_on_the_mail_s_page(
    office: Any, settings: Any, tls: str, as_: Callable[[Associate], Client], ada: Associate
) -> None:
    _, port = office(tls=tls)
    mail = send(settings, URLS[tls].format(port).replace("p%40ss", "wrong"))
    assert mail.state == Sending.WAITING
    page = as_(ada).get(f"/setup/mails/{mail.pk}").content.decode()
    assert "Your mail server does not accept the name and password" in page
    assert "w%2Frd" not in page
    assert "w/rd" not in page


@pytest.mark.parametrize("tls", ["starttls", "smtps"])
def test_a_certificate_that_nobody_trusts_is_said_with_what_to_do(
    office: Any, settings: Any, tls: str, as_: Callable[[Associate], Client], ada: Associate
) -> None:
    box, port = office(tls=tls)
    mail = send(settings, URLS[tls].format(port))
    page = as_(ada).get(f"/setup/mails/{mail.pk}").content.decode()
    assert "shows a certificate that this machine does not trust (self-signed certificate)" in page
    assert "verify=no" in page
    assert "_ssl.c" not in page
    assert not box.covered


@pytest.mark.parametrize("tls", ["starttls", "smtps"])
def test_a_company_may_trust_any_certificate_and_is_covered_all_the_same(office: Any, settings: Any, tls: str) -> None:
    box, port = office(tls=tls)
    assert send(settings, URLS[tls].format(port) + "?verify=no").state == Sending.SENT
    assert box.covered == [True]


def test_a_server_that_speaks_no_tls_where_it_should_is_said(office: Any, settings: Any) -> None:
    _, port = office(tls="")
    tried = send(settings, URLS["smtps"].format(port)).tries.get()
    assert "does not speak TLS" in tried.answer
    assert "smtp://" in tried.answer


def test_a_password_is_not_sent_in_the_open(office: Any, monkeypatch: pytest.MonkeyPatch, settings: Any) -> None:
    box, port = office(tls="")
    monkeypatch.setattr(wire.Address, "is_near", property(lambda _: False))
    tried = send(settings, URLS["starttls"].format(port)).tries.get()
    assert "offers no encryption, and a password is not sent without" in tried.answer
    assert not box.covered


class Sluggard:
    """A mail server that takes its time for each step, and notes the steps that were done."""

    def __init__(self) -> None:
        self.steps: list[str] = []

    async def handle_MAIL(  # noqa: N802
        self, server: SMTP, session: Session, envelope: Envelope, sender: str, options: Any
    ) -> str:
        envelope.mail_from = sender
        return await self.slowly("mail")

    async def handle_RCPT(self, server: SMTP, session: Session, envelope: Envelope, to: str, options: Any) -> str:  # noqa: N802
        envelope.rcpt_tos.append(to)
        return await self.slowly("rcpt")

    async def handle_DATA(self, *asked: Any) -> str:  # noqa: N802
        return await self.slowly("data")

    async def slowly(self, step: str) -> str:
        await asyncio.sleep(0.3)
        self.steps.append(step)
        return "250 OK"


@pytest.mark.parametrize(("whole_s", "steps"), [(0.45, ["mail"]), (30, ["mail", "rcpt", "data"])])
def test_a_mail_is_handed_over_within_one_clock_or_not_at_all(
    settings: Any, monkeypatch: pytest.MonkeyPatch, whole_s: float, steps: list[str]
) -> None:
    """However quick each step is: when the time is up for which we hold the server, another may be at it."""
    box = Sluggard()
    with socket.create_server(("127.0.0.1", 0)) as probe:
        port = probe.getsockname()[1]
    controller = Controller(box, hostname="127.0.0.1", port=port)
    controller.start()
    monkeypatch.setattr(wire.Connection.__init__, "__kwdefaults__", {"timeout_s": 5, "whole_s": whole_s})
    try:
        mail = send(settings, f"smtp://127.0.0.1:{port}")
    finally:
        controller.stop()
    assert mail.state == (Sending.WAITING if whole_s < 1 else Sending.SENT)
    assert box.steps[: len(steps)] == steps
    assert ("data" in box.steps) == ("data" in steps)
    answers = [said.answer for said in mail.tries.all()]
    slow = f"Your mail server smtp://127.0.0.1:{port} is too slow: a mail took longer than 0.45 s."
    assert answers == [slow if whole_s < 1 else "The mail server took it."]


def test_the_clock_of_a_mail_ends_before_another_may_take_the_server() -> None:
    assert backoff.LEASE.total_seconds() >= wire.WHOLE_S + 10


def test_a_server_that_greets_too_late_is_given_nothing() -> None:
    heard: list[bytes] = []

    def greet_late(server: socket.socket) -> None:
        line, _ = server.accept()
        with line:
            time.sleep(0.3)
            line.sendall(b"220 Here at last\r\n")
            heard.append(line.recv(100))

    with socket.create_server(("127.0.0.1", 0)) as server:
        late = threading.Thread(target=greet_late, args=[server])
        late.start()
        address = wire.parse(f"smtp://127.0.0.1:{server.getsockname()[1]}")
        with (
            wire.Connection(address, timeout_s=5, whole_s=0.1) as line,
            pytest.raises(wire.ServerFailed, match="too slow"),
        ):
            line.hand_over(EmailMessage(), sender="a@example.com", to="b@example.com")
        late.join(5)
    assert heard in ([b""], [b"quit\r\n"], [b"QUIT\r\n"])


class Fastidious(Postbox):
    """A mail server that cuts the line over some mails."""

    async def handle_MAIL(  # noqa: N802
        self, server: SMTP, session: Session, envelope: Envelope, sender: str, options: Any
    ) -> str:
        envelope.mail_from = sender
        return "250 OK"

    async def handle_RCPT(self, server: SMTP, session: Session, envelope: Envelope, to: str, options: Any) -> str:  # noqa: N802
        if to in self.answers:
            assert isinstance(server.transport, asyncio.WriteTransport)
            server.transport.abort()
        envelope.rcpt_tos.append(to)
        return "250 OK"


@pytest.mark.parametrize(("disliked", "taken"), [(1, ["a1", "a2", "a3"]), (2, ["a2", "a3"]), (4, [])])
def test_a_mail_over_which_the_line_is_cut_keeps_nobody_behind_it(
    settings: Any, disliked: int, taken: list[str]
) -> None:
    """Where it is cut over one after another it is the server that fails."""
    box = Fastidious(answers={f"a{number}@example.com": "" for number in range(disliked)})
    with socket.create_server(("127.0.0.1", 0)) as probe:
        port = probe.getsockname()[1]
    controller = Controller(box, hostname="127.0.0.1", port=port)
    controller.start()
    settings.SMTP_URL = f"smtp://127.0.0.1:{port}"
    now = timezone.now()
    rows = [
        mails.send(to=f"a{number}@example.com", subject="S", text="T", purpose="case", by=SYSTEM, at=now)
        for number in range(4)
    ]
    try:
        hand_over_mails()
    finally:
        controller.stop()
    assert [envelope.rcpt_tos[0].partition("@")[0] for envelope in box.taken] == taken
    first = Mail.objects.get(pk=rows[0].pk)
    assert first.state == Sending.WAITING
    assert first.said.startswith(f"Your mail server smtp://127.0.0.1:{port} broke off over this mail (")
    assert first.said.endswith("). It will be tried again.")
    assert first.next_try_at is not None
    assert first.next_try_at > timezone.now()
    assert first.destination is not None
    assert (first.destination.resting_until is not None) == (disliked == 4)
