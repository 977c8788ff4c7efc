"""One person out of many records, and apart again: nothing lost, whatever the order."""

from datetime import UTC, datetime, timedelta
from decimal import Decimal
from typing import Any

import pytest
from django.db.models import F
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra.django import TestCase

from heedful.customers import consents, grouping, identities, kinds, messages, people, touchpoints
from heedful.customers.models import Customer, Identity, Touchpoint
from heedful.kit.actor import SYSTEM
from heedful.kit.errors import Refused

NOON = datetime(2026, 3, 2, 12, 0, tzinfo=UTC)

type Message = tuple[tuple[str, str], ...]


def arrive(*sent: Message, at: datetime = NOON) -> None:
    touchpoints.record(
        drafts=[
            touchpoints.TouchpointDraft(
                "page", NOON + timedelta(minutes=n), f"{names}{n}", identities.strongest_first(names)
            )
            for n, names in enumerate(sent)
        ],
        source="test",
        by=SYSTEM,
        at=at,
    )


def people_by_identity() -> set[frozenset[str]]:
    groups: dict[int, set[str]] = {}
    for identity in Identity.objects.select_related("customer"):
        groups.setdefault(identity.customer.person_id or 0, set()).add(identity.value)
    return {frozenset(values) for values in groups.values()}


def groups(*values: str) -> set[frozenset[str]]:
    return {frozenset(value.split()) for value in values}


U1, U2 = ("user_id", "u1"), ("user_id", "u2")
A1, A2 = ("anonymous_id", "a1"), ("anonymous_id", "a2")
E1, E2, P1 = ("email", "e1@x.org"), ("email", "e2@x.org"), ("phone", "+441134960000")


@pytest.mark.django_db
@pytest.mark.parametrize(
    ("messages", "expected"),
    [
        ([(A1,), (U1, A1)], groups("u1 a1")),
        ([(U1, A1), (A1,)], groups("u1 a1")),
        ([(U1, A1), (U2, A1)], groups("u1", "u2", "a1")),
        ([(U1, E1), (U2, E1)], groups("u1", "u2", "e1@x.org")),
        ([(U1, E1), (A1, E1)], groups("u1 e1@x.org a1")),
        ([(A1, E1), (U1, E1), (U2, A1)], groups("u1 e1@x.org", "u2", "a1")),
        ([(E1, P1), (U1, E1)], groups("u1 e1@x.org +441134960000")),
        ([(E1, P1), (U1, E1), (U2, P1)], groups("u1 e1@x.org", "u2", "+441134960000")),
        ([(E1, P1), (E2, P1)], groups("e1@x.org", "e2@x.org", "+441134960000")),
        ([(E1, P1), (E2, P1), (E1, E2)], groups("e1@x.org e2@x.org +441134960000")),
        ([(E1, P1), (A1, P1)], groups("e1@x.org +441134960000 a1")),
        ([(E1, P1), (E2, P1), (A1, P1)], groups("e1@x.org", "e2@x.org", "+441134960000 a1")),
        ([(U1, A1), (U1, A2)], groups("u1 a1 a2")),
        ([(U1, U2)], groups("u1 u2")),
        ([(U1, E1), (U2, E1), (E1, P1)], groups("u1", "u2", "e1@x.org", "+441134960000")),
        ([(U1, E1), (U2, E1), (E1, P1), (U1, P1)], groups("u1 +441134960000", "u2", "e1@x.org")),
    ],
)
def test_who_is_one_person(messages: list[Message], expected: set[frozenset[str]]) -> None:
    for message in messages:
        arrive(message)
    assert people_by_identity() == expected


def test_a_person_is_named_after_the_smallest_record() -> None:
    """Whichever came first: a person's number must not change with the order in which its records are looked at."""
    links = [(9, 4), (4, 7)]

    for order in (links, links[::-1]):
        assert grouping.group({4: 1, 7: 2, 9: 0}, order, ()) == {4: 4, 7: 4, 9: 4}
    assert grouping.group({2: 0, 8: 0}, (), [(8, 2)]) == {2: 2, 8: 2}


