"""The token that opens a mailbox by OAuth 2, and the sentence where there is none."""

import json
from typing import Any
from urllib.parse import parse_qs

import pytest

from heedful.kit import http
from heedful.listen.channels.email import imap, mailboxes
from heedful.listen.models import Mailbox

MAILBOX = Mailbox(
    address="care@acme.test", host="imap.acme.test", port=993, cover="tls", login="xoauth2", secret="refresh-1",
    token_url="https://login.acme.test/token", client_id="heedful", client_secret="hush",
)  # fmt: skip


def answer(monkeypatch: pytest.MonkeyPatch, status: int, body: Any) -> list[bytes]:
    """Let the other side answer so; returns what it was sent."""
    sent: list[bytes] = []

    def post(url: str, *, body: bytes, headers: Any) -> http.Response:
        assert url == MAILBOX.token_url
        sent.append(body)
        return http.Response(status, {}, said, 1)

    said = body if isinstance(body, bytes) else json.dumps(body).encode()
    monkeypatch.setattr(http, "post", post)
    return sent


def test_a_refresh_token_becomes_one_that_opens(monkeypatch: pytest.MonkeyPatch) -> None:
    sent = answer(monkeypatch, 200, {"access_token": "open-sesame", "expires_in": 3599})
    place = mailboxes.place_of(MAILBOX)
    assert (place.user, place.token, place.password) == ("care@acme.test", "open-sesame", "")
    assert parse_qs(sent[0].decode()) == {
        "grant_type": ["refresh_token"],
        "refresh_token": ["refresh-1"],
        "client_id": ["heedful"],
        "client_secret": ["hush"],
    }


@pytest.mark.parametrize(
    ("status", "body", "why"),
    [
        (400, {"error": "invalid_grant", "error_description": "The token has expired."}, "The token has expired."),
        (200, {"token": "x"}, "200"),
        (502, b"<html>", "502"),
    ],
)
def test_no_token_is_a_sentence(monkeypatch: pytest.MonkeyPatch, status: int, body: Any, why: str) -> None:
    answer(monkeypatch, status, body)
    with pytest.raises(imap.MailboxFailed, match="No token could be had for this mailbox") as wrong:
        mailboxes.place_of(MAILBOX)
    assert why in str(wrong.value)
