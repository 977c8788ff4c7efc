"""Lines that say that a mail before begins: “On Monday Ann wrote:”, blocks of headers, lines of dashes."""

import re
from collections.abc import Sequence

from heedful.listen.channels.email.reading import phrases

LONGEST = 320
MOST_LINES = 5
TIME = re.compile(r"\d{1,2}[:.hH]\d\d")
YEAR = re.compile(r"(?:19|20)\d\d")
ISO = re.compile(r"\d{4}[-/]\d\d?[-/]\d\d?[ T,]{1,3}\d\d?:\d\d")
WITH_ZONE = re.compile(r"\d{4}-\d\d-\d\d \d\d?:\d\d (?:GMT|UTC)[+-]\d\d:\d\d \S")
HEADER = re.compile(r"([^\W\d_][^:：]{0,24})[:：]")
KINDS = {
    "sender": phrases.SENDER,
    "sent": phrases.SENT,
    "receiver": phrases.RECEIVER,
    "subject": phrases.SUBJECT,
    "other": phrases.OTHER_HEADERS,
}
DASHED = re.compile(r"[-–—_=]{3,60}+ ?([^-–—_=].{1,60})")


def plain(line: str) -> str:
    """A line without marks of quotation and of weight round it."""
    return line.lstrip("> \t").strip().strip("*_").strip()


def attribution_at(lines: Sequence[str], end: int) -> int:
    """Return where the attribution begins that ends with this line; -1 where none does."""
    last = plain(lines[end]).strip("- ")
    if not last or len(last) > LONGEST:
        return -1
    if WITH_ZONE.match(last) and _is_first(lines, end):
        return end
    if not _may_end(last):
        return -1
    words: list[str] = []
    for at in range(end, max(-1, end - MOST_LINES), -1):
        if at < end and plain(lines[at]).endswith((":", "：")):
            return -1
        words.insert(0, plain(lines[at]))
        joined = " ".join(word for word in words if word).strip("- ")
        if len(joined) > LONGEST:
            return -1
        if words[0] and _is_attribution(joined, is_alone=at == end):
            return _begin(lines, at, end)
    return -1


def _begin(lines: Sequence[str], at: int, end: int) -> int:
    """An attribution whose address stands alone on its last line may have begun on a line before."""
    if at < end or _has_opener(plain(lines[at])):
        return at
    for before in range(at - 1, max(-1, at - MOST_LINES), -1):
        line = plain(lines[before])
        if not line or line.endswith((".", "!", "?", ":")):
            return at
        if _has_opener(line) and _has_moment(line):
            return before
    return at


def _is_first(lines: Sequence[str], at: int) -> bool:
    return not at or not lines[at - 1].strip()


def _may_end(last: str) -> bool:
    """Whether an attribution may end with this line."""
    return last.endswith((":", "：", ">")) or _has_verb(last)


def _is_attribution(joined: str, *, is_alone: bool) -> bool:
    """Somebody wrote at some time: a verb, and a moment or an address."""
    is_ended = joined.endswith((":", "：")) or (bool(joined.split()) and joined.split()[-1].lower() in phrases.WROTE)
    if not is_ended:
        return False
    if "@" in joined and (ISO.match(joined) or (joined.endswith(">:") and _has_date_and_time(joined))):
        return True
    if not _has_verb(joined):
        return False
    if _has_opener(joined):
        return _has_moment(joined) or "@" in joined
    return (_has_date_and_time(joined) and "@" in joined) or (is_alone and ("@" in joined or bool(YEAR.search(joined))))


def _has_verb(text: str) -> bool:
    words = {word.strip(":,;.“”\"'：").lower() for word in text.split()}
    return bool(words & phrases.WROTE) or any(verb in text for verb in phrases.WROTE_UNSPACED)


def _has_opener(text: str) -> bool:
    first = text.split(None, 1)[0].lower().strip(",") if text else ""
    return (
        first in phrases.OPENERS
        or bool(ISO.match(text))
        or text.startswith(("在", "於", "于"))
        or bool(YEAR.match(text))
    )


def _has_moment(text: str) -> bool:
    return bool(TIME.search(text) or YEAR.search(text))


def _has_date_and_time(text: str) -> bool:
    return bool(TIME.search(text) and YEAR.search(text))


def is_certain(text: str) -> bool:
    """Whether an attribution is one even if no quotation follows it."""
    return "@" in text or bool(YEAR.search(text)) or bool(TIME.search(text))


def header_block_at(lines: Sequence[str], start: int) -> int:
    """Return where the block of headers ends that begins with this line; -1 where none does."""
    if not header_kind(lines[start]):
        return -1
    kinds: set[str] = set()
    end, others = start, 0
    for at in range(start, min(len(lines), start + 14)):
        kind = header_kind(lines[at])
        if kind:
            kinds.add(kind)
            end, others = at + 1, 0
        elif plain(lines[at]) or not kinds:
            others += 1
            if others > 2 or not kinds:
                break
        elif len(kinds) >= 3 and not _goes_on(lines, at):
            break
    return end if len(kinds & {"sender", "sent", "receiver", "subject"}) >= 3 and "sender" in kinds else -1


def _goes_on(lines: Sequence[str], at: int) -> bool:
    return at + 1 < len(lines) and bool(header_kind(lines[at + 1]))


def header_kind(line: str) -> str:
    """Which header of a quoted mail a line is; empty where it is none."""
    found = HEADER.match(plain(line).replace("*", "")[:60])
    if not found:
        return ""
    name = "_".join(found[1].lower().split())
    return next((kind for kind, names in KINDS.items() if name in names), "")


def header_value(line: str) -> str:
    """What stands behind the name of a quoted header."""
    text = plain(line).replace("*", "")
    found = HEADER.match(text)
    return text[found.end() :].strip() if found else ""


def is_original_divider(line: str) -> bool:
    """Whether a line of dashes says that the mail that is answered begins."""
    words = _dashed(line)
    return any(word in words for word in phrases.ORIGINAL)


def is_forward_divider(line: str) -> bool:
    """Whether a line says that the mail that is handed on begins."""
    words = _dashed(line)
    if words and any(word in words for word in phrases.FORWARDED):
        return True
    return plain(line).lower().startswith(phrases.FORWARD_BEGINNINGS) and len(plain(line)) < 100


def _dashed(line: str) -> str:
    """The words between dashes, in lower case; empty where there are none."""
    text = plain(line)
    found = DASHED.match(text) if len(text) < 160 else None
    is_divider = found and (text.endswith(("-", "–", "—", "_", "=", ":")) or text[:4] == "----")
    return found[1].lower() if found and is_divider else ""
