"""One database server for the whole run, one database for each worker, cloned from one that was migrated once."""

import atexit
import fcntl
import os
import shutil
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import hypothesis
import psycopg
import pytest

from heedful.kit import memory
from heedful.kit.postgres import Server

pytest_plugins = ["tests.cast", "tests.browser"]

FOLDER = "HEEDFUL_TEST_FOLDER"
FAST = {"fsync": "off", "full_page_writes": "off", "synchronous_commit": "off", "max_connections": "120"}
TEMPLATE = "migrated"

hypothesis.settings.register_profile("heedful", deadline=None, print_blob=True, max_examples=60)
hypothesis.settings.load_profile("heedful")


def pytest_configure(config: pytest.Config) -> None:
    """Choose the run's folder in the first process; workers inherit it."""
    if not hasattr(config, "workerinput"):
        os.environ[FOLDER] = tempfile.mkdtemp(prefix="heedful-tests-")
        atexit.register(_clear_away, os.environ[FOLDER])


@pytest.fixture(scope="session")
def server() -> Server:
    """The run's PostgreSQL, started by whoever needs it first."""
    server = Server(Path(os.environ[FOLDER]), options=FAST)
    server.start()
    return server


@pytest.fixture(scope="session")
def django_db_setup(
    server: Server, request: pytest.FixtureRequest, django_test_environment: None, django_db_blocker: Any
) -> Iterator[None]:
    """Point Django to a fresh copy of the migrated database."""
    from django.db import connection

    worker = getattr(request.config, "workerinput", {"workerid": "alone"})["workerid"]
    connection.settings_dict.update(HOST=str(server.sockets), USER="heedful", CONN_MAX_AGE=0)
    with django_db_blocker.unblock():
        with _locked(server.data / "template.lock"):
            _migrate_once(server)
            _execute(server, f"CREATE DATABASE {worker} TEMPLATE {TEMPLATE} OWNER heedful")
        connection.settings_dict["NAME"] = worker
        os.environ["DATABASE_URL"] = server.url(database=worker)
        # Transactional tests empty every table; this is what migrations wrote and `serialized_rollback` brings back.
        connection._test_serialized_contents = connection.creation.serialize_db_to_string()  # type: ignore[attr-defined]
        yield
        connection.close()


def _migrate_once(server: Server) -> None:
    from django.core.management import call_command
    from django.db import connection

    if (done := server.data / "migrated").exists():
        return
    _execute(server, f"CREATE DATABASE {TEMPLATE} OWNER heedful")
    connection.settings_dict["NAME"] = TEMPLATE
    call_command("migrate", verbosity=0, interactive=False)
    call_command("createcachetable", verbosity=0)
    connection.close()
    done.touch()


def _execute(server: Server, sql: str) -> None:
    with psycopg.connect(server.url(role="postgres", database="postgres"), autocommit=True) as connection:
        connection.execute(sql)


@contextmanager
def _locked(path: Path) -> Iterator[None]:
    with open(path, "a") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        yield


def _clear_away(folder: str) -> None:
    if (Path(folder) / "postgres").exists():
        Server(Path(folder), options=FAST).stop()
    shutil.rmtree(folder, ignore_errors=True)


@pytest.fixture(autouse=True)
def _left_as_found(
    request: pytest.FixtureRequest, django_db_serialized_rollback: None, django_db_blocker: Any
) -> Iterator[None]:
    """Forget what the process remembers of a database that the last test left.

    Tests that commit for real leave it as the migrations did, every one of them: where one does not, its rows meet
    those that the next brings back. The log is emptied here, since Django does not know its tables.
    """
    memory.forget_all()
    yield
    marker = request.node.get_closest_marker("django_db")
    if marker is not None and marker.kwargs.get("transaction"):
        with django_db_blocker.unblock():
            from django.db import connection

            with connection.cursor() as cursor:
                cursor.execute("TRUNCATE customers_touchpoint, customers_arrival, procrastinate_jobs CASCADE")


@pytest.fixture(autouse=True)
def _contexts(monkeypatch: pytest.MonkeyPatch) -> None:
    """Let `response.context` hold what a page was given, as it does for Django's own templates."""
    from django.template.backends.jinja2 import Template
    from django.test.signals import template_rendered

    render = Template.render

    def told(self: Any, context: Any = None, request: Any = None) -> str:
        template_rendered.send(sender=self, template=self, context=dict(context or {}))
        return str(render(self, context, request))

    monkeypatch.setattr(Template, "render", told)
