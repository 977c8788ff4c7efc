"""What joins the records of one person by itself: two identities, which message, when, and whether it stands."""

from collections.abc import Iterable
from dataclasses import dataclass

from django.db.models import QuerySet

from heedful.associates import keys
from heedful.customers import joins
from heedful.customers.joins import FileRow
from heedful.customers.models import Customer, IdentityLink
from heedful.web import names

MOST = 50


@dataclass(frozen=True, slots=True)
class JoinRow:
    """A join as it is read."""

    join: IdentityLink
    source: str
    is_key: bool
    """Whether the source is the name of a key."""
    file_row: FileRow | None
    """Where it stands, of an imported one."""
    parted_by: str


def rows(who: Customer) -> QuerySet[IdentityLink]:
    """The joins of a person, the latest first."""
    return joins.of(person=who.pk)[:MOST]


def of(rows: Iterable[IdentityLink]) -> list[JoinRow]:
    """Joins with who said so, and who parted them."""
    rows = list(rows)
    actors = names.actors(names.ActorQueries(actor for row in rows for actor in (row.source, row.parted_by) if actor))
    file_rows = joins.file_rows(rows)
    return [
        JoinRow(
            row,
            _source(row, actors),
            is_key=keys.SOURCE.fullmatch(row.source) is not None,
            file_row=file_rows.get(row.pk),
            parted_by=actors.get(row.parted_by, row.parted_by),
        )
        for row in rows
    ]


def _source(row: IdentityLink, actors: dict[str, str]) -> str:
    """Who said it; of an import the file and the row are what somebody looks up."""
    if row.source.startswith(joins.IMPORTED):
        return row.source.removeprefix(joins.IMPORTED)
    return actors.get(row.source, row.source)


def outcome(row: IdentityLink, *, is_apart: bool) -> str:
    """What became of a parting, in a sentence."""
    if is_apart:
        return f"{row.a.value} and {row.b.value} are two customers now, whatever messages say later."
    return f"{row.a.value} and {row.b.value} are parted, and something else still makes them one customer. See below."
