"""What of a mail's parts is its words, and what are files."""

import html as escaping
from dataclasses import dataclass, field

from heedful.kit import characters
from heedful.listen.channels.email.reading import (
    attachments,
    charsets,
    cleaning,
    headers,
    html_text,
    meetings,
    smime,
    tnef,
    transfer,
)
from heedful.listen.channels.email.reading import parts as parting
from heedful.listen.channels.email.reading.mail import Attachment, Doubts, Meeting
from heedful.listen.channels.email.reading.parts import MimePart

CALENDAR = ("text/calendar", "application/ics")
SIGNED = ("application/pkcs7-mime", "application/x-pkcs7-mime")
WINMAIL = ("application/ms-tnef", "application/vnd.ms-tnef")
NO_WORDS = (*CALENDAR, "text/vcard", "text/x-vcard", "text/rfc822-headers")
"""Types of text that nobody wrote to be read."""
DEEPEST_UNWRAPPING = 3
MOST_HTML = 1_000_000
MOST_UUENCODED = 100


@dataclass(slots=True)
class Piece:
    """Some words of the mail: plain, as HTML, or both."""

    plain: str = ""
    html: str = ""


@dataclass(slots=True)
class MailBody:
    """What was gathered from the parts."""

    doubts: Doubts
    pieces: list[Piece] = field(default_factory=list)
    files: list[Attachment] = field(default_factory=list)
    mails: list[MimePart] = field(default_factory=list)
    """Mails inside of the mail, the first before the others."""
    meeting: Meeting | None = None
    text: str = ""
    html: str = ""
    unwrapped: int = 0

    def pictures(self) -> dict[str, str]:
        """The digests of files by what the HTML calls them."""
        named = {file.name.lower(): file.digest for file in self.files}
        return named | {name: file.digest for file in self.files if (name := file.content_id)}


def gather(mail: MimePart, doubts: Doubts) -> MailBody:
    """Return the words and the files of a mail."""
    body = MailBody(doubts)
    _take(mail, body)
    _write(body)
    return body


def _take(part: MimePart, body: MailBody) -> None:
    """Put a part where it belongs."""
    kind = part.content_type
    if kind == "multipart/alternative" and part.parts:
        _take_alternatives(part, body)
    elif part.is_multipart:
        if kind == "multipart/encrypted":
            body.doubts.add("The mail is encrypted; only its files are shown.")
        for inner in part.parts:
            _take(inner, body)
    elif part.is_mail:
        _take_mail(part, body)
    elif kind.startswith("multipart/"):
        _take_broken(part, body)
    else:
        _take_leaf(part, body)


def _take_alternatives(part: MimePart, body: MailBody) -> None:
    """Of several ways to say the same, the first plain one and the last HTML; what says something else stays too."""
    plain, html = Piece(), Piece()
    others: list[Piece] = []
    for one in part.parts:
        inner = MailBody(body.doubts, unwrapped=body.unwrapped)
        _take(one, inner)
        body.files += inner.files
        body.mails += inner.mails
        body.meeting = body.meeting or inner.meeting
        whole = _together(inner.pieces)
        if whole.html:
            html = whole
        elif plain.plain.strip() and whole.plain.split() != plain.plain.split():
            others.append(whole)
        else:
            plain = whole if whole.plain.strip() else plain
    body.pieces += [Piece(plain=plain.plain or html.plain, html=html.html), *others]


def _together(pieces: list[Piece]) -> Piece:
    """The pieces of one way as one: all HTML if there is any."""
    texts = [piece.plain for piece in pieces if piece.plain.strip()]
    if not any(piece.html for piece in pieces):
        return Piece(plain="\n\n".join(texts))
    return Piece(html="".join(piece.html or _as_html(piece.plain) for piece in pieces))


def _as_html(plain: str) -> str:
    return f"<p>{escaping.escape(plain).replace(chr(10), '<br>')}</p>" if plain.strip() else ""


def _take_broken(part: MimePart, body: MailBody) -> None:
    """A multipart without parts: its words as they stand."""
    text = charsets.decode(part.data(body.doubts), part.parameter("charset"), body.doubts)
    if text.strip():
        body.doubts.add("The mail says that it has parts, and none were found; it is shown as it came.")
        body.pieces.append(_piece(text, is_html="<html" in text[:2_000].lower()))


def _take_mail(part: MimePart, body: MailBody) -> None:
    """A mail inside of the mail is kept as a file, and its own files beside it."""
    inner = part.parts[0]
    body.mails.append(inner)
    name = part.file_name(body.doubts) or headers.text_of(inner.headers, "subject", body.doubts)[:80] or "mail"
    body.files.append(attachments.attachment(name=_ending(name, ".eml"), data=part.whole, stated="message/rfc822"))
    gathered = MailBody(body.doubts, unwrapped=body.unwrapped + 1)
    _take(inner, gathered)
    body.files += gathered.files
    body.mails += gathered.mails


def _ending(name: str, ending: str) -> str:
    return name if name.lower().endswith(ending) else name + ending


def _take_leaf(part: MimePart, body: MailBody) -> None:
    data = part.data(body.doubts)
    if part.content_type in CALENDAR:
        body.meeting = body.meeting or meetings.read(charsets.decode(data, part.parameter("charset"), body.doubts))
    name = part.file_name(body.doubts)
    if part.content_type in SIGNED and _take_signed(data, body):
        return
    if part.content_type in WINMAIL or name.lower() == "winmail.dat":
        _take_winmail(name, data, body)
    elif _is_words(part, name):
        _take_words(part, data, body)
    elif data or name:
        name = name or part.place_name()
        stated, content_id = part.content_type, part.content_id
        body.files.append(attachments.attachment(name=name, data=data, stated=stated, content_id=content_id))


