"""Who or what wrote a mail, and whose mail was handed on."""

import pytest

from heedful.listen.channels.email import reading
from heedful.listen.channels.email.reading import BouncedAddress, MailAddress, MailKind
from tests.listen.channels.email.mails import HEAD, dsn, file, of_parts, part, raw


@pytest.mark.parametrize(
    ("header", "kind"),
    [
        ("Auto-Submitted: auto-replied", MailKind.AUTO_REPLY),
        ("Auto-Submitted: auto-generated (vacation)", MailKind.AUTO_REPLY),
        ("Auto-Submitted: no", MailKind.PERSON),
        ("X-Autoreply: yes", MailKind.AUTO_REPLY),
        ("Precedence: auto_reply", MailKind.AUTO_REPLY),
        ("Precedence: bulk", MailKind.MAILING_LIST),
        ("Precedence: normal", MailKind.PERSON),
        ("List-Id: <users.example.com>", MailKind.MAILING_LIST),
        ("List-Unsubscribe: <https://example.com/stop>", MailKind.MAILING_LIST),
        ("Return-Path: <>", MailKind.AUTO_REPLY),
        ("Return-Path: <ann@example.com>", MailKind.PERSON),
        ("X-Auto-Response-Suppress: All", MailKind.AUTO_REPLY),
        ("X-Auto-Response-Suppress: DR, OOF, AutoReply", MailKind.AUTO_REPLY),
        ("X-Auto-Response-Suppress: DR", MailKind.PERSON),
        ("X-Mailer: Automatic", MailKind.PERSON),
    ],
)
def test_a_mail_is_judged_by_what_it_says_of_itself(header: str, kind: MailKind) -> None:
    mail = reading.read(raw("I am away.", head=f"{HEAD}{header}\n"))
    assert mail.kind is kind
    assert mail.is_automatic == (kind is not MailKind.PERSON)
    assert mail.reason.endswith(".")


@pytest.mark.parametrize(
    "subject", ["Out of Office: Router", "Automatische Antwort: Router", "Réponse automatique : x"]
)
def test_a_subject_is_the_last_hint(subject: str) -> None:
    head = f"From: Ann <ann@example.com>\nSubject: {subject}\n"
    assert reading.read(raw("Away", head=head)).kind is MailKind.AUTO_REPLY


def test_a_customer_who_writes_about_somebody_who_is_away_is_a_person() -> None:
    head = "From: Ann <ann@example.com>\nSubject: Your technician is out of office\n"
    assert reading.read(raw("Who comes?", head=head)).kind is MailKind.PERSON


def test_a_mail_from_our_own_address_is_our_own() -> None:
    mail = reading.read(raw("Hi"), own={"ann@example.com"})
    assert (mail.kind, mail.reason) == (MailKind.OWN, "It was sent from our own address ann@example.com.")


def test_a_failed_delivery_is_a_bounce_and_names_the_address() -> None:
    mail = reading.read(dsn(action="failed", status="5.1.1"))
    assert mail.kind is MailKind.BOUNCE
    assert mail.bounced == (BouncedAddress("gone@example.com", "5.1.1", "", is_permanent=True),)
    assert mail.forwarded is None


@pytest.mark.parametrize(("action", "status"), [("delayed", "4.4.1"), ("delivered", "2.0.0")])
def test_a_late_or_a_good_delivery_is_no_bounce(action: str, status: str) -> None:
    mail = reading.read(dsn(action=action, status=status))
    assert mail.kind is MailKind.DELIVERY_REPORT
    assert not any(one.is_permanent for one in mail.bounced)


def test_a_bounce_in_words_is_a_bounce() -> None:
    head = "From: Mail Delivery System <mailer-daemon@mx.example>\nSubject: Mail delivery failed\n"
    body = "A message could not be delivered:\n\n  gone@example.com\n    550 5.1.1 User unknown\n"
    mail = reading.read(raw(body, head=head))
    assert (mail.kind, mail.bounced) == (MailKind.BOUNCE, (BouncedAddress("gone@example.com", "5.1.1"),))


def test_a_customer_who_writes_that_a_mail_came_back_is_a_person() -> None:
    head = "From: Ann <ann@example.com>\nSubject: Undeliverable mail\n"
    assert reading.read(raw("My mail to bo@example.com could not be delivered", head=head)).kind is MailKind.PERSON


