"""Settings from the environment, each declared once and documented in docs/configuration.md."""

import os
from dataclasses import dataclass
from pathlib import Path


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
    if (path := os.environ.get(f"{name}_FILE")) is not None:
        return _file(name, path)
    value = os.environ.get(name, default)
    if value is None:
        raise Misconfigured(f"{name} is not set. {doc}")
    return value


def number(name: str, *, default: int, doc: str) -> int:
    """Return a whole number, or fail with the variable's name."""
    value = text(name, default=str(default), doc=doc)
    try:
        return int(value)
    except ValueError:
        raise Misconfigured(f"{name} must be a whole number, not {value!r}.") from None


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
        return Path(path).read_text(encoding="utf-8").strip()
    except OSError as error:
        raise Misconfigured(f"{name}_FILE points to {path}, which cannot be read ({error.strerror}).") from None
