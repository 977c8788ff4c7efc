"""The outbox takes what leaves, whoever carries it; what is broken stands aside and holds nobody up."""

import pytest
from django.utils import timezone

from heedful.courier import mails
from heedful.courier.models import Mail, Sending
from heedful.kit.actor import SYSTEM
from tests.courier.conftest import Postbox, hand_over_mails

pytestmark = pytest.mark.django_db


def test_a_mail_that_cannot_be_put_together_is_set_aside_and_the_next_leaves_at_once(postbox: Postbox) -> None:
    now = timezone.now()
    broken = mails.send(
        to="ada@example.com", subject="S", text="T", purpose="case", headers={"Subject": "Two"}, by=SYSTEM, at=now
    )
    mails.send(to="bea@example.com", subject="S", text="T", purpose="case", by=SYSTEM, at=now)
    hand_over_mails()
    assert [envelope.rcpt_tos for envelope in postbox.taken] == [["bea@example.com"]]
    broken = Mail.objects.get(pk=broken.pk)
    assert broken.state == Sending.FAILED
    assert broken.said.startswith("It could not be sent and was set aside")