def test_an_address_that_failed_is_a_bounce_though_no_server_is_named() -> None:
    mail = reading.read(raw("550 5.7.1 refused", head=f"{HEAD}X-Failed-Recipients: gone@example.com, Bo@example.com\n"))
    assert mail.kind is MailKind.BOUNCE
    assert mail.bounced == (BouncedAddress("gone@example.com", "5.7.1"), BouncedAddress("bo@example.com", "5.7.1"))


@pytest.mark.parametrize(
    "headers",
    [
        "Precedence: list\nList-ID: <help.shop.example>",
        "Precedence: list\nList-Post: <https://groups.example/x>, <mailto:help@shop.example>",
        "List-ID: <help.shop.example>\nList-Unsubscribe: <mailto:help+unsubscribe@shop.example>",
    ],
)
def test_what_comes_over_a_group_that_is_our_own_address_is_from_a_person(headers: str) -> None:
    letter = raw("Hello", head=f"{HEAD}{headers}\n")
    assert reading.read(letter, own={"help@shop.example"}).kind is MailKind.PERSON
    assert reading.read(letter, own={"help@other.example"}).kind is MailKind.MAILING_LIST


def test_a_contact_form_that_takes_no_answers_itself_is_read_as_from_a_person() -> None:
    head = "From: Web <noreply@shop.example>\nReply-To: ann@example.com\nSubject: Contact\n"
    assert reading.read(raw("Please call me", head=head)).kind is MailKind.PERSON


def test_a_postmaster_may_write_by_hand() -> None:
    head = "From: Bo <postmaster@firm.example>\nSubject: Our bill\n"
    assert reading.read(raw("It is wrong.", head=head)).kind is MailKind.PERSON


def test_a_read_receipt_is_a_report() -> None:
    said = part("message/disposition-notification", "Disposition: manual-action; displayed")
    mail = reading.read(
        of_parts(part("text/plain", "Read"), said, kind="multipart/report; report-type=disposition-notification")
    )
    assert mail.kind is MailKind.DELIVERY_REPORT


FORWARDS = [
    """\
---------- Forwarded message ---------
From: Bo Ek <bo@example.com>
Date: Mon, 2 Mar 2026 at 10:00
Subject: The bill
To: <ann@shop.example>

It is wrong.""",
    """\
---------- Weitergeleitete Nachricht ---------
Von: Bo Ek <bo@example.com>
Date: Mo., 2. März 2026
Subject: The bill
To: Ann

It is wrong.""",
    """\
-------- Message transféré --------
Sujet : The bill
Date : lundi
De : Bo Ek <bo@example.com>
Pour : Ann <ann@shop.example>

It is wrong.""",
    """\
Begin forwarded message:

> From: Bo Ek <bo@example.com>
> Subject: The bill
> Date: 2 March 2026
> To: Ann
>
> It is wrong.""",
    """\
________________________________
From: Bo Ek <bo@example.com>
Sent: Monday, March 2, 2026
To: Ann
Subject: The bill

It is wrong.""",
    """\
Von: Bo Ek [mailto:bo@example.com]
Gesendet: Montag, 2. März 2026
An: Ann
Betreff: The bill

It is wrong.""",
]


@pytest.mark.parametrize("below", FORWARDS)
@pytest.mark.parametrize("words", ["", "Please help him.\n\n"])
def test_a_forwarded_mail_is_the_original_sender_s(below: str, words: str) -> None:
    head = "From: Ann <ann@shop.example>\nSubject: Fwd: The bill\n"
    mail = reading.read(raw(words + below, head=head))
    assert mail.forwarded
    assert mail.forwarded.sender == MailAddress("Bo Ek", "bo@example.com")
    assert (mail.forwarded.subject, mail.forwarded.text) == ("The bill", "It is wrong.")
    assert mail.visible == (words.strip() or below)


def test_a_mail_that_came_as_a_part_is_forwarded_with_its_files() -> None:
    inner = of_parts(
        part("text/plain", "It is wrong."), file("bill.txt", b"9 euros"), head="From: Bo <bo@example.com>\n"
    )
    mail = reading.read(
        of_parts(part("text/plain", "Please help"), part("message/rfc822", inner.decode().replace("cut", "in")))
    )
    assert mail.forwarded
    assert (mail.forwarded.sender.address, mail.forwarded.text) == ("bo@example.com", "It is wrong.")
    assert [one.name for one in mail.attachments] == ["mail.eml", "bill.txt"]


def test_an_answer_is_not_forwarded() -> None:
    head = "From: Ann <ann@shop.example>\nSubject: Re: The bill\n"
    assert reading.read(raw(f"Thanks\n\n{FORWARDS[-1]}", head=head)).forwarded is None
