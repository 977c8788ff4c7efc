"""How many sheets one address may begin through public links."""

import hashlib

from django.core.cache import cache
from django.http import HttpRequest

from heedful.kit.errors import Refused
from heedful.listen.models import Survey
from heedful.web import visitors

AN_HOUR = 120
"""A shop full of people shares one address; a script is stopped by this all the same."""


def count(request: HttpRequest, *, of: Survey) -> None:
    """Count one sheet that is begun, and refuse when too many came from the same address within an hour."""
    key = f"sheets:{of.pk}:{hashlib.blake2b(visitors.address(request).encode(), digest_size=12).hexdigest()}"
    if cache.add(key, 1, timeout=3600):
        return
    if cache.incr(key) > AN_HOUR:
        raise Refused("Many answers came from here just now. Try again in an hour.", code="too_many")
