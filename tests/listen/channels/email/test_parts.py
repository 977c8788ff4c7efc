"""What a mail is made of: its headers, its words, its files; also where it was written badly."""

from datetime import UTC, datetime
from hashlib import sha256

import pytest

from heedful.listen.channels.email import reading
from heedful.listen.channels.email.reading import MailAddress
from tests.listen.channels.email.mails import HEAD, file, of_parts, part, raw, signed, winmail

PNG = b"\x89PNG\r\n\x1a\n" + b"\x00" * 20
UMLAUTS = "Grüße aus Köln"


def test_a_plain_mail_is_read() -> None:
    head = (
        HEAD
        + 'Date: Mon, 2 Mar 2026 12:00:00 +0100\nCc: Bo <bo@example.com>, "C, D" <CD@Example.com>\n'
        + "Reply-To: Ann <reply@example.com>\nIn-Reply-To: <0@shop.example>\n"
        + "References: <a@shop.example>\n <0@shop.example>\n"
    )
    mail = reading.read(raw("The light is red.\r\n", head=head))
    assert mail.sender == MailAddress("Ann Lee", "ann@example.com")
    assert mail.to == (MailAddress("", "help@shop.example"),)
    assert mail.cc == (MailAddress("Bo", "bo@example.com"), MailAddress("C, D", "cd@example.com"))
    assert mail.reply_to == (MailAddress("Ann", "reply@example.com"),)
    assert (mail.message_id, mail.in_reply_to) == ("<1@example.com>", "<0@shop.example>")
    assert mail.references == ("<a@shop.example>", "<0@shop.example>")
    assert mail.sent_at == datetime(2026, 3, 2, 11, 0, tzinfo=UTC)
    assert (mail.subject, mail.text, mail.html) == ("The router", "The light is red.", "")
    assert not mail.is_automatic
    assert mail.doubts == ()


def test_a_mail_without_a_subject_has_one_nevertheless() -> None:
    assert reading.read(b"From: a@example.com\nSubject:  \n\nHi").subject == "(no subject)"


@pytest.mark.parametrize(
    ("written", "meant"),
    [
        ("=?utf-8?Q?Gr=C3=BC=C3=9Fe?=", "Grüße"),
        ("=?utf-8?B?R3LDvMOf?=", "Grüß"),
        ("=?utf-8?B?R3LDvA?= =?utf-8?B?w58=?=", "Grüß"),
        ("=?utf-8?Q?a=C3?= =?utf-8?Q?=BC?=", "aü"),
        ("=?iso-8859-1?Q?f=FCr_dich?=", "für dich"),
        ("=?utf-8?Q?with spaces inside?=", "with spaces inside"),
        ("=?utf-8?Q?broken", "=?utf-8?Q?broken"),
        ("=?what?Q?plain?=", "plain"),
        ("Re: =?utf-8?Q?=F0=9F=8E=89?= party", "Re: 🎉 party"),
        ("=?iso-2022-jp?B?GyRCJEYkOSRIGyhC?=", "てすと"),
    ],
)
def test_encoded_words_are_read(written: str, meant: str) -> None:
    assert reading.read(f"From: a@example.com\nSubject: {written}\n\nHi".encode()).subject == meant


@pytest.mark.parametrize(
    ("data", "charset", "is_certain"),
    [
        (UMLAUTS.encode(), "utf-8", True),
        (UMLAUTS.encode("latin-1"), "iso-8859-1", True),
        (UMLAUTS.encode(), "iso-8859-1", True),
        (UMLAUTS.encode("latin-1"), "utf-8", False),
        (UMLAUTS.encode("latin-1"), "", False),
        (UMLAUTS.encode("latin-1"), "x-unheard-of", False),
        (UMLAUTS.encode("latin-1"), "us-ascii", False),
        (UMLAUTS.encode(), "us-ascii", True),
        (UMLAUTS.encode("cp850"), "cp-850", True),
    ],
)
def test_letters_are_right_whatever_the_charset_is_called(data: bytes, charset: str, is_certain: bool) -> None:
    kind = f"text/plain; charset={charset}" if charset else "text/plain"
    mail = reading.read(f"{HEAD}Content-Type: {kind}\n\n".encode() + data)
    assert mail.text == UMLAUTS
    assert (mail.doubts == ()) == is_certain


