"""Saved replies: words that a team writes once, with blanks that the case fills when somebody puts one into a mail."""

from dataclasses import dataclass
from datetime import datetime

from django.db import transaction

from heedful.act import gaps
from heedful.act.models import Case, Reply
from heedful.associates import associates
from heedful.associates.models import Associate
from heedful.customers.models import Customer
from heedful.kit import locks, names
from heedful.kit.actor import By
from heedful.kit.errors import Refused
from heedful.ledger import events

LONGEST = 5_000


@dataclass(frozen=True, slots=True)
class ReplyWritten:
    """Words were saved for mails to come."""

    reply: int
    name: str
    text: str


@dataclass(frozen=True, slots=True)
class ReplyChanged:
    """A saved reply says something else from now on."""

    reply: int
    name: str
    text: str


@dataclass(frozen=True, slots=True)
class ReplyArchived:
    """A saved reply is offered no longer."""

    reply: int


@dataclass(frozen=True, slots=True)
class ReplyRestored:
    """A saved reply is offered again."""

    reply: int


@transaction.atomic
def add(*, name: str, text: str, by: By, at: datetime) -> Reply:
    """Save a reply under a name."""
    associates.must(by, "reply.edit")
    row = Reply.objects.create(name=_checked_name(name), text=_checked_text(text), changed_at=at)
    events.record(ReplyWritten(row.pk, row.name, row.text), by=by, at=at)
    return row


@transaction.atomic
def edit(*, reply: Reply, name: str, text: str, by: By, at: datetime) -> None:
    """Let a saved reply say something else; mails that were sent keep their words."""
    associates.must(by, "reply.edit")
    reply.name, reply.text, reply.changed_at = _checked_name(name, besides=reply), _checked_text(text), at
    reply.save(update_fields=["name", "text", "changed_at"])
    events.record(ReplyChanged(reply.pk, reply.name, reply.text), by=by, at=at)


@transaction.atomic
def archive(*, reply: Reply, by: By, at: datetime) -> None:
    """Offer a reply no longer; it is kept, so that it can come back."""
    associates.must(by, "reply.edit")
    row = Reply.objects.select_for_update().get(pk=reply.pk)
    if row.archived_at is not None:
        raise Refused("This reply is archived already.")
    row.archived_at = at
    row.save(update_fields=["archived_at"])
    events.record(ReplyArchived(row.pk), by=by, at=at)


@transaction.atomic
def restore(*, reply: Reply, by: By, at: datetime) -> None:
    """Offer an archived reply again."""
    associates.must(by, "reply.edit")
    locks.lock(Reply)
    row = Reply.objects.select_for_update().get(pk=reply.pk)
    if row.archived_at is None:
        raise Refused("This reply is offered already.")
    _checked_name(row.name, besides=row)
    row.archived_at = None
    row.save(update_fields=["archived_at"])
    events.record(ReplyRestored(row.pk), by=by, at=at)


def filled(reply: Reply, *, case: Case, writer: Associate) -> str:
    """The words for one case; a blank for which the case knows nothing stays, to be filled in by hand."""
    return gaps.fill(reply.text, {"name": first_name(case.who), "promise": promise_of(case), "me": writer.name})


def first_name(who: Customer) -> str:
    """What to call somebody: the first name where it was told by itself, else the first word of the name."""
    name = str((who.facts.get("first_name") or [""])[0] or "").strip() or who.name.strip().partition(" ")[0]
    return names.one_line(name, most=80)


def promise_of(case: Case) -> str:
    """The words of the promise that was heard of last as broken or at risk."""
    rows = case.troubles.filter(promise__isnull=False).order_by("-happened_at", "-pk")
    return rows.values_list("promise__words", flat=True).first() or ""


def _checked_name(name: str, *, besides: Reply | None = None) -> str:
    if not (name := names.one_line(name, most=120)):
        raise Refused("Give the reply a name, by which your colleagues find it.")
    locks.lock(Reply)
    if any(reply != besides for reply in Reply.objects.offered().filter(name__iexact=name)):
        raise Refused(f"There is a reply called {name} already.")
    return name


def _checked_text(text: str) -> str:
    if not (text := names.text(text)):
        raise Refused("Write the words of the reply.")
    if len(text) > LONGEST:
        raise Refused(f"A reply has at most {LONGEST:,} characters.")
    gaps.refuse_unknown(text)
    return text
