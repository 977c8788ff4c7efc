"""The headers of a mail: names and subjects are text, and arrive as they were written, whatever they look like.

The library's own headers read such a text again, so that a name may become a line break or a second address, and in
some releases of Python a long name loses its quotes. Here only what the wire can hold as it is stays as it is.
"""

import re
from email.header import Header
from email.headerregistry import BaseHeader, HeaderRegistry
from email.policy import SMTP, Policy
from email.utils import formataddr
from typing import Any, cast

MOST_IN_A_LINE = 76
MOST_IN_A_WORD = 66
"""Of an encoded word, so that it has room behind the name of the header."""
_PLAIN = re.compile(r"(?!.*=\?)[!-~]{1,60}( [!-~]{1,60})*")
"""Words that a line can be broken between, and that nobody reads as encoded ones."""
OF_PARTS = ("content-type", "content-transfer-encoding", "content-disposition", "mime-version")
"""What the library needs to read in order to put the parts of a mail together."""


OF_THREADS = frozenset({"In-Reply-To", "References", "Reply-To"})
"""Headers of ids and addresses, which mean nothing once they are encoded, however long they are."""


def address(name: str, at: str) -> str:
    """Return an address with the name of whose it is."""
    if not name or _PLAIN.fullmatch(name):
        return formataddr((name, at))
    return f"{text(name)} <{at}>"


def text(words: str) -> str:
    """Return words as the wire can hold them, on one line."""
    return words if _PLAIN.fullmatch(words) else Header(words, "utf-8", MOST_IN_A_WORD).encode(linesep="")


class WireHeader:
    """A header that is on the wire already, and is only broken into lines."""

    max_count = 1
    name: str

    @classmethod
    def parse(cls, value: str, kwds: dict[str, Any]) -> None:
        """Take it as it is."""
        kwds["decoded"], kwds["parse_tree"] = value, None

    def fold(self, *, policy: Policy) -> str:
        """Return it in lines, broken where there is a space."""
        lines = [f"{self.name}:"]
        for number, word in enumerate(str(self).split(" ")):
            if number and len(lines[-1]) + 1 + len(word) > MOST_IN_A_LINE:
                lines.append("")
            lines[-1] += f" {word}"
        return "".join(f"{line}{policy.linesep}" for line in lines)


def _registry() -> HeaderRegistry:
    headers = HeaderRegistry().registry
    registry = HeaderRegistry(BaseHeader, cast("Any", WireHeader), use_default_map=False)
    for name in OF_PARTS:
        registry.map_to_type(name, cast("Any", headers[name]))
    return registry


WIRE = SMTP.clone(header_factory=_registry())
"""How a mail is written: each header is given by `address` or `text`, and leaves so."""