@pytest.mark.parametrize("codec", ["cp1251", "koi8-r"])
def test_cyrillic_letters_are_right_though_nobody_names_their_charset(codec: str) -> None:
    words = "Здравствуйте, интернет не работает второй день."
    mail = reading.read(f"{HEAD}Content-Type: text/plain\n\n".encode() + words.encode(codec))
    assert mail.text == words
    assert mail.doubts


def test_letters_of_headers_are_in_the_charset_of_the_mail() -> None:
    head = "Subject: 路由器\nContent-Type: text/plain; charset=big5\n".encode("big5")
    assert reading.read(head + b"\nHi").subject == "路由器"


@pytest.mark.parametrize("charset", ["rot13", "punycode", "idna", "zip", "undefined", "unicode_escape"])
def test_a_codec_that_is_no_charset_is_not_used(charset: str) -> None:
    mail = reading.read(raw("Uryyb", kind=f"text/plain; charset={charset}"))
    assert mail.text == "Uryyb"
    assert mail.doubts


def test_of_two_ways_to_say_the_same_the_plain_one_is_the_text() -> None:
    mail = reading.read(
        of_parts(
            part("text/plain", "Hello"), part("text/html", "<p>Hello <b>you</b></p>"), kind="multipart/alternative"
        )
    )
    assert (mail.text, mail.html) == ("Hello", "<p>Hello <b>you</b></p>")


def test_an_empty_plain_part_is_written_from_the_html() -> None:
    mail = reading.read(of_parts(part("text/plain", " "), part("text/html", "<p>Hi</p>"), kind="multipart/alternative"))
    assert mail.text == "Hi"


def test_what_says_something_else_is_shown_too() -> None:
    mail = reading.read(of_parts(part("text/plain", "One"), part("text/plain", "Two"), kind="multipart/alternative"))
    assert mail.text == "One\n\nTwo"


def test_html_in_pieces_round_a_file_is_whole() -> None:
    pieces = [part("text/html", "<p>Before</p>"), file("a.pdf", b"%PDF-1"), part("text/html", "<p>After</p>")]
    inner = "".join(f"--in\n{one}\n" for one in pieces) + "--in--"
    mixed = part("multipart/mixed; boundary=in", inner)
    mail = reading.read(of_parts(part("text/plain", "Before and after"), mixed, kind="multipart/alternative"))
    assert (mail.text, mail.html) == ("Before and after", "<p>Before</p><p>After</p>")
    assert [one.name for one in mail.attachments] == ["a.pdf"]


def test_files_are_what_their_content_says() -> None:
    mail = reading.read(
        of_parts(
            part("text/plain", "See the picture"),
            file("../../etc/photo.txt", PNG, kind="text/plain", content_id="p1"),
            file("invoice.pdf", b"<html><script>", kind="application/pdf"),
            file("", b"%PDF-1.4"),
        )
    )
    first, second, third = mail.attachments
    assert (first.name, first.content_type, first.size, first.content_id) == ("photo.txt", "image/png", len(PNG), "p1")
    assert (first.data, first.digest) == (PNG, sha256(PNG).hexdigest())
    assert (second.name, second.content_type) == ("invoice.pdf", "text/html")
    assert (third.name, third.content_type) == ("attachment.pdf", "application/pdf")
    assert mail.text == "See the picture"


