"""A key that lies in a page: what somebody who reads it there can do to a customer, and what visitors still bring."""

import base64
import json
from collections.abc import Callable
from typing import Any

import pytest
from django.test import Client
from django.utils import timezone
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.extra.django import TestCase

from heedful.act import cases
from heedful.act.models import Case
from heedful.associates import keys
from heedful.associates.models import Associate, Key
from heedful.courier.models import Mail
from heedful.customers import consents, identities, messages
from heedful.customers.messages import Description, SourceMessage
from heedful.customers.models import AddressChange, Consent, Customer, Identity, Organisation, StageChange, Touchpoint
from heedful.customers.touchpoints import TouchpointDraft
from heedful.kit.actor import SYSTEM
from heedful.listen import surveys
from heedful.listen.models import Invitation
from tests.cast import NOON
from tests.work import work

pytestmark = pytest.mark.django_db

type Send = Callable[..., None]


@pytest.fixture
def from_(client: Client) -> Callable[[str], Send]:
    """Send with a key of a scope: `from_("browser")("identify", userId="u-1")`."""

    def sender(scope: str) -> Send:
        _, secret = keys.add(name=scope, scope=scope, by=SYSTEM, at=NOON)
        shown = {"authorization": "Basic " + base64.b64encode(f"{secret}:".encode()).decode()}

        def post(kind: str, **event: Any) -> None:
            answer = client.post(f"/v1/{kind}", json.dumps(event), content_type="text/plain", headers=shown)
            assert answer.status_code == 200

        return post

    return sender


@pytest.fixture
def shop(from_: Callable[[str], Send]) -> Send:
    return from_("send")


@pytest.fixture
def page(from_: Callable[[str], Send]) -> Send:
    return from_("browser")


def person(value: str) -> Customer:
    named = Identity.objects.select_related("customer__person").filter(value=value).order_by("-kind")[0]
    assert named.customer.person is not None
    return named.customer.person


@pytest.fixture
def victim(shop: Send) -> Customer:
    shop("identify", userId="victim", traits={"email": "vic@example.test", "name": "Vic", "phone": "+441134960000"})
    return person("victim")


EVIL: dict[str, Any] = {
    "email": "attacker@evil.example", "phone": "+441134960999", "name": "Mallory", "language": "tlh", "plan": "gold",
    "value": {"amount": 9, "currency": "EUR"}, "lifecycle_stage": "onboarding", "town": "Evil",
    "consent": {"email": False}, "company": {"id": "acct-9", "name": "Evil"},
}  # fmt: skip


def test_the_survey_and_the_mail_from_a_case_go_to_the_address_that_the_server_told(
    victim: Customer, page: Send, shop: Send, mira: Associate
) -> None:
    now = timezone.now()
    design = surveys.Design(
        name="Delivery",
        questions=[{"code": "satisfaction"}, {"code": "open"}],
        languages=["en"],
        moment_kind="delivered",
        delay_s=0,
    )
    surveys.make(design=design, by=SYSTEM, at=now)
    page("identify", userId="victim", anonymousId="evil-1", traits=EVIL)
    page("alias", userId="victim", previousId="evil-2")
    page("merge", mergeProperties=[{"type": "userId", "value": "victim"}, {"type": "email", "value": EVIL["email"]}])
    page("group", userId="victim", groupId="acct-9", traits={"name": "Evil"})

    page("track", userId="victim", anonymousId="evil-1", event="Delivered")
    page("track", userId="victim", event="Feedback", properties={"nps": 0, "comment": "Nobody came. Cancel it."})
    for _ in range(2):
        work(at=timezone.now())
    case = Case.objects.get()
    cases.write(case=case, subject="Sorry", text="We are sorry.", by=mira.by, at=timezone.now())

    assert Invitation.objects.get().state == Invitation.State.ASKED
    assert {(mail.purpose, mail.to) for mail in Mail.objects.exclude(purpose="escalation")} == {
        ("survey", "vic@example.test"),
        ("case", "vic@example.test"),
    }


