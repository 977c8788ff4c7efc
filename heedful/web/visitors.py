"""Where a visitor comes from."""

import ipaddress

from django.conf import settings
from django.http import HttpRequest

ONE_HOUSEHOLD = 64
"""Bits of an IPv6 address that a provider gives out; who has it has all the addresses behind it."""


def address(request: HttpRequest) -> str:
    """Return the visitor's address: what our own proxies say, and nobody else's word."""
    near = _read(request.META.get("REMOTE_ADDR", "") or "127.0.0.1")
    if near is None or settings.PROXIES == 0 or not near.is_private:
        return str(near or request.META["REMOTE_ADDR"])
    passed = request.headers.get("X-Forwarded-For", "").split(",")[-settings.PROXIES :]
    return str(_read(passed[0]) or near)


def network(request: HttpRequest) -> str:
    """Return what a visitor's requests are counted by: the address, or the network that one household has."""
    where = address(request)
    if ":" not in where:
        return where
    return str(ipaddress.IPv6Network(f"{where.partition('%')[0]}/{ONE_HOUSEHOLD}", strict=False).network_address)


def _read(value: str) -> ipaddress.IPv4Address | ipaddress.IPv6Address | None:
    """Read an address, with a port or without; one that wraps an older address is that one."""
    for text in (value.strip(), value.strip().rpartition(":")[0].strip("[]")):
        try:
            address = ipaddress.ip_address(text)
        except ValueError:
            continue
        return getattr(address, "ipv4_mapped", None) or address
    return None
