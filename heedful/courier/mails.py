"""Mails: written where they are wanted; the outbox hands them over when the server takes them, or keeps them."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from email.utils import make_msgid
from urllib.parse import urlsplit

from django.conf import settings
from django.db import transaction

from heedful.courier import outbox
from heedful.courier.carriers import smtp
from heedful.courier.models import Mail
from heedful.kit.actor import By
from heedful.ledger.references import Reference


@transaction.atomic
def send(
    *,
    to: str,
    subject: str,
    text: str,
    html: str = "",
    to_name: str = "",
    purpose: str,
    reference: Reference | None = None,
    headers: Mapping[str, str] | None = None,
    sender: str = "",
    cc: Sequence[tuple[str, str]] = (),
    secret: str = "",
    by: By,
    at: datetime,
) -> Mail:
    """Write a mail and see to it that it leaves; a second mail with the same reference is the first one.

    `sender` is the address that it comes from where that is not the company's own, and `cc` who gets it too, each as
    (name, address). A `secret` that stands in its text is forgotten here once the mail has left.
    """
    draft = outbox.Draft(
        destination=smtp.CARRIER.current(None),
        purpose=purpose,
        urgency=1 if purpose == "survey" else 0,
        reference=str(reference) if reference else None,
        message_id=make_msgid(domain=urlsplit(settings.PUBLIC_URL).hostname or "localhost"),
        payload={
            "to": to,
            "to_name": to_name,
            "subject": subject,
            "text": text,
            "html": html,
            "headers": headers or {},
            "sender": sender,
            "cc": list(cc),
            "secret": secret,
        },
    )
    outbox.put(drafts=[draft], carrier=smtp.CARRIER, by=by, at=at)
    same = {"message_id": draft.message_id} if reference is None else {"reference": str(reference)}
    return Mail.objects.get(**same)
