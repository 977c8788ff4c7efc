"""The parts that a mail is made of, found in one way through it, however deep and however many."""

import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from email.message import Message

from heedful.kit import names
from heedful.listen.channels.email.reading import headers
from heedful.listen.channels.email.reading.headers import Headers
from heedful.listen.channels.email.reading.mail import Doubts
from heedful.listen.channels.email.reading.transfer import from_transfer
from heedful.listen.channels.email.reading.words import decode_words

MOST_PARTS = 500
DEEPEST = 12
FIRST_BOUNDARY = re.compile(rb"^--([^\s-][^\r\n]{0,99}|-{1,60}[^\s-][^\r\n]{0,99})[ \t]{0,9}\r?$", re.MULTILINE)
CONTENT = ("content-type", "content-disposition", "content-transfer-encoding")


@dataclass(slots=True)
class MimePart:
    """One part: its headers, where its body lies, and the parts in it."""

    raw: bytes = field(repr=False)
    headers: Headers
    start: int
    end: int
    header_start: int
    content_type: str = "text/plain"
    message: Message = field(default_factory=Message)
    parts: list["MimePart"] = field(default_factory=list)

    @property
    def is_multipart(self) -> bool:
        """Whether it only holds others."""
        return self.content_type.startswith("multipart/") and bool(self.parts)

    @property
    def is_mail(self) -> bool:
        """Whether it is a mail inside of the mail."""
        return self.content_type in ("message/rfc822", "message/global") and bool(self.parts)

    @property
    def whole(self) -> bytes:
        """The body as it travelled."""
        return self.raw[self.start : self.end]

    def data(self, doubts: Doubts) -> bytes:
        """The body as it was before it travelled."""
        return from_transfer(self.whole, self.headers.get("content-transfer-encoding").partition(";")[0], doubts)

    def parameter(self, name: str, header: str = "content-type") -> str:
        """A parameter of a header, such as the charset."""
        try:
            value = self.message.get_param(name, "", header)
        except (ValueError, TypeError, AttributeError, LookupError):
            return ""
        return (value[2] if isinstance(value, tuple) else str(value or "")).strip()

    @property
    def disposition(self) -> str:
        """Attachment, inline or nothing."""
        return self.headers.get("content-disposition").partition(";")[0].strip().lower()

    @property
    def content_id(self) -> str:
        """By what the HTML calls it."""
        return self.headers.get("content-id").strip("<> \t")

    def file_name(self, doubts: Doubts) -> str:
        """The name that the mail gives the file; empty where it gives none."""
        for name, header in (("filename", "content-disposition"), ("name", "content-type")):
            try:
                value = self.message.get_param(name, "", header)
                plain = _from_2231(value) if isinstance(value, tuple) else str(value or "")
            except (ValueError, TypeError, AttributeError, LookupError):
                continue
            if plain.strip():
                return names.one_line(decode_words(plain, doubts))
        return ""

    def place_name(self) -> str:
        """The end of the address where the file was before; empty where it is no name."""
        place = self.headers.get("content-location").rstrip("/").rpartition("/")[2]
        return names.one_line(place) if "." in place else ""


def _from_2231(value: tuple[str | None, str | None, str]) -> str:
    charset, _, text = value
    return text.encode("latin-1", "replace").decode(charset or "utf-8", "replace")


def parse(raw: bytes, doubts: Doubts) -> MimePart:
    """Return the mail as a tree of parts."""
    return _Reader(raw, doubts).mail(0, len(raw), 0)


