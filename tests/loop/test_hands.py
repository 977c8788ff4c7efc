"""Each kind of work has hands of its own, so that none of the others makes it late."""

from heedful.act import reactions as act
from heedful.customers.touchpoints import TouchpointsRecorded
from heedful.ledger import jobs
from heedful.loop import worker
from heedful.loop.schedule import SCHEDULE
from heedful.loop.wiring import REACTIONS
from heedful.promise import commitments, recounts

CLOCKS = {
    act.open_for_broken_promises,
    act.warn_of_promises_at_risk,
    act.write_to_the_leads,
}


def test_what_sets_clocks_and_what_they_bring_about_waits_for_nothing_else() -> None:
    found = {one.function: one.queue for follows in REACTIONS.values() for one in follows}
    assert {function for function, queue in found.items() if queue == jobs.CLOCKS} == CLOCKS
    promises = {commitments.advance, commitments.reevaluate, recounts.begin_measuring}
    assert {function for function, queue in found.items() if queue == jobs.PROMISES} == promises
    assert {regular.queue for regular in SCHEDULE if regular.function == commitments.fire} == {jobs.CLOCKS}


def test_somebody_works_at_every_queue() -> None:
    queues = {one.queue for follows in REACTIONS.values() for one in follows}
    assert queues | {jobs.MAILS, jobs.WEBHOOKS, jobs.SLOW_WEBHOOKS} == {jobs.DEFAULT, *worker.HANDS}
    assert worker.HANDS[jobs.SLOW_WEBHOOKS] == worker.HANDS[jobs.MAILS] == 1


def test_messages_that_wait_are_taken_together() -> None:
    assert all(reaction.batch_size > 1 for reaction in REACTIONS[TouchpointsRecorded])
