"""The wire to the mail server: one connection, and what its answers mean for a mail and for the server."""

import contextlib
import ipaddress
import smtplib
import socket
import ssl
import threading
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from email.message import EmailMessage
from types import TracebackType
from typing import Self
from urllib.parse import parse_qs, unquote, urlsplit

from heedful.courier.carrier import Failure
from heedful.kit import names

TIMEOUT_S = 30
"""For one step, such as an answer."""
WHOLE_S = 45
"""For a mail from the first step to the last: well below the time for which one who delivers holds the server."""
MOST_CUTS = 2
"""Mails in a row over which the line may be cut before the server is left alone: it may be that it dislikes one."""
LOOKS = "HEEDFUL_SMTP must look like smtp://user:password@host:587 or smtps://host."


class ServerFailed(Failure):
    """The server cannot take any mail now; the message says why in a sentence.

    Where it failed with a mail in hand, `is_items` lets others go before that one the next time.
    """

    def __init__(self, sentence: str, *, is_items: bool = False) -> None:
        super().__init__(sentence, is_destinations=True, is_items=is_items)


class MailRefused(Failure):
    """The server took the call but not this mail; `for_good` says that trying again is of no use."""

    def __init__(self, sentence: str, *, for_good: bool) -> None:
        super().__init__(sentence, is_items=True, for_good=for_good)


@dataclass(frozen=True, slots=True)
class Address:
    """Where the mail server is, and how to talk to it."""

    host: str
    port: int
    user: str
    password: str
    is_tls: bool
    verify: bool

    @property
    def shown(self) -> str:
        """The address without what is secret."""
        return f"{'smtps' if self.is_tls else 'smtp'}://{self.host}:{self.port}"

    @property
    def is_near(self) -> bool:
        """Whether the server is on this machine, where a password needs no cover."""
        with contextlib.suppress(ValueError):
            return ipaddress.ip_address(self.host).is_loopback
        return self.host == "localhost"


def parse(url: str) -> Address:
    """Read an address such as smtp://user:password@host:587 or smtps://host; `?verify=no` trusts any certificate."""
    try:
        parts = urlsplit(url)
    except ValueError:
        raise ServerFailed(LOOKS) from None
    if parts.scheme not in {"smtp", "smtps"} or not parts.hostname:
        raise ServerFailed(LOOKS)
    is_tls = parts.scheme == "smtps"
    try:
        port = parts.port or (465 if is_tls else 587)
    except ValueError:
        raise ServerFailed("The port in HEEDFUL_SMTP is not a number that a port can be.") from None
    verify = parse_qs(parts.query).get("verify", ["yes"])[-1] != "no"
    return Address(parts.hostname, port, unquote(parts.username or ""), unquote(parts.password or ""), is_tls, verify)


