"""The mail by which somebody who was added is invited to come in."""

from dataclasses import dataclass
from datetime import datetime

from django.conf import settings
from django.db import transaction

from heedful.associates import company, welcome_links
from heedful.associates.models import Associate
from heedful.courier import mails
from heedful.kit.actor import By


@dataclass(frozen=True, slots=True)
class Welcome:
    """How somebody is invited: by a mail, or by a link to hand over where no mail server is."""

    is_mailed: bool
    link: str
    ends_earlier: bool
    """Whether a link from before no longer works."""


@transaction.atomic
def invite(*, associate: Associate, by: By, at: datetime) -> Welcome:
    """Invite somebody who has no password yet; where no mail leaves, the link is for whoever hands it over."""
    ends_earlier = welcome_links.pending(associate=associate, at=at) is not None
    token = welcome_links.make(associate=associate, by=by, at=at)
    link = welcome_links.address(token)
    if not settings.SMTP_URL:
        return Welcome(is_mailed=False, link=link, ends_earlier=ends_earlier)
    row = company.find()
    mails.send(
        to=associate.email,
        to_name=associate.name,
        subject=f"You are invited to {row.name if row else 'Heedful'}",
        text=_text(associate, link, by=by),
        purpose="account",
        secret=token,
        by=by,
        at=at,
    )
    return Welcome(is_mailed=True, link="", ends_earlier=ends_earlier)


def _text(associate: Associate, link: str, *, by: By) -> str:
    return (
        f"Hello {associate.get_short_name()},\n\n"
        f"{by.label or 'Heedful'} has added you to those who care for our customers. Choose a password here, and you"
        f" are in:\n\n{link}\n\n"
        f"The link works once, for {welcome_links.LASTS.days} days. Your log-in is {associate.email}.\n"
    )
