"""A database that is away is told to the log in a line, however often it is asked and whoever asks."""

import logging
import logging.config
from typing import Any

import pytest
from django.conf import settings
from django.db import OperationalError
from procrastinate.exceptions import ConnectorException
from psycopg.errors import DiskFull

from heedful.kit import outage


@pytest.fixture(autouse=True)
def _untold(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(outage, "_told_at", {})


def lost() -> logging.LogRecord:
    error = ConnectorException("Database error.")
    error.__cause__ = OperationalError("server closed the connection\nThis probably means more.")
    said = (ConnectorException, error, None)
    return logging.LogRecord("procrastinate.worker.worker", logging.ERROR, "", 0, "Side task failed", (), said)


def test_the_worker_that_lost_the_database_says_so_in_a_line(caplog: pytest.LogCaptureFixture) -> None:
    assert [outage.InALine().filter(lost()) for _ in range(3)] == [False] * 3
    assert [(line.message, line.exc_info) for line in caplog.records] == [
        ("The database takes nothing: server closed the connection", None)
    ]


def test_every_other_breakdown_keeps_its_traceback() -> None:
    broken = logging.LogRecord("x", logging.ERROR, "", 0, "Broke", (), (ValueError, ValueError("x"), None))
    assert outage.InALine().filter(broken)
    assert outage.InALine().filter(logging.LogRecord("x", logging.ERROR, "", 0, "Said", (), None))


def test_a_full_disk_is_told_beside_a_database_that_was_away(caplog: pytest.LogCaptureFixture) -> None:
    full = OperationalError("no room")
    full.__cause__ = DiskFull("no room")
    for _ in range(2):
        outage.note(OperationalError("gone"))
        outage.note(full)
    assert len(caplog.records) == 2


def test_the_log_is_set_up_so() -> None:
    said: Any = settings.LOGGING
    built = logging.config.DictConfigurator(said)
    assert not built.configure_filter(said["filters"]["away"]).filter(lost())
    assert said["handlers"]["stderr"]["filters"] == ["away"]
