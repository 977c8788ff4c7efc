"""How many sheets one network may begin through public links."""

from datetime import timedelta

from django.http import HttpRequest
from django.utils import timezone

from heedful.associates import rate_limits
from heedful.associates.rate_limits import Rate
from heedful.kit.errors import TooMany
from heedful.listen.models import Survey
from heedful.web import visitors

AN_HOUR = 120
"""A shop full of people shares one address; a script is stopped by this all the same."""


def count(request: HttpRequest, *, of: Survey) -> None:
    """Count one sheet that is begun, and refuse when too many came from the same network within an hour."""
    name = rate_limits.name("sheets", of.pk, visitors.network(request))
    if not rate_limits.take(name=name, rate=Rate(AN_HOUR, timedelta(hours=1)), at=timezone.now()):
        raise TooMany("Many answers came from here just now. Try again in an hour.")
