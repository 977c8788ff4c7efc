"""Saved replies: written by those who lead, filled by the case, sent by whoever makes them fit."""

from collections.abc import Callable
from datetime import datetime

import pytest
from django.test import Client

from heedful.act import cases, replies
from heedful.act.models import Case, Reply
from heedful.associates.models import Associate
from heedful.courier.models import Mail
from heedful.customers import people
from heedful.customers.models import Customer
from heedful.kit.actor import SYSTEM
from heedful.kit.errors import Forbidden, Refused
from heedful.ledger.models import Entry
from heedful.promise.promises import Wording
from heedful.promise.standards import StandardDraft as StandardDraft
from tests.act.conftest import trouble
from tests.cast import make_promise

pytestmark = pytest.mark.django_db

type As = Callable[[Associate], Client]

TEXT = "Dear {name},\n\nwe had said: {promise} We did not do it.\n\n{me}"


@pytest.fixture
def reply(db: None, noon: datetime) -> Reply:
    return replies.add(name="We are late", text=TEXT, by=SYSTEM, at=noon)


@pytest.fixture
def case(carla: Customer, noon: datetime) -> Case:
    wording = Wording(words="You are online in two days.", severity=2)
    made = make_promise(
        wording=wording,
        standards=[StandardDraft(form="within", from_kind="ordered", to_kind="online", within_days=2)],
        by=SYSTEM,
        at=noon,
    )
    return cases.open_for_trouble(trouble=trouble(carla, promise=made.pk), by=SYSTEM, at=noon)


def test_the_case_fills_the_blanks(reply: Reply, case: Case, mira: Associate, noon: datetime) -> None:
    people.describe(facts={case.customer_id: {"name": ("Carla Maria Jones", noon)}})

    said = replies.filled(reply, case=Case.objects.get(), writer=mira)

    assert said == "Dear Carla,\n\nwe had said: You are online in two days. We did not do it.\n\nMira"


def test_a_first_name_that_was_told_by_itself_comes_first(carla: Customer, noon: datetime) -> None:
    people.describe(facts={carla.pk: {"name": ("Jones, Carla Maria", noon), "first_name": ("Carla Maria", noon)}})

    assert replies.first_name(Customer.objects.get(pk=carla.pk)) == "Carla Maria"


def test_what_the_case_does_not_know_stays_blank_and_is_not_sent(
    reply: Reply, carla: Customer, mira: Associate, noon: datetime
) -> None:
    case = cases.open_for_trouble(trouble=trouble(carla), by=SYSTEM, at=noon)

    text = replies.filled(reply, case=case, writer=mira)

    assert "{promise}" in text
    with pytest.raises(Refused, match=r"\{promise\} is still a blank"):
        cases.write(case=case, subject="Hello", text=text, by=mira.by, at=noon)
    assert not Mail.objects.exists()
    cases.write(
        case=case, subject="Hi", text="Braces {like these} go.", with_gaps=["{like these}"], by=mira.by, at=noon
    )


@pytest.mark.parametrize(
    ("name", "text", "words"),
    [
        ("", "Hello", "Give the reply a name"),
        ("Hello", "  ", "Write the words"),
        ("Hello", "Dear {customer}", "There is no blank {customer}"),
        ("WE ARE LATE", "Hello", "There is a reply called WE ARE LATE already"),
        ("Hello", "x" * 5_001, "at most 5,000"),
    ],
)
def test_a_reply_that_cannot_be_is_refused(reply: Reply, noon: datetime, name: str, text: str, words: str) -> None:
    with pytest.raises(Refused, match=words):
        replies.add(name=name, text=text, by=SYSTEM, at=noon)
    assert list(Reply.objects.all()) == [reply]


