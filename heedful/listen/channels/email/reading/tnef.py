"""The files in a winmail.dat, which Outlook makes of a mail that only Outlook reads."""

import struct
from collections.abc import Iterator

SIGNATURE = b"\x78\x9f\x3e\x22"
RENDERING, TITLE, DATA, PROPERTIES, BODY = 0x9002, 0x8010, 0x800F, 0x9005, 0x800C
MESSAGE_PROPERTIES = 0x9003
LONG_NAME, SHORT_NAME, PLAIN_BODY, HTML_BODY = 0x3707, 0x3704, 0x1000, 0x1013
SIZES = {2: 4, 3: 4, 4: 4, 5: 8, 6: 8, 7: 8, 10: 4, 11: 4, 20: 8, 64: 8, 72: 16}
OF_MANY = {0x1E, 0x1F, 0x0D, 0x102}
MOST_FILES = 200

type Properties = dict[int, bytes | str]


class Winmail:
    """What was read: the words and the files."""

    def __init__(self) -> None:
        self.text = ""
        self.html = b""
        self.files: list[tuple[str, bytes]] = []


def read(data: bytes) -> Winmail | None:
    """Return what is in it; nothing where it is none."""
    if not data.startswith(SIGNATURE) or len(data) < 7:
        return None
    winmail = Winmail()
    name, content = "", b""
    for tag, value in _attributes(data):
        if tag == RENDERING:
            _add(winmail, name, content)
            name, content = "", b""
        elif tag == TITLE:
            name = name or _text(value)
        elif tag == DATA:
            content = value
        elif tag == PROPERTIES:
            found = _properties(value)
            name = str(found.get(LONG_NAME) or name or found.get(SHORT_NAME) or "")
        elif tag in (BODY, MESSAGE_PROPERTIES):
            _take_body(winmail, tag, value)
    _add(winmail, name, content)
    return winmail


def _add(winmail: Winmail, name: str, content: bytes) -> None:
    if content and len(winmail.files) < MOST_FILES:
        winmail.files.append((name, content))


def _take_body(winmail: Winmail, tag: int, value: bytes) -> None:
    if tag == BODY:
        winmail.text = winmail.text or _text(value)
        return
    found = _properties(value)
    winmail.text = winmail.text or str(found.get(PLAIN_BODY) or "")
    html = found.get(HTML_BODY)
    winmail.html = winmail.html or (html if isinstance(html, bytes) else str(html or "").encode())


def _attributes(data: bytes) -> Iterator[tuple[int, bytes]]:
    """The attributes of message and attachments: a level, a tag, a length, a value, a sum."""
    at = 6
    while at + 9 <= len(data):
        tag, length = struct.unpack_from("<II", data, at + 1)
        yield tag & 0xFFFF, data[at + 9 : at + 9 + length]
        at += 9 + length + 2


def _properties(data: bytes) -> Properties:
    found: Properties = {}
    try:
        _read_properties(data, found)
    except (struct.error, IndexError):
        return found
    return found


def _read_properties(data: bytes, found: Properties) -> None:
    (count,) = struct.unpack_from("<I", data)
    at = 4
    for _ in range(min(count, 1_000)):
        kind, name = struct.unpack_from("<HH", data, at)
        at += 4
        at = _after_name(data, at) if name >= 0x8000 else at
        if kind & 0x0FFF in OF_MANY:
            at = _read_long(data, at, kind, name, found)
        elif kind in SIZES:
            at += SIZES[kind]
        else:
            return


def _after_name(data: bytes, at: int) -> int:
    """A property with a name of its own says it first."""
    (kind,) = struct.unpack_from("<I", data, at + 16)
    if kind == 0:
        return at + 24
    length = int(struct.unpack_from("<I", data, at + 20)[0])
    return at + 24 + length + -length % 4


def _read_long(data: bytes, at: int, kind: int, name: int, found: Properties) -> int:
    (count,) = struct.unpack_from("<I", data, at)
    at += 4
    for _ in range(min(count, 100)):
        (length,) = struct.unpack_from("<I", data, at)
        value = data[at + 4 : at + 4 + length]
        at += 4 + length + -length % 4
        found.setdefault(name, _value(kind, value))
    return at


def _value(kind: int, value: bytes) -> bytes | str:
    if kind & 0x0FFF == 0x1F:
        return value.decode("utf-16-le", "replace").rstrip("\x00")
    return _text(value) if kind & 0x0FFF == 0x1E else value


def _text(value: bytes) -> str:
    plain = value.rstrip(b"\x00")
    try:
        return plain.decode("utf-8")
    except UnicodeDecodeError:
        return plain.decode("cp1252", "replace")
