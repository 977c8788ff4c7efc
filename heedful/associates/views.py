"""Views of lists that somebody keeps under a name of their own."""

from dataclasses import dataclass
from datetime import datetime

from django.db import transaction

from heedful.associates import associates
from heedful.associates.models import Associate, View
from heedful.kit import names
from heedful.kit.actor import By
from heedful.kit.errors import Refused
from heedful.ledger import events

MOST = 20
LONGEST_QUERY = 2_000


@dataclass(frozen=True, slots=True)
class ViewSaved:
    """Somebody keeps a view of a list under a name, or another one under the same name."""

    view: int
    page: str
    name: str
    query: str


@dataclass(frozen=True, slots=True)
class ViewRenamed:
    """A view is called differently."""

    view: int
    name: str


@dataclass(frozen=True, slots=True)
class ViewRemoved:
    """Somebody no longer keeps a view."""

    view: int
    page: str
    name: str


@transaction.atomic
def save(*, associate: Associate, page: str, name: str, query: str, by: By, at: datetime) -> View:
    """Keep what an address of a list asks for; a view of that list which has the name already becomes this one."""
    associates.must(by, "account.edit", associate)
    called = _checked(name)
    if len(query) > LONGEST_QUERY:
        raise Refused("This view asks for too much to be kept. Take a filter away.")
    Associate.objects.select_for_update().get(pk=associate.pk)
    mine = View.objects.filter(associate=associate, page=page)
    if not mine.filter(name=called).exists() and mine.count() >= MOST:
        raise Refused(f"You keep {MOST} views of this list already. Remove one first.")
    view, _ = View.objects.update_or_create(
        associate=associate,
        page=page,
        name=called,
        defaults={"query": query},
        create_defaults={"query": query, "saved_at": at},
    )
    events.record(ViewSaved(view.pk, page, called, query), by=by, at=at)
    return view


@transaction.atomic
def rename(*, view: View, name: str, by: By, at: datetime) -> None:
    """Call a view differently."""
    associates.must(by, "account.edit", view.associate)
    called = _checked(name)
    Associate.objects.select_for_update().get(pk=view.associate_id)
    if View.objects.filter(associate=view.associate, page=view.page, name=called).exclude(pk=view.pk).exists():
        raise Refused(f"Another view of this list is called {called}.")
    view.name = called
    view.save(update_fields=["name"])
    events.record(ViewRenamed(view.pk, called), by=by, at=at)


@transaction.atomic
def remove(*, view: View, by: By, at: datetime) -> None:
    """Keep a view no longer; what it showed stays."""
    associates.must(by, "account.edit", view.associate)
    events.record(ViewRemoved(view.pk, view.page, view.name), by=by, at=at)
    view.delete()


def _checked(name: str) -> str:
    if not (called := names.one_line(name, most=60)):
        raise Refused("Give the view a name.")
    return called
