"""Batches that come while another is written wait for one of them, which writes for all."""

import threading
import time
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import Future, ThreadPoolExecutor
from datetime import timedelta
from typing import Any

import pytest

from heedful.customers import group_commit, messages
from heedful.customers.messages import MessagesResult, SourceMessage
from heedful.customers.touchpoints import TouchpointDraft
from heedful.kit.actor import SYSTEM
from tests.cast import NOON

PATIENCE_S = 10


class Desk:
    """Stands for the database: keeps batches one at a time, each when it is told to go on."""

    def __init__(self) -> None:
        self.kept: list[list[str]] = []
        self.times: list[object] = []
        self.began = threading.Semaphore(0)
        self.go = threading.Semaphore(0)

    def take(self, *, messages: Sequence[SourceMessage], at: object, **_: object) -> MessagesResult:
        self.began.release()
        assert self.go.acquire(timeout=PATIENCE_S)
        names = [message.draft.message for message in messages if message.draft]
        if "fatal" in names:
            raise OSError("The disk is full.")
        self.kept.append(names)
        self.times.append(at)
        return MessagesResult(refused=[(n, f"No {name}.") for n, name in enumerate(names) if name.startswith("bad")])

    def begins(self) -> None:
        assert self.began.acquire(timeout=PATIENCE_S)


@pytest.fixture
def desk(monkeypatch: pytest.MonkeyPatch) -> Desk:
    desk = Desk()
    monkeypatch.setattr(messages, "record", desk.take)
    return desk


@pytest.fixture
def bring() -> Iterator[Callable[..., Future[Any]]]:
    """Bring a batch in a thread of its own, and see it in line before the next."""
    with ThreadPoolExecutor(8) as pool:

        def batch(*names: str, source: str = "shop", late: int = 0) -> Future[Any]:
            drafts = [SourceMessage(TouchpointDraft("page", NOON, name)) for name in names]
            before = waiting(source)
            leads = (source, True) not in group_commit._waiting
            at = NOON + timedelta(seconds=late)
            brought = pool.submit(group_commit.record, messages=drafts, source=source, by=SYSTEM, at=at)
            deadline = time.monotonic() + PATIENCE_S
            while not leads and waiting(source) == before and time.monotonic() < deadline:
                time.sleep(0.001)
            return brought

        yield batch


def waiting(source: str) -> int:
    return len(group_commit._waiting.get((source, True), ()))


def test_who_comes_while_one_writes_is_written_together(desk: Desk, bring: Callable[..., Future[Any]]) -> None:
    first = bring("a")
    desk.begins()
    second, third = bring("b", "c", late=2), bring("d", late=1)
    desk.go.release(2)

    assert [brought.result(PATIENCE_S) for brought in (first, second, third)] == [[], [], []]
    assert desk.kept == [["a"], ["b", "c", "d"]]
    assert desk.times == [NOON, NOON + timedelta(seconds=2)]
    assert not group_commit._waiting


def test_each_is_told_what_became_of_its_own(desk: Desk, bring: Callable[..., Future[Any]]) -> None:
    first = bring("a")
    desk.begins()
    second, third = bring("b", "bad1"), bring("bad2", "c")
    desk.go.release(2)

    assert first.result(PATIENCE_S) == []
    assert second.result(PATIENCE_S) == [(1, "No bad1.")]
    assert third.result(PATIENCE_S) == [(0, "No bad2.")]


def test_where_writing_for_all_fails_each_writes_alone(desk: Desk, bring: Callable[..., Future[Any]]) -> None:
    first = bring("a")
    desk.begins()
    innocent, guilty = bring("b", "bad1"), bring("fatal")
    desk.go.release()
    desk.begins()
    last = bring("c")
    desk.go.release(4)

    assert first.result(PATIENCE_S) == []
    assert innocent.result(PATIENCE_S) == [(1, "No bad1.")]
    with pytest.raises(OSError, match="disk"):
        guilty.result(PATIENCE_S)
    assert last.result(PATIENCE_S) == []
    assert sorted(desk.kept) == [["a"], ["b", "bad1"], ["c"]]
    assert not group_commit._waiting


def test_one_transaction_does_not_grow_without_end(
    desk: Desk, bring: Callable[..., Future[Any]], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(group_commit, "MOST", 3)
    brought = [bring("a")]
    desk.begins()
    brought += [bring("b", "c"), bring("d", "e"), bring("f", "g", "h", "i"), bring("j")]
    desk.go.release(5)

    assert [one.result(PATIENCE_S) for one in brought] == [[]] * 5
    assert desk.kept == [["a"], ["b", "c"], ["d", "e"], ["f", "g", "h", "i"], ["j"]]


def test_one_sender_does_not_wait_for_another(desk: Desk, bring: Callable[..., Future[Any]]) -> None:
    slow = bring("a")
    desk.begins()
    other = bring("b", source="till")
    desk.begins()
    desk.go.release(2)

    assert (slow.result(PATIENCE_S), other.result(PATIENCE_S)) == ([], [])
    assert sorted(desk.kept) == [["a"], ["b"]]
