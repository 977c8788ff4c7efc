"""One embedded server over one data folder, safe against races, kills and full disks."""

import fcntl
import hashlib
import os
import shutil
import signal
import subprocess
import tempfile
import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from functools import cached_property
from pathlib import Path
from urllib.parse import quote

from heedful.kit import private
from heedful.kit.errors import Refused
from heedful.kit.postgres import account, ballast, binaries, failures, log, tuning

SOCKET = ".s.PGSQL.5432"
LONGEST_SOCKET_PATH = 100
START_S = 120.0
STOP_S = 8.0
ASK_S = 0.2


@dataclass(frozen=True)
class Server:
    """The server of a data folder; `options` override its settings."""

    data: Path
    options: Mapping[str, str] = field(default_factory=dict)

    @property
    def files(self) -> Path:
        """Where the database's own files are."""
        return self.data / "postgres"

    @property
    def log(self) -> Path:
        """What the server says."""
        return self.data / "postgres.log"

    @cached_property
    def sockets(self) -> Path:
        """The folder of the socket; a socket's path may be no longer than some hundred bytes."""
        near = self.data.absolute() / "run"
        if len(os.fsencode(near / SOCKET)) <= LONGEST_SOCKET_PATH:
            return near
        digest = hashlib.sha256(os.fsencode(self.data.resolve())).hexdigest()[:16]
        return Path(f"/tmp/heedful-{os.geteuid()}-{digest}")  # noqa: S108 - _prepare refuses it when it is not ours

    @cached_property
    def programs(self) -> Path:
        """Where the programs are that fit the data."""
        return binaries.directory(self.files)

    @cached_property
    def account(self) -> account.Account:
        """As whom the server runs."""
        return account.choose(binaries=self.programs, files=self.files)

    def url(self, *, role: str = "heedful", database: str = "heedful") -> str:
        """Return the address of a database for DATABASE_URL."""
        return f"postgresql://{role}@/{database}?host={quote(str(self.sockets), safe='')}"

    def is_ready(self) -> bool:
        """Ask over the socket; a process id alone proves nothing after a kill."""
        if not (self.sockets / SOCKET).exists():
            return False
        command = [str(self.programs / "pg_isready"), "-q", "-t", "3", "-h", str(self.sockets)]
        return subprocess.run([*command, "-U", "postgres", "-d", "postgres"], capture_output=True).returncode == 0

    def start(self, *, tied: bool = False) -> subprocess.Popen[bytes] | None:
        """Start the server and wait until it answers; None when it runs already.

        A tied server shuts down when the calling thread's process dies, however it dies.
        """
        with failures.in_sentences(self.data):
            self._prepare()
            with self._locked():
                if self.is_ready():
                    return None
                if not self.files.exists():
                    self._create()
                failures.refuse_other_version(self.files, binaries.major(self.programs))
                return self._launch(tied=tied)

    def stop(self, process: subprocess.Popen[bytes] | None = None) -> None:
        """Shut down fast and wait; open connections are closed, nothing acknowledged is lost."""
        with self._locked():
            for how, patience_s in ((signal.SIGINT, STOP_S), (signal.SIGQUIT, 3.0), (signal.SIGKILL, 3.0)):
                if (pid := self._postmaster()) is None:
                    break
                with suppress(ProcessLookupError):
                    os.kill(pid, how)
                _until(lambda: self._gone(process), patience_s)
            if process is not None:
                process.wait()
        if self.sockets.parent != self.data.absolute():
            shutil.rmtree(self.sockets, ignore_errors=True)

    def recycle(self) -> subprocess.Popen[bytes]:
        """Ask for a checkpoint, without waiting: old files of its log serve again where no room is for new ones."""
        command = [str(self.programs / "psql"), "-X", "-q", "-h", str(self.sockets), "-U", "postgres"]
        nowhere = subprocess.DEVNULL
        return subprocess.Popen(
            [*command, "-d", "postgres", "-c", "CHECKPOINT"], stdin=nowhere, stdout=nowhere, stderr=nowhere
        )

    @contextmanager
    def running(self) -> Iterator[str]:
        """Yield the database's address; the last of several users turns off the light, unless `up` has it on."""
        self._prepare_folder()
        with failures.in_sentences(self.data):
            users = open(self.data / "postgres.users", "a")  # noqa: SIM115 - closed right below
        with users:
            fcntl.flock(users, fcntl.LOCK_SH)
            started = None
            try:
                started = self.start()
                yield self.url()
            finally:
                if started is not None or not self._is_tied():
                    self._leave(users.fileno(), started)

    def _leave(self, users: int, started: subprocess.Popen[bytes] | None) -> None:
        fcntl.flock(users, fcntl.LOCK_UN)
        with suppress(BlockingIOError):
            fcntl.flock(users, fcntl.LOCK_EX | fcntl.LOCK_NB)
            self.stop(started)

    def _is_tied(self) -> bool:
        return (self.sockets / "tied").exists()

    def _prepare_folder(self) -> None:
        with failures.in_sentences(self.data):
            self.data.mkdir(parents=True, exist_ok=True)

    def _prepare(self) -> None:
        self._prepare_folder()
        who = self.account
        private.close_folder(self.data, uid=who.uid, gid=who.gid)
        self.sockets.mkdir(mode=0o700, exist_ok=True)
        owner = self.sockets.stat().st_uid
        if owner not in {os.geteuid(), who.uid}:
            raise Refused(f"{self.sockets} belongs to somebody else. Remove it, or use a shorter data folder.")
        os.chown(self.sockets, who.uid, who.gid)
        self.sockets.chmod(0o700)

    @contextmanager
    def _locked(self) -> Iterator[None]:
        with open(self.data / "postgres.lock", "a") as lock:
            fcntl.flock(lock, fcntl.LOCK_EX)
            yield

    def _create(self) -> None:
        """Make the database in a temporary folder and rename it, so that a half-made one is never found."""
        for left_over in self.data.glob(".postgres-*"):
            shutil.rmtree(left_over, ignore_errors=True)
        new = Path(tempfile.mkdtemp(prefix=".postgres-", dir=self.data))
        try:
            os.chown(new, self.account.uid, self.account.gid)
            self._run(
                "initdb", "-D", str(new), "-U", "postgres", "-E", "UTF8", "-A", "trust", "--no-sync", *self._locale()
            )
            self._run("postgres", "--single", "-D", str(new), "-c", "fsync=off", "postgres", say=ROLES)
            if self.options.get("fsync") != "off":
                self._run("initdb", "-D", str(new), "--sync-only")
            new.rename(self.files)
        except BaseException:
            shutil.rmtree(new, ignore_errors=True)
            raise

    def _locale(self) -> tuple[str, ...]:
        if binaries.major(self.programs) >= 17:
            return "--locale=C", "--locale-provider=builtin", "--builtin-locale=C.UTF-8"
        return ("--locale=C.UTF-8",)

    def _run(self, program: str, *words: str, say: str = "") -> None:
        command = [*self.account.prefix, str(self.programs / program), *words]
        done = subprocess.run(command, input=say, capture_output=True, text=True, cwd="/", env=_environment())
        if done.returncode or "ERROR:" in done.stderr:
            raise failures.refusal(self.data, done.stdout + done.stderr)

    def _launch(self, *, tied: bool) -> subprocess.Popen[bytes]:
        deadline = time.monotonic() + START_S
        while True:
            failures.forget_stale_locks(self.files, self.sockets / SOCKET)
            process, start = self._spawn(tied=tied)
            if self._becomes_ready(process, deadline):
                self._remember(tied=tied)
                return process
            output = failures.log_since(self.log, start)
            if not failures.passes_by_itself(output) or time.monotonic() > deadline:
                process.kill()
                process.wait()
                refusal = failures.refusal(self.data, output)
                if refusal.code != "disk_full" or not ballast.give_up(self.data):
                    raise refusal
            time.sleep(0.2)

    def _becomes_ready(self, process: subprocess.Popen[bytes], deadline: float) -> bool:
        """Wait for what the server writes of itself, which costs nothing, before it is asked by a program."""
        while time.monotonic() < deadline:
            _until(lambda: process.poll() is not None or self._says_ready(), deadline - time.monotonic())
            if process.poll() is not None:
                return False
            if self.is_ready():
                return True
            time.sleep(ASK_S)
        return False

    def _says_ready(self) -> bool:
        with suppress(OSError, IndexError):
            return "ready" in (self.files / "postmaster.pid").read_text(encoding="utf-8").splitlines()[-1]
        return False

    def _remember(self, *, tied: bool) -> None:
        mark = self.sockets / "tied"
        mark.touch() if tied else mark.unlink(missing_ok=True)

    def _spawn(self, *, tied: bool) -> tuple[subprocess.Popen[bytes], int]:
        settings = {**tuning.options(self.sockets), **self.options}
        flags = [word for name, value in settings.items() for word in ("-c", f"{name}={value}")]
        prefix = self.account.tied() if tied else self.account.prefix
        command = [*prefix, str(self.programs / "postgres"), "-D", str(self.files), *flags]
        with log.open_to_add(self.log) as output:
            start = output.tell()  # before the server shares the position and moves it
            process = subprocess.Popen(
                command, stdin=subprocess.DEVNULL, stdout=output, stderr=output, cwd="/", env=_environment(),
                start_new_session=True,
            )  # fmt: skip
        return process, start

    def _postmaster(self) -> int | None:
        with suppress(OSError, ValueError, IndexError):
            return int((self.files / "postmaster.pid").read_text(encoding="utf-8").splitlines()[0])
        return None

    def _gone(self, process: subprocess.Popen[bytes] | None) -> bool:
        if process is not None and process.poll() is not None:
            return True
        pid = self._postmaster()
        return pid is None or not failures.is_alive(pid)


ROLES = "CREATE ROLE heedful LOGIN;\nCREATE DATABASE heedful OWNER heedful;\n"


def _environment() -> dict[str, str]:
    environment = {name: value for name, value in os.environ.items() if not name.startswith("PG")}
    return {**environment, "LC_ALL": "C", "LANGUAGE": "C"}


def _until(true: Callable[[], bool], patience_s: float) -> bool:
    deadline = time.monotonic() + patience_s
    while not true():
        if time.monotonic() > deadline:
            return False
        time.sleep(0.01)
    return True
