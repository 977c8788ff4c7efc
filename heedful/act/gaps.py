"""What somebody meant to fill in and did not: blanks of saved replies, and gaps such as `[date]` or `online by …`."""

import re
from collections.abc import Collection, Iterator, Mapping
from difflib import SequenceMatcher

from heedful.kit.errors import Refused

BLANKS = {
    "name": "the customer's first name",
    "promise": "the promise that the case is about",
    "me": "the name of whoever writes",
}
"""What may stand in braces, and what the case puts there."""
BLANK = re.compile(r"\{{1,2}\s{0,9}+([\w .'’-]{0,40}?)\s{0,9}\}{1,2}")
ALIKE = 0.7
"""From which a word is one of the blanks, misspelt."""

ELLIPSIS = r"(?:…|\.{3,})"
LEADING = (
    "about|am|and|at|before|bei|bis|by|call|dear|for|from|hello|hi|im|is|of|on|since|the|to|um|until|von|with|zum|zu"
)
"""Words after which something must come."""
GAPS = re.compile(
    rf"""
    \{{{{?[^{{}}\n]{{1,40}}\}}?\}}                  # {{anything}} in braces
    | \[(?!\d+\]|[xX]\]|sic\]|\])[^\[\]\n]{{1,40}}\](?!\()  # [date], but no [1], [x] or link
    | <(?!br\b)[A-Za-z][A-Za-z _-]{{1,30}}>         # <name>
    | %[A-Za-z_]{{2,30}}%                           # %NAME%
    | \b[xX]{{3,}}\b | \b[xX]{{2}}(?=[./:,\s-][xX]{{2}}\b)[./:,\s-][xX]{{2}}(?:[./:-][xX]{{2,4}})?
    | \b(?:TODO|TBD|TBC|FIXME)\b | \?{{3,}} | _{{3,}}
    | \b\w+[^\S\n]+{ELLIPSIS}(?=[\s.,;:!?)]|$)       # online by …
    | \b(?i:{LEADING}){ELLIPSIS} | :[^\S\n]*{ELLIPSIS} | \.{{5,}}
    """,
    re.VERBOSE,
)
QUOTED = re.compile(r"^>.*$", re.MULTILINE)
"""What the other side wrote, which is none of our gaps."""


def fill(text: str, values: Mapping[str, str]) -> str:
    """Put what is known into the blanks of a text."""
    return BLANK.sub(lambda match: values.get(_name(match)) or match[0], text)


def find(*texts: str) -> list[str]:
    """The gaps in what somebody wrote, each once, in order."""
    gaps = (match[0].strip() for text in texts for match in GAPS.finditer(QUOTED.sub("", text)))
    return list(dict.fromkeys(gaps))


def refuse(*texts: str, but: Collection[str] = ()) -> None:
    """Refuse to send a customer what was to be filled in; the writer has seen the gaps `but` and means them so."""
    for blank in (blank for text in texts for blank in _blanks(text)):
        _refuse_blank(blank)
    if gaps := [gap for gap in find(*texts) if gap not in but]:
        shown = ", ".join(f"“{gap}”" for gap in gaps[:3])
        raise Refused(f"Is there something to fill in at {shown}? Send it once more if it is meant so.", code="gap")


def refuse_unknown(text: str) -> None:
    """Refuse a text to be saved whose blanks nothing could fill."""
    for match in BLANK.finditer(text):
        if _name(match) not in BLANKS:
            raise Refused(_no_such_blank(match[0], _name(match)), code="no_such_blank")


def nearest(name: str) -> tuple[str, float]:
    """The blank that a name in braces is most like, and how much, from 0 to 1."""
    words = [name, *re.split(r"[\s._'’-]+", name)]
    return max(((blank, _likeness(words, blank)) for blank in BLANKS), key=lambda pair: pair[1])


def _likeness(words: Collection[str], blank: str) -> float:
    return max(SequenceMatcher(None, word, blank).ratio() for word in words)


def _blanks(text: str) -> Iterator[re.Match[str]]:
    return BLANK.finditer(QUOTED.sub("", text))


def _refuse_blank(match: re.Match[str]) -> None:
    name = _name(match)
    if name in BLANKS:
        raise Refused(f"{match[0]} is still a blank. Write what belongs there, or take it out.", code="blank")
    if nearest(name)[1] >= ALIKE:
        raise Refused(_no_such_blank(match[0], name), code="no_such_blank")


def _no_such_blank(written: str, name: str) -> str:
    blank, likeness = nearest(name)
    if likeness >= ALIKE:
        return f"There is no blank {written}. The nearest is {{{blank}}}."
    return f"There is no blank {written}. There are {', '.join(f'{{{one}}}' for one in BLANKS)}."


def _name(match: re.Match[str]) -> str:
    return match[1].strip().lower()
