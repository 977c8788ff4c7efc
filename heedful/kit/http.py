"""Outgoing HTTP that cannot be talked into visiting the company's own network."""

import asyncio
import functools
import ipaddress
import socket
import ssl
import time
from collections.abc import Coroutine, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from django.conf import settings

from heedful.kit.allowances import Address, Allowance, Network, is_named, is_open
from heedful.kit.errors import Refused

if TYPE_CHECKING:
    import httpx

LONGEST_S = 15.0
MOST_BYTES = 64 * 1024

# Of IPv6 only this is given out to the public; the rest is local, obsolete, or hides an IPv4 address.
PUBLIC_V6 = ipaddress.IPv6Network("2000::/3")
# Within it: the protocols' own with Teredo and ORCHID, documentation, 6to4, and the test network that was given back.
SPECIAL: tuple[Network, ...] = tuple(
    ipaddress.ip_network(text)
    for text in ("2001::/23", "2001:db8::/32", "2002::/16", "3ffe::/16", "3fff::/20", "192.0.0.0/24", "192.88.99.0/24")
)
# ISATAP: the last half of an address, of whatever network, that tunnels to the IPv4 address at its end.
TUNNELS = frozenset({0x0000_5EFE, 0x0200_5EFE})


class Unreachable(Exception):
    """The other side could not be reached or did not answer in time; the message says why."""


@dataclass(frozen=True, slots=True)
class Response:
    """What the other side said: the status, its headers, and the first 64 kB of the body."""

    status: int
    headers: Mapping[str, str]
    body: bytes
    took_ms: int

    @property
    def is_success(self) -> bool:
        """Whether the status is 2xx."""
        return 200 <= self.status < 300


def post(url: str, *, body: bytes, headers: Mapping[str, str] | None = None, timeout_s: float = LONGEST_S) -> Response:
    """Send a body; redirects are not followed, for they would be a way around the check of the address."""
    return _send("POST", url, body=body, headers=headers or {}, timeout_s=timeout_s)


def get(url: str, *, headers: Mapping[str, str] | None = None, timeout_s: float = LONGEST_S) -> Response:
    """Fetch an address, under the same rules."""
    return _send("GET", url, body=b"", headers=headers or {}, timeout_s=timeout_s)


def refuse_private(url: str) -> None:
    """Refuse an address that cannot be visited, for the form in which somebody enters it."""
    _resolve(_parse(url))


@functools.cache
def trust() -> ssl.SSLContext:
    """Return whom we trust, read once in each process: the store is large, and reading it costs more than a request."""
    import httpx

    return httpx.create_ssl_context(trust_env=False)


def _send(method: str, url: str, *, body: bytes, headers: Mapping[str, str], timeout_s: float) -> Response:
    import httpx  # at the first request: half a second that no start should wait for

    parsed = _parse(url)
    began = time.monotonic()
    # The name is looked up once and the connection goes to that very address: a second look-up might say another.
    target = parsed.copy_with(host=str(_resolve(parsed)))
    fields = {"Host": parsed.netloc.decode("ascii"), "Accept-Encoding": "identity", **headers}
    request = httpx.Request(method, target, content=body, headers=fields, extensions={"sni_hostname": parsed.host})
    try:
        # One clock over all of it: the client counts from byte to byte, and an answer may come drop by drop.
        answer, content = _in_a_loop(asyncio.wait_for(_exchange(request), timeout_s))
    except TimeoutError:
        raise Unreachable(f"{parsed.host} did not answer within {timeout_s:g} seconds") from None
    except httpx.HTTPError as error:
        raise Unreachable(f"{parsed.host} could not be reached: {error}") from None
    return Response(answer.status_code, dict(answer.headers), content, int((time.monotonic() - began) * 1000))


def _in_a_loop[T](work: Coroutine[Any, Any, T]) -> T:
    """Run a coroutine to its end in a thread of its own, for in the caller's another loop may be running."""
    with ThreadPoolExecutor(1, thread_name_prefix="http") as thread:
        return thread.submit(asyncio.run, work).result()


async def _exchange(request: "httpx.Request") -> tuple["httpx.Response", bytes]:
    """Make the request and read at most 64 kB of the answer."""
    import httpx

    client = httpx.AsyncClient(verify=trust(), timeout=None, trust_env=False, follow_redirects=False)  # noqa: S113
    async with client:
        answer = await client.send(request, stream=True)
        body = bytearray()
        async for chunk in answer.aiter_raw():
            body += chunk
            if len(body) >= MOST_BYTES:
                break
        await answer.aclose()
    return answer, bytes(body[:MOST_BYTES])


def _parse(url: str) -> "httpx.URL":
    import httpx

    try:
        parsed = httpx.URL(url)
    except (httpx.InvalidURL, ValueError, TypeError):
        raise Refused(f"{url!r} is not a web address.", code="bad_url") from None
    if parsed.scheme not in {"http", "https"} or not parsed.host:
        raise Refused(f"{url!r} is not a web address; it starts with https:// or http://.", code="bad_url")
    if "%" in parsed.host or parsed.port == 0:
        raise Refused(f"{url!r} is not a web address: nobody can be reached there.", code="bad_url")
    if parsed.userinfo:
        raise Refused("A web address must not carry a user name or a password.", code="bad_url")
    return parsed


def _resolve(url: "httpx.URL") -> Address:
    """Return the address to connect to; every address of the name must be allowed, or none is."""
    port = _port(url)
    try:
        entries = socket.getaddrinfo(url.host, port, type=socket.SOCK_STREAM)
    except (OSError, UnicodeError):
        raise Unreachable(f"{url.host} is not known") from None
    addresses = [ipaddress.ip_address(str(entry[4][0]).split("%")[0]) for entry in entries]
    allowances = [Allowance.read(text) for text in settings.ALLOW_PRIVATE_WEBHOOKS]
    for address in addresses:
        _refuse(url, address, port, allowances)
    return addresses[0]


def _port(url: "httpx.URL") -> int:
    return url.port if url.port is not None else 443 if url.scheme == "https" else 80


def _refuse(url: "httpx.URL", address: Address, port: int, allowances: Sequence[Allowance]) -> None:
    """Refuse an address that is neither public, with a port of the web and covered, nor allowed by name."""
    if is_named(_plain(address), port, allowances):
        return
    if not is_public(address):
        raise Refused(
            f"{url.host} is inside a private network ({address}), which outgoing requests may not visit."
            " An administrator can allow it with HEEDFUL_WEBHOOK_ALLOW.",
            code="private_address",
        )
    if not is_open(port, allowances):
        raise Refused(
            f"Outgoing requests go to port 443 or 80, and not to {port} of {url.host}."
            f" An administrator can allow it with HEEDFUL_WEBHOOK_ALLOW=:{port}.",
            code="port",
        )
    if url.scheme != "https":
        raise Refused("Use an address that starts with https://, for what is sent is about customers.", code="plain")


def is_public(address: Address) -> bool:
    """Return whether an address is one of the open internet, and no other hides in it."""
    plain = _plain(address)
    if any(plain in network for network in SPECIAL if network.version == plain.version):
        return False
    if isinstance(plain, ipaddress.IPv6Address) and not _is_public_v6(plain):
        return False
    return bool(plain.is_global) and not plain.is_multicast


def _is_public_v6(address: ipaddress.IPv6Address) -> bool:
    return address in PUBLIC_V6 and int(address) >> 32 & 0xFFFF_FFFF not in TUNNELS


def _plain(address: Address) -> Address:
    return getattr(address, "ipv4_mapped", None) or address
