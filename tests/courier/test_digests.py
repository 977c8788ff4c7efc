"""Of several webhooks that are disabled at once the administrators hear in one mail after the first."""

from datetime import datetime, timedelta
from typing import Any

import pytest
from django.utils import timezone

from heedful.associates import associates
from heedful.associates.models import Associate, Role
from heedful.courier import digests, webhooks
from heedful.courier.carriers.webhook import destination
from heedful.courier.models import Endpoint, Mail, Notice
from heedful.kit.actor import SYSTEM
from heedful.kit.errors import Refused
from tests.work import work

pytestmark = pytest.mark.django_db
NOW = timezone.now()


def disable(name: str, at: datetime) -> Endpoint:
    row = webhooks.add(url=f"http://127.0.0.1:9/{name}", name=name, by=SYSTEM, at=NOW)
    row = row[0] if isinstance(row, tuple) else row
    destination.disable(endpoint=row, reason="It failed.", by=SYSTEM, at=at)
    return row


def mails(to: str) -> list[str]:
    return [mail.subject for mail in Mail.objects.order_by("pk") if mail.to == to]


@pytest.mark.usefixtures("db")
def test_five_webhooks_that_fail_are_two_mails_to_each_administrator(settings: Any) -> None:
    settings.ALLOW_PRIVATE_WEBHOOKS = ["127.0.0.0/8"]
    for name in ("ada", "root"):
        associates.add(email=f"{name}@acme.test", name=name, role=Role.ADMIN, by=SYSTEM, at=NOW)
    rows = [disable(name, NOW + timedelta(seconds=number)) for number, name in enumerate("abcde")]
    work()
    assert mails("ada@acme.test") == mails("root@acme.test") == ["The webhook a was disabled"]
    webhooks.enable(endpoint=rows[1], by=SYSTEM, at=NOW)
    for who in Associate.objects.all():
        digests.write(associate=who.pk, purpose="alert", at=NOW + digests.PAUSE)
    assert (
        mails("ada@acme.test") == mails("root@acme.test") == ["The webhook a was disabled", "3 webhooks were disabled"]
    )
    text = Mail.objects.latest("pk").text
    assert [name for name in "abcde" if f"/{name} nothing any more. It failed." in text] == ["c", "d", "e"]
    assert not Notice.objects.filter(mailed_at=None).exists()


def test_one_who_cannot_be_written_to_keeps_nobody_else_from_hearing(settings: Any) -> None:
    settings.ALLOW_PRIVATE_WEBHOOKS = ["127.0.0.0/8"]
    for name in ("ada", "root"):
        associates.add(email=f"{name}@acme.test", name=name, role=Role.ADMIN, by=SYSTEM, at=NOW)
    Associate.objects.filter(name="ada").update(email="nowhere")
    disable("a", NOW)
    work()
    assert list(Mail.objects.values_list("payload__to", flat=True)) == ["root@acme.test"]
    ada = Associate.objects.get(name="ada")
    associates.edit(associate=ada, email="ada@acme.test", name="ada", role="admin", team=None, by=SYSTEM, at=NOW)
    disable("b", NOW + timedelta(minutes=1))
    work()
    assert mails("ada@acme.test") == ["2 webhooks were disabled"]


@pytest.mark.parametrize("email", ["a@" + "x" * 64 + ".test", "a@xn--.ü.test", "a b@acme.test", "a@acme"])
def test_an_address_that_no_mail_reaches_is_refused_when_somebody_is_added(db: None, email: str) -> None:
    with pytest.raises(Refused, match="is not an e-mail address"):
        associates.add(email=email, name="Ada", role=Role.ADMIN, by=SYSTEM, at=NOW)
