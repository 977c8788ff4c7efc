"""Which addresses a delivery report says are dead, with their status codes (RFC 3464, and what servers write)."""

import re
from collections.abc import Iterator

from heedful.kit import names
from heedful.listen.channels.email.reading import headers, phrases
from heedful.listen.channels.email.reading.headers import Headers
from heedful.listen.channels.email.reading.mail import BouncedAddress, Doubts
from heedful.listen.channels.email.reading.parts import MimePart

MOST = 50
STATUS = re.compile(r"\b([245]\.\d{1,3}\.\d{1,3})\b")
CODE = re.compile(r"\b(5[0-5]\d|4[0-5]\d)[ -]")
ADDRESS = re.compile(r"<?([\w.+=-]{1,64}+@[\w-]{1,63}(?:\.[\w-]{1,63}){1,8})>?:?")


def read(mail: MimePart) -> tuple[BouncedAddress, ...] | None:
    """The addresses that the report's own part says are not reached; nothing where it names no address at all."""
    found: dict[str, BouncedAddress] = {}
    is_report = False
    for part in mail.parts:
        if part.content_type in ("message/delivery-status", "message/global-delivery-status"):
            for block in _blocks(part):
                is_report = is_report or block.has("final-recipient")
                one = _recipient(block)
                if one and len(found) < MOST:
                    found.setdefault(one.address, one)
    return tuple(found.values()) if is_report else None


def _blocks(part: MimePart) -> Iterator[Headers]:
    """The groups of lines of a delivery status, which look like headers."""
    doubts = Doubts()
    data = part.data(doubts).replace(b"\r\n", b"\n")
    for block in data.split(b"\n\n")[:200]:
        if block.strip():
            yield headers.parse(block.strip(b"\n"), 0, len(block.strip(b"\n")), doubts)[0]


def _recipient(block: Headers) -> BouncedAddress | None:
    recipient = block.get("final-recipient") or block.get("original-recipient")
    action = block.get("action").lower().split(" ")[0].split(";")[0]
    address = recipient.rpartition(";")[2].strip().strip("<>").lower()
    if not address or action in ("delivered", "relayed", "expanded"):
        return None
    diagnostic = block.get("diagnostic-code").partition(";")[2].strip() or block.get("diagnostic-code")
    found = STATUS.search(block.get("status")) or STATUS.search(diagnostic[:1_000])
    status = found[1] if found else ""
    is_permanent = action == "failed" or (action != "delayed" and not status.startswith(("4", "2")))
    return BouncedAddress(address, status, names.one_line(diagnostic, most=300), is_permanent)


def in_words(text: str, subject: str) -> tuple[BouncedAddress, ...] | None:
    """The addresses that a report in words names; nothing where it reports no failure."""
    beginning = text[:6_000]
    said = f"{subject}\n{beginning[:1_500]}".lower()
    is_late = any(words in subject.lower() for words in phrases.LATE)
    if is_late or not any(words in said for words in phrases.NOT_DELIVERED):
        return None
    return _dead(_before_copy(beginning), _before_copy(beginning))[:3]


def in_headers(top: Headers, text: str) -> tuple[BouncedAddress, ...]:
    """The addresses that a mail server names above its report; none where it names none."""
    return _dead(top.get("x-failed-recipients")[:4_000], _before_copy(text[:6_000]))


def _dead(names: str, report: str) -> tuple[BouncedAddress, ...]:
    """The addresses in some words, with the code that a report gives."""
    code = STATUS.search(report) or CODE.search(report)
    dead = dict.fromkeys(one.lower() for one in ADDRESS.findall(names))
    return tuple(
        BouncedAddress(one, code[1] if code else "")
        for one in list(dead)[:MOST]
        if not one.startswith(("mailer-daemon", "postmaster"))
    )


def _before_copy(text: str) -> str:
    """The report without the mail that it brings back."""
    for sign in (
        "\n--- Below this line",
        "\n----- Original message",
        "\n------ This is a copy",
        "\n--- Original message",
        "\nReceived: ",
    ):
        text = text.partition(sign)[0]
    return text
