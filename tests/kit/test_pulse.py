import asyncio
import os

from heedful.kit import pulse
from heedful.kit.pulse import Pulse, Watch


def looks(watch: Watch, *, seconds: int, begin: float = 0.0, pid: int = 7, beats: bool = False) -> bool:
    """Look each second, and return what the last look said."""
    stopped = False
    for second in range(seconds + 1):
        if beats:
            watch.pulse.beat()
        stopped = watch.has_stopped(pid=pid, at=begin + second)
    return stopped


def test_a_process_that_beats_lives() -> None:
    assert not looks(Watch(Pulse(), patience_s=3), seconds=100, beats=True)


def test_a_process_that_beats_no_more_has_stopped_after_a_while_and_not_before() -> None:
    watch = Watch(Pulse(), patience_s=20)
    looks(watch, seconds=10, beats=True)
    assert not looks(watch, seconds=20, begin=10)
    assert looks(watch, seconds=1, begin=31)


def test_time_in_which_the_watcher_stood_still_itself_does_not_count() -> None:
    watch = Watch(Pulse(), patience_s=20)
    looks(watch, seconds=10, beats=True)
    assert not watch.has_stopped(pid=7, at=3600)
    assert not looks(watch, seconds=15, begin=3601)


def test_who_was_started_has_time_to_begin() -> None:
    watch = Watch(Pulse(), patience_s=20)
    looks(watch, seconds=10, beats=True)
    assert not looks(watch, seconds=60, begin=11, pid=8)
    assert looks(watch, seconds=1, begin=72, pid=8)


def test_a_beat_is_seen_from_outside_the_process(tmp_path: object) -> None:
    shared = Pulse()
    if not (child := os.fork()):
        shared.beat()
        os._exit(0)
    os.waitpid(child, 0)
    assert shared.count == 1


def test_an_event_loop_beats_as_long_as_it_goes_round() -> None:
    shared = Pulse()

    async def go_round() -> None:
        beating = asyncio.create_task(pulse.beat_in_loop(shared))
        await asyncio.sleep(0)
        beating.cancel()

    asyncio.run(go_round())
    assert shared.count == 1
