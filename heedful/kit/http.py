"""Outgoing HTTP that cannot be talked into visiting the company's own network."""

import asyncio
import ipaddress
import socket
import time
from collections.abc import Coroutine, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from django.conf import settings

from heedful.kit.errors import Refused

if TYPE_CHECKING:
    import httpx

LONGEST_S = 15.0
MOST_BYTES = 64 * 1024

Address = ipaddress.IPv4Address | ipaddress.IPv6Address
Network = ipaddress.IPv4Network | ipaddress.IPv6Network

# Inside IPv6 hide IPv4 addresses (translation and tunnels), so these are judged as private altogether.
DISGUISES: tuple[Network, ...] = tuple(
    ipaddress.ip_network(text) for text in ("64:ff9b::/96", "64:ff9b:1::/48", "2002::/16", "2001::/32")
)


class Unreachable(Exception):
    """The other side could not be reached or did not answer in time; the message says why."""


@dataclass(frozen=True, slots=True)
class Answer:
    """What the other side said: the status, its headers, and the first 64 kB of the body."""

    status: int
    headers: Mapping[str, str]
    body: bytes
    took_ms: int

    @property
    def is_success(self) -> bool:
        """Whether the status is 2xx."""
        return 200 <= self.status < 300


def post(url: str, *, body: bytes, headers: Mapping[str, str] | None = None, timeout_s: float = LONGEST_S) -> Answer:
    """Send a body; redirects are not followed, for they would be a way around the check of the address."""
    return _send("POST", url, body=body, headers=headers or {}, timeout_s=timeout_s)


def get(url: str, *, headers: Mapping[str, str] | None = None, timeout_s: float = LONGEST_S) -> Answer:
    """Fetch an address, under the same rules."""
    return _send("GET", url, body=b"", headers=headers or {}, timeout_s=timeout_s)


def refuse_private(url: str) -> None:
    """Refuse an address that cannot be visited, for the form in which somebody enters it."""
    _resolve(_parse(url))


def _send(method: str, url: str, *, body: bytes, headers: Mapping[str, str], timeout_s: float) -> Answer:
    import httpx  # at the first request: half a second that no start should wait for

    parsed = _parse(url)
    began = time.monotonic()
    # The name is looked up once and the connection goes to that very address: a second look-up might say another.
    target = parsed.copy_with(host=str(_resolve(parsed)))
    wanted = {"Host": parsed.netloc.decode("ascii"), "Accept-Encoding": "identity", **headers}
    request = httpx.Request(method, target, content=body, headers=wanted, extensions={"sni_hostname": parsed.host})
    try:
        # One clock over all of it: the client counts from byte to byte, and an answer may come drop by drop.
        answer, said = _in_a_loop(asyncio.wait_for(_exchange(request), timeout_s))
    except TimeoutError:
        raise Unreachable(f"{parsed.host} did not answer within {timeout_s:g} seconds") from None
    except httpx.HTTPError as error:
        raise Unreachable(f"{parsed.host} could not be reached: {error}") from None
    return Answer(answer.status_code, dict(answer.headers), said, int((time.monotonic() - began) * 1000))


def _in_a_loop[T](work: Coroutine[Any, Any, T]) -> T:
    """Run a coroutine to its end in a thread of its own, for in the caller's another loop may be running."""
    with ThreadPoolExecutor(1, thread_name_prefix="http") as thread:
        return thread.submit(asyncio.run, work).result()


async def _exchange(request: "httpx.Request") -> tuple["httpx.Response", bytes]:
    """Make the request and read at most 64 kB of the answer."""
    import httpx

    async with httpx.AsyncClient(timeout=None, trust_env=False, follow_redirects=False) as client:  # noqa: S113
        answer = await client.send(request, stream=True)
        said = bytearray()
        async for chunk in answer.aiter_raw():
            said += chunk
            if len(said) >= MOST_BYTES:
                break
        await answer.aclose()
    return answer, bytes(said[:MOST_BYTES])


def _parse(url: str) -> "httpx.URL":
    import httpx

    try:
        parsed = httpx.URL(url)
    except (httpx.InvalidURL, ValueError, TypeError):
        raise Refused(f"{url!r} is not a web address.", code="bad_url") from None
    if parsed.scheme not in {"http", "https"} or not parsed.host:
        raise Refused(f"{url!r} is not a web address; it starts with https:// or http://.", code="bad_url")
    if parsed.userinfo:
        raise Refused("A web address must not carry a user name or a password.", code="bad_url")
    return parsed


def _resolve(url: "httpx.URL") -> Address:
    """Return the address to connect to; every address of the name must be allowed, or none is."""
    port = url.port or (443 if url.scheme == "https" else 80)
    try:
        found = socket.getaddrinfo(url.host, port, type=socket.SOCK_STREAM)
    except (OSError, UnicodeError):
        raise Unreachable(f"{url.host} is not known") from None
    addresses = [ipaddress.ip_address(str(entry[4][0]).split("%")[0]) for entry in found]
    allowed = _networks(settings.ALLOW_PRIVATE_WEBHOOKS)
    for address in addresses:
        if not is_allowed(address, allowed):
            raise Refused(
                f"{url.host} is inside a private network ({address}), which outgoing requests may not visit."
                " An administrator can allow it with HEEDFUL_WEBHOOK_ALLOW.",
                code="private_address",
            )
    return addresses[0]


def is_allowed(address: Address, allowed: Sequence[Network] = ()) -> bool:
    """Return whether an address is public, or in a network that was allowed by name."""
    plain = getattr(address, "ipv4_mapped", None) or address
    if any(plain in network for network in allowed if network.version == plain.version):
        return True
    if any(plain in network for network in DISGUISES if network.version == plain.version):
        return False
    return bool(plain.is_global) and not plain.is_multicast


def _networks(texts: Sequence[str]) -> list[Network]:
    return [ipaddress.ip_network(text, strict=False) for text in texts]
