"""How bytes travel in a mail: base64, quoted-printable, uuencode; also where it is broken."""

import binascii

from heedful.listen.channels.email.reading.mail import Doubts

LETTERS = b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/"
NOT_BASE64 = bytes(sorted(set(range(256)) - set(LETTERS)))
PLAIN = {"", "7bit", "8bit", "binary", "none", "7-bit", "8-bit"}


def from_transfer(data: bytes, encoding: str, doubts: Doubts) -> bytes:
    """Return the bytes as they were before they travelled."""
    encoding = encoding.strip().strip("\"';").lower()
    if encoding in PLAIN:
        return data
    if encoding in ("quoted-printable", "quoted printable", "qp"):
        return binascii.a2b_qp(data)
    if encoding == "base64":
        return _from_body_base64(data, doubts)
    if encoding in ("x-uuencode", "uuencode", "x-uue", "uue"):
        return from_uuencode(data)
    doubts.add(f"A part travels in a way that nobody knows (“{encoding[:40]}”); it is shown as it came.")
    return data


def _from_body_base64(data: bytes, doubts: Doubts) -> bytes:
    """What says that it is base64 and is words is left as it is."""
    sample = data[:2_000]
    if sum(sample.count(sign) for sign in b" ,.:'!?<>") * 20 > len(sample) > 0:
        doubts.add("A part says that it is base64 and is not; it is shown as it came.")
        return data
    return from_base64(data)


def from_base64(data: bytes) -> bytes:
    """Decode base64 as far as it goes: without its end, with signs that do not belong."""
    letters = data.translate(None, NOT_BASE64)
    letters = letters[: len(letters) - 1] if len(letters) % 4 == 1 else letters
    return binascii.a2b_base64(letters + b"=" * (-len(letters) % 4))


def from_uuencode(data: bytes) -> bytes:
    """Decode the lines between begin and end."""
    found = []
    for line in data.splitlines():
        if line.startswith((b"begin ", b"end")) or not line.strip():
            continue
        try:
            found.append(binascii.a2b_uu(line))
        except binascii.Error:
            found.append(_uu_line(line))
    return b"".join(found)


def _uu_line(line: bytes) -> bytes:
    """A line with signs too many, as some writers make them."""
    length = (((line[0] - 32) & 63) * 4 + 5) // 3
    try:
        return binascii.a2b_uu(line[:length])
    except binascii.Error:
        return b""
