"""What comes first in a house that is new."""

from collections.abc import Callable
from typing import Any

import pytest
from django.test import Client
from django.utils import timezone

from heedful.associates.models import Associate
from heedful.customers.models import Customer
from heedful.kit.actor import SYSTEM
from heedful.promise import calendars
from heedful.web.setup import steps

pytestmark = pytest.mark.django_db

type As = Callable[[Associate], Client]


def undone() -> list[str]:
    return [one.step.title for one in steps.steps() if not one.is_done]


def test_a_new_house_has_everything_to_do(ada: Associate) -> None:
    assert undone() == [step.title for step in steps.STEPS]


def test_a_step_is_done_when_the_thing_is_there(
    ada: Associate, mira: Associate, alice: Customer, settings: Any
) -> None:
    calendars.add(name="Office", time_zone="UTC", week={"mon": [["09:00", "17:00"]]}, by=SYSTEM, at=timezone.now())
    settings.SMTP_URL = "smtp://mail.test"
    assert undone() == ["Make the first promise", "Ask your customers"]


def test_where_all_is_done_nothing_is_said(monkeypatch: pytest.MonkeyPatch) -> None:
    done = [steps.SetupStep("Rest", "", "setup:index", lambda: True)]
    monkeypatch.setattr(steps, "STEPS", done)
    assert steps.steps() == []


def test_the_administrator_sees_where_each_is_done_and_nobody_else(as_: As, ada: Associate, lena: Associate) -> None:
    page = as_(ada).get("/setup/").content.decode()
    assert 'href="/setup/calendars/add" data-row><b>Say when you work' in page
    assert "Let your colleagues in<span" in page
    assert "What comes first" not in as_(lena).get("/setup/").content.decode()
