"""Which records are one person: a pure function of what was seen together, so arrival's order cannot matter."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass

Link = tuple[int, int]

TIER = {"user_id": 0, "external": 0, "email": 1, "phone": 2, "anonymous_id": 3, "device": 3}
"""How firmly a kind of identity names a person: by account, by e-mail, by phone, by device."""
DEVICE = 3
"""What names nobody, but something that somebody uses."""


def group(tiers: Mapping[int, int], links: Iterable[Link], merges: Iterable[Link]) -> dict[int, int]:
    """Return the person of each record: the smallest id among the records that belong together.

    `tiers` gives each record the tier of its identity, `links` the records that one message named together, `merges`
    what people said. Accounts that were seen together are one person. An e-mail, a phone or a device joins the one
    person it was seen with; seen with two, it is contested (a family's e-mail or landline, a shared tablet) and joins
    nobody by itself.
    """
    forest = _Forest(tiers)
    pairs = list(links)
    for a, b in pairs:
        if tiers[a] == tiers[b] == 0:
            forest.join(a, b)
    for tier in (1, 2, DEVICE):
        _attach(forest, tiers, pairs, tier)
        _cluster(forest, tiers, pairs, tier)
    for a, b in merges:
        forest.join(a, b)
    return {record: forest.root(record) for record in tiers}


def apart_from(links: list[Link], old: set[int]) -> list[Link]:
    """Keep the links that no chain connects to records which are looked up anyway; the others are seen from there."""
    grew = True
    while grew and links:
        touching = {link for link in links if not old.isdisjoint(link)}
        grew = bool(touching)
        old.update(record for link in touching for record in link)
        links = [link for link in links if link not in touching]
    return links


@dataclass(frozen=True, slots=True)
class Changes:
    """The person of each record before and after; a record that is not in `before` was by itself."""

    before: dict[int, int]
    after: dict[int, int]


def count_joins(links: Mapping[int, Iterable[Link]], first: Mapping[int, int], changes: Changes) -> int:
    """Count the messages by which people became one who were there before it, each apart.

    `links` gives for each message what it joined, `first` for each record that is new which message named it first.
    """
    before, after = changes.before.get, changes.after.get
    forest = _Forest({before(record, record) for pairs in links.values() for pair in pairs for record in pair})
    count = 0
    for message, pairs in sorted(links.items()):
        kept = [(a, b) for a, b in pairs if after(a, a) == after(b, b)]
        there = {record for pair in kept for record in pair if first.get(record, -1) < message}
        count += len({forest.root(before(record, record)) for record in there}) > len({after(r, r) for r in there})
        for a, b in kept:
            forest.join(before(a, a), before(b, b))
    return count


def join(records: Iterable[int], pairs: Iterable[Link]) -> dict[int, int]:
    """Return the smallest record of each group that pairs make, whatever they are."""
    forest = _Forest(records)
    for a, b in pairs:
        forest.join(a, b)
    return {record: forest.root(record) for record in forest.parent}


def _attach(forest: "_Forest", tiers: Mapping[int, int], links: list[Link], tier: int) -> None:
    """Join each record of a tier to the one firmer person that it was seen with.

    A contested address takes no phone along; a device that it alone was seen with stays with it.
    """
    firmer: dict[int, set[int]] = {}
    for a, b in links:
        for record, other in ((a, b), (b, a)):
            if tiers[record] == tier > tiers[other] and (tier == DEVICE or other not in forest.contested):
                firmer.setdefault(record, set()).add(forest.root(other))
    claims = [(record, people.pop()) for record, people in firmer.items() if len(people) == 1]
    for record, person in claims:
        forest.join(record, person)
    forest.contested.update(record for record, people in firmer.items() if len(people) > 1)


def _cluster(forest: "_Forest", tiers: Mapping[int, int], links: list[Link], tier: int) -> None:
    """Join records of the same tier that were seen together, unless that would make one person of two."""
    within = [(a, b) for a, b in links if tiers[a] == tiers[b] == tier]
    free = [link for link in within if not forest.contested & set(link)]
    side = _Forest({record: 0 for link in free for record in link})
    for a, b in free:
        side.join(a, b)
    clusters: dict[int, list[int]] = {}
    for record in side.parent:
        clusters.setdefault(side.root(record), []).append(record)
    for records in clusters.values():
        claimed = {forest.root(record) for record in records if forest.is_claimed(record)}
        if len(claimed) <= 1:
            for record in records[1:]:
                forest.join(records[0], record)


class _Forest:
    """Union-find whose roots are the smallest ids."""

    def __init__(self, records: Iterable[int]) -> None:
        self.parent = {record: record for record in records}
        self.contested: set[int] = set()
        self.size = dict.fromkeys(self.parent, 1)

    def root(self, record: int) -> int:
        while self.parent[record] != record:
            self.parent[record] = self.parent[self.parent[record]]
            record = self.parent[record]
        return record

    def join(self, a: int, b: int) -> None:
        low, high = sorted((self.root(a), self.root(b)))
        if low != high:
            self.parent[high] = low
            self.size[low] += self.size[high]

    def is_claimed(self, record: int) -> bool:
        return self.size[self.root(record)] > 1
