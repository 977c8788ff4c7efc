"""A mail that was handed on: who wrote it first, about what, and their words."""

from datetime import datetime
from email.utils import parsedate_to_datetime

from heedful.listen.channels.email.reading import attributions, bodies, headers, phrases
from heedful.listen.channels.email.reading.headers import Headers
from heedful.listen.channels.email.reading.mail import NO_SUBJECT, Doubts, ForwardedMail, MailAddress
from heedful.listen.channels.email.reading.parts import MimePart

MOST_LINES = 2_000
LONGEST_BLOCK = 16


def read(*, text: str, subject: str, mails: list[MimePart], is_report: bool, doubts: Doubts) -> ForwardedMail | None:
    """Return the first mail that this one hands on; nothing where it hands on none."""
    if is_report:
        return None
    lines = text.split("\n")[:MOST_LINES]
    start = _divider(lines)
    if start is None and subject.lower().startswith(phrases.FORWARD_SUBJECTS):
        start = next((at for at in range(len(lines)) if attributions.header_block_at(lines, at) >= 0), None)
    if start is not None and (inline := _inline(lines, start, text)):
        return inline
    return _attached(mails[0], doubts) if mails else None


def _divider(lines: list[str]) -> int | None:
    """Where the line that says so stands; its headers begin below."""
    return next((at for at, line in enumerate(lines) if attributions.is_forward_divider(line)), None)


def _inline(lines: list[str], divider: int, text: str) -> ForwardedMail | None:
    start = next(
        (at for at in range(divider, min(len(lines), divider + 6)) if attributions.header_kind(lines[at])), None
    )
    if start is None:
        return None
    found, end = _block(lines, start)
    if not found.get("sender"):
        return None
    rest = text.split("\n")[end:]
    is_marked = attributions.plain(lines[start]) != lines[start].strip() and lines[start].lstrip().startswith(">")
    words = [_unmarked(line) for line in rest] if is_marked else rest
    return ForwardedMail(
        sender=_sender(found["sender"]),
        subject=found.get("subject", "") or NO_SUBJECT,
        text="\n".join(words).strip("\n"),
        sent_at=_moment(found.get("sent", "")),
    )


def _unmarked(line: str) -> str:
    return line.removeprefix(">").removeprefix(" ")


def _block(lines: list[str], start: int) -> tuple[dict[str, str], int]:
    """The headers of the block by their kinds, and where the words begin."""
    found: dict[str, str] = {}
    kind, end = "", start
    for at in range(start, min(len(lines), start + LONGEST_BLOCK)):
        said = attributions.header_kind(lines[at])
        plain = attributions.plain(lines[at])
        if said:
            kind = said
            found.setdefault(kind, attributions.header_value(lines[at]))
        elif plain and kind and found[kind].endswith((",", "<")) | (kind == "sender" and plain.startswith("<")):
            found[kind] = f"{found[kind]} {plain}"
        elif plain or len(found) >= 3:
            break
        end = at + 1
    return found, end


def _sender(value: str) -> MailAddress:
    """Who wrote it: programs write addresses in angle or square brackets, with links in them."""
    plain = value.replace("[mailto:", "<").replace("<mailto:", "<").replace("]", ">")
    found = headers.addresses([plain.partition(">")[0] + ">" if "<" in plain else plain], Doubts())
    return found[0] if found else MailAddress(value[:200], "")


def _moment(value: str) -> datetime | None:
    try:
        moment = parsedate_to_datetime(value[:100])
    except (ValueError, TypeError, OverflowError, IndexError, AttributeError):
        return None
    return moment if moment.tzinfo else None


def _attached(mail: MimePart, doubts: Doubts) -> ForwardedMail:
    """A mail that came as a part of its own."""
    body = bodies.gather(mail, doubts)
    return ForwardedMail(
        sender=sender_of(mail.headers, doubts),
        subject=headers.text_of(mail.headers, "subject", doubts) or NO_SUBJECT,
        text=body.text,
        sent_at=headers.sent_at(mail.headers.get("date"), doubts),
    )


def sender_of(top: Headers, doubts: Doubts) -> MailAddress:
    """Who wrote a mail: From, or what comes nearest to it."""
    for name in ("from", "sender", "reply-to", "return-path"):
        if addresses := headers.addresses(top.all(name), doubts):
            return addresses[0]
    return MailAddress("", "")
