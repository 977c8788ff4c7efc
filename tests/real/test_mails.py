"""Real mails are read whole, and of real replies the new words."""

import csv
from collections import Counter
from email import message_from_bytes
from functools import cache
from hashlib import sha256
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from bench import replies
from bench.accuracy import DATA
from heedful.listen.channels.email import reading
from heedful.listen.channels.email.reading import IncomingMail, MailKind

KINDS = {
    "bounce": {MailKind.BOUNCE, MailKind.DELIVERY_REPORT},
    "bounce-nonstandard": {MailKind.BOUNCE},
    "feedback-report": {MailKind.DELIVERY_REPORT},
    "auto-reply": {MailKind.AUTO_REPLY, MailKind.BOUNCE},
    "reply": {MailKind.PERSON, MailKind.MAILING_LIST},
    "normal": {MailKind.PERSON, MailKind.MAILING_LIST},
}
"""As the list of the mails calls them, and we may; some that it calls answers are bounces."""


def mails(data: Path) -> list[tuple[dict[str, str], IncomingMail]]:
    folder = data / "emails"
    with (folder / "MANIFEST_dev.csv").open(encoding="utf-8", newline="") as lines:
        rows = list(csv.DictReader(lines))
    return [(row, reading.read((folder / "eml_dev" / row["file"]).read_bytes())) for row in rows]


def test_every_real_mail_is_read_with_all_that_came_with_it(data: Path) -> None:
    every = mails(data)
    assert len(every) == 181
    lost = [row["file"] for row, mail in every if len(mail.attachments) < int(row["attachments"])]
    assert lost == []
    judged = Counter(mail.kind in KINDS[row["kind"].removesuffix("+malformed")] for row, mail in every)
    assert judged == {True: 181}


def test_of_real_replies_the_new_words_are_shown(data: Path) -> None:
    known = replies.cases(data)
    assert len(known) == 32
    assert len(replies.misses(replies.visible, known)) <= 1


@given(st.data())
@settings(max_examples=60, deadline=None)
def test_real_mails_that_were_damaged_are_read(data: st.DataObject) -> None:
    every = _raw_mails()
    if not every:
        pytest.skip(f"LEFT OUT: no real files in {DATA}")
    mail = data.draw(st.sampled_from(every))
    for _ in range(data.draw(st.integers(1, 8))):
        at, other = data.draw(st.integers(0, len(mail))), data.draw(st.sampled_from(every))
        begin, length = data.draw(st.integers(0, len(other))), data.draw(st.integers(0, 200))
        mail = mail[:at] + other[begin : begin + length] + mail[at + data.draw(st.integers(0, 50)) :]
    assert reading.read(mail).subject


@cache
def _raw_mails() -> list[bytes]:
    files = sorted((DATA / "emails" / "eml_dev").glob("*.eml"))
    return [raw for file in files if 0 < len(raw := file.read_bytes()) < 20_000]


def test_every_part_of_real_mails_is_in_the_words_or_in_a_file(data: Path) -> None:
    """As the standard library finds them; one says that it is base64 and is not."""
    folder = data / "emails" / "eml_dev"
    lost = {file.name for file in folder.iterdir() if (raw := file.read_bytes()) and _lost(raw)}
    assert lost == {"m205.eml"}


def _lost(raw: bytes) -> bool:
    mail = reading.read(raw)
    digests = {one.digest for one in mail.attachments}
    leaves = [
        part for part in message_from_bytes(raw).walk() if part.get_content_maintype() not in ("multipart", "message")
    ]
    found = [part.get_payload(decode=True) for part in leaves if part.get_content_maintype() != "text"]
    return any(isinstance(one, bytes) and one and sha256(one).hexdigest() not in digests for one in found)