def test_nothing_that_a_browser_says_becomes_true_of_a_known_customer(victim: Customer, page: Send) -> None:
    seen = Customer.objects.filter(pk=victim.pk).values(
        "name", "email", "phone", "handle", "language", "segment", "attributes", "organisation", "stage", "value_amount"
    )
    before = seen.get()

    page("identify", userId="victim", anonymousId="evil-1", traits=EVIL)
    page("group", userId="victim", groupId="acct-9", traits={"name": "Evil"})

    assert seen.get() == before
    assert consents.standing(person=victim.pk) == {}
    assert not any(table.objects.exists() for table in (Organisation, Consent, StageChange, AddressChange))
    said = Customer.objects.get(identities__value="victim").unverified
    assert said["email"][0] == "attacker@evil.example"
    assert said["company"][0] == {"id": "acct-9", "name": "Evil"}


def test_a_key_of_a_server_still_changes_a_customer_and_the_change_is_written_down(
    victim: Customer, shop: Send
) -> None:
    """This is why such a key must not lie in a page."""
    shop("identify", userId="victim", traits={"email": "new@example.test"})

    assert person("victim").email == "new@example.test"
    change = AddressChange.objects.get()
    assert (change.customer.person_id, change.kind, change.old, change.new, change.changed_by) == (
        person("victim").pk, "email", "vic@example.test", "new@example.test", "send",
    )  # fmt: skip


def test_a_change_is_written_down_when_the_newer_customer_has_the_smaller_number(shop: Send) -> None:
    shop("identify", userId="a", traits={"email": "a@evil.example"})
    shop("identify", userId="victim", traits={"email": "vic@example.test"})
    old = person("victim").pk
    shop("alias", userId="victim", previousId="a")

    changes = {(row.customer_id, row.old, row.new) for row in AddressChange.objects.all()}
    assert person("victim").pk == person("a").pk < old
    assert person("victim").email == "vic@example.test"
    assert changes == {(person("a").pk, "a@evil.example", "vic@example.test")}


def test_a_visitor_who_logs_in_is_shown_with_the_customer(victim: Customer, page: Send) -> None:
    page("page", anonymousId="visitor", name="Pricing")
    page("identify", userId="victim", anonymousId="visitor")

    assert person("visitor").pk == person("victim").pk == victim.pk
    assert Customer.objects.get(identities__value="visitor").is_attached
    assert Touchpoint.objects.get(kind="page").customer.person_id == victim.pk


def test_what_a_server_says_of_an_attached_visitor_is_not_true_of_the_customer(
    victim: Customer, page: Send, shop: Send
) -> None:
    """A shop's server may repeat what a visitor typed; only a browser says that the visitor is the customer."""
    shop("identify", anonymousId="cart", traits={"name": "Mallory", "consent": {"email": False}})
    page("track", userId="victim", anonymousId="cart", event="Bought")

    assert person("cart").pk == victim.pk
    assert person("victim").name == "Vic"
    assert consents.standing(person=victim.pk) == {}


def test_two_known_people_are_not_joined_nor_parted(shop: Send, page: Send) -> None:
    shop("identify", userId="u1", anonymousId="a1", traits={"email": "one@example.test"})
    shop("identify", userId="u2", anonymousId="a2", traits={"email": "two@example.test"})

    page("alias", userId="u1", previousId="u2")
    page("identify", userId="u1", anonymousId="a2", traits={"email": "two@example.test"})
    page("identify", userId="u2", anonymousId="a1", traits={"email": "one@example.test"})

    one, two = person("u1"), person("u2")
    assert one.pk != two.pk
    assert (one.email, two.email) == ("one@example.test", "two@example.test")
    assert {person(value).pk for value in ("u1", "a1", "one@example.test")} == {one.pk}
    assert {person(value).pk for value in ("u2", "a2", "two@example.test")} == {two.pk}


