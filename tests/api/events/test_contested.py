"""Who is one customer and who is not, by what servers really send."""

import pytest
from django.test import Client

from heedful.associates.models import Associate, Key
from heedful.courier import mails
from heedful.customers.models import Customer, Identity
from heedful.kit.actor import SYSTEM
from tests.api.events.conftest import NOON, Send

ACCOUNTS = ["guest", "0", "true", "-1", "test", "00000000-0000-0000-0000-000000000000"]


def test_accounts_that_stand_for_everybody_leave_everybody_a_customer_and_stand_on_the_page_of_the_key(
    send: Send, key: Key, ada: Associate, client: Client
) -> None:
    lines = [
        {
            "type": "identify",
            "messageId": f"{n}-{letter}",
            "userId": account,
            "traits": {"email": f"{letter}{n}@j.example"},
        }
        for n, account in enumerate(ACCOUNTS)
        for letter in "abc"
    ]
    crowd = [
        {"type": "identify", "messageId": f"t-{n}", "userId": "till-4", "traits": {"email": f"t{n}@till.example"}}
        for n in range(5)
    ]
    assert send("/v1/batch", {"batch": lines}).status_code == 200
    for line in crowd:
        send("/v1/identify", line)

    found = Customer.objects.people().filter(is_known=True).values_list("email", flat=True)
    expected = [line["traits"]["email"] for line in [*lines, *crowd]]  # type: ignore[index]
    assert sorted(found) == sorted(expected)
    assert set(Identity.objects.filter(contested=True).values_list("value", flat=True)) == {*ACCOUNTS, "till-4"}
    client.force_login(ada, backend="django.contrib.auth.backends.ModelBackend")
    response = client.get(f"/setup/keys/{key.pk}")
    page = response.content.decode()
    assert {row.identity.value for row in response.context["contested"]} == {*ACCOUNTS, "till-4"}
    assert "guest" in page.split("Ids that name more than one customer")[1]
    assert "It showed up with many e-mails in one day" in page


@pytest.mark.parametrize(
    ("address", "wire", "same"),
    [
        ("carl@faß.example", "carl@xn--fa-hia.example", "CARL@XN--FA-HIA.example."),
        ("bert@straße.example", "bert@xn--strae-oqa.example", "mailto:bert@straße.example"),
        ("bert@strasse.example", "bert@strasse.example", "be\u200brt@strasse.example"),
        ("eva@bücher.example", "eva@xn--bcher-kva.example", " Eva@BÜCHER。example "),
    ],
)
def test_a_mail_goes_to_the_domain_that_was_meant(send: Send, address: str, wire: str, same: str) -> None:
    send("/v1/identify", {"messageId": "m-1", "anonymousId": "b-1", "traits": {"email": address}})
    send("/v1/identify", {"messageId": "m-2", "anonymousId": "b-2", "traits": {"email": same, "name": "Same"}})

    who = Customer.objects.people().get()
    assert (who.email, who.name) == (address, "Same")
    mail = mails.send(to=who.email, subject="Hello", text="Hello", purpose="case", by=SYSTEM, at=NOON)
    assert mail.to == wire


def test_streets_with_one_letter_and_with_two_are_two_customers(send: Send) -> None:
    for n, domain in enumerate(["straße", "strasse"]):
        send("/v1/identify", {"anonymousId": f"pb-{n}", "traits": {"email": f"bert@{domain}.example"}})

    assert set(Customer.objects.people().values_list("email", flat=True)) == {
        "bert@straße.example", "bert@strasse.example",
    }  # fmt: skip


def test_a_number_that_nobody_has_is_shown_and_joins_nobody(send: Send) -> None:
    for n, phone in enumerate(["0000000000", "0000000000", "07700 900201", "07700 900201", 1111111111]):
        send("/v1/identify", {"userId": f"u{n}", "traits": {"phone": phone}})

    shown = list(Customer.objects.people().order_by("handle").values_list("handle", "phone"))
    assert shown == [
        ("u0", "0000000000"), ("u1", "0000000000"), ("u2", "+447700900201"), ("u3", "+447700900201"),
        ("u4", "+441111111111"),
    ]  # fmt: skip
    assert not Identity.objects.filter(kind="phone").exists()