@pytest.mark.parametrize("boundary", ["", "; boundary=wrong"])
def test_parts_are_found_where_the_boundary_is_missing_or_wrong(boundary: str) -> None:
    body = "--real\nContent-Type: text/plain\n\nHello\n--real\nContent-Type: text/html\n\n<p>Hello</p>\n--real--\n"
    mail = reading.read(raw(body, kind=f"multipart/alternative{boundary}"))
    assert (mail.text, mail.html) == ("Hello", "<p>Hello</p>")
    assert mail.doubts


def test_a_boundary_that_begins_like_another_ends_nothing() -> None:
    inner = "--cutter\nContent-Type: text/plain\n\nInside\n--cutter--"
    mail = reading.read(of_parts(part("multipart/mixed; boundary=cutter", inner), part("text/plain", "Outside")))
    assert mail.text == "Inside\n\nOutside"


def test_a_mail_that_was_cut_off_shows_what_came() -> None:
    mail = reading.read(raw("--cut\nContent-Type: text/plain\n\nHello", kind="multipart/mixed; boundary=cut"))
    assert mail.text == "Hello"
    assert "The mail ends before its last part does." in mail.doubts


def test_a_line_that_is_no_header_hides_none_of_the_others() -> None:
    assert reading.read(b"From: a@example.com\nthis is broken\nSubject: Here\n\nHi").subject == "Here"
    assert reading.read(b"From: a@example.com\n__\n <b@c.d>\nSubject: Here\n\nHi").subject == "Here"


def test_words_that_say_they_are_base64_are_shown_as_they_are() -> None:
    mail = reading.read(raw("Hello, this is not base64.", head=HEAD + "Content-Transfer-Encoding: base64\n"))
    assert mail.text == "Hello, this is not base64."
    assert mail.doubts


def test_what_outlook_wrapped_is_unwrapped() -> None:
    wrapped = winmail("Käufe 2026.txt", b"a list", words="Please see the list")
    mail = reading.read(of_parts(file("winmail.dat", wrapped, kind="application/ms-tnef")))
    assert [(one.name, one.data) for one in mail.attachments] == [("Käufe 2026.txt", b"a list")]
    assert mail.text == "Please see the list"


def test_what_outlook_wrapped_and_nobody_can_open_is_kept() -> None:
    mail = reading.read(of_parts(file("winmail.dat", b"\x78\x9f\x3e\x22\x00", kind="application/ms-tnef")))
    assert [one.name for one in mail.attachments] == ["winmail.dat"]
    assert "winmail.dat" in mail.doubts[0]


@pytest.mark.parametrize("is_without_length", [False, True])
def test_a_signed_mail_is_read_through_its_signature(is_without_length: bool) -> None:
    inner = b"Content-Type: text/plain; charset=utf-8\n\n" + UMLAUTS.encode() * 10
    data = signed(inner, is_without_length=is_without_length)
    mail = reading.read(of_parts(file("smime.p7m", data, kind="application/pkcs7-mime; smime-type=signed-data")))
    assert mail.text == UMLAUTS * 10
    assert mail.doubts == ("The mail is signed; the signature was not verified.",)


def test_an_encrypted_mail_is_kept_as_a_file_and_says_so() -> None:
    data = bytes.fromhex("308006092a864886f70d010703") + b"\x00" * 50
    mail = reading.read(of_parts(file("smime.p7m", data, kind="application/pkcs7-mime")))
    assert [one.data for one in mail.attachments] == [data]
    assert mail.doubts == ("The mail is encrypted for somebody; it is kept as a file.",)


