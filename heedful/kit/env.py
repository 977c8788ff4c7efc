"""Settings from the environment, each declared once and documented in docs/configuration.md."""

import os
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import urlsplit

from heedful.kit.allowances import Allowance


@dataclass(frozen=True, slots=True)
class Setting:
    """One declared variable: its name, its default in words and what it is for."""

    name: str
    default: str | None
    doc: str


class Misconfigured(Exception):
    """A setting is missing or unreadable; the message names it."""


DECLARED: dict[str, Setting] = {}


def text(name: str, *, default: str | None = None, doc: str) -> str:
    """Return the value of `name`, or of the file that `name_FILE` points to, or the default."""
    DECLARED[name] = Setting(name, default, doc)
    value = value_of(name) or default
    if value is None:
        raise Misconfigured(f"{name} is not set. {doc}")
    return value


def value_of(name: str) -> str | None:
    """Return what somebody set, here or in a file; a variable that is empty says nothing, as in many a service file."""
    if path := os.environ.get(f"{name}_FILE"):
        return _file(name, path)
    return os.environ.get(name) or None


def number(name: str, *, default: int, least: int = 0, most: int = 1_000_000, doc: str) -> int:
    """Return a whole number within its bounds, or fail with the variable's name."""
    value = text(name, default=str(default), doc=doc)
    try:
        parsed = int(value)
    except ValueError:
        raise Misconfigured(f"{name} must be a whole number, not {value!r}.") from None
    if not least <= parsed <= most:
        raise Misconfigured(f"{name} must be from {least} to {most}, not {parsed}.")
    return parsed


def choice(name: str, among: Sequence[str], *, default: str, doc: str) -> str:
    """Return one of several words, however it is capitalised."""
    value = text(name, default=default, doc=doc).strip().upper()
    if value not in among:
        raise Misconfigured(f"{name} must be one of {', '.join(among)}, not {value!r}.")
    return value


def address(name: str, *, default: str, schemes: Sequence[str], example: str, doc: str) -> str:
    """Return an address that begins with one of the schemes and whose port can be one; nothing stays nothing."""
    value = text(name, default=default, doc=doc).strip()
    if value and not _is_address(value, schemes):
        raise Misconfigured(f"{name} cannot be read as an address. Write it like {example}.")
    return value


def networks(name: str, *, doc: str) -> list[str]:
    """Return a comma-separated list of networks and ports, as `Allowance` reads them."""
    names = words(name, doc=doc)
    for word in names:
        try:
            Allowance.read(word)
        except ValueError:
            raise Misconfigured(
                f"{name} names {word!r}, which is no network and no port. Write it like 10.1.0.0/16, 10.1.0.0/16:8443"
                " or :8443."
            ) from None
    return names


def flag(name: str, *, default: bool, doc: str) -> bool:
    """Return a yes or no: 1, true, yes, on or 0, false, no, off."""
    value = text(name, default="yes" if default else "no", doc=doc).strip().lower()
    if value in {"1", "true", "yes", "on"}:
        return True
    if value in {"0", "false", "no", "off", ""}:
        return False
    raise Misconfigured(f"{name} must be yes or no, not {value!r}.")


def words(name: str, *, default: str = "", doc: str) -> list[str]:
    """Return a comma-separated list without its empty items."""
    return [word.strip() for word in text(name, default=default, doc=doc).split(",") if word.strip()]


def _file(name: str, path: str) -> str:
    try:
        value = Path(path).read_text(encoding="utf-8").strip()
    except OSError as error:
        raise Misconfigured(f"{name}_FILE points to {path}, which cannot be read ({error.strerror}).") from None
    except ValueError:
        raise Misconfigured(f"{name}_FILE points to {path}, which holds no text.") from None
    if not value:
        raise Misconfigured(f"{name}_FILE points to {path}, which is empty.")
    return value


def _is_address(value: str, schemes: Sequence[str]) -> bool:
    try:
        parts = urlsplit(value)
        parts.port  # noqa: B018 - reading it is what tells
    except ValueError:
        return False
    return parts.scheme in schemes and value.startswith(f"{parts.scheme}://")