NAMES = [U1, U2, ("user_id", "u3"), E1, E2, P1, A1, A2, ("device", "d1")]
MESSAGES = st.lists(
    st.lists(st.sampled_from(NAMES), min_size=1, max_size=3, unique=True).map(tuple), min_size=1, max_size=8
)


class TestOrder(TestCase):
    def test_a_device_of_two_people_takes_no_other_device_along(self) -> None:
        first = (("user_id", "u3"), ("anonymous_id", "a1"))
        shared = (("user_id", "u1"), ("user_id", "u2"), ("anonymous_id", "a1"))
        for message in (first, (("anonymous_id", "a1"), ("anonymous_id", "a2")), shared):
            arrive(message)

        assert people_by_identity() == {frozenset(who) for who in ({"u1", "u2"}, {"u3"}, {"a1"}, {"a2"})}

    @given(messages=MESSAGES, data=st.data())
    def test_the_order_of_arrival_does_not_matter(self, messages: list[Message], data: st.DataObject) -> None:
        """Compares arrival one by one in another order with the pure function over all that was seen."""
        shuffled = data.draw(st.permutations(messages))
        split = data.draw(st.integers(0, len(shuffled)))
        identities.forget()
        kinds.forget()
        arrive(*shuffled[:split])
        for message in shuffled[split:]:
            arrive(message)
        names = sorted({name for message in messages for name in message})
        ids = {name: n for n, name in enumerate(names)}
        stars = [identities.strongest_first(message) for message in messages]
        links = {(ids[star[0]], ids[other]) for star in stars for other in star[1:]}
        grouped = grouping.group({ids[name]: grouping.TIER[name[0]] for name in names}, links, ())
        expected: dict[int, set[str]] = {}
        for name in names:
            expected.setdefault(grouped[ids[name]], set()).add(name[1])
        assert people_by_identity() == {frozenset(values) for values in expected.values()}
        assert Touchpoint.objects.count() == len({str(s) for s in Touchpoint.objects.values_list("message", flat=True)})

    @given(
        said=st.lists(
            st.tuples(
                st.integers(0, 3), st.sampled_from(["name", "plan", "town"]), st.integers(0, 3), st.integers(0, 5)
            ),
            max_size=10,
        ),
        edges=st.lists(st.tuples(st.integers(0, 3), st.integers(0, 3)).filter(lambda e: e[0] != e[1]), max_size=4),
        consent=st.lists(st.tuples(st.integers(0, 3), st.booleans()), max_size=4),
        data=st.data(),
    )
    def test_merging_keeps_everything_and_is_undone_exactly(
        self,
        said: list[tuple[int, str, int, int]],
        edges: list[tuple[int, int]],
        consent: list[tuple[int, bool]],
        data: st.DataObject,
    ) -> None:
        identities.forget()
        kinds.forget()
        arrive(*[(("user_id", f"u{n}"),) for n in range(4)])
        rows = list(Customer.objects.order_by("pk"))
        for n, row in enumerate(rows):
            people.describe(facts={row.pk: {"value": ({"amount": 10 + n, "currency": "EUR", "source": "crm"}, NOON)}})
        for n, key, value, minute in data.draw(st.permutations(said)):
            people.describe(facts={rows[n].pk: {key: (f"{value}", NOON + timedelta(minutes=minute))}})
        for n, granted in consent:
            consents.set_one(customer=rows[n], purpose="email", granted=granted, by=SYSTEM, at=NOON)
        before = snapshot()
        merges = []
        for a, b in data.draw(st.permutations(edges)):
            rows = list(Customer.objects.order_by("pk"))
            try:
                merges.append(people.merge(a=rows[a], b=rows[b], by=SYSTEM, at=NOON))
            except Refused:
                continue
        assert_nothing_lost(before, consent)
        for merge in data.draw(st.permutations(merges)):
            people.undo(merge=merge, by=SYSTEM, at=NOON)
        assert snapshot() == before


def snapshot() -> list[dict[str, Any]]:
    return [dict(row) for row in Customer.objects.order_by("pk").values()]


