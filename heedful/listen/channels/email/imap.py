"""The wire to a mailbox: one IMAP connection that only reads, and what went wrong with it as a sentence."""

import base64
import contextlib
import imaplib
import ipaddress
import re
import select
import socket
import ssl
import time
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime
from types import TracebackType
from typing import Any, Self

from heedful.kit import names

TIMEOUT_S = 30.0
STEP_S = 1.0
"""How soon somebody who waits notices that it is over."""
WINDOW = 50_000
"""Numbers that are asked for at once: the answer is one line, and a line has an end."""
MONTHS = "Jan Feb Mar Apr May Jun Jul Aug Sep Oct Nov Dec".split()  # noqa: SIM905 - as the protocol writes them
UID, SIZE = re.compile(rb"\bUID (\d+)"), re.compile(rb"RFC822\.SIZE (\d+)")


class MailboxFailed(Exception):
    """A mailbox cannot be read now; the message says why in a sentence."""


class FetchFailed(MailboxFailed):
    """The server answers, and cannot hand over what it was asked for: it may be one mail that it stumbles over."""


class MailLeftBehind(MailboxFailed):
    """The server stumbled over one mail again, which is put aside: with another connection it goes on behind it."""


@dataclass(frozen=True, slots=True)
class MailboxPlace:
    """Where a mailbox is, and what opens it."""

    host: str
    port: int
    cover: str
    user: str
    password: str = ""
    token: str = ""
    """Opens it instead of the password, by XOAUTH2."""
    folder: str = "INBOX"

    @property
    def is_near(self) -> bool:
        """Whether the server is on this machine, where a password needs no cover."""
        with contextlib.suppress(ValueError):
            return ipaddress.ip_address(self.host).is_loopback
        return self.host == "localhost"


@dataclass(frozen=True, slots=True)
class WaitingMail:
    """A mail that is in the mailbox: its number there, how large it is, and when the server got it."""

    uid: int
    size: int
    received_at: datetime


