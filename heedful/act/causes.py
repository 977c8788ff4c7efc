"""Why cases happen, in the company's own list."""

from dataclasses import dataclass
from datetime import datetime

from django.db import transaction
from django.db.models import QuerySet

from heedful.act.models import Cause
from heedful.associates import associates
from heedful.kit import locks
from heedful.kit.actor import By
from heedful.kit.errors import Refused
from heedful.kit.names import one_line, slug
from heedful.ledger import events


@dataclass(frozen=True, slots=True)
class CauseAdded:
    """A reason why cases happen got a name."""

    cause: int
    name: str


@dataclass(frozen=True, slots=True)
class CauseRenamed:
    """A cause is called something else; cases that were closed with it follow."""

    cause: int
    name: str


@dataclass(frozen=True, slots=True)
class CauseRetired:
    """A cause is no longer offered; cases that were closed with it keep it."""

    cause: int


def names() -> dict[str, str]:
    """Every cause's name by its slug, the retired ones too."""
    return dict(pairs())


def pairs() -> QuerySet[Cause, tuple[str, str]]:
    """Every cause, the retired ones too, each with its name, for whoever reads them with other things."""
    return Cause.objects.order_by("name").values_list("slug", "name")


def offered() -> QuerySet[Cause, tuple[str, str]]:
    """The causes that one may choose today, each with its name."""
    return pairs().filter(is_active=True)


def check(slug: str) -> str:
    """Return the slug of a cause that is offered, or refuse."""
    if not Cause.objects.filter(slug=slug, is_active=True).exists():
        raise Refused("Choose a cause from the list.", code="no_such_cause")
    return slug


@transaction.atomic
def add(*, name: str, by: By, at: datetime) -> Cause:
    """Give a reason a name."""
    associates.must(by, "topic.edit")
    name = _checked(name)
    row = Cause.objects.create(slug=_slug(name), name=name)
    events.record(CauseAdded(row.pk, name), by=by, at=at)
    return row


@transaction.atomic
def rename(*, cause: Cause, name: str, by: By, at: datetime) -> None:
    """Call a cause something else."""
    associates.must(by, "topic.edit")
    cause.name = _checked(name, besides=cause)
    cause.save(update_fields=["name"])
    events.record(CauseRenamed(cause.pk, cause.name), by=by, at=at)


@transaction.atomic
def retire(*, cause: Cause, by: By, at: datetime) -> None:
    """Offer a cause no longer."""
    associates.must(by, "topic.edit")
    if not cause.is_active:
        raise Refused("This cause is not offered any more.")
    if not Cause.objects.filter(is_active=True).exclude(pk=cause.pk).exists():
        raise Refused("This is the only cause. Add another one first.")
    cause.is_active = False
    cause.save(update_fields=["is_active"])
    events.record(CauseRetired(cause.pk), by=by, at=at)


def _checked(name: str, *, besides: Cause | None = None) -> str:
    if not (name := one_line(name, most=120)):
        raise Refused("Give the cause a name.")
    locks.lock(Cause)
    if any(cause != besides for cause in Cause.objects.filter(name__iexact=name)):
        raise Refused(f"There is a cause called {name} already.")
    return name


def _slug(name: str) -> str:
    return slug(name, otherwise="cause", most=60, taken=Cause.objects.values_list("slug", flat=True))