def test_a_visitor_may_say_who_it_is_and_gets_no_mail_for_it(page: Send) -> None:
    page("identify", userId="u9", anonymousId="a9", traits={**EVIL, "email": "nine@example.test"})

    who = person("u9")
    assert {person(value).pk for value in ("u9", "a9", "nine@example.test")} == {who.pk}
    assert (who.name, who.language, who.segment, who.attributes["town"]) == ("Mallory", "tlh", "gold", "Evil")
    assert (who.email, who.phone, who.stage, who.organisation, who.value_amount) == ("", "", None, None, None)
    assert not who.is_known


def test_a_visitor_becomes_known_when_a_server_names_the_account(page: Send, shop: Send) -> None:
    page("identify", userId="u9", anonymousId="a9", traits={"email": "typo@example.test", "name": "Nin"})
    shop("track", userId="u9", event="Paid")

    who = person("u9")
    assert (who.is_known, who.name, who.email) == (True, "", "")
    assert person("a9").pk == who.pk
    assert person("typo@example.test").pk != who.pk

    shop("identify", userId="u9", traits={"email": "nine@example.test", "name": "Nina"})
    assert (person("u9").name, person("u9").email) == ("Nina", "nine@example.test")
    assert person("nine@example.test").pk == person("u9").pk


def test_an_address_that_a_server_names_later_is_written_to_from_then_on(page: Send, shop: Send) -> None:
    said = {"userId": "u9", "traits": {"email": "nine@example.test"}}
    page("identify", **said)
    shop("identify", **said)

    assert (person("u9").email, person("nine@example.test").pk) == ("nine@example.test", person("u9").pk)


def test_what_a_process_remembers_of_a_browser_does_not_keep_a_server_from_verifying(page: Send, shop: Send) -> None:
    """The same names, just so, from the one and then the other: remembered by the process, and judged apart."""
    for _ in range(2):
        page("track", userId="u9", anonymousId="a9", event="Seen")
    assert (person("u9").is_known, Identity.objects.filter(verified=True).count()) == (False, 0)

    for _ in range(2):
        shop("track", userId="u9", anonymousId="a9", event="Paid")

    assert person("u9").is_known
    assert Identity.objects.filter(verified=True).count() == 2
    assert not Customer.objects.get(identities__value="a9").is_attached


def test_what_a_process_remembers_of_a_server_gives_a_browser_nothing(page: Send, shop: Send) -> None:
    shop("identify", userId="u1", traits={"email": "one@example.test"})
    shop("track", userId="u2", event="Paid")
    memory = set(identities._settled[False])

    page("track", userId="u1", event="Seen")
    page("identify", userId="u1", traits={"email": "one@example.test", "name": "Mallory"})
    page("merge", mergeProperties=[{"type": "userId", "value": "u1"}, {"type": "userId", "value": "u2"}])

    assert memory == set()
    assert person("u1").pk != person("u2").pk
    assert person("u1").name == ""


def test_the_image_in_a_mail_is_a_browser_s_word_whatever_its_key(
    client: Client, victim: Customer, from_: Callable[[str], Send]
) -> None:
    _, secret = keys.add(name="Mails", scope=Key.Scope.SEND, by=SYSTEM, at=NOON)
    client.get("/pixel/v1/track", {"writeKey": secret, "userId": "victim", "anonymousId": "phone", "event": "Opened"})

    assert Touchpoint.objects.get(kind="opened").customer.person_id == victim.pk
    assert Customer.objects.get(identities__value="phone").is_attached


def test_a_browser_key_may_not_use_the_api(client: Client, db: None) -> None:
    _, secret = keys.add(name="Page", scope=Key.Scope.BROWSER, by=SYSTEM, at=NOON)

    assert client.get("/api/customers", headers={"authorization": f"Bearer {secret}"}).status_code == 401


