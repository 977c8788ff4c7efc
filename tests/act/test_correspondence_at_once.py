"""Two at once: what comes in twice is taken in once, and two who write from one case write in one thread."""

import pytest
from django.utils import timezone

from heedful.act import cases
from heedful.associates.models import Associate
from heedful.customers.models import Customer
from heedful.kit.actor import SYSTEM
from heedful.ledger.models import Entry
from heedful.listen import conversations
from heedful.listen.models import Message, Thread
from tests.act.conftest import trouble
from tests.races import at_once


@pytest.mark.django_db(transaction=True, serialized_rollback=True)
def test_of_two_at_once_there_is_one_thread_and_one_of_each_message(carla: Customer, mira: Associate) -> None:
    now = timezone.now()
    case = cases.open_for_trouble(trouble=trouble(carla), by=SYSTEM, at=now)
    writing = [lambda: cases.write(case=case, subject="Late", text="Sorry.", by=mira.by, at=now)] * 3
    assert {type(one) for one in at_once(*writing)} == {Message}
    thread = Thread.objects.get()
    assert thread.messages.count() == 3

    def take_in() -> Message:
        return conversations.receive(thread=thread, text="Hm.", external_id="<1@x>", source="box", by=SYSTEM, at=now)

    taken = {one.pk if isinstance(one, Message) else one for one in at_once(*[take_in] * 4)}
    assert taken == {Message.objects.get(external_id="<1@x>").pk}
    assert Entry.objects.filter(kind="MessageReceived").count() == 1
