"""Mailboxes for programs: which addresses are read, how each stands, and what is done about one that fails."""

from datetime import datetime

from django.shortcuts import get_object_or_404
from django.utils import timezone
from ninja import Router, Schema, Status
from pydantic import AwareDatetime, Field

from heedful.api.door import PROBLEMS, ApiRequest
from heedful.api.posting import Done, repeatable
from heedful.associates import associates
from heedful.associates.models import Team
from heedful.listen.channels.email import mailboxes
from heedful.listen.models import Mailbox

router = Router(tags=["mailboxes"])


class MailboxIn(Schema):
    """Where a mailbox is and what opens it. The secret is never shown again; without one it stays as it is."""

    name: str = Field("", max_length=120)
    address: str = Field(max_length=254)
    host: str = Field(max_length=200)
    port: int = Field(993, ge=1, le=65_535)
    cover: str = Mailbox.Cover.TLS
    login: str = Mailbox.Login.PASSWORD
    user: str = Field("", max_length=254)
    secret: str = Field("", max_length=4_000)
    token_url: str = Field("", max_length=500)
    client_id: str = Field("", max_length=254)
    client_secret: str = Field("", max_length=4_000)
    folder: str = Field("INBOX", max_length=200)
    team: int | None = None
    mark: str = Mailbox.Mark.SUBJECT

    def settings(self) -> mailboxes.MailboxSettings:
        """What was sent."""
        team = get_object_or_404(Team, pk=self.team) if self.team is not None else None
        return mailboxes.MailboxSettings(**{**self.model_dump(exclude={"since"}), "team": team})


class NewMailboxIn(MailboxIn):
    """The same, and from when on what is in it is taken in; without a time from now on."""

    since: AwareDatetime | None = None


class MailboxOut(Schema):
    """A mailbox and how it stands."""

    id: int
    name: str
    address: str
    host: str
    port: int
    cover: str
    login: str
    user: str
    folder: str
    team: int | None
    mark: str
    paused_at: datetime | None
    checked_at: datetime | None
    last_mail_at: datetime | None
    waiting: int
    waiting_since: datetime | None
    failures: int
    failing_since: datetime | None
    next_try_at: datetime | None
    answer: str


def _out(row: Mailbox) -> MailboxOut:
    names = set(MailboxOut.model_fields) - {"id", "team"}
    return MailboxOut(id=row.pk, team=row.team_id, **{name: getattr(row, name) for name in names})


@router.get("", response={200: list[MailboxOut], **PROBLEMS})
def index(request: ApiRequest) -> list[MailboxOut]:
    """Every mailbox, by name."""
    associates.must(request.auth, "mailbox.edit")
    return [_out(row) for row in Mailbox.objects.order_by("name", "pk")]


@router.post("", response={201: MailboxOut, **PROBLEMS})
@repeatable
def add(request: ApiRequest, body: NewMailboxIn) -> Done:
    """Read an address from now on, or with what came since a time that is past."""
    row = mailboxes.add(settings=body.settings(), since=body.since, by=request.auth, at=timezone.now())
    return 201, _out(row)


@router.get("/{int:pk}", response={200: MailboxOut, **PROBLEMS})
def mailbox(request: ApiRequest, pk: int) -> MailboxOut:
    """One mailbox."""
    associates.must(request.auth, "mailbox.edit")
    return _out(get_object_or_404(Mailbox, pk=pk))


@router.put("/{int:pk}", response={200: MailboxOut, **PROBLEMS})
def change(request: ApiRequest, pk: int, body: MailboxIn) -> MailboxOut:
    """Give it another name, place, login or team."""
    associates.must(request.auth, "mailbox.edit")
    row = get_object_or_404(Mailbox, pk=pk)
    return _out(mailboxes.change(mailbox=row, settings=body.settings(), by=request.auth, at=timezone.now()))


@router.delete("/{int:pk}", response={204: None, **PROBLEMS})
def remove(request: ApiRequest, pk: int) -> Status[None]:
    """Read it no more; its conversations stay."""
    associates.must(request.auth, "mailbox.edit")
    mailboxes.remove(mailbox=get_object_or_404(Mailbox, pk=pk), by=request.auth, at=timezone.now())
    return Status(204, None)


@router.post("/{int:pk}/pause", response={200: MailboxOut, **PROBLEMS})
def pause(request: ApiRequest, pk: int) -> MailboxOut:
    """Read it no more for the time being."""
    associates.must(request.auth, "mailbox.edit")
    mailboxes.pause(mailbox=get_object_or_404(Mailbox, pk=pk), by=request.auth, at=timezone.now())
    return _out(Mailbox.objects.get(pk=pk))


@router.delete("/{int:pk}/pause", response={200: MailboxOut, **PROBLEMS})
def resume(request: ApiRequest, pk: int) -> MailboxOut:
    """Read it again, from where it was left."""
    associates.must(request.auth, "mailbox.edit")
    mailboxes.resume(mailbox=get_object_or_404(Mailbox, pk=pk), by=request.auth, at=timezone.now())
    return _out(Mailbox.objects.get(pk=pk))


@router.post("/{int:pk}/tries", response={200: MailboxOut, **PROBLEMS})
def try_now(request: ApiRequest, pk: int) -> MailboxOut:
    """Try it at once, and not only when its rest is over."""
    associates.must(request.auth, "mailbox.edit")
    mailboxes.try_now(mailbox=get_object_or_404(Mailbox, pk=pk), by=request.auth, at=timezone.now())
    return _out(Mailbox.objects.get(pk=pk))
