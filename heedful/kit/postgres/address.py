"""The address of a database as PostgreSQL's programs are given it: their words can be read by every account."""

import os
from urllib.parse import parse_qsl, quote, unquote, urlencode, urlsplit, urlunsplit

from heedful.kit.errors import Refused


def shown(url: str) -> str:
    """Return the address without its password, fit to stand in a command."""
    parts = urlsplit(url)
    options = parse_qsl(parts.query, keep_blank_values=True)
    if any(name == "sslpassword" for name, _ in options):
        raise Refused(
            "DATABASE_URL holds the password of a client's key (sslpassword), which PostgreSQL's programs can be given"
            " only where everybody on this machine reads it. Use a key without one for this command.",
            code="sslpassword",
        )
    plain = [(name, value) for name, value in options if name != "password"]
    login, at, place = parts.netloc.rpartition("@")
    return urlunsplit(
        parts._replace(netloc=login.partition(":")[0] + at + place, query=urlencode(plain, quote_via=quote))
    )


def environment(url: str) -> dict[str, str]:
    """Return this process's environment and, in it, the password of the address."""
    parts = urlsplit(url)
    password = dict(parse_qsl(parts.query)).get("password") or unquote(parts.password or "")
    return {**os.environ, "PGPASSWORD": password} if password else dict(os.environ)
