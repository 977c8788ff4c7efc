"""A real Dovecot on this machine: one for the whole run, with a mailbox for whoever asks."""

import atexit
import getpass
import imaplib
import os
import shutil
import socket
import subprocess
import tempfile
import time
from dataclasses import dataclass
from functools import cache
from pathlib import Path

import pytest

MISSING = "Dovecot is missing (apt-get install dovecot-imapd)"
PASSWORD = "a_post_box"
READY_S = 10.0

CONFIGURATION = """
base_dir = {folder}/run
state_dir = {folder}/state
log_path = {folder}/log
protocols = imap
listen = 127.0.0.1
ssl = no
disable_plaintext_auth = no
auth_mechanisms = plain login
default_internal_user = {internal}
default_login_user = {login}
default_internal_group = {group}
mail_location = maildir:{folder}/mail/%u
mail_uid = {mail}
mail_gid = {mail_group}
first_valid_uid = 1
passdb {{
  driver = static
  args = password={password}
}}
userdb {{
  driver = static
  args = uid={mail} gid={mail_group} home={folder}/mail/%u
}}
service imap-login {{
  chroot =
  inet_listener imap {{
    port = {port}
  }}
  inet_listener imaps {{
    port = 0
  }}
}}
service anvil {{
  chroot =
}}
namespace inbox {{
  inbox = yes
}}
"""


@dataclass
class Dovecot:
    """The server, and the way by which mails get into it."""

    folder: Path
    port: int
    process: "subprocess.Popen[bytes] | None" = None

    def start(self) -> None:
        """Start it, and return when it greets."""
        self.process = subprocess.Popen(
            [_program(), "-F", "-c", str(self.folder / "dovecot.conf")],
            stderr=subprocess.DEVNULL,
            stdout=subprocess.DEVNULL,
        )
        until = time.monotonic() + READY_S
        while not self._greets():
            if time.monotonic() > until or self.process.poll() is not None:
                self.stop()
                log = self.folder / "log"
                raise AssertionError(f"Dovecot did not start: {log.read_text() if log.exists() else ''}")
            time.sleep(0.02)

    def stop(self) -> None:
        """Stop it with all its connections."""
        if self.process is not None:
            self.process.terminate()
            self.process.wait(timeout=10)
            self.process = None

    def put(self, user: str, *mails: bytes, folder: str = "INBOX") -> None:
        """Let mails come into a mailbox."""
        with self.open(user) as imap:
            for mail in mails:
                done, said = imap.append(folder, None, None, mail)
                assert done == "OK", said

    def open(self, user: str) -> imaplib.IMAP4:
        """A connection like that of anybody's mail program."""
        imap = imaplib.IMAP4("127.0.0.1", self.port, timeout=10)
        imap.login(user, PASSWORD)
        return imap

    def _greets(self) -> bool:
        try:
            with socket.create_connection(("127.0.0.1", self.port), 1) as wire:
                wire.settimeout(1)
                return wire.recv(200).startswith(b"* OK")
        except OSError:
            return False


def _program() -> str:
    return shutil.which("dovecot") or shutil.which("dovecot", path="/usr/sbin:/usr/local/sbin") or ""


@cache
def server() -> Dovecot:
    """The run's server, started by whoever needs it first."""
    folder = Path(tempfile.mkdtemp(prefix="heedful-dovecot-", dir="/tmp"))  # short: sockets have short names
    folder.chmod(0o755)
    (folder / "mail").mkdir()
    (folder / "mail").chmod(0o777)
    with socket.create_server(("127.0.0.1", 0)) as probe:
        port = probe.getsockname()[1]
    me = getpass.getuser()
    is_root = os.geteuid() == 0
    (folder / "dovecot.conf").write_text(
        CONFIGURATION.format(
            folder=folder,
            port=port,
            password=PASSWORD,
            internal="dovecot" if is_root else me,
            login="dovenull" if is_root else me,
            group="dovecot" if is_root else me,
            mail="nobody" if is_root else me,
            mail_group="nogroup" if is_root else me,
        ),
        encoding="utf-8",
    )
    dovecot = Dovecot(folder, port)
    dovecot.start()
    atexit.register(shutil.rmtree, folder, ignore_errors=True)
    atexit.register(dovecot.stop)
    return dovecot


@pytest.fixture
def dovecot() -> Dovecot:
    """A real IMAP server."""
    if not _program():
        pytest.skip(MISSING)
    return server()
