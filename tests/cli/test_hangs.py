"""What hangs, idles or dawdles: a process that stopped, connections that say nothing, bodies that never end."""

import contextlib
import http.client
import os
import signal
import socket
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from functools import partial
from pathlib import Path

import pytest

from tests.cli.conftest import House, copy_of, eventually, healthy
from tests.cli.test_up import log_in

pytestmark = pytest.mark.xdist_group("up")

LOGIN = "/accounts/login/"
QUICK = {"HEEDFUL_HANG_SECONDS": "4", "HEEDFUL_BODY_SECONDS": "3"}


@pytest.fixture(scope="module")
def hasty(installation: Path, ground: Path) -> Iterator[House]:
    """An installation that waits for bodies and for signs of life for a few seconds only."""
    with healthy(copy_of(installation, ground), **QUICK) as running:
        yield running


def below(pid: int) -> list[int]:
    return [int(child) for child in Path(f"/proc/{pid}/task/{pid}/children").read_text().split()]


def by_name(house: House) -> dict[str, int]:
    """The processes that `up` started, told apart by how many they started themselves, and those; or not all yet.

    Worker and mail start none: a worker has many threads, and the one that reads no mailbox a single one.
    """
    with contextlib.suppress(OSError):
        ours = [pid for pid in house.children() if "heedful.config.main" in Path(f"/proc/{pid}/cmdline").read_text()]
        ours.sort(key=lambda pid: len(list(Path(f"/proc/{pid}/task").iterdir())))
        started = {len(below(pid)): pid for pid in ours}
        if len(ours) == 4 and set(started) == {0, 1, 2}:
            answering, telling = below(started[2])[0], below(started[1])[0]
            return {"worker": started[0], "web": started[2], "answering": answering, "telling": telling}
    return {}


@contextlib.contextmanager
def connections(house: House, count: int, said: bytes = b"") -> Iterator[list[socket.socket]]:
    with contextlib.ExitStack() as kept:
        opened = []
        for _ in range(count):
            opened.append(kept.enter_context(socket.create_connection(("127.0.0.1", house.port), timeout=30)))
            opened[-1].sendall(said)
        yield opened


def test_idle_connections_close_the_port_to_nobody(hasty: House) -> None:
    with connections(hasty, 80):
        assert [hasty.get(LOGIN)[0] for _ in range(10)] == [200] * 10


@pytest.mark.parametrize(
    "head",
    [b"Content-Length: 100\r\n\r\nemail=", b"Transfer-Encoding: chunked\r\n\r\n3\r\nabc\r\n"],
    ids=["with a length", "in chunks"],
)
@pytest.mark.parametrize("path", [LOGIN, "/v1/batch"])
def test_bodies_that_never_end_hold_nobody_up_and_are_cut_off(hasty: House, path: str, head: bytes) -> None:
    said = f"POST {path} HTTP/1.1\r\nHost: localhost\r\n".encode() + head
    with connections(hasty, 40, said) as dawdlers:
        assert [hasty.get(LOGIN)[0] for _ in range(10)] == [200] * 10
        for dawdler in dawdlers:
            with contextlib.suppress(ConnectionResetError):
                assert dawdler.recv(100) == b""


def test_a_body_that_comes_bit_by_bit_is_cut_off_as_well(hasty: House) -> None:
    said = f"POST {LOGIN} HTTP/1.1\r\nHost: localhost\r\nContent-Length: 5000\r\n\r\n".encode()
    with connections(hasty, 1, said) as (drip,):
        drip.settimeout(0.3)

        def is_cut() -> bool:
            try:
                drip.sendall(b"a")
                return drip.recv(100) == b""
            except TimeoutError:
                return False
            except OSError:
                return True

        eventually(is_cut, "the end of the connection")


def test_a_body_in_pieces_that_comes_in_time_is_read_whole(hasty: House) -> None:
    said = b"POST /v1/track HTTP/1.1\r\nHost: localhost\r\nTransfer-Encoding: chunked\r\nConnection: close\r\n\r\n"
    with connections(hasty, 1, said) as (slow,):
        for piece in (b'5\r\n{"eve\r\n', b'9\r\nnt": "A"}\r\n', b"0\r\n\r\n"):
            slow.sendall(piece)
        answer = b"".join(iter(partial(slow.recv, 4096), b""))
    assert answer.startswith(b"HTTP/1.1 401"), answer


def test_a_body_whose_end_is_missing_is_not_taken_for_whole(hasty: House) -> None:
    said = b"POST /v1/track HTTP/1.1\r\nHost: localhost\r\nContent-Length: 100\r\nConnection: close\r\n\r\n{}"
    with connections(hasty, 1, said) as (broken,):
        broken.shutdown(socket.SHUT_WR)
        answer = b"".join(iter(partial(broken.recv, 4096), b""))
    assert not answer.startswith((b"HTTP/1.1 2", b"HTTP/1.1 401"))


def test_many_readers_have_few_connections_to_the_database(hasty: House) -> None:
    with ThreadPoolExecutor(60) as many:
        answers = list(many.map(lambda _: hasty.get(LOGIN)[0], range(60)))
    assert set(answers) == {200}
    ((used,),) = hasty.sql("SELECT count(*) FROM pg_stat_activity WHERE backend_type = 'client backend'")
    assert used < 30


def test_long_answers_and_files_give_their_places_back(hasty: House) -> None:
    cookie = log_in(hasty)
    hasty.sql("UPDATE associates_associate SET role = 'admin'")
    for _ in range(12):
        page = http.client.HTTPConnection("127.0.0.1", hasty.port, timeout=10)
        with contextlib.closing(page):
            page.request("GET", "/customers?format=csv", headers={"Cookie": cookie})
            answer = page.getresponse()
            assert (answer.status, answer.headers.get_content_type()) == (200, "text/csv")
            assert answer.read()
        assert "htmx" in hasty.get("/static/web/menus.js")[1]


@pytest.mark.parametrize("name", ["answering", "telling", "worker", "web"])
def test_a_process_that_hangs_is_replaced(hasty: House, name: str) -> None:
    victim = eventually(partial(by_name, hasty), "all processes")[name]
    os.kill(victim, signal.SIGSTOP)
    try:
        eventually(lambda: by_name(hasty).get(name, victim) != victim, f"a successor of {name}")
        eventually(hasty.is_healthy, "health")
    finally:
        with contextlib.suppress(ProcessLookupError):
            os.kill(victim, signal.SIGCONT)
    assert [hasty.get(LOGIN)[0] for _ in range(10)] == [200] * 10
