"""Where outgoing requests may go beyond the open web: networks, ports, or a network at one port."""

import ipaddress
import re
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Self

Address = ipaddress.IPv4Address | ipaddress.IPv6Address
Network = ipaddress.IPv4Network | ipaddress.IPv6Network

WEB_PORTS = frozenset({80, 443})
WRITTEN = re.compile(r"(?:\[([^\]]+)\]|([^:\[\]]+))?(?::(\d{1,5}))?", re.ASCII)


@dataclass(frozen=True, slots=True)
class Allowance:
    """A network, which may be inside; a port, which may be any; or both, and then that port of that network alone."""

    network: Network | None
    port: int | None

    @classmethod
    def read(cls, text: str) -> Self:
        """Read `10.1.0.0/16`, `:8443`, `10.1.0.0/16:8443` or `[fd00::/8]:8443`; a `ValueError` says that it is none."""
        match = WRITTEN.fullmatch(text)
        bracketed, plain, port = match.groups() if match and text else ("", text, None)
        network = bracketed or plain
        if port is not None and not 1 <= int(port) <= 65_535:
            raise ValueError(text)
        inside = ipaddress.ip_network(network, strict=False) if network or port is None else None
        return cls(inside, None if port is None else int(port))

    def names(self, address: Address, port: int) -> bool:
        """Whether it names an address by its network, at this port."""
        if self.network is None or self.network.version != address.version:
            return False
        return address in self.network and self.port in {None, port}


def is_named(address: Address, port: int, allowances: Sequence[Allowance]) -> bool:
    """Whether an address was allowed by its network, at this port."""
    return any(each.names(address, port) for each in allowances)


def is_open(port: int, allowances: Sequence[Allowance]) -> bool:
    """Whether a port may be visited at every address that is public."""
    return port in WEB_PORTS or any(each.network is None and each.port == port for each in allowances)
