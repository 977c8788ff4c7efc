"""From bytes to text, whatever the mail says its charset is."""

import codecs
from functools import cache

from heedful.kit import characters
from heedful.listen.channels.email.reading.mail import Doubts

WIDER = {
    "ascii": "utf-8", "iso8859-1": "cp1252", "gb2312": "gb18030", "gbk": "gb18030", "euc_kr": "cp949",
    "shift_jis": "cp932", "iso2022_jp": "iso2022_jp_2", "iso8859-9": "cp1254", "tis-620": "cp874",
}  # fmt: skip
"""What writers mean by the name of a charset: the one that holds all of its letters and more."""
CALLED = {
    "ks_c_5601-1987": "cp949", "ks_c_5601": "cp949", "x-sjis": "cp932", "x-gbk": "gb18030", "iso-8859-8-i": "iso8859-8",
    "iso-8859-8-e": "iso8859-8", "x-euc-jp": "euc_jp", "unicode-1-1-utf-7": "utf-7", "utf8mb4": "utf-8",
    "x-mac-roman": "mac-roman", "macintosh": "mac-roman", "x-windows-949": "cp949", "x-user-defined": "utf-8",
    "unicode": "utf-8", "8bit": "utf-8",
    "windows-31j": "cp932", "x-big5": "big5", "ansi_x3.4-1968": "ascii", "cp-850": "cp850",
}  # fmt: skip
"""Names that mails use and Python does not know."""
OF_TEXT = (
    "ascii", "big5", "cp", "euc_", "gb", "hz", "iso2022", "iso8859", "johab", "koi8", "kz1048", "latin", "mac-", "mac_",
    "ptcp154", "shift_jis", "tis", "utf",
)  # fmt: skip
"""How the charsets begin that are let in: others, such as punycode, are no text, or cost more than linear time."""
NEVER_WRONG = {"cp1252", "cp1254", "iso8859-15", "utf-8"}
"""In these, what is good UTF-8 is UTF-8."""


@cache
def codec_of(name: str) -> str:
    """The codec for a charset as mails write it; empty where there is none."""
    plain = name.strip().strip("\"'<>;,").lower().removeprefix("charset=").strip("\"'")[:40]
    plain = CALLED.get(plain, plain)
    try:
        codec = codecs.lookup(plain).name
    except (LookupError, ValueError, UnicodeError):
        return ""
    codec = WIDER.get(codec, codec)
    return codec if codec.startswith(OF_TEXT) else ""


def decode(data: bytes, charset: str, doubts: Doubts) -> str:
    """Return the text of these bytes as it can be kept, and say in which way it is not certain."""
    return characters.storable(_decode(data, charset, doubts))


def _decode(data: bytes, charset: str, doubts: Doubts) -> str:
    codec = codec_of(charset) if charset else "utf-8"
    if charset and not codec:
        doubts.add(f"Nobody knows the charset “{charset[:40]}”, so letters other than A to Z may be wrong.")
    if codec in NEVER_WRONG and _in_japanese_escapes(data):
        codec = "iso2022_jp_2"
    if (not codec or codec in NEVER_WRONG) and (text := _strictly(data, "utf-8")) is not None:
        return text
    if codec and (text := _strictly(data, codec)) is not None:
        return text
    return _guess(data, codec, charset, doubts)


def _guess(data: bytes, codec: str, charset: str, doubts: Doubts) -> str:
    if charset and codec:
        doubts.add(
            f"The text is not in the charset that the mail names ({charset[:40]}), so some letters may be wrong."
        )
    if (text := _strictly(data, "utf-8")) is not None:
        return text
    if not charset:
        doubts.add("The mail does not say its charset, so letters other than A to Z may be wrong.")
    if codec and codec not in NEVER_WRONG:
        return data.decode(codec, "replace")
    if codec == "utf-8" and charset and _mostly_utf8(data):
        return data.decode("utf-8", "replace")
    return data.decode(_likely(data), "replace")


def _likely(data: bytes) -> str:
    """Of the charsets of one byte a letter, the one whose small letters these are: most text is in small letters."""
    sample = data[:4_000]
    latin = sum(65 <= byte <= 90 or 97 <= byte <= 122 for byte in sample)
    lower, upper = sum(byte >= 0xE0 for byte in sample), sum(0xC0 <= byte < 0xE0 for byte in sample)
    if lower + upper <= 2 * latin:
        return "cp1252"
    return "cp1251" if lower > upper else "koi8-r"


def _strictly(data: bytes, codec: str) -> str | None:
    try:
        return data.decode(codec)
    except (UnicodeError, LookupError, ValueError):
        return None


def _mostly_utf8(data: bytes) -> bool:
    """Whether most of what is not ASCII is good UTF-8, so that the rest is damage."""
    broken = data.decode("utf-8", "replace").count("\ufffd")
    return broken * 4 <= sum(byte >= 0xC2 for byte in data)


def _in_japanese_escapes(data: bytes) -> bool:
    return (b"\x1b$B" in data or b"\x1b$@" in data) and data.isascii()