class Connection:
    """A connection that is opened by the first mail and used for all that follow."""

    def __init__(self, address: Address, *, timeout_s: float = TIMEOUT_S, whole_s: float = WHOLE_S) -> None:
        self.address = address
        self.timeout_s = timeout_s
        self.whole_s = whole_s
        self._smtp: smtplib.SMTP | None = None
        self._is_late = False
        self._cuts = 0

    def __enter__(self) -> Self:
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, at: TracebackType | None) -> None:
        self._hang_up()

    def hand_over(
        self, message: EmailMessage, *, sender: str, to: str, cc: Sequence[str] = (), is_usual: bool = True
    ) -> str:
        """Give one mail to the server and return its answer; raise `ServerFailed` or `MailRefused`.

        Of those copied in the server may refuse some: then it goes to the others, and the answer says so. Of a sender
        that is not the usual one it may take nothing, and everything of others.
        """
        with self._one_clock():
            return self._hand_over(message, sender, [to, *cc], is_usual=is_usual)

    @contextlib.contextmanager
    def _one_clock(self) -> Iterator[None]:
        """Cut the line when all of it takes too long: nothing may reach the server when it is another's turn."""
        self._is_late = False
        clock = threading.Timer(self.whole_s, self._cut)
        clock.daemon = True
        clock.start()
        try:
            yield
        finally:
            clock.cancel()

    def _cut(self) -> None:
        self._is_late = True
        if (smtp := self._smtp) is not None and (wire := smtp.sock) is not None:
            with contextlib.suppress(OSError):
                socket.socket.shutdown(wire, socket.SHUT_RDWR)  # below TLS, which another thread may be reading

    def _hand_over(self, message: EmailMessage, sender: str, to: Sequence[str], *, is_usual: bool) -> str:
        smtp = self._smtp or self._call()
        try:
            refused = smtp.send_message(message, from_addr=sender, to_addrs=list(to))
        except smtplib.SMTPRecipientsRefused as error:
            raise self._refused(*next(iter(error.recipients.values()))) from None
        except smtplib.SMTPSenderRefused as error:
            self._hang_up()
            sentence = f"The mail server does not take mails from {sender}: {_reply(error)}"
            if not is_usual:
                raise MailRefused(sentence, for_good=error.smtp_code >= 500) from None
            raise ServerFailed(sentence) from None
        except smtplib.SMTPDataError as error:
            raise self._refused(error.smtp_code, error.smtp_error) from None
        except (smtplib.SMTPNotSupportedError, UnicodeError):
            raise MailRefused(f"The mail server cannot write to {', '.join(to)}.", for_good=True) from None
        except (smtplib.SMTPException, OSError) as error:
            self._hang_up()
            raise self._broken_off(error) from None
        except Exception:
            self._hang_up()  # the server may wait for the rest of it
            raise
        self._cuts = 0
        if to[0] in refused:
            raise self._refused(*refused[to[0]])
        left_out = f", but not for {', '.join(refused)}" if refused else ""
        return f"The mail server took it{left_out}."

    def _broken_off(self, error: Exception) -> Failure:
        """What it means that the line broke over a mail: nothing for the next one, as long as it is this one alone."""
        if self._is_late or isinstance(error, TimeoutError):
            return ServerFailed(self._why(error), is_items=True)
        self._cuts += 1
        if self._cuts > MOST_CUTS:
            return ServerFailed(self._why(error))
        why = names.one_line(str(error), most=160) or type(error).__name__
        return MailRefused(f"Your mail server {self.address.shown} broke off over this mail ({why})", for_good=False)

    def _call(self) -> smtplib.SMTP:
        try:
            self._smtp = self._connect()
            if self._is_late:
                raise TimeoutError
            self._greet(self._smtp)
        except (smtplib.SMTPException, OSError) as error:
            self._hang_up()
            raise ServerFailed(self._why(error)) from None
        return self._smtp

    def _connect(self) -> smtplib.SMTP:
        host, port = self.address.host, self.address.port
        if self.address.is_tls:
            return smtplib.SMTP_SSL(host, port, timeout=self.timeout_s, context=self._trust())
        return smtplib.SMTP(host, port, timeout=self.timeout_s)

    def _greet(self, smtp: smtplib.SMTP) -> None:
        smtp.ehlo()
        if not self.address.is_tls and smtp.has_extn("starttls"):
            smtp.starttls(context=self._trust())
            smtp.ehlo()
            covered = True
        else:
            covered = self.address.is_tls or self.address.is_near
        if self.address.user:
            if not covered:
                raise smtplib.SMTPException("it offers no encryption, and a password is not sent without")
            smtp.login(self.address.user, self.address.password)

    def _trust(self) -> ssl.SSLContext:
        context = ssl.create_default_context()
        if not self.address.verify:
            context.check_hostname, context.verify_mode = False, ssl.CERT_NONE
        return context

    def _refused(self, code: int, answer: bytes | str) -> Exception:
        reply = f"{code} {_text(answer)}"
        if code == 421:
            self._hang_up()
            return ServerFailed(f"The mail server asks to come back later: {reply}")
        return MailRefused(f"The mail server said {reply}", for_good=code >= 500)

    def _why(self, error: Exception) -> str:
        if self._is_late:
            return f"Your mail server {self.address.shown} is too slow: a mail took longer than {self.whole_s:g} s."
        if isinstance(error, TimeoutError):
            return f"We could not reach your mail server {self.address.shown} (timed out after {self.timeout_s:g} s)."
        if isinstance(error, ssl.SSLError):
            return self._why_not_covered(error)
        if isinstance(error, smtplib.SMTPAuthenticationError):
            return f"Your mail server does not accept the name and password: {_reply(error)}"
        if isinstance(error, smtplib.SMTPResponseException):
            return f"Your mail server said {_reply(error)}"
        return f"We could not reach your mail server {self.address.shown} ({str(error)[:160] or type(error).__name__})."

    def _why_not_covered(self, error: ssl.SSLError) -> str:
        if isinstance(error, ssl.SSLCertVerificationError):
            return (
                f"Your mail server {self.address.shown} shows a certificate that this machine does not trust"
                f" ({error.verify_message}). Let the machine trust it, or add ?verify=no to HEEDFUL_SMTP."
            )
        return (
            f"Your mail server {self.address.shown} does not speak TLS as it should. A server that begins in the open"
            " is written smtp:// in HEEDFUL_SMTP, one that is covered from the start smtps://."
        )

    def _hang_up(self) -> None:
        smtp, self._smtp = self._smtp, None
        if smtp is not None:
            with contextlib.suppress(smtplib.SMTPException, OSError):
                smtp.quit()
            smtp.close()


def _reply(error: smtplib.SMTPResponseException) -> str:
    return f"{error.smtp_code} {_text(error.smtp_error)}"


def _text(answer: bytes | str) -> str:
    plain = answer.decode("utf-8", "replace") if isinstance(answer, bytes) else answer
    return names.one_line(plain, most=200)
