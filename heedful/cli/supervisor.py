"""The parent of all processes: starts them, starts again what died, and stops them together."""

import contextlib
import gc
import os
import select
import signal
import subprocess
import sys
import time
import traceback
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from functools import partial

from heedful.kit.errors import Refused
from heedful.kit.orphan import die_with_parent
from heedful.kit.postgres import Server
from heedful.kit.pulse import Pulse, Watch

SIGNALS = (signal.SIGTERM, signal.SIGINT, signal.SIGHUP, signal.SIGCHLD)
STOP_S = 7.0
# Who lived this long was well; who did not waits longer each time before the next try.
WELL_S = 5.0
PAUSES_S = (0.0, 0.2, 0.5, 1.0, 2.0, 5.0)
LOOK_S = 1.0


def say(sentence: str) -> None:
    """Tell whoever watches the terminal."""
    print(f"heedful: {sentence}", file=sys.stderr, flush=True)


@dataclass
class Child:
    """One process of the house and how it fares."""

    name: str
    work: Callable[..., None]
    patience_s: float = 20.0
    pid: int | None = None
    started_at: float = 0.0
    failures: int = 0
    watch: Watch = field(init=False)

    def __post_init__(self) -> None:
        self.watch = Watch(Pulse(), self.patience_s)

    @property
    def due_at(self) -> float:
        """When it may be started, on the monotonic clock."""
        return self.started_at + PAUSES_S[min(self.failures, len(PAUSES_S) - 1)]

    def start(self) -> None:
        """Fork; the new process has everything that is loaded already."""
        self.started_at = time.monotonic()
        self.pid = fork(partial(self.work, pulse=self.watch.pulse))

    def has_ended(self) -> str | None:
        """Return how it ended, once, if it did."""
        if self.pid is None:
            return None
        pid, status = os.waitpid(self.pid, os.WNOHANG)
        if pid == 0:
            return None
        self.pid = None
        self.failures = 0 if time.monotonic() - self.started_at > WELL_S else self.failures + 1
        code = os.waitstatus_to_exitcode(status)
        return f"was killed by signal {-code}" if code < 0 else f"ended with code {code}"

    def hangs(self) -> bool:
        """Whether it has given no sign of life for longer than it may."""
        return self.pid is not None and self.watch.has_stopped(pid=self.pid, at=time.monotonic())


@dataclass
class Supervisor:
    """The children, the database's server if it is ours, and the wish to stop."""

    children: list[Child]
    server: Server | None = None
    postgres: subprocess.Popen[bytes] | None = None
    on_tick: Callable[[], None] = lambda: None
    stopping: bool = False
    complaint: str = field(default="", init=False)

    def run(self) -> None:
        """Keep everything alive until a signal asks to stop, then stop it."""
        with _signals() as arrived:
            self._start()
            while not self.stopping:
                self._heed(arrived(LOOK_S))
                if not self.stopping:
                    self._revive_postgres()
                    self._revive_children()
                    self.on_tick()
            self._stop(arrived)

    def _start(self) -> None:
        gc.freeze()
        for child in self.children:
            child.start()

    def _heed(self, numbers: bytes) -> None:
        self.stopping = self.stopping or any(n != signal.SIGCHLD for n in numbers)

    def _revive_postgres(self) -> None:
        if self.server is None or (self.postgres.poll() is None if self.postgres else self.server.is_ready()):
            return
        if not self.complaint:
            say("PostgreSQL stopped; starting it again.")
        try:
            self.postgres = self.server.start(tied=True)
            self.complaint = ""
        except Refused as no:
            if self.complaint != str(no):
                say(str(no))
            self.complaint = str(no)

    def _revive_children(self) -> None:
        for child in self.children:
            if child.pid is not None and child.hangs():
                say(f"{child.name} gives no sign of life; replacing it.")
                os.kill(child.pid, signal.SIGKILL)
            if how := child.has_ended():
                say(f"{child.name} {how}; starting it again.")
            if child.pid is None and time.monotonic() >= child.due_at:
                child.start()

    def _stop(self, arrived: Callable[[float], bytes]) -> None:
        self._signal(signal.SIGTERM)
        deadline = time.monotonic() + STOP_S
        while self._living() and time.monotonic() < deadline:
            if signal.SIGINT in arrived(0.2):  # asked twice: no more patience
                break
        self._signal(signal.SIGKILL)
        for child in self._living():
            assert child.pid is not None
            os.waitpid(child.pid, 0)
        if self.server is not None:
            self.server.stop(self.postgres)

    def _signal(self, how: signal.Signals) -> None:
        for child in self._living():
            assert child.pid is not None
            os.kill(child.pid, how)

    def _living(self) -> list[Child]:
        for child in self.children:
            child.has_ended()
        return [child for child in self.children if child.pid is not None]


def fork(work: Callable[[], None]) -> int:
    """Run `work` in a new process that dies with this one, and return its id."""
    sys.stdout.flush()
    sys.stderr.flush()
    pid = os.fork()
    if pid:
        return pid
    code = 1
    try:
        os.setsid()
        die_with_parent()
        signal.set_wakeup_fd(-1)
        for number in SIGNALS:
            signal.signal(number, signal.default_int_handler if number == signal.SIGINT else signal.SIG_DFL)
        work()
        code = 0
    except SystemExit as end:
        code = end.code if isinstance(end.code, int) else 1
    except Refused as no:
        say(str(no))
    except KeyboardInterrupt:
        code = 130
    except BaseException:  # noqa: BLE001 - it is printed, and the process ends
        traceback.print_exc()
    finally:
        with contextlib.suppress(OSError):
            sys.stdout.flush()
            sys.stderr.flush()
        os._exit(code)


def run_apart(work: Callable[[], None]) -> None:
    """Run something heavy in a process of its own, so that its memory goes when it ends."""
    _, status = os.waitpid(fork(work), 0)
    if code := os.waitstatus_to_exitcode(status):
        raise SystemExit(code if code > 0 else 1)


@contextlib.contextmanager
def _signals() -> Iterator[Callable[[float], bytes]]:
    """Yield a function that waits for signals and returns their numbers, without handlers that interrupt."""
    reading, writing = os.pipe()
    os.set_blocking(reading, False)
    os.set_blocking(writing, False)
    before = signal.set_wakeup_fd(writing, warn_on_full_buffer=False)
    handlers = {number: signal.signal(number, lambda *_: None) for number in SIGNALS}

    def arrived(patience_s: float) -> bytes:
        ready, _, _ = select.select([reading], [], [], patience_s)
        return os.read(reading, 512) if ready else b""

    try:
        yield arrived
    finally:
        for number, handler in handlers.items():
            signal.signal(number, handler)
        signal.set_wakeup_fd(before)
        os.close(reading)
        os.close(writing)
