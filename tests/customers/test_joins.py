"""What joined by itself says why, is parted by hand, and stays so."""

from datetime import timedelta

import pytest
from django.db.models import Q

from heedful.customers import grouping, identities, joins, messages, people
from heedful.customers.models import Customer, Identity, IdentityLink, Import, Touchpoint
from heedful.customers.touchpoints import TouchpointDraft
from heedful.kit.actor import SYSTEM, By
from heedful.kit.errors import Refused
from heedful.ledger.models import Entry
from tests.cast import NOON

pytestmark = pytest.mark.django_db
KEY = By("key", "7", "Shop")


def send(message: str, *names: tuple[str, str], by: By = KEY, minutes: int = 0, verified: bool = True) -> int:
    """Somebody is named; returns how many messages joined people."""
    at = NOON + timedelta(minutes=minutes)
    facts = {kind: value for kind, value in names if kind in ("email", "phone")}
    firm = identities.strongest_first(names)
    sent = messages.SourceMessage(
        TouchpointDraft("seen", at, message, firm), messages.Description(firm, at, facts, origin=message)
    )
    return messages.record(messages=[sent], source=str(by), verified=verified, by=by, at=NOON).joins


def person(value: str) -> Customer:
    found = Identity.objects.get(value=value).customer.person
    assert found is not None
    return found


def the_join(value: str) -> IdentityLink:
    return joins.of(person=person(value).pk).get(Q(a__value=value) | Q(b__value=value))


def test_a_join_says_which_message_named_both_and_when() -> None:
    send("m-1", ("user_id", "u1"))
    send("m-2", ("user_id", "u1"), ("email", "a@x.org"), minutes=3)
    send("m-3", ("user_id", "u1"), ("email", "a@x.org"), minutes=9)

    join = the_join("a@x.org")
    assert (join.source, join.message, join.first_seen_at) == ("key:7", "m-2", NOON + timedelta(minutes=3))


def test_a_server_that_says_what_a_browser_said_is_the_reason_from_then_on() -> None:
    send("m-1", ("user_id", "u1"), ("anonymous_id", "a1"), verified=False)
    send("m-2", ("user_id", "u1"), ("anonymous_id", "a1"), by=By("key", "9", "Server"))

    assert (the_join("a1").source, the_join("a1").message) == ("key:9", "m-2")


@pytest.mark.parametrize(
    ("source", "message", "importers", "row"),
    [
        ("import:crm", "b.csv, row 12", None, ("b.csv", 12, "b.csv")),
        ("import:crm", "lists, row 2, of May.csv, row 3", None, ("lists, row 2, of May.csv", 3, "")),
        ("import:crm", "4711", "a.csv", ("a.csv", None, "a.csv")),
        ("import:crm", "4711", None, ("", None, "")),
        ("import:shop", "4711", None, ("c.csv", None, "c.csv")),
        ("import:gone", "d.csv, row 1", None, ("d.csv", 1, "")),
        ("key:7", "b.csv, row 12", None, None),
    ],
)
def test_an_imported_join_says_its_file_and_row_as_far_as_they_are_known(
    source: str, message: str, importers: str | None, row: tuple[str, int | None, str] | None
) -> None:
    at = {"started_at": NOON, "map_digest": ""}
    files = [("crm", "a.csv"), ("crm", "b.csv"), ("shop", "c.csv")]
    number = {
        name: Import.objects.create(source=source, file_name=name, file_digest=name, **at).pk for source, name in files
    }
    join = IdentityLink(pk=1, source=source, message=message, imported_by=[number[importers]] if importers else None)
    expected = {} if row is None else {1: joins.FileRow(row[0], row[1], number.get(row[2]))}
    assert joins.file_rows([join]) == expected


