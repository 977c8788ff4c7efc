"""What was written by older rules comes to today's, and nobody is joined by it who was apart."""

import pytest

from heedful.customers import identities, messages, renormalisation
from heedful.customers.models import ContestedIdentity, Customer, Identity, IdentityLink
from heedful.kit.actor import SYSTEM
from tests.cast import NOON

pytestmark = pytest.mark.django_db


def record(kind: str, value: str, person: Customer | None = None) -> Identity:
    """An identity as an older version wrote it, of a person that is there or of its own."""
    times = dict.fromkeys(("first_seen_at", "last_seen_at", "own_first_at", "own_last_at"), NOON)
    row = Customer.objects.create(person=person, is_known=True, facts={kind: [value, f"{NOON}"]}, **times)
    if person is None:
        Customer.objects.filter(pk=row.pk).update(person=row)
    return Identity.objects.create(kind=kind, value=value, customer=row, verified=True, form=0, first_seen_at=NOON)


def link(a: Identity, b: Identity) -> None:
    IdentityLink.objects.create(a=a, b=b, verified=True, first_seen_at=NOON)


def people() -> set[frozenset[str]]:
    found: dict[int | None, set[str]] = {}
    for row in Identity.objects.select_related("customer"):
        found.setdefault(row.customer.person_id, set()).add(row.value)
    return {frozenset(values) for values in found.values()}


def groups(*values: str) -> set[frozenset[str]]:
    return {frozenset(value.split()) for value in values}


@pytest.mark.parametrize(
    ("kind", "old", "new"),
    [
        ("email", "an\u200bn@x.example", "ann@x.example"),
        ("email", "ann@x.example.", "ann@x.example"),
        ("email", "mailto:ann@x.example", "ann@x.example"),
        ("email", "carl@xn--fa-hia.example", "carl@faß.example"),
        ("user_id", "\ufeffu1", "u1"),
    ],
)
def test_an_old_spelling_becomes_todays_and_is_found_by_it(kind: str, old: str, new: str) -> None:
    row = record(kind, old)
    renormalisation.keep_up(at=NOON)

    said = messages.Description(((kind, new),), NOON, {"name": "Ann"})
    messages.record(messages=[messages.SourceMessage(description=said)], source="x", by=SYSTEM, at=NOON)

    assert list(Identity.objects.values_list("pk", "value", "form")) == [(row.pk, new, 1)]
    who = Customer.objects.get()
    assert (who.name, who.email or who.handle) == ("Ann", new)


def test_two_people_of_one_address_stay_two_and_the_old_spelling_is_marked() -> None:
    u1 = record("user_id", "u1")
    old = record("email", "ann@x.example.", u1.customer)
    link(u1, old)
    record("email", "ann@x.example")

    renormalisation.keep_up(at=NOON)
    renormalisation.keep_up(at=NOON)

    assert people() == groups("u1 ann@x.example.", "ann@x.example")
    assert [(row.identity, row.reason) for row in ContestedIdentity.objects.all()] == [(old, "spelling")]
    assert not Identity.objects.filter(form=0).exists()


def test_two_old_spellings_of_one_address_stay_apart_too() -> None:
    record("email", "ann@x.example.")
    record("email", "mailto:ann@x.example")
    record("email", "mailto:bea@x.example")

    renormalisation.keep_up(at=NOON)

    assert people() == groups("ann@x.example", "mailto:ann@x.example", "bea@x.example")
    assert ContestedIdentity.objects.get().identity.value == "mailto:ann@x.example"


def test_people_whom_a_landline_or_a_guest_joined_part() -> None:
    wife = record("email", "wife@fam.example")
    husband, phone = (
        record("email", "husband@fam.example", wife.customer),
        record("phone", "+442079460958", wife.customer),
    )
    link(wife, phone)
    link(husband, phone)
    guest = record("user_id", "guest")
    for name in ("a", "b"):
        link(guest, record("email", f"{name}@junk.example", guest.customer))
    ann = record("email", "ann@x.example")
    link(ann, record("phone", "+447700900201", ann.customer))

    renormalisation.keep_up(at=NOON)

    assert people() == groups(
        "wife@fam.example", "husband@fam.example", "+442079460958", "guest", "a@junk.example", "b@junk.example",
        "ann@x.example +447700900201",
    )  # fmt: skip
    assert ContestedIdentity.objects.get().identity == guest
    assert Customer.objects.get(handle="guest").is_known is False
    assert identities.normal("phone", "07700 900201") is None


def test_what_is_up_to_date_costs_one_look(django_assert_num_queries: object) -> None:
    record("email", "ann@x.example")
    renormalisation.keep_up(at=NOON)

    with django_assert_num_queries(3):  # type: ignore[operator]
        renormalisation.keep_up(at=NOON)
