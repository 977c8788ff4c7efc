"""E-mail addresses: the one form of writing by which two are compared, and the form that goes over the wire."""

import idna
from django.core.exceptions import ValidationError
from django.core.validators import validate_email

from heedful.kit import characters

LONGEST = 254
MAILTO = "mailto:"


def normal(text: str) -> str:
    """Return an address in its one form of writing, or nothing when it is none; `ß` and `ss` are two letters.

    Gone are what a program wrote around it, letters that nobody sees, the dot that ends a domain, and capitals.
    """
    local, domain = _parts(text)
    return f"{local.lower()}@{_readable(domain)}" if domain else ""


def wire(text: str) -> str:
    """Return an address as a mail server takes it, its domain as IDNA 2008 writes it; raises ValueError where none."""
    local, domain = _parts(text)
    if not domain:
        raise ValueError
    try:
        address = f"{local}@{domain if domain.isascii() else _encoded(domain)}"
        validate_email(address)
    except (ValidationError, UnicodeError):
        raise ValueError from None
    return address


def _parts(text: str) -> tuple[str, str]:
    """The part before the sign and the domain after it, cleaned of what does not belong to the address."""
    bare = characters.visible(_unwrapped(characters.normalised("NFC", text[: 4 * LONGEST]).strip()))
    local, _, domain = bare.replace("＠", "@").partition("@")
    local, domain = characters.unjoined(local).strip(), domain.strip().rstrip(".。．｡")
    whole = f"{local}@{domain}"
    if not local or not domain or len(whole) > LONGEST or whole.count("@") != 1 or any(map(str.isspace, whole)):
        return "", ""
    return local, domain


def _unwrapped(text: str) -> str:
    """An address without the name, the brackets or the link in which it was copied."""
    if text[-1:] == ">" and (start := text.rfind("<")) >= 0:
        text = text[start + 1 : -1].strip()
    if text[: len(MAILTO)].lower() == MAILTO:
        text = text[len(MAILTO) :].partition("?")[0].replace("%40", "@").strip()
    return text


def _readable(domain: str) -> str:
    """A domain in letters, the same however it was encoded; one that IDNA does not take stays as it is."""
    if domain.isascii() and "xn--" not in (plain := domain.lower()):
        return plain
    try:
        return idna.decode(_encoded(domain)).rstrip(".")
    except UnicodeError:
        return domain.lower()


def _encoded(domain: str) -> str:
    """A domain in plain letters; joiners that belong to no word were copied along."""
    try:
        return idna.encode(domain, uts46=True).decode()
    except idna.IDNAError:
        return idna.encode(characters.unjoined(domain), uts46=True).decode()
