"""The stages of the relationship: the company's own list, in its own words and order."""

from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime

from django.db import transaction
from django.db.models import QuerySet

from heedful.associates import associates
from heedful.customers.models import Customer, Stage, StageChange
from heedful.kit import names
from heedful.kit.actor import By
from heedful.kit.errors import Refused
from heedful.ledger import events

MOST_NAMED = 500


@dataclass(frozen=True, slots=True)
class StagesArranged:
    """The stages of the relationship became these, in this order."""

    stages: list[str]


@transaction.atomic
def arrange(*, stages: Sequence[tuple[str, str]], by: By, at: datetime) -> None:
    """Make the list of stages this one: (slug, name) in order, where a new stage has no slug yet.

    A stage that is left out goes; one in which a customer is or was stays, for its history would go with it.
    """
    associates.must(by, "stage.edit")
    named = _named(stages)
    _check(named)
    for position, (slug, name) in enumerate(named, 1):
        Stage.objects.update_or_create(pk=slug, defaults={"name": name, "position": position})
    for stage in Stage.objects.exclude(pk__in=[slug for slug, _ in named]):
        _remove(stage)
    events.record(StagesArranged([slug for slug, _ in named]), by=by, at=at)


def changes(*, person: int) -> QuerySet[StageChange]:
    """What was told of somebody's stages, the latest first."""
    rows = StageChange.objects.filter(customer__person=person).select_related("stage")
    return rows.order_by("-at", "-pk")[:MOST_NAMED]


def history(*, person: int, rows: Iterable[StageChange] | None = None) -> list[StageChange]:
    """Return when somebody came into each stage, the latest first; to be told so again in it is not to come."""
    came: list[StageChange] = []
    for change in reversed(list(changes(person=person) if rows is None else rows)):
        if not came or came[-1].stage_id != change.stage_id:
            came.append(change)
    return came[::-1]


def remove_unused(*, slugs: Collection[str]) -> None:
    """Take stages off the list in which nobody is or was; for those that an import had added."""
    for stage in Stage.objects.filter(pk__in=slugs):
        if not (Customer.objects.filter(stage=stage).exists() or StageChange.objects.filter(stage=stage).exists()):
            stage.delete()


def _named(stages: Sequence[tuple[str, str]]) -> list[tuple[str, str]]:
    """The stages with their names as they are kept, and a slug of its own for each that is new."""
    taken = {_slug(slug) for slug, _ in stages if slug}
    named = []
    for slug, typed in stages:
        name = names.one_line(typed, most=80)
        named.append((_slug(slug) if slug else _slug(name, taken), name))
        taken.add(named[-1][0])
    return named


def _slug(name: str, taken: Collection[str] = ()) -> str:
    return names.slug(name, otherwise="stage", most=40, taken=taken)


def _check(named: Sequence[tuple[str, str]]) -> None:
    if not named:
        raise Refused("Keep at least one stage.")
    if any(not name for _, name in named):
        raise Refused("Give every stage a name.")
    if len({name.casefold() for _, name in named}) < len(named) or len({slug for slug, _ in named}) < len(named):
        raise Refused("Two stages have the same name.")


def _remove(stage: Stage) -> None:
    if Customer.objects.filter(stage=stage).exists() or StageChange.objects.filter(stage=stage).exists():
        raise Refused(f"Customers are or were in {stage.name}, so it stays; you can give it another name.")
    stage.delete()
