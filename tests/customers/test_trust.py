"""What a browser's word is worth: a table of cases, and that no amount of it changes who the known people are."""

from collections.abc import Mapping

import pytest
from hypothesis import given
from hypothesis import strategies as st

from heedful.customers import grouping, trust
from heedful.customers.grouping import Link
from heedful.customers.trust import GroupingEvidence

U1, U2, E1, E2, A1, A2, A3 = range(1, 8)
TIERS = {U1: 0, U2: 0, E1: 1, E2: 1, A1: 3, A2: 3, A3: 3}


def grouped(
    *browser_links: Link,
    verified: set[int],
    links: set[Link] = frozenset(),  # type: ignore[assignment]
    merges: set[Link] = frozenset(),  # type: ignore[assignment]
    beyond: Mapping[int, int] = {},
) -> tuple[set[frozenset[int]], set[int]]:
    """The groups of more than one record, and who of them is attached."""
    named = {record for link in (*browser_links, *links, *merges) for record in link} - set(beyond)
    tiers = {record: TIERS[record] for record in named | verified}
    found = trust.group(GroupingEvidence(tiers, verified, links, merges, set(browser_links), beyond))
    groups: dict[int, set[int]] = {}
    for record, person in found.person_of.items():
        groups.setdefault(person, set()).add(record)
    return {frozenset(group) for group in groups.values() if len(group) > 1}, found.attached


def groups(*named: set[int]) -> set[frozenset[int]]:
    return {frozenset(one) for one in named}


@pytest.mark.parametrize(
    ("browser_links", "verified", "together", "attached"),
    [
        ([(U1, U2)], {U1, U2}, groups(), set()),
        ([(U1, E1)], {U1, E1}, groups(), set()),
        ([(U1, E1)], {U1}, groups(), set()),
        ([(U1, E1)], {E1}, groups(), set()),
        ([(U1, A1)], {U1}, groups({U1, A1}), {A1}),
        ([(U1, A1), (U1, E2)], {U1}, groups({U1, A1}), {A1}),
        ([(U1, A1), (U2, A1)], {U1, U2}, groups(), set()),
        ([(U1, A1), (U2, A1)], {U1}, groups({U1, A1}), {A1}),
        ([(U1, A1), (E1, A1)], {U1, E1}, groups(), set()),
        ([(U1, A1), (A1, A2)], {U1}, groups({U1, A1}), {A1}),
        ([(U1, A1)], set(), groups({U1, A1}), set()),
        ([(U1, E1), (U1, A1)], set(), groups({U1, E1, A1}), set()),
        ([(U1, E1), (U1, A1)], {U1}, groups({U1, A1}), {A1}),
        ([(U1, E1), (U1, A1)], {E1}, groups({U1, A1}), set()),
        ([(A1, A2)], set(), groups({A1, A2}), set()),
    ],
    ids=[
        "two known accounts",
        "a known account and a known address",
        "a known account and a new address",
        "a new account and a known address",
        "a visitor logs in",
        "a visitor logs in and names an address",
        "a tablet of two known people",
        "a visitor who names a known account and an unknown one",
        "a visitor between an account and an address that are known",
        "a visitor's other device",
        "an account that browsers alone have named",
        "a visitor who says everything of itself",
        "the same, when the account is known",
        "the same, when the address is known",
        "two devices",
    ],
)
def test_what_a_browser_joins(
    browser_links: list[Link], verified: set[int], together: set[frozenset[int]], attached: set[int]
) -> None:
    assert grouped(*browser_links, verified=verified) == (together, attached)


def test_a_link_that_a_server_told_stays_whatever_browsers_say() -> None:
    assert grouped((U2, A1), verified={U1, U2}, links={(U1, A1)}) == (groups({U1, A1}), set())


def test_browsers_do_not_contest_what_a_server_told() -> None:
    assert grouped((U2, E1), verified={U1, U2, E1}, links={(U1, E1)}) == (groups({U1, E1}), set())


def test_a_visitor_is_attached_to_a_known_person_who_is_not_looked_at() -> None:
    assert grouped((A1, 90), (A1, 91), verified=set(), beyond={90: 80, 91: 80}) == (groups(), {A1})
    assert trust.group(GroupingEvidence({A1: 3}, (), (), (), {(A1, 90)}, {90: 80})).person_of == {A1: 80}
    assert trust.group(GroupingEvidence({A1: 3}, (), (), (), {(A1, 90), (A1, 91)}, {90: 80, 91: 81})).person_of == {
        A1: A1
    }


def test_a_merge_by_hand_takes_a_visitor_with_all_that_it_said_and_no_second_known_person() -> None:
    """Somebody merged the visitor into a known person; the visitor's own account, that browsers named, follows."""
    assert grouped((U2, A1), verified={U1}, merges={(U1, A1)}) == (groups({U1, U2, A1}), {U2})
    assert grouped((U2, A1), verified={U1, U2}, merges={(U1, A1)}) == (groups({U1, A1}), set())


def test_visitors_who_were_merged_into_two_people_are_not_joined_by_a_browser() -> None:
    merges = {(U1, A1), (U2, A2)}

    assert grouped((A1, A2), verified={U1, U2}, merges=merges) == (groups({U1, A1}, {U2, A2}), set())


def test_a_known_person_is_named_after_its_own_records() -> None:
    found = trust.group(GroupingEvidence({1: 3, 5: 0, 9: 1}, {5, 9}, {(5, 9)}, (), {(1, 5)}))

    assert found.person_of == {1: 5, 5: 5, 9: 5}
    assert found.attached == {1}


RECORDS = st.integers(1, 8)
LINKS = st.sets(st.tuples(RECORDS, RECORDS).filter(lambda link: link[0] < link[1]), max_size=8)


@given(
    tiers=st.lists(st.integers(0, 3), min_size=8, max_size=8),
    verified=st.sets(RECORDS),
    links=LINKS,
    merges=st.sets(st.tuples(RECORDS, RECORDS).filter(lambda link: link[0] < link[1]), max_size=3),
    browser_links=LINKS,
)
def test_no_word_of_a_browser_changes_the_people_whom_we_know(
    tiers: list[int], verified: set[int], links: set[Link], merges: set[Link], browser_links: set[Link]
) -> None:
    """Whatever browsers say, the records of known people are grouped as servers and associates alone would have it."""
    tier_of = dict(enumerate(tiers, 1))
    firm = {record for record in verified if tier_of[record] < 3}
    firm |= {record for link in links for record in link if tier_of[record] < 3}
    found = trust.group(GroupingEvidence(tier_of, firm, links, merges, browser_links))
    own = grouping.group(tier_of, links, merges)
    known = {own[record] for record in firm}

    for record, person in own.items():
        if person in known:
            assert found.person_of[record] == person
            assert record not in found.attached
    assert found.attached == {r for r, person in found.person_of.items() if person in known and own[r] != person}
