"""A slice of everything: what is of one brand, what came from one source, or both; lists and figures take it alike."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from django.db.models import Model, QuerySet

from heedful.kit import visibility

NO_BRAND = 0
"""In place of a brand: what is of none."""


@dataclass(frozen=True, slots=True)
class Slice:
    """Which part is asked for; without a brand and a source it is the whole that may be seen here."""

    brand: int | None = None
    source: str = ""

    def of[M: Model](self, rows: QuerySet[M]) -> QuerySet[M]:
        """The rows that are in it; they have a `brand` and a `source`."""
        if self.brand is not None:
            rows = rows.filter(brand=self.brand or None)
        return rows.filter(source=self.source) if self.source else rows

    def condition(self, alias: str) -> str:
        """What a statement adds to its WHERE for the rows of a table, beside what may not be seen here."""
        seen = visibility.condition(f"{alias}.brand_id")
        if self.brand is not None:
            seen += f" AND {alias}.brand_id = {self.brand:d}" if self.brand else f" AND {alias}.brand_id IS NULL"
        return seen + (f" AND {alias}.source = %(source)s" if self.source else "")

    @property
    def values(self) -> Mapping[str, Any]:
        """The values that `condition` names."""
        return {"source": self.source} if self.source else {}

    @property
    def name(self) -> str:
        """By which figures of it are remembered: the same for those alone who may see the same."""
        parts = visibility.current()
        seen = "" if parts is None else ",".join(map(str, sorted(parts)))
        return f"{seen}.{'' if self.brand is None else self.brand}.{self.source}"


WHOLE = Slice()