class _Reader:
    """Reads a mail once, and stops to look for parts in parts where there are too many."""

    def __init__(self, raw: bytes, doubts: Doubts) -> None:
        self.raw, self.doubts, self.count = raw, doubts, 0

    def mail(self, start: int, end: int, depth: int, default: str = "text/plain") -> MimePart:
        """Read a part with its headers."""
        self.count += 1
        found, body = headers.parse(self.raw, start, end, self.doubts)
        part = MimePart(self.raw, found, body, end, start, message=found.message(*CONTENT))
        part.content_type = _content_type(part, default)
        if part.content_type.startswith("multipart/"):
            self._multipart(part, depth)
        elif part.content_type in ("message/rfc822", "message/global"):
            self._nested(part, depth)
        return part

    def _nested(self, part: MimePart, depth: int) -> None:
        if self._may_go(depth) and part.headers.get("content-transfer-encoding").lower() in (
            "",
            "7bit",
            "8bit",
            "binary",
        ):
            part.parts = [self.mail(part.start, part.end, depth + 1)]

    def _may_go(self, depth: int) -> bool:
        if depth >= DEEPEST:
            self.doubts.add(f"The mail is nested more than {DEEPEST} times; what lies deeper was left as it is.")
        return depth < DEEPEST and self.count < MOST_PARTS

    def _multipart(self, part: MimePart, depth: int) -> None:
        default = "message/rfc822" if part.content_type == "multipart/digest" else "text/plain"
        if not self._may_go(depth):
            return
        spans = list(self._spans(part, part.parameter("boundary").encode("utf-8", "surrogateescape")))
        if not spans:
            spans = list(self._spans(part, self._guess_boundary(part)))
            self.doubts.add("The boundary between the parts is missing or wrong; it was guessed where it could be.")
        for start, end in spans:
            if self.count >= MOST_PARTS:
                self.doubts.add(f"The mail has more than {MOST_PARTS} parts; the last of them are kept as one file.")
                part.parts.append(self._remainder(start, spans[-1][1]))
                return
            part.parts.append(self.mail(start, end, depth + 1, default))

    def _remainder(self, start: int, end: int) -> MimePart:
        rest = Headers([("content-disposition", 'attachment; filename="rest of the mail.txt"')])
        return MimePart(self.raw, rest, start, end, start, "application/octet-stream", rest.message(*CONTENT))

    def _guess_boundary(self, part: MimePart) -> bytes:
        """The first line of the body that looks like a boundary."""
        found = FIRST_BOUNDARY.search(self.raw, part.start, min(part.end, part.start + 100_000))
        return found[1].strip() if found else b""

    def _spans(self, part: MimePart, boundary: bytes) -> Iterator[tuple[int, int]]:
        """Where the parts lie between the lines of this boundary."""
        if not boundary:
            return
        begun = -1
        for before, after, is_last in self._lines(part, b"--" + boundary):
            if begun >= 0:
                yield begun, max(begun, before)
            if is_last:
                return
            begun = after
        if begun >= 0:
            self.doubts.add("The mail ends before its last part does.")
            yield begun, part.end

    def _lines(self, part: MimePart, line: bytes) -> Iterator[tuple[int, int, bool]]:
        """The lines that are a boundary: where the part before ends, where the next begins, whether it is the last."""
        raw, at = self.raw, part.start
        while (found := raw.find(line, at, part.end)) >= 0:
            at = found + len(line)
            if found > part.start and raw[found - 1 : found] != b"\n":
                continue
            stop = raw.find(b"\n", at, part.end)
            after = part.end if stop < 0 else stop + 1
            tail = raw[at : min(after, at + 100)].strip()
            if tail not in (b"", b"--") and not tail.startswith(b"--"):
                continue
            before = found - 2 if raw[found - 2 : found] == b"\r\n" else found - 1
            yield max(before, part.start), after, tail.startswith(b"--")
            at = after


def _content_type(part: MimePart, default: str) -> str:
    """The type as the mail says it; plain text where it says none or nonsense."""
    value = part.headers.get("content-type").partition(";")[0].strip().strip("\"'").lower()
    if not value:
        return default
    if value in ("text", "html", "plain"):
        return {"html": "text/html"}.get(value, "text/plain")
    kind = value.split()[0] if value.split() else ""
    return kind if kind.count("/") == 1 and not kind.startswith("/") and not kind.endswith("/") else "text/plain"
