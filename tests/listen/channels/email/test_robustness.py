"""Whatever comes as a mail: it is read or refused with a sentence, in time that is linear."""

import time

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from heedful.listen.channels.email import reading
from heedful.listen.channels.email.reading import UnreadableMail
from tests.listen.channels.email.mails import HEAD, dsn, file, of_parts, part, raw, signed, winmail

MAILS = [
    raw("Hello\n\nOn Mon, 2 Mar 2026 at 10:00, Ann <a@b.example> wrote:\n> Hi\n-- \nAnn"),
    of_parts(
        part("text/plain", "Hi"),
        part("text/html", "<p>Hi <a href='x'>y</a><img src='cid:p'>"),
        kind="multipart/alternative",
    ),
    of_parts(file("winmail.dat", winmail("a.txt", b"abc", words="Hi"), kind="application/ms-tnef")),
    of_parts(file("smime.p7m", signed(raw("Hello")), kind="application/pkcs7-mime")),
    of_parts(file("smime.p7m", signed(raw("Hello"), is_without_length=True), kind="application/pkcs7-mime")),
    dsn(action="failed", status="5.1.1"),
    raw("BEGIN:VEVENT\nSUMMARY:x\nDTSTART:20260302T100000Z\nEND:VEVENT", kind="text/calendar"),
    raw("begin 644 a\n#0V%T\nend", head=f'{HEAD}Subject: =?utf-8?Q?=C3=BC?= =?x?B?aa?=\nTo: a <b@c>, "d" (e) <f>\n'),
]
PIECES = [
    b'\n', b'\r', b'\x00', b'\xff', b'--cut', b'--cut--', b'=?', b'?=', b'<', b'>', b'"', b'(', b';', b':',
    b'Content-Type: ', b'multipart/mixed; boundary=cut', b'message/rfc822', b'charset=utf-7', b'*0*=', b'base64',
    b'\x1b$B', b'\xed\xa0\x80', b'=', b'text/html', b'filename*99999999999999999999=x', b'&#x110000;',
    b'Date: Mon, 99 Foo 0000 99:99:99 +9999\n', b'99999999999999999999999999999999999999999999999999',
]  # fmt: skip


@given(
    st.sampled_from(MAILS),
    st.lists(
        st.tuples(st.integers(0, 2_000), st.integers(0, 30), st.one_of(st.sampled_from(PIECES), st.binary(max_size=20)))
    ),
)
@settings(max_examples=60, deadline=None)
def test_a_mail_that_was_damaged_is_read(mail: bytes, cuts: list[tuple[int, int, bytes]]) -> None:
    for at, length, piece in cuts:
        mail = mail[:at] + piece + mail[at + length :]
    read_or_refuse(mail)


@pytest.mark.parametrize(
    "careless",
    [
        raw("Hi +2rE- you", kind="text/plain; charset=utf-7"),
        raw("Hi \x00\x07 you"),
        raw("<p>Hi &#7;&#0; you</p>", kind="text/html"),
        of_parts(
            file("winmail.dat", winmail("a\ud800.txt".encode("utf-16-le", "surrogatepass").decode("latin-1"), b"a"))
        ),
        b"Subject: \x00\x07\nMessage-ID: <\x00\xed\xa0\x80@x>\n\nHi",
    ],
)
def test_what_no_database_can_hold_is_gone(careless: bytes) -> None:
    read_or_refuse(careless)
    mail = reading.read(careless)
    assert not {"\x00", "\x07"} & {*mail.text, *mail.html, *mail.subject, *mail.message_id}


@given(st.binary(max_size=300))
@settings(max_examples=40, deadline=None)
def test_any_bytes_are_read_or_refused(data: bytes) -> None:
    read_or_refuse(data)


def read_or_refuse(data: bytes) -> None:
    try:
        mail = reading.read(data)
    except UnreadableMail:
        return
    assert mail.subject
    assert mail.visible or not mail.text.strip()
    for words in (
        mail.subject,
        mail.text,
        mail.html,
        mail.visible,
        mail.sender.name,
        *(one.name for one in mail.attachments),
    ):
        words.encode()
        assert "\x00" not in words


