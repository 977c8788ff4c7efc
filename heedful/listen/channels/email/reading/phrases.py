"""How mail programs write, in the languages that they speak: above a quotation, in its headers, below a mail."""

import tomllib
from pathlib import Path

_PHRASES: dict[str, list[str]] = tomllib.loads((Path(__file__).parent / "phrases.toml").read_text(encoding="utf-8"))

WROTE = frozenset(_PHRASES["wrote"])
WROTE_UNSPACED = tuple(_PHRASES["wrote_unspaced"])
OPENERS = frozenset(_PHRASES["openers"])
SENDER = frozenset(_PHRASES["sender"])
SENT = frozenset(_PHRASES["sent"])
RECEIVER = frozenset(_PHRASES["receiver"])
SUBJECT = frozenset(_PHRASES["subject"])
OTHER_HEADERS = frozenset(_PHRASES["other_headers"])
ORIGINAL = tuple(_PHRASES["original"])
FORWARDED = tuple(_PHRASES["forwarded"])
FORWARD_BEGINNINGS = tuple(_PHRASES["forward_beginnings"])
FORWARD_SUBJECTS = tuple(_PHRASES["forward_subjects"])
DEVICE = tuple(_PHRASES["device"])
DEVICES = tuple(_PHRASES["devices"])
DISCLAIMER = tuple(_PHRASES["disclaimer"])
AWAY = tuple(_PHRASES["away"])
NOT_DELIVERED = tuple(_PHRASES["not_delivered"])
LATE = tuple(_PHRASES["late"])
