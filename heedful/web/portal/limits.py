"""How many sheets one address may begin through public links."""

import hashlib
import ipaddress

from django.core.cache import cache
from django.http import HttpRequest

from heedful.kit.errors import Refused
from heedful.listen.models import Survey

AN_HOUR = 120
"""A shop full of people shares one address; a script is stopped by this all the same."""


def count(request: HttpRequest, *, of: Survey) -> None:
    """Count one sheet that is begun, and refuse when too many came from the same address within an hour."""
    key = f"sheets:{of.pk}:{hashlib.blake2b(_address(request).encode(), digest_size=12).hexdigest()}"
    if cache.add(key, 1, timeout=3600):
        return
    if cache.incr(key) > AN_HOUR:
        raise Refused("Many answers came from here just now. Try again in an hour.", code="too_many")


def _address(request: HttpRequest) -> str:
    """The visitor's address: what our own proxy says, and nobody else's word."""
    near = request.META.get("REMOTE_ADDR", "") or "127.0.0.1"
    said = request.headers.get("X-Forwarded-For", "").rpartition(",")[2].strip()
    try:
        behind_proxy = ipaddress.ip_address(near).is_private
        return str(ipaddress.ip_address(said)) if behind_proxy and said else near
    except ValueError:
        return near
