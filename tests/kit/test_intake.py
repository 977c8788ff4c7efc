import io
import math
import threading
import time
from collections.abc import Callable, Iterable, Iterator
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import pytest
from django.db import DEFAULT_DB_ALIAS, connections
from django.http import HttpResponse, StreamingHttpResponse

from heedful.kit import intake
from heedful.kit.intake import Body, Intake

AT_ONCE = 2


@pytest.fixture
def threads() -> Iterator[ThreadPoolExecutor]:
    """Threads such as the web server's, for each has connections of its own."""
    with ThreadPoolExecutor(8) as pool:
        yield pool


def asked(body: bytes = b"", **more: str) -> dict[str, Any]:
    length = {"CONTENT_LENGTH": str(len(body))} if body else {}
    return {"REMOTE_ADDR": "127.0.0.1", "SERVER_PORT": "8000", "wsgi.input": io.BytesIO(body), **length, **more}


def of(application: Callable[..., Iterable[bytes]]) -> Intake:
    return Intake(application, workers=AT_ONCE, readers=8, patience_s=20)


def answer(door: Intake, environ: dict[str, Any]) -> tuple[str, bytes]:
    """The status, where the door itself answers, and the body."""
    statuses: list[str] = [""]
    body = door(environ, lambda status, headers: statuses.append(status))
    return statuses[-1], b"".join(body)


def echo(environ: dict[str, Any], start: object) -> HttpResponse:
    return HttpResponse(environ["CONTENT_LENGTH"].encode() + b" " + environ["wsgi.input"].read())


@pytest.mark.parametrize("size", [1, intake.PIECE_BYTES + 1, intake.MEMORY_BYTES + 1])
def test_a_body_reaches_the_application_whole(size: int, threads: ThreadPoolExecutor) -> None:
    for environ in (asked(b"a" * size), {**asked(b"a" * size, HTTP_TRANSFER_ENCODING="chunked"), "CONTENT_LENGTH": ""}):
        assert threads.submit(answer, of(echo), environ).result() == ("", str(size).encode() + b" " + b"a" * size)


def test_a_body_that_is_too_long_is_not_even_read(threads: ThreadPoolExecutor) -> None:
    for environ in (
        asked(b"a", CONTENT_LENGTH=str(intake.LONGEST_BYTES + 1)),
        asked(b"a" * (intake.LONGEST_BYTES + 1), HTTP_TRANSFER_ENCODING="chunked"),
    ):
        assert threads.submit(answer, of(echo), environ).result()[0] == "413 Content Too Large"


def test_a_body_whose_end_is_missing_is_refused(threads: ThreadPoolExecutor) -> None:
    assert threads.submit(answer, of(echo), asked(b"a", CONTENT_LENGTH="2")).result()[0] == "400 Bad Request"


def test_only_so_many_are_worked_on_at_once_and_they_share_as_many_connections(threads: ThreadPoolExecutor) -> None:
    inside: list[int] = []
    most: list[int] = []
    used: set[int] = set()

    def application(environ: object, start: object) -> HttpResponse:
        inside.append(1)
        most.append(len(inside))
        used.add(id(connections[DEFAULT_DB_ALIAS]))
        time.sleep(0.01)
        inside.pop()
        return HttpResponse(b"ok")

    door = of(application)
    results = [threads.submit(answer, door, asked()) for _ in range(40)]
    assert {result.result() for result in results} == {("", b"ok")}
    assert max(most) == AT_ONCE
    assert len(used) == AT_ONCE


def test_who_waits_for_a_body_keeps_no_place(threads: ThreadPoolExecutor) -> None:
    may_end = threading.Event()

    class Endless:
        def read(self, size: int) -> bytes:
            may_end.wait(30)
            return b""

    door = of(lambda environ, start: HttpResponse(b"ok"))
    slow = [
        threads.submit(answer, door, {**asked(CONTENT_LENGTH="9"), "wsgi.input": Endless()}) for _ in range(AT_ONCE * 2)
    ]
    assert threads.submit(answer, door, asked()).result(10) == ("", b"ok")
    may_end.set()
    assert {one.result()[0] for one in slow} == {"400 Bad Request"}
    assert door.awaited == set()


def test_an_application_that_fails_gives_its_place_back(threads: ThreadPoolExecutor) -> None:
    door = of(lambda environ, start: 1 / 0)  # type: ignore[arg-type, return-value]
    for _ in range(AT_ONCE * 2):
        with pytest.raises(ZeroDivisionError):
            threads.submit(answer, door, asked()).result(10)


@pytest.mark.parametrize("is_read", [True, False])
def test_a_long_answer_gives_its_place_back_when_it_was_sent_or_left(
    is_read: bool, threads: ThreadPoolExecutor
) -> None:
    door = of(lambda environ, start: StreamingHttpResponse(iter([b"a", b"b"])))

    def once() -> bytes:
        stream: Any = door(asked(), lambda *_: None)
        assert all(place.since == math.inf for place in door.places), "sending is not work that hangs"
        said = b"".join(stream) if is_read else b""
        if is_read:
            stream.close()
        return said

    assert [threads.submit(once).result(10) for _ in range(AT_ONCE * 2)] == [b"ab" if is_read else b""] * AT_ONCE * 2


def test_an_answer_of_known_and_little_length_is_handed_over_at_once(threads: ThreadPoolExecutor) -> None:
    door = of(lambda environ, start: StreamingHttpResponse(iter([b"a", b"b"]), headers={"Content-Length": "2"}))
    assert threads.submit(lambda: door(asked(), lambda *_: None)).result() == [b"ab"]


def test_only_work_that_all_hangs_is_stuck() -> None:
    door = of(echo)
    assert not door.is_stuck(at=1000)
    door.places[0].since = 0
    assert not door.is_stuck(at=1000)
    door.places[1].since = 1000 - intake.STUCK_S + 1
    assert not door.is_stuck(at=1000)
    assert door.is_stuck(at=1002)


@pytest.fixture
def cut(monkeypatch: pytest.MonkeyPatch) -> list[Any]:
    calls: list[Any] = []
    monkeypatch.setattr("heedful.kit.sockets.cut_off", calls.append)
    return calls


def test_a_body_has_its_time_and_more_of_it_the_more_comes(cut: list[Any]) -> None:
    door = of(echo)
    idle, busy = Body("10.0.0.1", 8000, 0, 10), Body("10.0.0.2", 8000, 0, 10, came=10 * intake.SLOWEST_BYTES_PER_S)
    door.awaited = {idle, busy}
    door.cut_off(at=20)
    assert cut == []
    door.cut_off(at=21)
    door.cut_off(at=31)
    assert cut == [{("10.0.0.1", 8000): 21}, {("10.0.0.1", 8000): 31, ("10.0.0.2", 8000): 31}]
    assert idle.is_late


def test_a_body_has_less_time_where_many_are_awaited(cut: list[Any]) -> None:
    door = of(echo)
    door.awaited = {Body("10.0.0.1", 8000, 0, 10) for _ in range(4)}
    door.cut_off(at=intake.CROWDED_S + 1)
    assert cut == [{("10.0.0.1", 8000): intake.CROWDED_S + 1}]
