"""The mark of a thread: nobody can guess it, and whoever sends it back answers in that thread.

It stands in the reply address or in the subject, for mail programs that lose the headers.
"""

import base64
import re
from collections.abc import Iterable

from django.utils.crypto import constant_time_compare, salted_hmac
from django.utils.http import base36_to_int, int_to_base36

SALT = "heedful.listen.channels.email.marks"
_MARK = re.compile(r"(?<![0-9a-z])([0-9a-z]{1,12})-([a-z2-7]{16})(?![0-9a-z])")
_IN_SUBJECT = re.compile(r" ?\[#[0-9a-z]{1,12}-[a-z2-7]{16}\]", re.IGNORECASE)


def mark_of(thread: int) -> str:
    """Return the mark of a thread."""
    return f"{int_to_base36(thread)}-{_signature(thread)}"


def in_address(address: str, thread: int) -> str:
    """Return an address that brings the mark of a thread back."""
    local, _, domain = address.rpartition("@")
    return f"{local}+{mark_of(thread)}@{domain}"


def in_subject(subject: str, thread: int) -> str:
    """Return a subject with the mark of its thread, once."""
    return f"{without(subject)} [#{mark_of(thread)}]"


def without(subject: str) -> str:
    """Return a subject without marks."""
    return _IN_SUBJECT.sub("", subject)


def threads_in(texts: Iterable[str]) -> list[int]:
    """Return the threads whose marks stand in addresses or subjects; what was not signed here is none."""
    found = [(base36_to_int(match[1]), match[2]) for text in texts for match in _MARK.finditer(text.lower()[:2000])]
    return [thread for thread, signature in found if constant_time_compare(signature, _signature(thread))]


def _signature(thread: int) -> str:
    digest = salted_hmac(SALT, str(thread), algorithm="sha256").digest()
    return base64.b32encode(digest[:10]).decode().lower()
