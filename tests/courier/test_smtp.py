"""Real mail servers with STARTTLS, TLS from the start, and a login; and what is said when one of these goes wrong."""

import socket
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from aiosmtpd.controller import Controller
from aiosmtpd.smtp import SMTP, AuthResult, Envelope, LoginPassword, Session
from django.test import Client
from django.utils import timezone

from heedful.associates.models import Associate
from heedful.courier import mails, smtp
from heedful.courier.models import Mail, Sending
from heedful.kit.actor import SYSTEM
from tests.courier import certificates
from tests.courier.certificates import Certificate

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
    mails.drain()
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
    monkeypatch.setattr(smtp.Address, "is_near", property(lambda _: False))
    tried = send(settings, URLS["starttls"].format(port)).tries.get()
    assert "offers no encryption, and a password is not sent without" in tried.answer
    assert not box.covered
