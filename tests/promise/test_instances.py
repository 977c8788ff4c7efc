"""Instances: each time that a promise was made to a customer, whatever the order in which the log learned of it."""

from datetime import timedelta

import pytest

from heedful.associates.models import Associate
from heedful.promise import instances
from heedful.promise.models import Promise
from tests.promise.shop import HOUR, MONDAY, states, tell

pytestmark = pytest.mark.django_db


def test_an_answer_in_time_keeps_the_promise_and_a_late_one_breaks_it(answer: Promise) -> None:
    people = {tell("ann", "asked", MONDAY), tell("bea", "asked", MONDAY + HOUR)}
    tell("ann", "answered", MONDAY + 4 * HOUR)
    tell("bea", "answered", MONDAY + 5 * HOUR + timedelta(microseconds=1))
    instances.judge_people(people, at=MONDAY + 6 * HOUR)
    assert states(answer) == ["kept", "broken"]
