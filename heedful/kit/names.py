"""What people typed, as it is kept: the one place where names and texts are cleaned and addresses made of names."""

from collections.abc import Collection
from itertools import chain, count

from django.utils.text import slugify

from heedful.kit import characters


def one_line(text: str, *, most: int | None = None) -> str:
    """Return a name on one line: what no database, header or page can hold is gone, and so is what is too long."""
    if not (text.isascii() and text.isprintable()):
        text = characters.straight(characters.storable(text))
    return " ".join(text.split())[:most].rstrip()


def text(typed: str) -> str:
    """Return a text of several lines as it can be kept."""
    return characters.storable(typed.replace("\r\n", "\n")).strip()


def slug(name: str, *, otherwise: str, most: int, taken: Collection[str] = (), in_any_script: bool = False) -> str:
    """Return a name as it stands in an address, in plain small letters, and none of those that are taken.

    A name in letters that an address does not hold, such as 更新, is called by the word `otherwise`, with a number.
    """
    plain = slugify(name[:200], allow_unicode=in_any_script)[:most].strip("-_") or otherwise
    numbered = (f"{plain[: most - 1 - len(str(number))].rstrip('-_')}-{number}" for number in count(2))
    return next(candidate for candidate in chain([plain], numbered) if candidate not in taken)
