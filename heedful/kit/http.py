"""Outgoing HTTP that cannot be led into the company's own network."""

import asyncio
import ipaddress
import socket
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from urllib.parse import urlsplit

import httpx  # noqa: TID251 - the one place that may

type Address = ipaddress.IPv4Address | ipaddress.IPv6Address

TIMEOUT_S = 20
LIMIT = 65_536
HOSTS_OF_CLOUDS = frozenset({ipaddress.ip_address("168.63.129.16")})
"""Public addresses behind which a cloud answers only its own machines."""
NAT64 = ipaddress.ip_network("64:ff9b::/96")


class Unreachable(Exception):
    """There is no answer; the message says why in a sentence."""


class NotAllowed(Unreachable):
    """The address leads where requests from here must not go."""


@dataclass(frozen=True, slots=True)
class Answer:
    """What came back: status, headers (lower-case names) and at most `limit` bytes of the body."""

    status: int
    headers: Mapping[str, str]
    body: bytes

    @property
    def text(self) -> str:
        """The body for a person to read."""
        return self.body.decode("utf-8", errors="replace")


def post(
    url: str,
    *,
    content: bytes,
    headers: Mapping[str, str],
    allow: Sequence[str] = (),
    timeout_s: float = TIMEOUT_S,
    limit: int = LIMIT,
) -> Answer:
    """POST and return the answer, whatever its status; redirects are not followed.

    `allow` names networks (such as 10.1.0.0/16) that may be reached although they are private.
    """
    return send("POST", url, content=content, headers=headers, allow=allow, timeout_s=timeout_s, limit=limit)


def send(
    method: str,
    url: str,
    *,
    content: bytes = b"",
    headers: Mapping[str, str],
    allow: Sequence[str] = (),
    timeout_s: float = TIMEOUT_S,
    limit: int = LIMIT,
) -> Answer:
    """Make one request to a public address and return the answer; raise `Unreachable` when there is none."""
    host, port = split(url)
    request = httpx.Request(method, url, content=content, headers=dict(headers))

    async def bounded() -> Answer:
        async with asyncio.timeout(timeout_s):
            return await _exchange(request, await _safe_address(host, port, allow), limit)

    try:
        return asyncio.run(bounded())
    except TimeoutError:
        raise Unreachable(f"{host} did not answer within {timeout_s:g} s.") from None
    except httpx.HTTPError as error:
        raise Unreachable(f"{host} could not be reached ({str(error) or type(error).__name__}).") from None


def split(url: str) -> tuple[str, int]:
    """Return host and port of an address that may be called at all, else raise `NotAllowed`."""
    try:
        parts = urlsplit(url)
        port = parts.port or (443 if parts.scheme == "https" else 80)
    except ValueError:
        raise NotAllowed("This is not an address that can be called.") from None
    if parts.scheme not in {"http", "https"} or not parts.hostname:
        raise NotAllowed("An address starts with https:// or http:// and names a host.")
    if parts.username or parts.password:
        raise NotAllowed("An address must not carry a name or a password.")
    return parts.hostname, port


def is_public(address: Address) -> bool:
    """Tell whether an address, and whatever IPv4 address hides in it, belongs to the open internet."""
    if isinstance(address, ipaddress.IPv6Address) and (inner := _inner(address)) is not None:
        return is_public(inner)
    return (
        address.is_global
        and not address.is_multicast
        and not address.is_reserved
        and not getattr(address, "is_site_local", False)
        and address not in HOSTS_OF_CLOUDS
    )


def _inner(address: ipaddress.IPv6Address) -> ipaddress.IPv4Address | None:
    if address in NAT64:
        return ipaddress.IPv4Address(int(address) & 0xFFFFFFFF)
    if address.teredo is not None:
        return address.teredo[1]
    return address.ipv4_mapped or address.sixtofour


def is_allowed(address: Address, allow: Sequence[str]) -> bool:
    """Tell whether a private address lies in a network that was named as allowed."""
    plain = _inner(address) if isinstance(address, ipaddress.IPv6Address) else None
    return any((plain or address) in ipaddress.ip_network(network, strict=False) for network in allow)


async def _safe_address(host: str, port: int, allow: Sequence[str]) -> str:
    """Resolve once and return an address that was checked, so that a second look-up cannot lead elsewhere."""
    try:
        found = await asyncio.get_running_loop().getaddrinfo(host, port, type=socket.SOCK_STREAM)
    except (OSError, UnicodeError):
        raise Unreachable(f"{host} is not known to the name service.") from None
    addresses = [ipaddress.ip_address(str(info[4][0]).partition("%")[0]) for info in found]
    for address in addresses:
        if not is_public(address) and not is_allowed(address, allow):
            raise NotAllowed(f"{host} leads into a private network. HEEDFUL_WEBHOOK_ALLOW can allow it.")
    if not addresses:
        raise Unreachable(f"{host} has no address.")
    return str(addresses[0])


async def _exchange(request: httpx.Request, address: str, limit: int) -> Answer:
    """Talk to the checked address, while name and certificate stay those of the host that was asked for."""
    host = request.url.host
    request.headers.setdefault("accept-encoding", "identity")
    request.extensions = {**request.extensions, "sni_hostname": host}
    request.url = request.url.copy_with(host=address)
    async with httpx.AsyncClient(trust_env=False, follow_redirects=False, timeout=None) as client:  # noqa: S113
        response = await client.send(request, stream=True)
        try:
            body = bytearray()
            async for chunk in response.aiter_raw():
                body += chunk
                if len(body) >= limit:
                    break
        finally:
            await response.aclose()
        return Answer(response.status_code, dict(response.headers), bytes(body[:limit]))
