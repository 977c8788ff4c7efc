"""The headers of a mail or of a part: names and text, and what is in them."""

import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import UTC, datetime
from email.message import Message
from email.utils import parsedate_to_datetime

from heedful.kit import names
from heedful.listen.channels.email.reading import charsets
from heedful.listen.channels.email.reading.mail import Doubts, MailAddress
from heedful.listen.channels.email.reading.words import decode_words

MOST_HEADERS = 1_000
LONGEST_VALUE = 60_000
LONGEST_ADDRESSES = 200_000
LONGEST_PARAMETERS = 6_000
NAME = re.compile(rb"[!-9;-~]{1,100}+[ \t]*+:")
KNOWN = frozenset(
    b"from to cc subject date received return-path message-id mime-version content-type reply-to references in-reply-to"
    b" content-transfer-encoding content-disposition sender delivered-to list-id auto-submitted x-mailer".split()
)
"""Names that show that the headers go on, after a line that is none."""


@dataclass(slots=True)
class Headers:
    """Names in lower case with their values, unfolded, in order."""

    values: list[tuple[str, str]] = field(default_factory=list)

    def get(self, name: str) -> str:
        """The first value of this name that says something; empty where there is none."""
        return next((value for key, value in self.values if key == name and value.strip()), "").strip()

    def all(self, name: str) -> list[str]:
        """Every value of this name."""
        return [value for key, value in self.values if key == name]

    def has(self, name: str) -> bool:
        """Whether there is a header of this name, be it empty."""
        return any(key == name for key, _ in self.values)

    def message(self, *names: str) -> Message:
        """These headers in the standard library's shape, which knows how parameters are written."""
        message = Message()
        for name in names:
            if value := self.get(name):
                message[name] = value[:LONGEST_PARAMETERS]
        return message


def parse(raw: bytes, start: int, end: int, doubts: Doubts) -> tuple[Headers, int]:
    """Return the headers that begin here, and where the body begins."""
    lines: list[list[bytes]] = []
    at = start
    while at < end:
        stop = raw.find(b"\n", at, end)
        after = end if stop < 0 else stop + 1
        line = raw[at : min(after, at + LONGEST_VALUE)].rstrip(b"\r\n")
        if not line:
            return _headers(lines, doubts), after
        if NAME.match(line):
            lines.append([line])
        elif line[:1] in b" \t" and lines:
            lines[-1].append(line)
        elif not _is_skipped(line, at, start) and not _goes_on(raw, after, end):
            if lines:
                doubts.add("The headers end without an empty line.")
            return _headers(lines, doubts), at
        at = after
    return _headers(lines, doubts), end


def _is_skipped(line: bytes, at: int, start: int) -> bool:
    """The line with which a mailbox file begins a mail."""
    return at == start and line.startswith((b"From ", b">From "))


def _goes_on(raw: bytes, at: int, end: int) -> bool:
    """Whether a header that everybody knows comes next, so that this line is only broken."""
    for line in raw[at : min(end, at + 400)].split(b"\n")[:3]:
        name, colon, _ = line.partition(b":")
        if not line.startswith((b" ", b"\t")):
            return bool(colon) and name.strip().lower() in KNOWN
    return False


def _headers(lines: list[list[bytes]], doubts: Doubts) -> Headers:
    if len(lines) > MOST_HEADERS:
        doubts.add(f"The mail has {len(lines):,} headers; the first {MOST_HEADERS:,} were read.")
    charset = next((found for line in lines[:MOST_HEADERS] if (found := _charset(line))), "")
    return Headers([_header(line, charset, doubts) for line in lines[:MOST_HEADERS]])


def _charset(lines: list[bytes]) -> str:
    """The charset of the mail: letters of headers that are not encoded are mostly in it."""
    if lines[0][:12].lower() != b"content-type":
        return ""
    value = b" ".join(lines)[:LONGEST_PARAMETERS].lower().partition(b"charset=")[2].lstrip(b"\"' ")
    named = value.partition(b";")[0].partition(b'"')[0].strip().decode("ascii", "replace")
    return named if charsets.codec_of(named) else ""


