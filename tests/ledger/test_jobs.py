"""What is to be done later belongs to the change that asks for it."""

import pytest
from django.db import transaction
from procrastinate.contrib.django import app
from procrastinate.contrib.django.models import ProcrastinateJob

from heedful.kit import live
from heedful.ledger import jobs


class Broken(Exception):
    """Something went wrong after the task was enqueued."""


def enqueue_and_break() -> None:
    with transaction.atomic():
        jobs.enqueue(live.publish, topic="cases", id=1)
        raise Broken


def waiting() -> int:
    return ProcrastinateJob.objects.filter(args__function="heedful.kit.live.publish").count()


@pytest.mark.django_db(transaction=True)
def test_a_task_vanishes_with_the_change_that_asked_for_it() -> None:
    with pytest.raises(Broken):
        enqueue_and_break()
    assert waiting() == 0


@pytest.mark.django_db(transaction=True)
def test_a_task_vanishes_with_its_change_in_the_worker_too() -> None:
    worker_connector = app.connector.get_worker_connector()  # type: ignore[attr-defined]
    with app.replace_connector(worker_connector), pytest.raises(Broken):
        enqueue_and_break()
    assert waiting() == 0


@pytest.mark.django_db(transaction=True)
def test_with_a_queueing_lock_at_most_one_waits() -> None:
    for _ in range(3):
        with transaction.atomic():
            jobs.enqueue(live.publish, queueing_lock="one", topic="cases", id=1)
    assert waiting() == 1
    ProcrastinateJob.objects.all()._raw_delete("default")
