"""What stands below the words of a mail: signatures, lines of telephones, disclaimers, lines of nothing but signs."""

import re
from collections.abc import Sequence

from heedful.listen.channels.email.reading import phrases

LONGEST_SIGNATURE = 14
LONGEST_DRAWN = 8
LONGEST_DEVICE = 120
MARKED = frozenset(("--", "__", "-- ", "—", "––", "- -"))
BRACKETS = "<>()[]«»*_ \t•-–—"
FROM_DEVICE = re.compile(
    r"(?:[^\W\d_]{1,20} ){0,3}from (?:my |a |the |his |her )?([a-z-]{2,20})[ .!]?\d{0,2}", re.IGNORECASE
)


def is_signs(line: str) -> bool:
    """Whether a line holds no letter and no digit, so that it says nothing."""
    text = line.strip()
    return bool(text) and len(text) < 200 and (text == "ᐧ" or all(sign in "-–—_=~*#+.•|· \t" for sign in text))


def is_device(line: str) -> bool:
    """Whether a telephone or a program wrote this line about itself."""
    text = line.strip(BRACKETS).replace("[", "").lower()
    if not text or len(text) > LONGEST_DEVICE:
        return False
    if text.startswith(phrases.DEVICE):
        return True
    if text.endswith(("から送信", "에서 보냄", "傳送", "发送", "gönderildi")) and len(text) < 40:
        return True
    found = FROM_DEVICE.fullmatch(text)
    return bool(found and found[1].lower() in phrases.DEVICES)


def is_drawn(line: str) -> bool:
    """Whether a line of underscores or the like parts the signature from the words."""
    text = line.strip()
    return len(text) >= 2 and len(text) < 200 and set(text) in ({"_"}, {"-"}, {"="}, {"*"}, {"—"})


def is_disclaimer(paragraph: Sequence[str]) -> bool:
    """Whether a paragraph only says what may be done with the mail."""
    text = " ".join(paragraph).lower()
    return len(text) > 40 and sum(word in text for word in phrases.DISCLAIMER) >= (1 if "environment" in text else 2)


def signature_begins(lines: Sequence[str]) -> int:
    """Return where the signature of these lines begins; their number where there is none."""
    words = len(lines)
    for at in range(len(lines) - 1, max(-1, len(lines) - 60), -1):
        line = lines[at].rstrip("\r")
        is_marked = line.strip() in MARKED and _count(lines[at + 1 :]) <= LONGEST_SIGNATURE
        if is_marked or (is_drawn(line) and len(line.strip()) >= 5 and _is_short(lines[at + 1 :])):
            words = at
    return words


def _count(lines: Sequence[str]) -> int:
    return sum(bool(line.strip()) for line in lines)


def _is_short(lines: Sequence[str]) -> bool:
    return _count(lines) <= LONGEST_DRAWN and all(len(line) <= 80 for line in lines)
