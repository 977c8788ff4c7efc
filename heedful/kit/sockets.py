"""The connections that this process serves, as the system knows them; only Linux tells."""

import os
import socket
import struct
from collections.abc import Iterator, Mapping
from contextlib import suppress
from ipaddress import ip_address
from pathlib import Path

TCP_INFO_BYTES = 104
LAST_DATA_SENT = 44
"""Where the system says, within what it knows of a connection, how many milliseconds ago something was sent."""
SLACK_S = 1.0


def cut_off(late: Mapping[tuple[str, int], float]) -> None:
    """End the connections from (address, own port) to which nothing has been sent for so many seconds.

    The web server tells its application whose request it is, but not by which connection it came. Who is awaited
    has been sent nothing since; of one address others to which that applies have idled for as long, or wait for an
    answer for as long.
    """
    awaited = {(ip_address(address), port): seconds for (address, port), seconds in late.items()}
    for connection in _own():
        with connection, suppress(OSError):
            whose = (ip_address(connection.getpeername()[0]), connection.getsockname()[1])
            if whose in awaited and _quiet_s(connection) + SLACK_S >= awaited[whose]:
                connection.shutdown(socket.SHUT_RDWR)


def _own() -> Iterator[socket.socket]:
    """Yield a second handle of each connection of this process."""
    folder = Path("/proc/self/fd")
    for entry in folder.iterdir() if folder.is_dir() else ():
        with suppress(OSError):
            if not str(entry.readlink()).startswith("socket:"):
                continue
            candidate = socket.socket(fileno=os.dup(int(entry.name)))
            if candidate.family in (socket.AF_INET, socket.AF_INET6) and candidate.type == socket.SOCK_STREAM:
                yield candidate
            else:
                candidate.close()


def _quiet_s(connection: socket.socket) -> float:
    info = connection.getsockopt(socket.IPPROTO_TCP, socket.TCP_INFO, TCP_INFO_BYTES)
    (sent_ms,) = struct.unpack_from("I", info, LAST_DATA_SENT)
    return float(sent_ms) / 1000