def test_an_archived_reply_comes_back_unless_its_name_is_taken(reply: Reply, noon: datetime) -> None:
    replies.archive(reply=reply, by=SYSTEM, at=noon)
    with pytest.raises(Refused, match="archived already"):
        replies.archive(reply=reply, by=SYSTEM, at=noon)
    other = replies.add(name="we are late", text="Sorry", by=SYSTEM, at=noon)
    with pytest.raises(Refused, match="There is a reply called"):
        replies.restore(reply=reply, by=SYSTEM, at=noon)
    replies.edit(reply=other, name="Sorry", text="Sorry {name}", by=SYSTEM, at=noon)
    replies.restore(reply=reply, by=SYSTEM, at=noon)

    assert set(Reply.objects.offered()) == {reply, other}
    told = list(Entry.objects.filter(kind__startswith="Reply").order_by("pk").values_list("kind", flat=True))
    assert told == ["ReplyWritten", "ReplyArchived", "ReplyWritten", "ReplyChanged", "ReplyRestored"]


def test_an_associate_uses_replies_and_writes_none(reply: Reply, mira: Associate, noon: datetime) -> None:
    for change in (
        lambda: replies.add(name="Hi", text="Hi", by=mira.by, at=noon),
        lambda: replies.edit(reply=reply, name="Hi", text="Hi", by=mira.by, at=noon),
        lambda: replies.archive(reply=reply, by=mira.by, at=noon),
        lambda: replies.restore(reply=reply, by=mira.by, at=noon),
    ):
        with pytest.raises(Forbidden):
            change()


# Through the door


def test_a_lead_writes_a_reply_and_an_associate_sends_it(as_: As, lena: Associate, mira: Associate, case: Case) -> None:
    client = as_(lena)
    assert "No reply is saved yet" in client.get("/setup/replies").content.decode()
    wrong = client.post("/setup/replies", {"name": "Late", "text": "Dear {who}"})
    assert wrong.status_code == 422
    assert "There is no blank {who}" in wrong.content.decode()
    client.post("/setup/replies", {"name": "Late", "text": TEXT})
    reply = Reply.objects.get()

    client = as_(mira)
    assert client.get("/setup/replies").status_code == 403
    at = f"/cases/{case.pk}"
    assert "Saved reply" in client.get(at).content.decode()
    page = client.post(
        f"{at}/mails", {"insert": "1", "reply": reply.pk, "subject": "About it", "text": "I called."}
    ).content.decode()
    assert 'value="About it"' in page
    assert "I called.\n\nDear Carla,\n\nwe had said: You are online in two days." in page
    assert not Mail.objects.exists()
    text = page.split("I called.")[1].split("</textarea>")[0]
    client.post(f"{at}/mails", {"subject": "About it", "text": "I called." + text, "reply": reply.pk})
    assert "Dear Carla" in Mail.objects.get().text


@pytest.mark.parametrize("chosen", ["", "x", "999999", "9" * 40])
def test_choosing_nothing_loses_nothing(as_: As, mira: Associate, case: Case, reply: Reply, chosen: str) -> None:
    page = as_(mira).post(f"/cases/{case.pk}/mails", {"insert": "1", "reply": chosen, "subject": "", "text": "Typed."})

    assert page.status_code == 200
    assert "Typed.</textarea>" in page.content.decode()


def test_a_reply_is_archived_and_brought_back_on_its_page(as_: As, lena: Associate, reply: Reply, case: Case) -> None:
    client = as_(lena)
    client.post(f"/setup/replies/{reply.pk}/archive")
    assert "Bring back: We are late" in client.get("/setup/replies").content.decode()
    assert "Saved reply" not in client.get(f"/cases/{case.pk}").content.decode()
    client.post(f"/setup/replies/{reply.pk}/archive")
    assert "Bring back" not in client.get("/setup/replies").content.decode()
    client.post(f"/setup/replies/{reply.pk}", {"name": "Late", "text": "Sorry, {name}."})
    reply.refresh_from_db()
    assert (reply.name, reply.text) == ("Late", "Sorry, {name}.")