class ImapConnection:
    """One connection with its folder opened for reading: nothing in the mailbox is changed or marked as read."""

    def __init__(self, place: MailboxPlace, *, timeout_s: float = TIMEOUT_S) -> None:
        self.place, self.timeout_s = place, timeout_s
        self.uid_validity = self.uid_next = self._waits = 0
        self._can: set[str] = set()
        self._imap: Any = None

    def __enter__(self) -> Self:
        with self._in_words():
            self._imap = self._connect()
            self._log_in()
            self._open_folder()
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, at: TracebackType | None) -> None:
        self.hang_up()

    def hang_up(self) -> None:
        """End it, however it stands."""
        if (imap := self._imap) is not None:
            self._imap = None
            with contextlib.suppress(imaplib.IMAP4.error, OSError):
                imap.shutdown()

    @property
    def can_idle(self) -> bool:
        """Whether the server tells by itself when something comes."""
        return "IDLE" in self._can

    def uids_after(self, uid: int) -> list[int]:
        """The numbers above one, in order."""
        self._has_more()  # what came until now is in the answer
        found: list[int] = []
        low = uid + 1
        while self.uid_next - low > WINDOW:
            found += self._search(f"UID {low}:{low + WINDOW - 1}")
            low += WINDOW
        return sorted({number for number in [*found, *self._search(f"UID {low}:*")] if number > uid})

    def uids_since(self, day: date) -> list[int]:
        """The numbers of what the server got on a day or later, in order."""
        return sorted(self._search(f"SINCE {day.day:02d}-{MONTHS[day.month - 1]}-{day.year:04d}"))

    def look_at(self, uids: Sequence[int]) -> list[WaitingMail]:
        """Size and time of mails, in order; those that are gone meanwhile are missing."""
        found = [_read(item) for item in self._fetch(uids, "(UID RFC822.SIZE INTERNALDATE)")]
        return sorted((one for one in found if one is not None), key=lambda one: one.uid)

    def fetch(self, uids: Sequence[int], part: str = "") -> dict[int, bytes]:
        """The mails to the letter, or one part of each such as `HEADER`, by their numbers."""
        answer = self._fetch(uids, f"(UID BODY.PEEK[{part}])")
        found = {}
        for place, item in enumerate(answer):
            if isinstance(item, tuple):
                after = answer[place + 1] if place + 1 < len(answer) else b""
                frame = item[0] + (after if isinstance(after, bytes) else b"")
                if match := UID.search(frame):
                    found[int(match[1])] = bytes(item[1])
        return found

    def idle(self, *, wait_s: float, is_over: Callable[[], bool] = lambda: False) -> bool:
        """Wait until the server says something, at most so long, or until it is over; returns whether it did."""
        with self._in_words():
            if self._has_more():
                return True
            self._waits += 1
            tag = b"WAIT%d" % self._waits
            self._imap.send(tag + b" IDLE\r\n")
            has_news = False
            while not (line := self._line()).startswith(b"+"):
                if line.startswith(tag):
                    raise MailboxFailed(f"The mail server no longer tells of new mail: {_text(line)}")
                has_news = has_news or b"EXISTS" in line
            has_news = has_news or self._has_news(wait_s, is_over)
            self._imap.send(b"DONE\r\n")
            while not (line := self._line()).startswith(tag):
                has_news = has_news or b"EXISTS" in line
            return has_news

    def stay(self) -> None:
        """Ask for nothing, so that the line stays open."""
        with self._in_words():
            self._imap.noop()

    def _has_more(self) -> bool:
        """Whether the server said beside another answer that there is more; it says so once, and not again in IDLE."""
        return bool(self._imap.response("EXISTS")[1] != [None])

    def _has_news(self, wait_s: float, is_over: Callable[[], bool]) -> bool:
        """Whether there is something to read, in the buffer or, after a while, on the wire."""
        until = time.monotonic() + wait_s
        while not self._peek():
            left = until - time.monotonic()
            if left <= 0 or is_over():
                return False
            if select.select([self._imap.sock], [], [], min(left, STEP_S))[0]:
                return True
        return True

    def _peek(self) -> bytes:
        """What was read from the wire already; asked of a buffered file, which would wait for more."""
        self._imap.sock.setblocking(False)
        try:
            return bytes(self._imap.file.peek(1))
        except (ssl.SSLWantReadError, BlockingIOError):
            return b""
        finally:
            self._imap.sock.settimeout(self.timeout_s)

    def _line(self) -> bytes:
        if not (line := self._imap.readline()):
            raise imaplib.IMAP4.abort("the server hung up")
        return bytes(line)

    def _search(self, words: str) -> list[int]:
        with self._in_words():
            done, data = self._imap.uid("SEARCH", *words.split())
            return [int(number) for part in _ok(done, data) if part for number in part.split()]

    def _fetch(self, uids: Sequence[int], what: str) -> list[Any]:
        if not uids:
            return []
        try:
            with self._in_words():
                done, data = self._imap.uid("FETCH", ",".join(map(str, uids)), what)
                return [item for item in _ok(done, data) if item is not None]
        except MailboxFailed as error:
            if isinstance(error.__cause__, OSError):
                raise
            raise FetchFailed(str(error)) from error

    def _connect(self) -> Any:
        place = self.place
        if place.cover not in ("tls", "starttls") and not place.is_near:
            raise MailboxFailed("A password is not sent without encryption, but to this machine itself. Choose TLS.")
        if place.cover == "tls":
            return imaplib.IMAP4_SSL(place.host, place.port, ssl_context=_trust(), timeout=self.timeout_s)
        imap = imaplib.IMAP4(place.host, place.port, timeout=self.timeout_s)
        if place.cover == "starttls":
            imap.starttls(_trust())
        return imap

    def _log_in(self) -> None:
        place, imap = self.place, self._imap
        try:
            if place.token:
                words = f"user={place.user}\x01auth=Bearer {place.token}\x01\x01"
                imap.authenticate("XOAUTH2", _once(words.encode()))
            elif "AUTH=PLAIN" in imap.capabilities:
                imap.authenticate("PLAIN", _once(f"\0{place.user}\0{place.password}".encode()))
            else:
                imap.login(place.user, place.password)
        except imaplib.IMAP4.abort:
            raise
        except imaplib.IMAP4.error as error:
            raise MailboxFailed(f"The mail server does not accept this name and password: {_text(error)}") from None
        self._can = set(imap.capability()[1][-1].decode("ascii", "replace").upper().split())

    def _open_folder(self) -> None:
        done, data = self._imap.select(_quoted(self.place.folder), readonly=True)
        if done != "OK":
            there = ", ".join(self._folders())
            raise MailboxFailed(f"There is no folder {self.place.folder!r} in this mailbox. There are: {there}.")
        del data
        self.uid_validity = self._number("UIDVALIDITY")
        self.uid_next = self._number("UIDNEXT") or max(self.uids_after(0), default=0) + 1
        self._has_more()  # that there is something is said at each opening

    def _folders(self) -> list[str]:
        lines = self._imap.list()[1]
        found = [re.search(rb'"? ?([^"]+)"?$', line) for line in lines if isinstance(line, bytes)]
        return [match[1].decode("ascii", "replace").strip() for match in found if match][:12]

    def _number(self, name: str) -> int:
        return int((self._imap.response(name)[1] or [b"0"])[-1] or 0)

    @contextlib.contextmanager
    def _in_words(self) -> Iterator[None]:
        """Say in a sentence what goes wrong."""
        try:
            yield
        except MailboxFailed:
            raise
        except (imaplib.IMAP4.error, OSError, UnicodeError, ValueError, AttributeError) as error:
            raise MailboxFailed(_sentence(self.place, error)) from error


