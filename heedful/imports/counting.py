"""What became of a file, counted while it is read, in as much memory for a large file as for a small one."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from decimal import Decimal

from django.db.models import Max

from heedful.customers import dedup, touchpoints, withdrawal
from heedful.customers.identities import Name
from heedful.customers.models import Customer
from heedful.customers.touchpoints import TouchpointDraft
from heedful.imports.maps import columns_of
from heedful.imports.rows import Understood
from heedful.imports.schema import ImportMap
from heedful.kit import statements
from heedful.kit.files.tables import FileTable, Row, RowError

MOST_COMING = 200_000
"""So many customers who are not written are counted one by one, to keep memory flat."""


@dataclass(slots=True)
class Report:
    """What became of a file, and the first errors, absurd times and rows to show."""

    rows: int = 0
    taken: int = 0
    duplicates: int = 0
    """Touchpoints that were there already."""
    changed: int = 0
    """Touchpoints that were there already, and say something else now."""
    updates: bool = False
    """Whether these take the place of what they said."""
    number: int = 0
    """By which the import is known in the list; none where nothing is written."""
    notice: str = ""
    """What whoever reads this should know before going on."""
    feedback: int = 0
    """Touchpoints in the file that carry a score or words, new or not."""
    customers_new: int = 0
    customers_matched: int = 0
    joins: int = 0
    """Rows that say of people who were apart that they are one."""
    clamped: int = 0
    """Touchpoints whose time cannot be true."""
    untimed: int = 0
    """Touchpoints without a time, which were given that of the map."""
    rejected: int = 0
    resumed_at: int = 0
    again: bool = False
    """Whether this very file came in by this very map before."""
    errors: list[tuple[int, str]] = field(default_factory=list)
    absurd: list[tuple[int, datetime]] = field(default_factory=list)
    sample: list[Understood] = field(default_factory=list)
    properties: dict[str, int] = field(default_factory=dict)
    """How many touchpoints carry each property, each score and words; counted before anything is written."""
    sums: dict[str, Decimal] = field(default_factory=dict)
    """Of each currency, what the customers' values come to, row by row; counted before anything is written."""
    unseen: list[str] = field(default_factory=list)
    """Columns that the map names and no row has."""
    doubts: list[str] = field(default_factory=list)
    """What the map must say before the file can come in, a sentence each."""

    def wrong(self, number: int, error: RowError) -> None:
        """Count a bad row and keep the first twenty sentences."""
        self.rejected += 1
        if len(self.errors) < 20:
            self.errors.append((number, str(error)))


class RowCounter:
    """Counts what rows say into a report."""

    def __init__(self, report: Report, table: FileTable, mapping: ImportMap, at: datetime):
        self._report = report
        self._latest = at + touchpoints.AHEAD
        self._source = mapping.source
        self._unseen = set() if table.columns else columns_of(mapping).names
        self._before = Customer.objects.aggregate(last=Max("pk"))["last"] or 0
        self._old, self._new = _Marks(), _Marks()
        self._coming: set[int] = set()

    def look(self, number: int, row: Row, understood: Understood) -> None:
        """Count what a good row says."""
        if self._unseen:
            self._unseen -= row.keys()
        for draft in understood.drafts:
            self._report.feedback += draft.scores is not None or draft.verbatim is not None
            self._report.untimed += draft.clamped
            if not touchpoints.EARLIEST <= draft.happened_at <= self._latest:
                self._report.clamped += 1
                if len(self._report.absurd) < 3:
                    self._report.absurd.append((number, draft.happened_at))

    def count_written(self, rows: Sequence[Understood]) -> None:
        """Count the customers of rows that are written; those with a higher number than any before are new."""
        for person in set(_people({row.names[0] for row in rows}).values()):
            if person <= self._before:
                self._report.customers_matched += self._old.add(person)
            else:
                self._report.customers_new += self._new.add(person - self._before)

    def count_unwritten(self, rows: Sequence[Understood]) -> None:
        """Count the customers of rows that are not written, and what of them came before."""
        people = _people({name for row in rows for name in row.names})
        for row in rows:
            self._report.joins += len({people[name] for name in row.names if name in people}) > 1
            if person := next((people[name] for name in row.names if name in people), 0):
                self._report.customers_matched += self._old.add(person)
            elif len(self._coming) < MOST_COMING:
                self._coming.add(hash(row.names[0]))
            self._count_values(row)
        self._report.customers_new = len(self._coming)
        self._count_repeats([draft for row in rows for draft in row.drafts])

    def _count_values(self, row: Understood) -> None:
        value = row.facts.get("value")
        if isinstance(value, dict):
            currency = str(value["currency"])
            self._report.sums[currency] = self._report.sums.get(currency, Decimal(0)) + Decimal(str(value["amount"]))
        for draft in row.drafts:
            properties = draft.properties if isinstance(draft.properties, Mapping) else {}
            for name in (*properties, *(draft.scores or ()), *(["words"] if draft.verbatim else [])):
                key = f"{draft.kind}: {name}"
                self._report.properties[key] = self._report.properties.get(key, 0) + 1

    def _count_repeats(self, drafts: Sequence[TouchpointDraft]) -> None:
        named = dict(zip(dedup.digests(self._source, [draft.message for draft in drafts]), drafts, strict=True))
        before = withdrawal.arrivals(named) if named else {}
        self._report.duplicates += len(drafts) - len(named) + len(before)
        self._report.changed += sum(
            one.content is not None and one.content != touchpoints.content_of(named[name])
            for name, one in before.items()
        )

    def finish(self) -> None:
        """Say which columns were never there."""
        self._report.unseen = sorted(self._unseen)


class _Marks:
    """A set of whole numbers, a bit each."""

    def __init__(self) -> None:
        self._bits = bytearray()

    def add(self, number: int) -> bool:
        """Mark a number; returns whether it is new."""
        place, bit = number >> 3, 1 << (number & 7)
        if place >= len(self._bits):
            self._bits.extend(bytes(place + 1 - len(self._bits)))
        is_new = not self._bits[place] & bit
        self._bits[place] |= bit
        return is_new


def _people(names: Iterable[Name]) -> dict[Name, int]:
    """The person of each identity that is known."""
    pairs = [{"kind": kind, "value": value} for kind, value in names]
    return {(kind, value): person for kind, value, person in statements.fetch(PEOPLE, [statements.document(pairs)])}


PEOPLE = """
SELECT i.kind, i.value, c.person_id FROM customers_identity i
JOIN jsonb_to_recordset(%s::jsonb) AS w(kind text, value text) USING (kind, value)
JOIN customers_customer c ON c.id = i.customer_id
"""
