"""The token that opens a mailbox by OAuth 2: had for a refresh token."""

import json
from urllib.parse import urlencode

from heedful.kit import http, names
from heedful.kit.errors import Refused
from heedful.listen.channels.email.imap import MailboxFailed
from heedful.listen.channels.email.models import Mailbox


def token_of(mailbox: Mailbox) -> str:
    """Return a token that opens a mailbox now; raises `MailboxFailed` with a sentence where there is none."""
    words = {
        "grant_type": "refresh_token",
        "refresh_token": mailbox.secret,
        "client_id": mailbox.client_id,
        "client_secret": mailbox.client_secret,
    }
    body = urlencode({name: value for name, value in words.items() if value}).encode()
    headers = {"Content-Type": "application/x-www-form-urlencoded", "Accept": "application/json"}
    try:
        response = http.post(mailbox.token_url, body=body, headers=headers)
    except (http.Unreachable, Refused) as error:
        raise MailboxFailed(f"No token could be had for this mailbox: {error}") from None
    answer = _document(response.body)
    token = answer.get("access_token")
    if not response.is_success or not isinstance(token, str):
        why = names.one_line(str(answer.get("error_description") or answer.get("error") or response.status), most=160)
        raise MailboxFailed(f"No token could be had for this mailbox: {why}. Sign in anew for a refresh token.")
    return token


def _document(body: bytes) -> dict[str, object]:
    try:
        answer = json.loads(body)
    except ValueError:
        return {}
    return answer if isinstance(answer, dict) else {}