def _header(lines: list[bytes], charset: str, doubts: Doubts) -> tuple[str, str]:
    name, _, first = lines[0].partition(b":")
    value = b" ".join([first.strip(), *(line.strip() for line in lines[1:])])
    if len(value) > LONGEST_VALUE:
        doubts.add("A header is too long to be read whole.")
    value = value[:LONGEST_VALUE]
    text = value.decode("ascii") if value.isascii() else charsets.decode(value, charset, doubts)
    return name.strip().lower().decode("ascii", "replace"), text


def text_of(headers: Headers, name: str, doubts: Doubts) -> str:
    """A header in letters, on one line."""
    return names.one_line(decode_words(headers.get(name), doubts))


def ids(value: str) -> tuple[str, ...]:
    """The message ids of a header, with their angle brackets, each once."""
    found = [f"<{part.partition('>')[0].strip()}>" for part in value.split("<")[1:] if ">" in part]
    if not found:
        found = [f"<{word}>" for word in value.split() if "@" in word]
    return tuple(dict.fromkeys(one for one in found if 2 < len(one) < 1_000))


def sent_at(value: str, doubts: Doubts) -> datetime | None:
    """The moment of a Date header; nothing where it is none."""
    plain = names.one_line(_without_comments(value[:200])[0]).replace(" :", ":").replace(": ", ":")
    try:
        moment = parsedate_to_datetime(plain) if plain else None
        return (moment if moment.tzinfo else moment.replace(tzinfo=UTC)).astimezone(UTC) if moment else None
    except (ValueError, TypeError, OverflowError, IndexError, AttributeError):
        doubts.add(f"The date of the mail cannot be read: “{names.one_line(value, most=60)}”.")
        return None


def addresses(values: list[str], doubts: Doubts) -> tuple[MailAddress, ...]:
    """The addresses of some headers, each once."""
    whole = ",".join(values)
    if len(whole) > LONGEST_ADDRESSES:
        doubts.add("The mail has too many addresses; the first of them were read.")
    found = (_address(part, doubts) for part in _split(whole[:LONGEST_ADDRESSES]))
    return tuple({one.address or one.name: one for one in found if one.address or one.name}.values())


def _split(value: str) -> Iterator[str]:
    """The parts between commas that stand in no quotation marks, brackets or comments; group names are left out."""
    start, quoted, depth, angle = 0, False, 0, False
    at = 0
    while at < len(value):
        sign = value[at]
        if sign == "\\":
            at += 1
        elif sign == '"' and not depth:
            quoted = not quoted
        elif quoted:
            pass
        elif sign in "()":
            depth = max(0, depth + (1 if sign == "(" else -1))
        elif sign in "<>":
            angle = sign == "<"
            if angle and ">" in value[start:at]:
                yield value[start : value.rfind(">", start, at) + 1]
                start = value.rfind(">", start, at) + 1
        elif sign == ":" and not angle and not depth:
            start = at + 1
        elif sign in ",;" and not angle and not depth:
            yield value[start:at]
            start = at + 1
        at += 1
    yield value[start:]


def _address(part: str, doubts: Doubts) -> MailAddress:
    part, comment = _without_comments(part)
    name, bracket, rest = part.rpartition("<")
    address = rest.partition(">")[0] if bracket else rest
    name = name if bracket else comment
    address = "".join(decode_words(address, doubts).split()).strip("'\"")
    name = _name(name, doubts)
    if "@" not in address:
        return MailAddress(name or names.one_line(address, most=300), "")
    return MailAddress(name, names.one_line(address, most=320).lower())


def _without_comments(part: str) -> tuple[str, str]:
    """What stands outside of brackets and quotation marks, and the first comment in it."""
    if "(" not in part:
        return part, ""
    plain: list[str] = []
    comments: list[str] = []
    depth, quoted = 0, False
    for number, sign in enumerate(part):
        is_escaped = number > 0 and part[number - 1] == "\\"
        if sign == '"' and not depth and not is_escaped:
            quoted = not quoted
        if not quoted and sign in "()" and not is_escaped:
            depth = max(0, depth + (1 if sign == "(" else -1))
        elif depth or not (sign == "\\" and not quoted):
            (comments if depth else plain).append(sign)
    return "".join(plain), "".join(comments).replace("\\", "")


def _name(name: str, doubts: Doubts) -> str:
    plain = decode_words(name.replace('\\"', "\u0000").replace('"', "").replace("\u0000", '"'), doubts)
    return names.one_line(plain, most=300).strip(" '")
