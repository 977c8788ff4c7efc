"""Who comes in by the events door with any name is written to by a real mail server, or set aside alone."""

import base64
import json
from collections.abc import Callable, Iterator
from email import message_from_bytes
from email.header import decode_header, make_header
from email.utils import parseaddr
from typing import Any

import pytest
from django.test import Client
from django.utils import timezone

from heedful.associates import keys
from heedful.associates.models import Associate, Company
from heedful.courier import mails
from heedful.courier.carriers.smtp import send
from heedful.courier.models import Mail, Sending
from heedful.kit.actor import SYSTEM
from heedful.listen import surveys
from tests.courier.conftest import Postbox
from tests.courier.conftest import postbox as _postbox
from tests.work import work

pytestmark = pytest.mark.django_db
postbox: Callable[..., Iterator[Postbox]] = _postbox

PEOPLE = [
    ("pb-1", {"email": "pb1@case.example", "name": "=?utf-8?q?=0a?="}),
    ("pb-2", {"email": "carl@faß.example", "name": "Carl"}),
    ("pb-3", {"email": "bert@straße.example"}),
    ("pb-4", {"email": "bert@strasse.example"}),
    ("pb-5", {"email": "eve@case.example", "name": "=?utf-8?b?DQpCY2M6IGFsbEBjYXNlLmV4YW1wbGU=?="}),
    ("pb-6", {"email": "sons@case.example", "name": "Smith, Jones, Brown, Taylor, Davies, Evans, Thomas, and Sons"}),
    ("pb-7", {"email": "dora@case.example", "name": "=?rot13?q?=FF?= <all@case.example>"}),
]
LEAVES_TO = {
    "pb1@case.example": "=?utf-8?q?=0a?=",
    "carl@xn--fa-hia.example": "Carl",
    "bert@xn--strae-oqa.example": "",
    "bert@strasse.example": "",
    "eve@case.example": "=?utf-8?b?DQpCY2M6IGFsbEBjYXNlLmV4YW1wbGU=?=",
    "sons@case.example": "Smith, Jones, Brown, Taylor, Davies, Evans, Thomas, and Sons",
    "dora@case.example": "=?rot13?q?=FF?= <all@case.example>",
}


@pytest.fixture
def shop(acme: Company, client: Client) -> Callable[[list[dict[str, Any]]], None]:
    """A shop that sends batches with a key."""
    _, secret = keys.add(name="Shop", by=SYSTEM, at=timezone.now())
    headers = {"authorization": "Basic " + base64.b64encode(f"{secret}:".encode()).decode()}

    def post(batch: list[dict[str, Any]]) -> None:
        body = json.dumps({"batch": batch})
        assert client.post("/v1/batch", body, content_type="application/json", headers=headers).status_code == 200
        work()

    return post


def arrive(shop: Callable[[list[dict[str, Any]]], None]) -> None:
    questions = [{"code": "satisfaction"}, {"code": "open"}]
    design = surveys.Design(name="Delivery", questions=questions, languages=["en"], moment_kind="delivered")
    surveys.make(design=design, by=SYSTEM, at=timezone.now())
    shop([{"type": "identify", "messageId": f"i-{who}", "anonymousId": who, "traits": it} for who, it in PEOPLE])
    shop([{"type": "track", "messageId": f"t-{who}", "anonymousId": who, "event": "Delivered"} for who, _ in PEOPLE])
    work(at=timezone.now())


def test_each_is_written_to_by_name_and_nobody_waits_behind_another(shop: Any, postbox: Postbox) -> None:
    arrive(shop)
    assert dict(Mail.objects.values_list("payload__to", "state")) == dict.fromkeys(LEAVES_TO, Sending.SENT)
    taken = {}
    for envelope in postbox.taken:
        mail = message_from_bytes(envelope.content or b"")  # type: ignore[arg-type]
        name, address = parseaddr(mail["To"].replace("\r\n ", " "))
        assert envelope.rcpt_tos == [address]
        assert mail["Bcc"] is None
        taken[address] = str(make_header(decode_header(name)))
    assert taken == LEAVES_TO
    assert len(postbox.taken) == len(LEAVES_TO)


def test_one_that_cannot_be_put_together_is_set_aside_and_leaves_by_hand(
    shop: Any, postbox: Postbox, monkeypatch: pytest.MonkeyPatch, as_: Callable[[Associate], Client], ada: Associate
) -> None:
    whole = send.compose

    def broken(mail: Mail) -> Any:
        if mail.to == "pb1@case.example":
            raise RecursionError("a name without end")
        return whole(mail)

    with monkeypatch.context() as patched:
        patched.setattr(send, "compose", broken)
        mails.send(
            to="ada@acme.test", subject="New password", text="T", purpose="account", by=SYSTEM, at=timezone.now()
        )
        arrive(shop)
    assert {to for envelope in postbox.taken for to in envelope.rcpt_tos} == {*LEAVES_TO, "ada@acme.test"} - {
        "pb1@case.example"
    }
    mail = Mail.objects.get(payload__to="pb1@case.example")
    client = as_(ada)
    page = client.get(f"/setup/mails/{mail.pk}").content.decode()
    assert "It could not be sent and was set aside. RecursionError: a name without end" in page
    assert client.post(f"/setup/mails/{mail.pk}/tries").status_code == 302
    work(at=timezone.now())
    mail.refresh_from_db()
    assert (mail.state, mail.said, postbox.taken[-1].rcpt_tos) == (Sending.SENT, "", ["pb1@case.example"])
