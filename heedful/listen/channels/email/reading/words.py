"""Encoded words of headers: =?utf-8?Q?Gr=C3=BC=C3=9Fe?=, also where they are broken."""

import binascii

from heedful.listen.channels.email.reading import charsets
from heedful.listen.channels.email.reading.mail import Doubts
from heedful.listen.channels.email.reading.transfer import from_base64

LONGEST_CHARSET = 60
LONGEST_WORD = 4_000

type _Piece = tuple[str, bytes] | str
"""Bytes in a charset, or text as it is."""


def decode_words(value: str, doubts: Doubts) -> str:
    """Return a header's text with its encoded words in letters."""
    if "=?" not in value:
        return value
    texts, charset, data = [], "", b""
    for piece in [*_pieces(value), ""]:
        if isinstance(piece, tuple) and (piece[0] == charset or not data):
            charset, data = piece[0], data + piece[1]
            continue
        if data:
            texts.append(charsets.decode(data, charset, doubts))
        charset, data = piece if isinstance(piece, tuple) else ("", b"")
        texts.append(piece if isinstance(piece, str) else "")
    return "".join(texts)


def _pieces(value: str) -> list[_Piece]:
    pieces: list[_Piece] = []
    at = 0
    while (start := value.find("=?", at)) >= 0:
        word = _word(value, start)
        if word is None:
            pieces.append(value[at : start + 2])
            at = start + 2
            continue
        between = value[at:start]
        if between.strip() or not pieces or isinstance(pieces[-1], str):
            pieces.append(between)
        pieces.append(word[0])
        at = word[1]
    return [*pieces, value[at:]]


def _word(value: str, start: int) -> tuple[tuple[str, bytes], int] | None:
    """The encoded word that begins here, and where it ends."""
    after_charset = value.find("?", start + 2, start + LONGEST_CHARSET)
    if after_charset < 0 or value[after_charset + 2 : after_charset + 3] != "?":
        return None
    way = value[after_charset + 1].lower()
    end = value.find("?=", after_charset + 3, after_charset + LONGEST_WORD)
    if way not in "bq" or end < 0:
        return None
    text = value[after_charset + 3 : end]
    data = from_base64(text.encode("utf-8", "replace")) if way == "b" else _from_q(text)
    return (value[start + 2 : after_charset].partition("*")[0], data), end + 2


def _from_q(text: str) -> bytes:
    return binascii.a2b_qp(text.encode("utf-8", "replace"), header=True)