def test_one_customer_is_not_given_devices_without_end(
    victim: Customer, page: Send, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("heedful.customers.trust.MOST_LINKS", 3)
    for n in range(6):
        page("track", userId="victim", anonymousId=f"evil-{n}", event="Seen")

    assert Customer.objects.filter(person=victim.pk, is_attached=True).count() == 3
    assert Touchpoint.objects.filter(customer__person=victim.pk, kind="seen").count() == 6


def test_a_page_does_not_fill_the_house(victim: Customer, page: Send) -> None:
    for part in range(3):
        page("identify", userId="victim", traits={f"trait-{part}-{n}": n for n in range(60)})

    assert len(Customer.objects.get(identities__value="victim").unverified) == 100


def test_a_batch_that_names_many_known_customers_parts_none_of_them(
    client: Client, shop: Send, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Looking around so many ends somewhere; what is verified is followed to its end before."""
    for n in range(6):
        shop("identify", userId=f"u{n}", traits={"email": f"{n}@example.test"})
        shop("identify", anonymousId=f"old{n}", traits={"email": f"{n}@example.test"})
    before = {value: person(value).pk for n in range(6) for value in (f"u{n}", f"{n}@example.test", f"old{n}")}
    monkeypatch.setattr("heedful.customers.people.MOST_IN_ONE", 2)

    drafts = [
        TouchpointDraft("seen", NOON, f"{n}", (("user_id", f"u{n}"), ("anonymous_id", f"evil{n}"))) for n in range(6)
    ]
    told = [SourceMessage(draft) for draft in drafts]
    messages.record(messages=told, source="page", verified=False, by=SYSTEM, at=NOON)

    assert {value: person(value).pk for value in before} == before
    assert [person(f"u{n}").email for n in range(6)] == [f"{n}@example.test" for n in range(6)]


NAMES = [
    ("user_id", "u1"), ("user_id", "u2"), ("email", "e1@x.org"), ("email", "e2@x.org"), ("phone", "+441134960000"),
    ("anonymous_id", "a1"), ("anonymous_id", "a2"), ("device", "d1"),
]  # fmt: skip
WORDS = st.lists(
    st.tuples(
        st.lists(st.sampled_from(NAMES), min_size=1, max_size=3, unique=True),
        st.booleans(),
        st.sampled_from(["", "Ana", "Bob"]),
    ),
    min_size=1,
    max_size=8,
)


class TestEveryOrder(TestCase):
    @settings(max_examples=40)
    @given(said=WORDS)
    def test_known_customers_are_as_if_no_browser_had_said_anything(self, said: list[Any]) -> None:
        """Everything by which mails are addressed: who is one person, under which name and which addresses."""
        expected = self.customers(said, browsers=False)
        known = self.customers(said, browsers=True)

        assert known == expected

    def customers(self, said: list[Any], *, browsers: bool) -> set[tuple[Any, ...]]:
        Customer.objects.update(person=None)
        for table in (AddressChange, Identity, Customer):
            table.objects.all().delete()
        identities.forget()
        for n, (names, verified, name) in enumerate(said):
            if verified or browsers:
                self.say(n, names, verified, name)
        return {
            (
                row.name, row.email, row.phone, row.handle if row.records.filter(is_attached=False) else "",
                frozenset(Identity.objects.filter(customer__person=row, verified=True, customer__is_attached=False)
                .values_list("value", flat=True)),
            )
            for row in Customer.objects.people().filter(is_known=True)
        }  # fmt: skip

    def say(self, n: int, names: list[Any], verified: bool, name: str) -> None:
        who = identities.strongest_first(names)
        facts = {kind: value for kind, value in who if kind in ("email", "phone")} | ({"name": name} if name else {})
        word = (
            SourceMessage(description=Description(who, NOON, facts))
            if name
            else SourceMessage(TouchpointDraft("page", NOON, f"{n}", who))
        )
        messages.record(messages=[word], source="shop" if verified else "page", verified=verified, by=SYSTEM, at=NOON)
