"""Entries of the ledger in words: what they are about by its name, and who did it."""

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from django.db.models import QuerySet
from django.urls import reverse

from heedful.act.models import Case, Cause, Reply
from heedful.associates.models import Associate, Key, Team
from heedful.customers.models import Customer
from heedful.kit import bundle
from heedful.ledger.models import Entry
from heedful.listen.models import Mailbox, Survey
from heedful.promise.models import Calendar, Promise
from heedful.understand.models import Topic
from heedful.web import names, wording

MOST = 12
"""Names that are read out of one list; the rest are counted."""


@dataclass(frozen=True, slots=True)
class Fact:
    """One thing that an entry says."""

    name: str
    words: str
    href: str = ""


@dataclass(frozen=True, slots=True)
class LedgerRow:
    """One entry as it is read."""

    entry: Entry
    who: str
    facts: Sequence[Fact]

    @property
    def summary(self) -> str:
        """Everything that it says, in one line; of what arrived how much it was, for the rest is numbers of ours."""
        if self.entry.kind == "TouchpointsRecorded" and "count" in self.entry.data:
            return wording.count_of(self.entry.data["count"], "touchpoints")
        return ", ".join(f"{fact.name.lower()} {fact.words}" for fact in self.facts)


@dataclass(frozen=True, slots=True)
class Named:
    """Things that entries name by number: which, what they are called, and their page."""

    model: Any
    label: str
    page: str = ""
    is_many: bool = False
    """Whether an entry lists them: then a number alone is how many there were, and names none of them."""

    def numbers(self, value: object) -> list[int]:
        """The numbers by which an entry names some of these things."""
        if self.is_many and not isinstance(value, list):
            return []
        held = value if isinstance(value, list) else [value]
        return [number for number in held[:MOST] if isinstance(number, int) and not isinstance(number, bool)]


NAMED = {
    "case": Named(Case, "title", "desk:case"),
    "owner": Named(Associate, "name"),
    "associate": Named(Associate, "name"),
    "team": Named(Team, "name"),
    "key": Named(Key, "name"),
    "customer": Named(Customer, "label", "desk:customer"),
    "a": Named(Customer, "label", "desk:customer"),
    "b": Named(Customer, "label", "desk:customer"),
    "people": Named(Customer, "label", is_many=True),
    "customers": Named(Customer, "label", is_many=True),
    "promise": Named(Promise, "words"),
    "survey": Named(Survey, "name", "desk:survey"),
    "calendar": Named(Calendar, "name"),
    "topic": Named(Topic, "name"),
    "cause": Named(Cause, "name"),
    "mailbox": Named(Mailbox, "name", "setup:mailbox"),
    "reply": Named(Reply, "name", "setup:reply"),
}
WRITTEN = {"a": "One", "b": "The other", "is_repeat": "Second failure", "first_id": "First", "last_id": "Last"}


def lines(rows: Iterable[Entry]) -> list[LedgerRow]:
    """Entries in words, with as few questions to the database as there are kinds of things in them."""
    rows = list(rows)
    codes, things = _Codes(), _things(rows)
    actors = names.ActorQueries(f"{row.by_kind}:{row.by_id}" if row.by_id else row.by_kind for row in rows)
    bundle.fetch(*codes.queries, *actors, *things.values())
    labels, who = _labels(things), names.actors(actors)
    return [
        LedgerRow(
            row,
            row.by_label or who.get(f"{row.by_kind}:{row.by_id}" if row.by_id else row.by_kind, row.by_kind),
            [_fact(name, value, labels, codes) for name, value in row.data.items() if value not in (None, "", [], {})],
        )
        for row in rows
    ]


type EntryLabels = dict[Any, dict[int, str]]


class _Codes(names.Names):
    """Codes in words, by the name under which an entry holds them."""

    def say(self, name: str, code: str) -> str:
        if name in ("stage", "kind"):
            return self.stage(code) if name == "stage" else self.kind(code)
        if name == "cause":
            return self.causes.get(code, code)
        return str(dict(Case.Outcome.choices).get(code, code)) if name == "outcome" else wording.value(code)


def _things(rows: Sequence[Entry]) -> dict[Any, QuerySet[Any]]:
    """What is read of everything that these entries name by number."""
    numbers_of: dict[Any, set[int]] = defaultdict(set)
    for row in rows:
        for name, value in row.data.items():
            if (named := NAMED.get(name)) is not None:
                numbers_of[named.model].update(named.numbers(value))
    return {model: model.objects.filter(pk__in=ids) for model, ids in numbers_of.items() if ids}


def _labels(things: Mapping[Any, QuerySet[Any]]) -> EntryLabels:
    label = {named.model: named.label for named in NAMED.values()}
    return {model: {row.pk: str(getattr(row, label[model])) for row in rows} for model, rows in things.items()}


def _fact(name: str, value: Any, names_of: EntryLabels, codes: _Codes) -> Fact:
    written = WRITTEN.get(name) or wording.words(name)
    if (named := NAMED.get(name)) is not None and (numbers := named.numbers(value)):
        called = names_of.get(named.model, {})
        names = [_numbered(number, called.get(number, ""), name) for number in numbers]
        more = len(value) - MOST if isinstance(value, list) else 0
        href = reverse(named.page, args=[value]) if named.page and isinstance(value, int) and value in called else ""
        return Fact(written, ", ".join(names) + (f" and {more:,} more" if more > 0 else ""), href)
    if named is not None and named.is_many and isinstance(value, int):
        return Fact(written, f"{value:,}")
    return Fact(written, codes.say(name, value) if isinstance(value, str) else wording.value(value))


def _numbered(number: int, called: str, name: str) -> str:
    """A case has its number in front, by which people know it; of what is gone the number is all there is."""
    if not called:
        return str(number)
    return f"{number} ({called})" if name in ("case", "customer", "a", "b") else called
