"""Names and subjects are text: they arrive as they were written, whatever they look like, on every Python."""

from email import message_from_bytes
from email.header import decode_header, make_header
from email.message import Message
from email.policy import compat32
from email.utils import parseaddr
from typing import Any

import pytest
from django.utils import timezone

from heedful.associates.models import Company
from heedful.courier import mails
from heedful.courier.carriers.smtp import wire
from heedful.courier.carriers.smtp.send import compose
from heedful.courier.models import Mail
from heedful.kit.actor import SYSTEM
from tests.courier.conftest import Postbox, hand_over_mails

pytestmark = pytest.mark.django_db

NAMES = [
    "=?utf-8?q?=0a?=",
    "=?utf-8?b?DQpCY2M6IGFsbEBleGFtcGxlLmNvbQ==?=",
    "Ada =?utf-8?q?a=40b=2C?= <all@example.com>",
    "=?x-no-such-charset?q?Ada?=",
    "Smith, Jones, Brown, Taylor, Davies, Evans, Thomas, Johnson, Roberts, Walker, Wright and Sons, Limited",
    'Ada "the first" Lovelace (countess); <ada@example.org>, "',
    "Müller, Łukasz, 更新 und Söhne, " * 5 + "GmbH",
    "x" * 200,
    "\\",
]


def letter(name: str) -> Mail:
    now = timezone.now()
    return mails.send(to="ada@example.com", to_name=name, subject=name, text="T", purpose="case", by=SYSTEM, at=now)


def decoded(message: Message, header: str) -> str:
    return str(make_header(decode_header(message[header].replace("\r\n ", " "))))


@pytest.mark.parametrize("name", NAMES)
def test_a_name_arrives_as_it_was_written_at_one_address(name: str, acme: Company) -> None:
    acme.name = name[:120]
    acme.save()
    bare = compose(letter(name)).as_bytes()
    message = message_from_bytes(bare, policy=compat32)
    for header, whose, at in (("To", name, "ada@example.com"), ("From", name[:120].strip(), "care@localhost")):
        (written,) = message.get_all(header) or []
        shown, address = parseaddr(written.replace("\r\n ", " "))
        assert address == at
        assert str(make_header(decode_header(shown))) == whose
    assert decoded(message, "Subject") == name
    assert {"Bcc", "Cc"}.isdisjoint(message.keys())
    head = bare.partition(b"\r\n\r\n")[0].decode("ascii").split("\r\n")
    assert max(map(len, head)) <= 78


def test_a_long_name_with_commas_stays_in_its_quotes(acme: Company) -> None:
    head = compose(letter(NAMES[4])).as_bytes().decode()
    assert f'To: "{NAMES[4]}" <ada@example.com>' in head.replace("\r\n ", " ")


@pytest.mark.parametrize(
    ("written", "leaves"),
    [
        ("carl@faß.example", "carl@xn--fa-hia.example"),
        ("bert@straße.example", "bert@xn--strae-oqa.example"),
        ("bert@strasse.example", "bert@strasse.example"),
        ("dora@βόλος.example", "dora@xn--nxasmm1c.example"),
        ("mailto:emil@bücher.example.", "emil@xn--bcher-kva.example"),
    ],
)
def test_a_domain_leaves_as_idna_2008_writes_it(postbox: Postbox, written: str, leaves: str) -> None:
    mails.send(to=written, subject="S", text="T", purpose="case", by=SYSTEM, at=timezone.now())
    hand_over_mails()
    (envelope,) = postbox.taken
    assert envelope.rcpt_tos == [leaves]
    assert message_from_bytes(envelope.content or b"")["To"] == leaves  # type: ignore[arg-type]


def test_the_sender_s_domain_leaves_as_idna_2008_writes_it_too(postbox: Postbox, settings: Any) -> None:
    settings.MAIL_FROM = "care@faß.example"
    letter("Ada")
    hand_over_mails()
    assert postbox.taken[0].mail_from == "care@xn--fa-hia.example"


@pytest.mark.parametrize("sender", ["cäre", "", "a@b.example\nBcc: c@d.example"])
def test_a_sender_that_is_none_is_said_and_the_mails_wait(postbox: Postbox, settings: Any, sender: str) -> None:
    settings.MAIL_FROM = sender
    mail = letter("Ada")
    hand_over_mails()
    mail.refresh_from_db()
    assert (mail.state, postbox.taken) == ("waiting", [])
    assert compose(mail).as_bytes()
    assert mail.destination is not None
    assert mail.destination.answer.startswith("HEEDFUL_MAIL_FROM must be one e-mail address")


def test_an_address_of_a_mail_server_that_cannot_be_read_is_said() -> None:
    with pytest.raises(wire.ServerFailed, match="must look like"):
        wire.parse("smtp://[half")