def _is_words(part: MimePart, name: str) -> bool:
    is_text = part.content_type.startswith("text/") and part.content_type not in NO_WORDS
    return is_text and part.disposition != "attachment" and not name


def _take_words(part: MimePart, data: bytes, body: MailBody) -> None:
    text = charsets.decode(data, part.parameter("charset"), body.doubts)
    is_html = part.content_type in ("text/html", "application/xhtml+xml")
    if not is_html:
        text = _without_uuencoded(text, body)
    if part.parameter("format").lower() == "flowed":
        text = unflowed(text, is_joined=part.parameter("delsp").lower() == "yes")
    if text.strip():
        body.pieces.append(_piece(text, is_html=is_html))


def _piece(text: str, *, is_html: bool) -> Piece:
    return Piece(html=text) if is_html else Piece(plain=_lines(text))


def _lines(text: str) -> str:
    plain = text.replace("\r\n", "\n").replace("\r", "\n").replace("\x00", "").replace("\ufeff", "")
    return plain.replace("\x0b", "\n").replace("\x0c", "\n").strip("\n")


def unflowed(text: str, *, is_joined: bool) -> str:
    """Join the lines that a writer cut only to send them (RFC 3676)."""
    lines: list[list[str]] = []
    flowing: str | None = None
    for line in _lines(text).split("\n"):
        words = line.lstrip(">")
        depth, words = line[: len(line) - len(words)], words.removeprefix(" ")
        is_soft = words.endswith(" ") and words != "-- "
        if flowing == depth and words != "-- ":
            lines[-1].append(words)
        else:
            lines.append([f"{depth} " if depth else "", words])
        if is_soft and is_joined:
            lines[-1][-1] = words[:-1]
        flowing = depth if is_soft else None
    return "\n".join("".join(parts) for parts in lines)


def _without_uuencoded(text: str, body: MailBody) -> str:
    """Take out files that were written between the words, as mails did before they had parts."""
    if "\nend" not in text or not ("\nbegin 6" in text or text.startswith("begin 6")):
        return text
    lines: list[str] = []
    file: list[str] = []
    name = ""
    for line in _lines(text).split("\n"):
        words = line.split(" ", 2)
        if (
            not name
            and len(body.files) < MOST_UUENCODED
            and len(words) == 3
            and words[0] == "begin"
            and words[1] in ("644", "666", "600", "664", "755")
        ):
            name = words[2].strip() or "file"
        elif name and line.rstrip() == "end":
            data = transfer.from_uuencode("\n".join(file).encode("ascii", "replace"))
            body.files.append(attachments.attachment(name=name, data=data, stated="application/octet-stream"))
            name, file = "", []
        else:
            (file if name else lines).append(line)
    return "\n".join([*lines, *([f"begin 644 {name}", *file] if name else [])])


def _take_signed(data: bytes, body: MailBody) -> bool:
    """Read the mail inside of a signature; what is encrypted stays a file."""
    if smime.is_encrypted(data):
        body.doubts.add("The mail is encrypted for somebody; it is kept as a file.")
        return False
    inner = smime.unwrap(data) if body.unwrapped < DEEPEST_UNWRAPPING else b""
    if not inner:
        body.doubts.add("The mail is signed in a way that could not be opened; it is kept as a file.")
        return False
    body.doubts.add("The mail is signed; the signature was not verified.")
    body.unwrapped += 1
    _take(parting.parse(inner, body.doubts), body)
    return True


def _take_winmail(name: str, data: bytes, body: MailBody) -> None:
    winmail = tnef.read(data)
    if winmail is None or not (winmail.files or winmail.text.strip() or winmail.html):
        body.doubts.add(
            "Outlook wrapped the mail into a file that could not be opened (winmail.dat); it is kept as it came."
        )
        body.files.append(attachments.attachment(name=name or "winmail.dat", data=data, stated="application/ms-tnef"))
        return
    for inner, content in winmail.files:
        body.files.append(attachments.attachment(name=inner, data=content, stated="application/octet-stream"))
    if (winmail.text.strip() or winmail.html) and not any(piece.plain.strip() for piece in body.pieces):
        html = charsets.decode(winmail.html, "", body.doubts) if winmail.html else ""
        body.pieces.append(Piece(plain=_lines(winmail.text), html=html))
    body.doubts.add("Outlook wrapped the mail into a file (winmail.dat); it was unwrapped.")


def _write(body: MailBody) -> None:
    """Make one text and one HTML of all pieces."""
    is_html = any(piece.html for piece in body.pieces)
    texts, htmls, letters = [], [], 0
    pictures = body.pictures()
    for piece in body.pieces:
        letters += len(piece.html)
        if letters > MOST_HTML and letters > len(piece.html):
            _keep_as_file(piece, body)
            continue
        cleaned = cleaning.clean(piece.html, pictures, body.doubts) if piece.html else ""
        texts.append(piece.plain if piece.plain.strip() else html_text.text_of(cleaned))
        if is_html:
            htmls.append(cleaned or _as_html(piece.plain))
    body.text = characters.storable("\n\n".join(text for text in texts if text.strip()))
    body.html = characters.storable("".join(htmls).strip())


def _keep_as_file(piece: Piece, body: MailBody) -> None:
    body.doubts.add("The mail has too much HTML; the last of it is kept as files.")
    data = (piece.html or piece.plain).encode("utf-8", "replace")
    stated = "text/html" if piece.html else "text/plain"
    body.files.append(attachments.attachment(name="", data=data, stated=stated))
