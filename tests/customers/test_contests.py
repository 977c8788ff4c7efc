"""What several customers have joins nobody: shared phones, ids that stand for everybody, accounts of many e-mails."""

from datetime import timedelta
from itertools import count

import pytest

from heedful.customers import identities, messages, people, phones, placeholders
from heedful.customers.models import ContestedIdentity, Customer, Identity
from heedful.kit.actor import By
from tests.cast import NOON

pytestmark = pytest.mark.django_db
KEY = By("key", "7", "Shop")
numbers = count()


def identify(*names: tuple[str, str], name: str = "", minutes: int = 0, verified: bool = True) -> None:
    at = NOON + timedelta(minutes=minutes)
    facts = {kind: value for kind, value in names if kind in ("email", "phone")} | ({"name": name} if name else {})
    said = messages.Description(identities.strongest_first(names), at, facts, message=f"m-{next(numbers)}")
    spoken = messages.SourceMessage(description=said)
    messages.record(messages=[spoken], source="key:7", verified=verified, by=KEY, at=NOON)


def person(kind: str, value: str) -> Customer:
    found = Identity.objects.get(kind=kind, value=value).customer.person
    assert found is not None
    return found


def known() -> set[tuple[str, str]]:
    return set(Customer.objects.people().filter(is_known=True).values_list("email", "name"))


@pytest.mark.parametrize(
    ("written", "country", "identity", "attribute"),
    [
        ("020 7946 0958", "GB", "+442079460958", "+442079460958"),
        ("+49 30 901820", "GB", "+4930901820", "+4930901820"),
        ("0000000000", "GB", "", "0000000000"),
        ("1111111111", "GB", "", "+441111111111"),
        ("777-777-7777", "US", "", "+17777777777"),
        ("+49 111 111111", "DE", "", "+49111111111"),
        ("01632 960123", "GB", "", "+441632960123"),
        ("07700 900201", "GB", "", "+447700900201"),
        ("01234 567890", "GB", "", "+441234567890"),
        ("ask the shop", "GB", "", "ask the shop"),
    ],
)
def test_a_number_that_nobody_has_is_an_attribute(written: str, country: str, identity: str, attribute: str) -> None:
    assert (phones.identity(written, country), phones.attribute(written, country)) == (identity, attribute)
    assert identities.normal("phone", written, country) == (("phone", identity) if identity else None)


SHARED = [
    "guest", "0", "true", "test", "-1", "00000000-0000-0000-0000-000000000000", "Guest", "(not set)", "{{user.id}}",
    "ffffffff-ffff-ffff-ffff-ffffffffffff", "false", "000",
]  # fmt: skip


@pytest.mark.parametrize("account", SHARED)
@pytest.mark.parametrize("verified", [True, False])
def test_an_id_that_stands_for_everybody_joins_nobody(account: str, verified: bool) -> None:
    for name in ("a", "b", "c"):
        identify(("user_id", account), ("email", f"{name}@junk.example"), name=name.upper(), verified=verified)
    identify(("user_id", account), ("anonymous_id", "a1"), verified=verified)

    whose = {person("email", f"{name}@junk.example") for name in ("a", "b", "c")}
    assert len(whose | {person("user_id", account), person("anonymous_id", "a1")}) == 5
    assert verified is (known() == {(f"{name}@junk.example", name.upper()) for name in ("a", "b", "c")})
    contest = ContestedIdentity.objects.get()
    assert (contest.source, contest.reason, contest.identity.value) == ("key:7", "shared", account)


@pytest.mark.parametrize("kind", ["external", "device"])
def test_other_kinds_of_id_stand_for_everybody_too(kind: str) -> None:
    value = "shopify:0" if kind == "external" else "00000000-0000-0000-0000-000000000000"
    identify((kind, value), ("email", "a@junk.example"))
    identify((kind, value), ("email", "b@junk.example"))

    assert len({person("email", "a@junk.example"), person("email", "b@junk.example"), person(kind, value)}) == 3


