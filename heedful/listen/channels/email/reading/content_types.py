"""What a file is by what is in it, whatever its name and the mail say."""

MAGIC: tuple[tuple[bytes, int, str], ...] = (
    (b"\x89PNG\r\n\x1a\n", 0, "image/png"), (b"\xff\xd8\xff", 0, "image/jpeg"), (b"GIF87a", 0, "image/gif"),
    (b"GIF89a", 0, "image/gif"), (b"WEBP", 8, "image/webp"), (b"BM", 0, "image/bmp"), (b"II*\x00", 0, "image/tiff"),
    (b"MM\x00*", 0, "image/tiff"), (b"ftypheic", 4, "image/heic"), (b"ftypmif1", 4, "image/heif"),
    (b"ftypavif", 4, "image/avif"), (b"%PDF-", 0, "application/pdf"), (b"\x1f\x8b", 0, "application/gzip"),
    (b"7z\xbc\xaf\x27\x1c", 0, "application/x-7z-compressed"), (b"Rar!\x1a\x07", 0, "application/vnd.rar"),
    (b"BZh", 0, "application/x-bzip2"), (b"\xfd7zXZ\x00", 0, "application/x-xz"), (b"ustar", 257, "application/x-tar"),
    (b"{\\rtf", 0, "application/rtf"), (b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1", 0, "application/x-ole-storage"),
    (b"MZ", 0, "application/x-msdownload"), (b"\x7fELF", 0, "application/x-executable"), (b"ID3", 0, "audio/mpeg"),
    (b"OggS", 0, "audio/ogg"), (b"fLaC", 0, "audio/flac"), (b"WAVE", 8, "audio/wav"), (b"#!AMR", 0, "audio/amr"),
    (b"ftypM4A", 4, "audio/mp4"), (b"ftypqt", 4, "video/quicktime"), (b"ftyp", 4, "video/mp4"),
    (b"\x1aE\xdf\xa3", 0, "video/webm"), (b"\x78\x9f\x3e\x22", 0, "application/ms-tnef"),
    (b"\x00\x00\x01\x00", 0, "image/vnd.microsoft.icon"), (b"%!PS", 0, "application/postscript"),
)  # fmt: skip
"""Signs, where they stand, and what they show."""
IN_ZIP = (
    (b"word/", "application/vnd.openxmlformats-officedocument.wordprocessingml.document"),
    (b"xl/", "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"),
    (b"ppt/", "application/vnd.openxmlformats-officedocument.presentationml.presentation"),
    (b"application/epub+zip", "application/epub+zip"),
    (b"application/vnd.oasis.opendocument.text", "application/vnd.oasis.opendocument.text"),
    (b"application/vnd.oasis.opendocument.spreadsheet", "application/vnd.oasis.opendocument.spreadsheet"),
)  # fmt: skip
OF_TEXT = ("text/", "message/", "application/json", "application/xml", "application/pgp", "application/x-pem")
SIGNED = {
    "application/pkcs7-signature", "application/x-pkcs7-signature", "application/pkcs7-mime",
    "application/x-pkcs7-mime",
}  # fmt: skip
ENDINGS = {
    "image/png": ".png", "image/jpeg": ".jpg", "image/gif": ".gif", "application/pdf": ".pdf", "text/plain": ".txt",
    "text/html": ".html", "message/rfc822": ".eml", "text/calendar": ".ics", "application/gzip": ".gz",
    "application/zip": ".zip", "image/webp": ".webp", "image/heic": ".heic", "audio/mpeg": ".mp3", "video/mp4": ".mp4",
}  # fmt: skip
"""For files without a name."""


def content_type_of(data: bytes, stated: str) -> str:
    """Return what the content shows; what the mail states is believed only where it can be no harm."""
    for sign, at, kind in MAGIC:
        if data[at : at + len(sign)] == sign:
            return kind
    if data.startswith((b"PK\x03\x04", b"PK\x05\x06")):
        return _in_zip(data)
    if stated in SIGNED:
        return stated
    if _is_text(data):
        return _text_type(data, stated)
    return "application/octet-stream"


def _in_zip(data: bytes) -> str:
    beginning = data[:4_000] + data[-8_000:]
    return next((kind for sign, kind in IN_ZIP if sign in beginning), "application/zip")


def _is_text(data: bytes) -> bool:
    sample = data[:8_000]
    odd = sum(sample.count(bytes([byte])) for byte in (0, 1, 2, 3, 4, 5, 6, 14, 15, 16, 17, 18, 19, 20, 21))
    return b"\x00" not in sample and odd * 100 <= len(sample)


def _text_type(data: bytes, stated: str) -> str:
    beginning = data[:1_000].lstrip(b"\xef\xbb\xbf \t\r\n").lower()
    if beginning.startswith((b"<!doctype html", b"<html", b"<head", b"<body", b"<script")):
        return "text/html"
    if beginning.startswith(b"<svg") or (beginning.startswith(b"<?xml") and b"<svg" in beginning):
        return "image/svg+xml"
    if beginning.startswith(b"begin:vcalendar"):
        return "text/calendar"
    if beginning.startswith(b"begin:vcard"):
        return "text/vcard"
    if beginning.startswith(b"<?xml"):
        return "application/xml"
    return stated if stated.startswith(OF_TEXT) and stated != "text/html" else "text/plain"
