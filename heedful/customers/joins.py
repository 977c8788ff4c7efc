"""What joins records by itself: two identities that one message named; parted by whoever knows better."""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from django.db import transaction
from django.db.models import Q, QuerySet

from heedful.associates import associates
from heedful.customers import people
from heedful.customers.models import Customer, Identity, IdentityLink, Import
from heedful.kit.actor import By
from heedful.kit.errors import Refused
from heedful.ledger import events

IMPORTED = "import:"
"""How the source of a join begins that an import made; then follows the source that its map names."""
ROW = re.compile(r"(?P<file>.+), row (?P<row>\d{1,18})", re.DOTALL)


@dataclass(frozen=True, slots=True)
class CustomersParted:
    """Somebody said that two records are not one person, whatever messages say."""

    join: int
    a: int
    b: int


def of(*, person: int) -> QuerySet[IdentityLink]:
    """What joins the records of a person, and what did until somebody parted it; the latest first."""
    theirs = Q(a__customer__person=person) | Q(b__customer__person=person)
    return IdentityLink.objects.filter(theirs).select_related("a__customer", "b__customer").order_by("-pk")


@dataclass(frozen=True, slots=True)
class FileRow:
    """Where an imported join stands: the file, its row, and the import, as far as they are known."""

    file: str
    row: int | None
    import_id: int | None


def file_rows(joins: Sequence[IdentityLink]) -> dict[int, FileRow]:
    """Say of those joins that an import made in which row of which file they stand, by the join's number."""
    imported = [join for join in joins if join.source.startswith(IMPORTED)]
    if not imported:
        return {}
    sources = {join.source.removeprefix(IMPORTED) for join in imported}
    numbers = {number for join in imported for number in join.imported_by or ()}
    which = Q(source__in=sources) | Q(pk__in=numbers)
    imports = list(Import.objects.filter(which).order_by("pk").only("source", "file_name"))
    return {join.pk: _file_row(join, imports) for join in imported}


def _file_row(join: IdentityLink, imports: Sequence[Import]) -> FileRow:
    """By the message, which is the row; what was imported before rows were named knows its import alone."""
    match = ROW.fullmatch(join.message)
    of_source = [one for one in imports if one.source == join.source.removeprefix(IMPORTED)]
    named = [one for one in of_source if match is None or one.file_name == match["file"]]
    by_number = [one for one in imports if one.pk in (join.imported_by or ())]
    one = next(iter(by_number or (named if match or len(named) == 1 else [])), None)
    file = match["file"] if match else one.file_name if one else ""
    return FileRow(file, int(match["row"]) if match else None, one.pk if one else None)


@transaction.atomic
def part(*, join: IdentityLink, by: By, at: datetime) -> bool:
    """Part what a message joined, for good; returns whether the two are two customers now.

    Messages that say the same later change nothing. Something else may still hold them together, as with a merge.
    """
    associates.must(by, "customer.merge")
    row = IdentityLink.objects.select_for_update().get(pk=join.pk)
    if row.parted_at is not None:
        raise Refused("These two were parted already.", code="already_parted")
    row.parted_at, row.parted_by = at, str(by)
    row.save(update_fields=["parted_at", "parted_by"])
    a, b = row.a, row.b
    _note(a.customer_id, b)
    _note(b.customer_id, a)
    people.regroup(records={a.customer_id, b.customer_id}, verified={a.customer_id, b.customer_id}, by=by, at=at)
    events.record(CustomersParted(row.pk, a.customer_id, b.customer_id), by=by, at=at)
    persons = Customer.objects.filter(pk__in=[a.customer_id, b.customer_id]).values_list("person_id", flat=True)
    return len(set(persons)) == 2


def _note(record: int, identity: Identity) -> None:
    """Let a record know that an identity is not its person's, so that it is written to under it no more."""
    row = Customer.objects.select_for_update().get(pk=record)
    row.parted = [*row.parted, [identity.kind, identity.value]]
    row.save(update_fields=["parted"])
