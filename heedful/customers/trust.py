"""What a browser's word is worth: everybody can read the key in a page, so nobody's name, address or mail hangs on it.

A server, an associate, an import or the customer is trusted; what they name is *verified*. A browser is not. It may add
touchpoints to whomever it names. Of what it says of who somebody is, this is made:

- people whom we know, by a verified account or address, are joined by verified links and by merges alone
- a visitor, known by devices alone, is attached to the one known person that browsers name it with; named with two, to
  neither. Its touchpoints are shown there; nothing that was said of it counts there
- accounts and addresses that browsers alone have named stay apart from the people whom we know, and may group visitors
- what browsers say of somebody describes a visitor; of a known person it is kept, and shown as a browser's word
"""

from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass, field

from heedful.customers import grouping
from heedful.customers.grouping import Link

DESCRIBING = frozenset({"name", "first_name", "last_name", "language", "segment"})
"""Facts with a column of their own that a browser may say of a visitor; an address, a stage or a value is not."""

MOST_FACTS = 100
"""What browsers said that is kept of one record: the latest of it."""

MOST_LINKS = 500
"""Links that browsers alone say of one identity; more come from nobody's devices, and each makes grouping slower."""


@dataclass(frozen=True, slots=True)
class GroupingEvidence:
    """What speaks for records belonging together."""

    tiers: Mapping[int, int]
    verified: Collection[int]
    """Records of an account or an address that was verified."""
    links: Collection[Link]
    merges: Collection[Link]
    browser_links: Collection[Link] = ()
    beyond: Mapping[int, int] = field(default_factory=dict)
    """Records of known people that are not looked at, each with its person."""


@dataclass(frozen=True, slots=True)
class Grouping:
    """The person of each record, and the records that only a browser's word joins to theirs."""

    person_of: dict[int, int]
    attached: set[int]


def group(evidence: GroupingEvidence) -> Grouping:
    """Return who belongs together; a person whom we know is named after the smallest of its own records."""
    own = grouping.group(evidence.tiers, evidence.links, evidence.merges)
    own_records = {own[record] for record in evidence.verified}
    hosts = _hosts(evidence, own, own_records)
    visits = {root: min(people) for root, people in hosts.items() if len(people) == 1}
    person_of = _with_visitors(evidence, own, own_records, hosts)
    person_of = {record: visits.get(own[record], person) for record, person in person_of.items()}
    theirs = own_records.union(evidence.beyond.values())
    attached = {record for record, person in person_of.items() if person in theirs and own[record] != person}
    return Grouping(person_of, attached)


def _hosts(evidence: GroupingEvidence, own: Mapping[int, int], people: Collection[int]) -> dict[int, set[int]]:
    """The known people that browsers name each visitor with."""
    firm = {own[record] for record, tier in evidence.tiers.items() if tier < grouping.DEVICE}
    hosts: dict[int, set[int]] = {}
    for pair in evidence.browser_links:
        for visitor, other in (pair, pair[::-1]):
            host = own.get(other, evidence.beyond.get(other))
            is_known = other in evidence.beyond if other not in own else host in people
            if is_known and host is not None and visitor in own and own[visitor] not in firm:
                hosts.setdefault(own[visitor], set()).add(host)
    return hosts


def _with_visitors(
    evidence: GroupingEvidence, own: Mapping[int, int], people: Collection[int], hosts: Mapping[int, Collection[int]]
) -> dict[int, int]:
    """Group those whom nobody knows by what browsers say, unless a merge would then make one of two known people.

    Verified links that joined nobody, as those of a device that two people share, join nobody here either.
    """
    alone = grouping.group(evidence.tiers, evidence.links, ())
    firm_alone = {alone[record] for record in evidence.verified}
    free = {r: tier for r, tier in evidence.tiers.items() if alone[r] not in firm_alone and own[r] not in hosts}
    held = [(a, b) for a, b in evidence.links if alone[a] == alone[b]]
    links = [link for link in (*held, *evidence.browser_links) if free.keys() >= set(link)]
    joins = [pair for pair in grouping.group(free, links, ()).items() if pair[0] != pair[1]]
    joined = _joined(own, joins)
    reached: dict[int, set[int]] = {}
    for root in people:
        reached.setdefault(joined[root], set()).add(root)
    safe = [join for join in joins if len(reached.get(joined[join[0]], ())) < 2]
    joined = _joined(own, safe)
    root_of = {joined[root]: root for root in people}
    return {record: root_of.get(joined[record], joined[record]) for record in own}


def _joined(own: Mapping[int, int], joins: Iterable[Link]) -> dict[int, int]:
    """Groups that are joined further: the smallest record of each."""
    return grouping.join(own, [*own.items(), *joins])