def assert_nothing_lost(before: list[dict[str, Any]], consent: list[tuple[int, bool]]) -> None:
    roots = list(Customer.objects.people())
    assert sum(root.value_amount or 0 for root in roots) == Decimal(46)
    assert Touchpoint.objects.filter(customer__person__in=roots).count() == 4
    ids = [row["id"] for row in before]
    for root in roots:
        own = list(root.records.all())
        keys = {key for record in own for key in record.facts} - {"name", "value"}
        assert set(root.attributes) == keys
        for key in keys:
            latest = max((record.facts[key] for record in own if key in record.facts), key=lambda f: (f[1], repr(f[0])))
            assert root.attributes[key] == latest[0]
        refused = any(not ok for n, ok in consent if ids[n] in {record.pk for record in own})
        assert consents.standing(person=root.pk).get("email", True) is not refused


@pytest.mark.django_db
def test_a_merge_is_not_undone_twice_nor_made_twice() -> None:
    arrive((U1,), (U2,))
    a, b = Customer.objects.order_by("pk")
    merge = people.merge(a=a, b=b, by=SYSTEM, at=NOON)
    a, b = Customer.objects.order_by("pk")
    with pytest.raises(Refused):
        people.merge(a=a, b=b, by=SYSTEM, at=NOON)
    people.undo(merge=merge, by=SYSTEM, at=NOON)
    with pytest.raises(Refused):
        people.undo(merge=merge, by=SYSTEM, at=NOON)


@pytest.mark.parametrize(
    ("kind", "value", "expected"),
    [
        ("email", " Ada@Example.ORG ", "ada@example.org"),
        ("email", "not an address", None),
        ("email", "@", None),
        ("phone", "0113 496 0000", "+441134960000"),
        ("phone", "+49 30 901820", "+4930901820"),
        ("phone", "12", None),
        ("user_id", "undefined", None),
        ("user_id", "  ", None),
        ("user_id", "a" * 300, None),
        ("user_id", "U1\x00", "U1"),
    ],
)
def test_identities_have_one_form_of_writing(kind: str, value: str, expected: str | None) -> None:
    name = identities.normal(kind, value)
    assert (name and name[1]) == expected


@pytest.mark.django_db
def test_nobody_was_last_seen_before_they_were_first_seen() -> None:
    now = datetime(2026, 3, 2, 12, 0, tzinfo=UTC)
    for number, step in enumerate([timedelta(milliseconds=7), timedelta(minutes=5), timedelta(hours=9)]):
        sent = [
            messages.SourceMessage(
                touchpoints.TouchpointDraft(
                    "seen", now + step * n, f"s-{number}-{n}", identities=(("user_id", f"u-{number}-{n}"),)
                )
            )
            for n in range(4)
        ]
        told = [
            messages.SourceMessage(
                description=messages.Description((("user_id", f"i-{number}-{n}"),), now + step * n, {"name": "Sam"})
            )
            for n in range(4)
        ]
        messages.record(messages=sent, source="test", by=SYSTEM, at=now + timedelta(days=2))
        messages.record(messages=told, source="test", by=SYSTEM, at=now + timedelta(days=2))

    wrong = Customer.objects.filter(last_seen_at__lt=F("first_seen_at"))
    assert list(wrong.values_list("handle", "first_seen_at", "last_seen_at")) == []
    latest = Customer.objects.get(handle="u-0-3")
    assert latest.first_seen_at == latest.last_seen_at == now + timedelta(milliseconds=21)


def test_a_new_record_is_seen_when_its_own_messages_were_and_not_when_the_batch_was() -> None:
    times = {"early": NOON - timedelta(days=40), "late": NOON, "both": NOON - timedelta(days=3)}
    drafts = [touchpoints.TouchpointDraft("page", at, f"m-{name}", (("user_id", name),)) for name, at in times.items()]
    drafts.append(touchpoints.TouchpointDraft("page", NOON - timedelta(days=1), "m-again", (("user_id", "both"),)))

    touchpoints.record(drafts=drafts, source="test", by=SYSTEM, at=NOON)

    seen = {row.handle: (row.first_seen_at, row.last_seen_at) for row in Customer.objects.all()}
    assert seen == {
        "early": (times["early"], times["early"]),
        "late": (NOON, NOON),
        "both": (times["both"], NOON - timedelta(days=1)),
    }
