"""What came before is known, however quickly and by whomever it comes again."""

import threading
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta

import pytest
from django.db import connection, transaction

from heedful.customers import dedup, messages, touchpoints
from heedful.customers.messages import MessagesResult, SourceMessage
from heedful.customers.models import Touchpoint
from heedful.customers.touchpoints import TouchpointDraft
from heedful.kit.actor import SYSTEM
from tests.cast import NOON


def take(*names: str) -> MessagesResult:
    drafts = [SourceMessage(TouchpointDraft("page", NOON, name, (("user_id", "u1"),))) for name in names]
    return messages.record(messages=drafts, source="shop", by=SYSTEM, at=NOON + timedelta(hours=1))


@pytest.mark.django_db
def test_a_message_that_this_process_knows_does_not_reach_the_database() -> None:
    take("a", "b")
    again = dedup.digests("shop", ["a"])
    dedup._add(again)

    taken = take("a", "c")

    assert (taken.recorded, taken.duplicates) == (1, 1)
    assert dedup.are_likely_new()


@pytest.mark.django_db
def test_a_hasty_batch_with_a_repeat_in_it_keeps_nothing_and_breaks_no_statement() -> None:
    take("a")
    dedup.forget()
    drafts = [TouchpointDraft("page", NOON, name, (("user_id", "u1"),)) for name in ("a", "b")]

    with pytest.raises(dedup.CameBefore), transaction.atomic():
        touchpoints.record(drafts=drafts, source="shop", by=SYSTEM, at=NOON, hasty=True)

    assert Touchpoint.objects.count() == 1


@pytest.mark.django_db
def test_a_message_that_another_process_took_is_found_by_the_database_and_the_next_batches_are_looked_through() -> None:
    take("a", "b")
    dedup.forget()

    taken = take("a", "c")

    assert (taken.recorded, taken.duplicates) == (1, 1)
    assert not dedup.are_likely_new()
    assert Touchpoint.objects.count() == 3


@pytest.mark.django_db
def test_a_doubt_passes() -> None:
    dedup.expect_repeats()
    for _ in range(dedup.DOUBTS - 1):
        assert not dedup.are_likely_new()
    assert dedup.are_likely_new()


@pytest.mark.django_db
def test_only_so_many_names_are_remembered(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(dedup, "MOST_RECENT", 2)
    for name in "abcdefgh":
        dedup._add([name])

    assert dedup.recent("abcdefgh") == ["d", "e", "f", "g", "h"]


@pytest.mark.django_db
def test_what_was_not_kept_is_not_remembered() -> None:
    bad = SourceMessage(TouchpointDraft("page", NOON, "a", (("user_id", "u1"),), scores={"r" * 200: 1}))
    refused = messages.record(messages=[bad], source="shop", by=SYSTEM, at=NOON)
    assert refused.refused

    assert take("a").recorded == 1


@pytest.mark.django_db(transaction=True)
def test_one_message_in_many_batches_at_once_is_one_touchpoint() -> None:
    ready = threading.Barrier(4)

    def send(n: int) -> MessagesResult:
        ready.wait(10)
        dedup.forget()
        try:
            return take("same", f"own-{n}", *(f"more-{n}-{m}" for m in range(20)))
        finally:
            connection.close()

    with ThreadPoolExecutor(4) as pool:
        taken = list(pool.map(send, range(4)))

    assert sum(one.recorded for one in taken) == Touchpoint.objects.count() == 4 * 21 + 1
    assert sum(one.duplicates for one in taken) == 3
