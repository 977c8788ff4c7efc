"""Small mails for tests, and a few that are as wrong as mails become."""

import struct
from base64 import encodebytes

HEAD = "From: Ann Lee <ann@example.com>\nTo: help@shop.example\nSubject: The router\nMessage-ID: <1@example.com>\n"


def raw(body: str, *, head: str = HEAD, kind: str = "text/plain; charset=utf-8") -> bytes:
    """A mail of one part."""
    return f"{head}MIME-Version: 1.0\nContent-Type: {kind}\n\n{body}".encode()


def of_parts(*parts: str, kind: str = "multipart/mixed", head: str = HEAD) -> bytes:
    """A mail of several parts, each with its headers."""
    return raw("".join(f"--cut\n{part}\n" for part in parts) + "--cut--\n", head=head, kind=f"{kind}; boundary=cut")


def part(kind: str, body: str, *headers: str) -> str:
    """One part."""
    return "\n".join([f"Content-Type: {kind}", *headers, "", body])


def file(name: str, data: bytes, *, kind: str = "application/octet-stream", content_id: str = "") -> str:
    """A file as a part."""
    headers = [f'Content-Disposition: attachment; filename="{name}"', "Content-Transfer-Encoding: base64"]
    headers += [f"Content-ID: <{content_id}>"] if content_id else []
    return part(kind, encodebytes(data).decode(), *headers)


def winmail(name: str, data: bytes, words: str = "") -> bytes:
    """What Outlook makes of a mail with one file."""
    body = _attribute(1, 0x0002800C, words.encode() + b"\x00") if words else b""
    title = _attribute(2, 0x00018010, b"SHORT~1.TXT\x00")
    long_name = name.encode("utf-16-le") + b"\x00\x00"
    padded = long_name + b"\x00" * (-len(long_name) % 4)
    properties = struct.pack("<IHHII", 1, 0x001F, 0x3707, 1, len(long_name)) + padded
    rendering = _attribute(2, 0x00069002, b"\x00" * 14)
    content = _attribute(2, 0x0006800F, data)
    return b"\x78\x9f\x3e\x22\x01\x00" + body + rendering + title + content + _attribute(2, 0x00069005, properties)


def _attribute(level: int, tag: int, value: bytes) -> bytes:
    return struct.pack("<BII", level, tag, len(value)) + value + struct.pack("<H", sum(value) & 0xFFFF)


def signed(inner: bytes, *, is_without_length: bool = False) -> bytes:
    """A mail as a signer wraps it, without certificates, which nobody reads here."""
    octets = _der(0x04, inner)
    if is_without_length:
        octets = (
            b"\x24\x80" + b"".join(_der(0x04, inner[at : at + 50]) for at in range(0, len(inner), 50)) + b"\x00\x00"
        )
    data = _der(0x30, _der(0x06, bytes.fromhex("2a864886f70d010701")) + _der(0xA0, octets))
    content = _der(0x30, _der(0x02, b"\x01") + _der(0x31, b"") + data + _der(0x31, b""))
    return _der(0x30, _der(0x06, bytes.fromhex("2a864886f70d010702")) + _der(0xA0, content))


def _der(tag: int, value: bytes) -> bytes:
    length = len(value)
    size = length.to_bytes((length.bit_length() + 7) // 8 or 1)
    return bytes([tag]) + (size if length < 0x80 else bytes([0x80 | len(size)]) + size) + value


def dsn(*, action: str, status: str, recipient: str = "gone@example.com") -> bytes:
    """A report of a mail server."""
    said = f"Reporting-MTA: dns; mx\n\nFinal-Recipient: rfc822; {recipient}\nAction: {action}\nStatus: {status}\n"
    return of_parts(
        part("text/plain", "Sorry, your mail is not delivered."),
        part("message/delivery-status", said),
        part("message/rfc822", HEAD + "\nHello"),
        kind="multipart/report; report-type=delivery-status",
        head="From: MAILER-DAEMON@mx.example.com\nSubject: Undelivered mail\nReturn-Path: <>\n",
    )