@pytest.mark.parametrize(
    ("data", "sentence"),
    [
        (b"", "The mail is empty: there is not a single word in it."),
        (b" \r\n\r\n", "The mail is empty: there is not a single word in it."),
        (b"\x7fELF\x00\x00\x01", "This is no mail: it has no headers, and what is in it are no words."),
        (b"From: a\n\n" + b"x" * 3_000_000, "The mail has 2.9 MB; more than 2 MB are not read."),
    ],
)
def test_what_is_no_mail_is_refused_with_a_sentence(data: bytes, sentence: str) -> None:
    with pytest.raises(UnreadableMail) as no:
        reading.read(data, limit=2 * 1024 * 1024)
    assert str(no.value) == sentence


def _nested(depth: int) -> bytes:
    return HEAD.encode() + b"".join(
        b"Content-Type: multipart/mixed; boundary=b%d\n\n--b%d\n" % (at, at) for at in range(depth)
    )


@pytest.mark.parametrize(
    ("mail", "sentence"),
    [
        (raw("--cut\n\nx\n" * 3_000, kind="multipart/mixed; boundary=cut"), "The mail has more than 500 parts"),
        (_nested(100), "The mail is nested more than 12 times"),
        (HEAD.encode() + b"Content-Type: message/rfc822\n\n" * 100, "The mail is nested more than 12 times"),
        (b"X-A: y\n" * 2_000 + b"\nHi", "The mail has 2,000 headers"),
        (raw("<b>" * 30_000, kind="text/html"), "The HTML of the mail is too large"),
    ],
)
def test_what_is_too_much_is_bounded_and_said(mail: bytes, sentence: str) -> None:
    assert [one for one in reading.read(mail).doubts if one.startswith(sentence)]


def test_the_last_of_too_many_parts_is_kept() -> None:
    parts = "".join(f"--cut\nContent-Type: text/plain\n\nnumber {at}\n" for at in range(600))
    mail = reading.read(raw(parts, kind="multipart/mixed; boundary=cut"))
    assert b"number 599" in mail.attachments[-1].data
    assert "number 400" in mail.text


PUMPS = {
    "answers": "On Mon, 2 Mar 2026 at 10:00, Ann <a@b.example> wrote:\n> x\nnew\n",
    "wrote": "wrote\n",
    "header blocks": "From: a\nDate: b\n",
    "signatures": "--\nx\n",
    "signs": "-----\n",
    "disclaimers": "confidential privileged information for the intended recipient\n\n",
    "long line": "a ",
    "dashes": "-",
    "files": "begin 644 a\nend\n",
    "forwards": "---------- Forwarded message ---------\nFrom: a <a@b.c>\n",
}


@pytest.mark.parametrize("pump", PUMPS.values(), ids=PUMPS)
def test_words_take_linear_time(pump: str) -> None:
    assert growth(lambda size: raw(pump * (size // len(pump)))) < 10


HEADERS = {"words": "Subject: {}", "receivers": "To: {}", "references": "References: {}", "kind": "Content-Type: a/b{}"}


@pytest.mark.parametrize("header", HEADERS.values(), ids=HEADERS)
@pytest.mark.parametrize("pump", ["=?", "=?utf-8?q?a", "a <a@b.c>, ", "<>", "(", '"', "; a=b", "<a@b> ", "\n x"])
def test_headers_take_linear_time(header: str, pump: str) -> None:
    assert growth(lambda size: f"{header.format(pump * (size // len(pump)))}\n\nx".encode()) < 10


HTML = ["<", "<b>", "<div>", "<b><p>", "<a href=x>x", "<table><tr><td>x", "<!--", "<blockquote>x", "&amp;", "<ul><li>x"]


@pytest.mark.parametrize("pump", HTML)
def test_html_takes_linear_time(pump: str) -> None:
    assert growth(lambda size: raw(pump * (size // len(pump)), kind="text/html")) < 10


def growth(mail_of_size) -> float:  # type: ignore[no-untyped-def]
    """How many times longer a mail of four times the size takes; a quadratic reader takes sixteen times."""
    short, long = (min(_took_s(mail_of_size(size)) for _ in range(2)) for size in (8_000, 32_000))
    return long / max(short, 0.004)


def _took_s(mail: bytes) -> float:
    began = time.thread_time()
    reading.read(mail)
    return time.thread_time() - began