@pytest.mark.parametrize("account", ["1", "12345", "u-0", "f00d", "testa", "guestbook", "no.1@shop.example"])
def test_an_id_like_others_names_its_customer(account: str) -> None:
    assert not placeholders.is_shared("user_id", account)
    assert not placeholders.is_shared("anonymous_id", "visitor")


def test_an_account_with_many_e_mails_in_a_day_parts_again_and_joins_nobody_from_then_on() -> None:
    for n in range(3):
        identify(("user_id", "till-4"), ("email", f"e{n}@till.example"), name=f"N{n}", minutes=n)
    assert len({person("email", f"e{n}@till.example").pk for n in range(3)}) == 1
    identify(("user_id", "till-4"), ("email", "e3@till.example"), name="N3", minutes=5)
    identify(("user_id", "till-4"), ("email", "e4@till.example"), name="N4", minutes=6)

    whose = {person("email", f"e{n}@till.example").pk for n in range(5)} | {person("user_id", "till-4").pk}
    assert len(whose) == 6
    assert {("e3@till.example", "N3"), ("e4@till.example", "N4")} < known()
    till = person("user_id", "till-4")
    assert (till.is_known, till.email, till.name, till.label) == (False, "", "", "till-4")
    assert list(ContestedIdentity.objects.values_list("source", "reason")) == [("key:7", "emails")]


def test_a_batch_with_many_e_mails_of_one_account_joins_nobody() -> None:
    said = [
        messages.Description((("user_id", "till"), ("email", f"e{n}@till.example")), NOON, {"name": f"N{n}"})
        for n in range(6)
    ]
    messages.record(messages=[messages.SourceMessage(description=one) for one in said], source="x", by=KEY, at=NOON)

    assert known() == {(f"e{n}@till.example", f"N{n}") for n in range(6)}


def test_another_process_that_saw_it_is_believed() -> None:
    """What this process remembers of an account is old as soon as another finds it contested."""
    identify(("user_id", "till"), ("email", "a@till.example"))
    Identity.objects.filter(value="till").update(contested=True)
    identify(("user_id", "till"), ("email", "b@till.example"), name="B")

    assert person("email", "a@till.example") != person("email", "b@till.example")
    assert ("b@till.example", "B") in known()


def test_an_account_whose_e_mail_changes_over_the_years_stays_one_customer() -> None:
    for n in range(6):
        identify(("user_id", "u1"), ("email", f"e{n}@x.example"), minutes=-n * 60 * 24 * 90)
    identify(("user_id", "u1"), ("email", "e6@x.example"))

    assert {person("email", f"e{n}@x.example") for n in range(7)} == {person("user_id", "u1")}


def test_browsers_cannot_contest_the_account_of_a_customer_whom_we_know() -> None:
    identify(("user_id", "u1"), ("email", "ann@x.example"), name="Ann")
    for n in range(9):
        identify(("user_id", "u1"), ("email", f"e{n}@bad.example"), verified=False)

    assert not Identity.objects.get(value="u1").contested
    assert person("email", "ann@x.example") == person("user_id", "u1")


def test_a_shared_landline_is_shown_with_both_and_joins_nobody() -> None:
    identify(("email", "wife@fam.example"), ("phone", "+442079460958"), name="Anne Fam")
    identify(("email", "husband@fam.example"), ("phone", "+442079460958"), name="Bob Fam")

    shown = Customer.objects.people().exclude(email="").values_list("email", "name", "phone")
    assert set(shown) == {
        ("wife@fam.example", "Anne Fam", "+442079460958"),
        ("husband@fam.example", "Bob Fam", "+442079460958"),
    }
    assert person("phone", "+442079460958").records.count() == 1


def test_what_is_contested_can_still_be_merged_by_hand() -> None:
    identify(("user_id", "guest"), ("email", "a@junk.example"))
    a, guest = person("email", "a@junk.example"), person("user_id", "guest")
    people.merge(a=a, b=guest, by=By("system"), at=NOON)

    assert person("email", "a@junk.example") == person("user_id", "guest")