@pytest.mark.parametrize(
    ("one", "other"),
    [
        (("user_id", "u1"), ("email", "a@x.org")),
        (("user_id", "u1"), ("user_id", "u2")),
        (("email", "a@x.org"), ("phone", "+442079460958")),
        (("email", "a@x.org"), ("anonymous_id", "a1")),
    ],
    ids=["an account and an e-mail", "two accounts", "an e-mail and a phone", "an e-mail and a device"],
)
def test_a_parting_stands_against_messages_that_say_the_same(one: tuple[str, str], other: tuple[str, str]) -> None:
    send("m-0", one)
    send("m-1", other)
    assert send("m-2", one, other) == 1
    assert joins.part(join=the_join(other[1]), by=SYSTEM, at=NOON)
    identities.forget()

    assert send("m-3", one, other) == 0
    assert send("m-4", other) == 0
    assert person(one[1]) != person(other[1])
    whose = dict(Touchpoint.objects.order_by("id").values_list("id", "customer__person"))
    assert list(whose.values()) == [person(key).pk for key in (one[1], other[1], one[1], one[1], other[1])]
    assert Entry.objects.filter(kind="CustomersParted").count() == 1


def test_a_customer_is_not_written_to_at_an_address_that_was_parted_from_it() -> None:
    send("m-1", ("user_id", "u1"), ("email", "a@x.org"))
    joins.part(join=the_join("a@x.org"), by=SYSTEM, at=NOON)
    send("m-2", ("user_id", "u1"), ("email", "a@x.org"), minutes=5)

    assert (person("u1").email, person("a@x.org").email) == ("", "a@x.org")
    send("m-3", ("user_id", "u1"), ("email", "b@x.org"), minutes=6)
    assert person("u1").email == "b@x.org"


def test_a_parting_is_made_once_and_says_where_something_else_holds() -> None:
    send("m-1", ("user_id", "u1"), ("user_id", "u2"))
    join = the_join("u2")
    a, b = join.a.customer, join.b.customer
    send("m-2", ("user_id", "u1"), ("user_id", "u3"))
    send("m-3", ("user_id", "u2"), ("user_id", "u3"))

    assert not joins.part(join=join, by=SYSTEM, at=NOON)
    assert person("u1") == person("u2")
    with pytest.raises(Refused, match="parted already"):
        joins.part(join=join, by=SYSTEM, at=NOON)
    for value in ("u1", "u2"):
        joins.part(join=joins.of(person=person(value).pk).get(a__value=value, b__value="u3"), by=SYSTEM, at=NOON)
    assert person("u1") != person("u2")
    people.merge(a=Customer.objects.get(pk=a.pk), b=Customer.objects.get(pk=b.pk), by=SYSTEM, at=NOON)
    assert person("u1") == person("u2")


def test_whoever_may_not_merge_may_not_part() -> None:
    send("m-1", ("user_id", "u1"), ("email", "a@x.org"))

    with pytest.raises(Refused):
        joins.part(join=the_join("a@x.org"), by=KEY, at=NOON)


@pytest.mark.parametrize(
    ("links", "first", "changes", "expected"),
    [
        ({0: [(1, 2)]}, {}, ({}, {1: 1, 2: 1}), 1),
        ({0: [(1, 2)]}, {2: 0}, ({}, {1: 1, 2: 1}), 0),
        ({0: [(1, 2)]}, {}, ({1: 1, 2: 1}, {1: 1, 2: 1}), 0),
        ({0: [(1, 2)]}, {}, ({}, {1: 1, 2: 2}), 0),
        ({0: [(1, 2)], 1: [(1, 2)]}, {}, ({}, {1: 1, 2: 1}), 1),
        ({0: [(1, 3), (2, 3)]}, {3: 0}, ({}, {1: 1, 2: 1, 3: 1}), 1),
        ({2: [(1, 2)]}, {1: 0, 2: 1}, ({}, {1: 1, 2: 1}), 1),
        ({0: [(1, 2)], 1: [(2, 3)], 2: [(1, 3)]}, {}, ({}, {1: 1, 2: 1, 3: 1}), 2),
    ],
    ids=["two", "one of them new", "one already", "contested", "said twice", "by a third", "new in a batch", "a ring"],
)
def test_messages_that_join_people_are_counted(
    links: dict[int, list[tuple[int, int]]],
    first: dict[int, int],
    changes: tuple[dict[int, int], dict[int, int]],
    expected: int,
) -> None:
    assert grouping.count_joins(links, first, grouping.Changes(*changes)) == expected
