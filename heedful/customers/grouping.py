"""Which records are one person: a pure function of what was seen together, so arrival's order cannot matter."""

from collections.abc import Iterable, Mapping

Link = tuple[int, int]

TIER = {"user_id": 0, "external": 0, "email": 1, "phone": 1, "anonymous_id": 2, "device": 2}
"""How firmly a kind of identity names a person: by account, by address, by device."""


def group(tiers: Mapping[int, int], links: Iterable[Link], merges: Iterable[Link]) -> dict[int, int]:
    """Return the person of each record: the smallest id among the records that belong together.

    `tiers` gives each record the tier of its identity, `links` the records that one message named together, `merges`
    what people said. Accounts that were seen together are one person. An address or a device joins the one person it
    was seen with; seen with two, it is contested (a family's e-mail, a shared tablet) and joins nobody by itself.
    """
    forest = _Forest(tiers)
    pairs = list(links)
    for a, b in pairs:
        if tiers[a] == tiers[b] == 0:
            forest.join(a, b)
    for tier in (1, 2):
        _attach(forest, tiers, pairs, tier)
        _cluster(forest, tiers, pairs, tier)
    for a, b in merges:
        forest.join(a, b)
    return {record: forest.root(record) for record in tiers}


def join(records: Iterable[int], pairs: Iterable[Link]) -> dict[int, int]:
    """Return the smallest record of each group that pairs make, whatever they are."""
    forest = _Forest(records)
    for a, b in pairs:
        forest.join(a, b)
    return {record: forest.root(record) for record in forest.parent}


def _attach(forest: "_Forest", tiers: Mapping[int, int], links: list[Link], tier: int) -> None:
    """Join each record of a tier to the one firmer person that it was seen with."""
    firmer: dict[int, set[int]] = {}
    for a, b in links:
        for record, other in ((a, b), (b, a)):
            if tiers[record] == tier and tiers[other] < tier:
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
