"""What was written to customers from cases is in threads afterwards, shows the same, and finds its way back."""

import json
import re
from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
from django.core.management import call_command
from django.db import connection
from django.test import Client
from django.utils import timezone

from heedful.act import cases
from heedful.act.models import Case, CaseThread, Note
from heedful.associates import keys
from heedful.associates.models import Associate, Key
from heedful.courier.models import Mail, OutboxItem, Sending
from heedful.customers.models import Customer
from heedful.kit.actor import SYSTEM
from heedful.listen import conversations
from heedful.listen.models import Message, Thread
from heedful.understand.detection import Trouble
from tests.courier.test_migration import migrate

pytestmark = pytest.mark.django_db
BEFORE = [("act", "0013_note_in_the_outbox"), ("listen", "0007_respondent")]
OLD = "SELECT id, kind, subject, text, author_id, outbox_item_id FROM act_note ORDER BY id"


@pytest.fixture
def worked(alice: Customer, bruno: Customer, mira: Associate) -> list[Case]:
    """Cases with mails in each state, a call and a note; and one on which nothing was said."""
    now = timezone.now() - timedelta(hours=1)
    rows = [
        cases.open_for_trouble(trouble=Trouble(f"feedback:{n}", who.pk, 2, "Nobody came", now), by=SYSTEM, at=now)
        for n, who in enumerate((alice, bruno), start=7)
    ]
    at = (now + timedelta(minutes=n) for n in range(9))
    for text, by in (("We are\nsorry.", mira.by), ("It is on its way.", SYSTEM)):
        cases.write(case=rows[0], subject=f"{text[:2]} & you", text=text, by=by, at=next(at))
    cases.note(case=rows[0], text="Speaks Spanish.", by=mira.by, at=next(at))
    cases.log_call(case=rows[0], text="She was glad.", by=mira.by, at=next(at))
    cases.write(case=rows[0], subject="Third", text="It came.", by=mira.by, at=next(at))
    for mail, state in zip(Mail.objects.order_by("pk"), (Sending.SENT, Sending.FAILED, Sending.WAITING), strict=True):
        OutboxItem.objects.filter(pk=mail.pk).update(state=state)
    return rows


TOKEN = re.compile(r'name="form_token" value="[^"]*"')
"""Another in each page that is drawn."""


def shown(client: Client, rows: list[Case]) -> dict[str, str]:
    """What people and programs are shown of it, without what is another each time."""
    who = rows[0].who.pk
    places = [f"/cases/{row.pk}" for row in rows] + [f"/customers/{who}", "/setup/mails", "/cases?format=csv"]
    found = {place: TOKEN.sub("", say(client.get(place))) for place in places}
    found[places[-1]] = "\n".join(sorted(found[places[-1]].splitlines()))  # a file has its rows in any order
    _, secret = keys.add(name="Program", scope=Key.Scope.FULL, by=SYSTEM, at=timezone.now())
    program = Client(headers={"Authorization": f"Bearer {secret}"})
    for place in (f"/api/cases/{rows[0].pk}", f"/api/cases/{rows[0].pk}/notes?limit=2"):
        found[place] = say(program.get(place))
        if cursor := json.loads(found[place]).get("next"):
            found[f"{place}, next"] = say(program.get(place, {"limit": 2, "cursor": cursor}))
    return found


def say(page: Any) -> str:
    body = b"".join(page.streaming_content) if page.streaming else page.content
    return re.sub(r'(name="csrfmiddlewaretoken" value=|nonce=)"[^"]*"|"X-CSRFToken": "[^"]*"', "", body.decode())


def rows_of(statement: str) -> list[tuple[Any, ...]]:
    with connection.cursor() as cursor:
        cursor.execute(statement)
        return list(cursor.fetchall())


def test_mails_of_cases_become_messages_and_notes_again(
    as_: Callable[[Associate], Client], ada: Associate, mira: Associate, worked: list[Case]
) -> None:
    client = as_(ada)
    before, messages = shown(client, worked), list(Message.objects.order_by("pk").values())
    links, threads = list(CaseThread.objects.values_list("case", flat=True)), list(Thread.objects.values())
    references = list(Mail.objects.order_by("pk").values_list("reference", flat=True))
    page, listed = before[f"/cases/{worked[0].pk}"], before[f"/api/cases/{worked[0].pk}"]
    assert [words in page for words in ("Written, not sent", "On its way", "We are<br>sorry.")] == [True] * 3
    assert [note["kind"] for note in json.loads(listed)["notes"]] == ["mail", "mail", "note", "call", "mail"]
    conversations.receive(
        thread=Thread.objects.get(), text="Came later.", source="mailbox", by=SYSTEM, at=timezone.now()
    )

    migrate(*BEFORE)
    numbers = [row[0] for row in rows_of(OLD)]
    mails = list(OutboxItem.objects.order_by("pk").values_list("pk", flat=True))
    assert rows_of(OLD) == [
        (numbers[0], "mail", "We & you", "We are\nsorry.", mira.pk, mails[0]),
        (numbers[1], "mail", "It & you", "It is on its way.", None, mails[1]),
        (numbers[2], "note", "", "Speaks Spanish.", mira.pk, None),
        (numbers[3], "call", "", "She was glad.", mira.pk, None),
        (numbers[4], "mail", "Third", "It came.", mira.pk, mails[2]),
    ]
    assert rows_of("SELECT reference FROM courier_outboxitem ORDER BY id") == [
        (f"note:{numbers[n]}",) for n in (0, 1, 4)
    ]
    since = rows_of(
        "INSERT INTO act_note (case_id, kind, text, subject, at)"
        f" VALUES ({worked[1].pk}, 'mail', 'Between.', 'Between', now()) RETURNING id"
    )[0][0]
    assert since > numbers[-1] + 1, "the number of what came in is not given again"
    rows_of(f"DELETE FROM act_note WHERE id = {since} RETURNING id")

    migrate()
    assert shown(client, worked) == before
    assert list(Message.objects.order_by("pk").values()) == [
        {**message, "thread_id": Thread.objects.get().pk} for message in messages
    ]
    assert list(CaseThread.objects.values_list("case", flat=True)) == links
    assert list(Thread.objects.values()) == [{**thread, "id": Thread.objects.get().pk} for thread in threads]
    assert list(Mail.objects.order_by("pk").values_list("reference", flat=True)) == references
    new = cases.note(case=worked[0], text="And on.", by=mira.by, at=timezone.now())
    assert new.pk == since + 1
    assert list(Note.objects.order_by("pk").values_list("text", flat=True))[-1] == "And on."


def test_the_rows_are_as_the_models_say() -> None:
    call_command("makemigrations", "listen", "act", check=True, dry_run=True, verbosity=0)