def test_an_invitation_alone_is_readable() -> None:
    calendar = (
        "BEGIN:VCALENDAR\nMETHOD:REQUEST\nBEGIN:VEVENT\nSUMMARY:Router\\, in\n stallation\n"
        "DTSTART;TZID=Europe/Berlin:20260302T100000\nDTEND:20260302T100000Z\nLOCATION:At home\n"
        "ORGANIZER;CN=Ann:mailto:ann@example.com\nEND:VEVENT\nEND:VCALENDAR"
    )
    mail = reading.read(raw(calendar, kind="text/calendar; method=REQUEST; charset=utf-8"))
    assert mail.invitation
    assert (mail.invitation.summary, mail.invitation.organizer) == ("Router, installation", "ann@example.com")
    assert (
        mail.text == "Meeting: Router, installation, 2026-03-02 10:00 Europe/Berlin to 2026-03-02 10:00 UTC, at At home"
    )
    assert [one.content_type for one in mail.attachments] == ["text/calendar"]


def test_lines_that_flow_are_joined() -> None:
    body = "These words \nare one line.\n> So are \n> these.\n-- \nAnn"
    mail = reading.read(raw(body, kind="text/plain; format=flowed"))
    assert mail.text == "These words are one line.\n> So are these.\n-- \nAnn"


def test_a_file_between_the_words_is_a_file() -> None:
    mail = reading.read(raw("Look:\nbegin 644 cat.txt\n#0V%T\n`\nend\nNice?"))
    assert [(one.name, one.data) for one in mail.attachments] == [("cat.txt", b"Cat")]
    assert mail.text == "Look:\nNice?"


@pytest.mark.parametrize(
    ("written", "meant"),
    [
        ("ann@example.com", MailAddress("", "ann@example.com")),
        ("ann@example.com (Ann)", MailAddress("Ann", "ann@example.com")),
        ("Pete(A nice \\) man) <pete(his)@example.com>", MailAddress("Pete", "pete@example.com")),
        ('"Lee, Ann" <ann@example.com>', MailAddress("Lee, Ann", "ann@example.com")),
        ("=?utf-8?Q?Lee=2C_Ann?= <ann@example.com>", MailAddress("Lee, Ann", "ann@example.com")),
        ("bob@example.com <ann@example.com>", MailAddress("bob@example.com", "ann@example.com")),
        ("Ann <ann@example.com", MailAddress("Ann", "ann@example.com")),
        ("Ann", MailAddress("Ann", "")),
        ("A <a@example.com> B <b@example.com>", MailAddress("A", "a@example.com")),
        ("\u202eevil <a@example.com>", MailAddress("evil", "a@example.com")),
    ],
)
def test_senders_are_read(written: str, meant: MailAddress) -> None:
    assert reading.read(f"From: {written}\nSubject: x\n\nHi".encode()).sender == meant


def test_a_group_of_receivers_is_its_members() -> None:
    mail = reading.read(b"From: a@b.example\nTo: Team: x@b.example, Y <y@b.example>;, z@b.example\n\nHi")
    assert [one.address for one in mail.to] == ["x@b.example", "y@b.example", "z@b.example"]


@pytest.mark.parametrize(
    ("written", "meant"),
    [
        ("Fri, 21 Nov 1997 09(noon): 55 : 06 -0600 (CST)", datetime(1997, 11, 21, 15, 55, 6, tzinfo=UTC)),
        ("2 Mar 2026 10:00", datetime(2026, 3, 2, 10, 0, tzinfo=UTC)),
        ("Mon, 99 Foo 2026 99:99:99", None),
        ("Fri, 31 Dec 9999 23:59:59 -2300", None),
    ],
)
def test_dates_are_read_or_doubted(written: str, meant: datetime | None) -> None:
    mail = reading.read(f"{HEAD}Date: {written}\n\nHi".encode())
    assert mail.sent_at == meant
    assert bool(mail.doubts) == (meant is None)


def test_outlook_s_thread_is_the_same_in_an_answer() -> None:
    first = "AdrWuVhLqYtGkqLyQk6n2mK7n0V4OQ=="
    longer = "AdrWuVhLqYtGkqLyQk6n2mK7n0V4OQAAAAAB"
    named = {reading.read(f"{HEAD}Thread-Index: {one}\n\nHi".encode()).thread_index for one in (first, longer)}
    assert named == {first}
