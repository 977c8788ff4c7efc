"""Where a visitor comes from."""

import ipaddress

from django.http import HttpRequest


def address(request: HttpRequest) -> str:
    """Return the visitor's address: what our own proxy says, and nobody else's word."""
    near = request.META.get("REMOTE_ADDR", "") or "127.0.0.1"
    said = request.headers.get("X-Forwarded-For", "").rpartition(",")[2].strip()
    try:
        behind_proxy = ipaddress.ip_address(near).is_private
        return str(ipaddress.ip_address(said)) if behind_proxy and said else near
    except ValueError:
        return near