def _sentence(place: MailboxPlace, error: Exception) -> str:
    where = f"{place.host}:{place.port}"
    if isinstance(error, ssl.SSLCertVerificationError):
        why = error.verify_message.rstrip(".")
        return f"The mail server {where} shows a certificate that this machine does not trust ({why})."
    if isinstance(error, ssl.SSLError):
        return (
            f"The mail server {where} does not speak TLS as it should. Port 993 begins with TLS, 143 with STARTTLS:"
            " try the other one."
        )
    if isinstance(error, socket.gaierror):
        return f"No server is called {place.host}. Is the name right?"
    if isinstance(error, TimeoutError):
        return f"The mail server {where} did not answer in time. Is the port right, and is it open from here?"
    if isinstance(error, ConnectionRefusedError):
        return f"Nobody answers at {where}. Is the port right?"
    return f"The connection to the mail server {where} was lost: {_text(error)}"


def _ok(done: str, data: list[Any]) -> list[Any]:
    if done != "OK":
        raise MailboxFailed(f"The mail server said: {_text(data[-1] if data else b'')}")
    return data


def _once(answer: bytes) -> Any:
    """What is said when the server asks first; when it asks again it tells why it says no, and wants an empty line."""
    words = [answer]
    return lambda _: words.pop() if words else b""


def _read(item: Any) -> WaitingMail | None:
    line = item[0] if isinstance(item, tuple) else item
    uid, size = UID.search(line), SIZE.search(line)
    if uid is None or size is None:
        return None
    return WaitingMail(int(uid[1]), int(size[1]), _time(line))


def _time(line: bytes) -> datetime:
    """When the server got a mail; one that it does not date is from the beginning of time."""
    match = re.search(rb'INTERNALDATE "([^"]+)"', line)
    with contextlib.suppress(ValueError):
        if match:
            return datetime.strptime(match[1].decode("ascii", "replace").strip(), "%d-%b-%Y %H:%M:%S %z")
    return datetime(1990, 1, 1, tzinfo=UTC)


def _trust() -> ssl.SSLContext:
    return ssl.create_default_context()


def _quoted(folder: str) -> str:
    name = _utf7(folder).replace("\\", "\\\\").replace('"', '\\"')
    return f'"{name}"'


def _utf7(folder: str) -> str:
    """A folder's name as the protocol writes it: RFC 3501, 5.1.3."""

    def encoded(match: re.Match[str]) -> str:
        return f"&{base64.b64encode(match[0].encode('utf-16-be')).decode().rstrip('=').replace('/', ',')}-"

    return re.sub(r"[^\x20-\x7e]+", encoded, folder.replace("&", "&-"))


def _text(error: object) -> str:
    words = error if isinstance(error, bytes) else str(error).removeprefix("b'").removesuffix("'")
    plain = words.decode("utf-8", "replace") if isinstance(words, bytes) else words
    return names.one_line(re.sub(r"^\[[A-Z]+\] ", "", plain), most=200) or type(error).__name__
