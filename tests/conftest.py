"""One installation is made for the whole run: servers run on copies of it, and workers on copies of its database."""

import asyncio
import atexit
import fcntl
import gc
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
from tests import installations

pytest_plugins = ["tests.cast", "tests.browser"]

FOLDER = "HEEDFUL_TEST_FOLDER"
FAST = {"fsync": "off", "full_page_writes": "off", "synchronous_commit": "off", "max_connections": "120"}
TEMPLATE = "heedful"

hypothesis.settings.register_profile("heedful", deadline=None, print_blob=True, max_examples=60)
hypothesis.settings.load_profile("heedful")


def pytest_configure(config: pytest.Config) -> None:
    """Choose the run's folder in the first process; workers inherit it."""
    if not hasattr(config, "workerinput"):
        os.environ[FOLDER] = tempfile.mkdtemp(prefix="heedful-tests-")
        Path(os.environ[FOLDER]).chmod(0o711)
        atexit.register(_clear_away, os.environ[FOLDER])


@pytest.fixture(scope="session")
def installation(request: pytest.FixtureRequest) -> Path:
    """The data folder of an installation that was used before and stopped, made by whoever needs it first.

    It is kept for later runs of the same day, as long as no migration and no package changes.
    """
    cache = getattr(request.config, "cache", None)
    kept = cache.mkdir("installation") if cache else Path(os.environ[FOLDER])
    data = Path(kept, installations.digest())
    with _locked(kept / "installation.lock"):
        if not data.exists():
            (making := Path(os.environ[FOLDER]) / "made").mkdir(mode=0o711)
            copied = installations.copy(installations.used(making), data.with_name(f"{data.name}.{os.getpid()}"))
            for older in kept.glob("????????????????") if cache else ():
                shutil.rmtree(older, ignore_errors=True)
            copied.rename(data)
    return data


@pytest.fixture(scope="session")
def server(installation: Path) -> Server:
    """The run's PostgreSQL, started by whoever needs it first."""
    server = Server(Path(os.environ[FOLDER]) / "server", options=FAST)
    with _locked(Path(os.environ[FOLDER]) / "server.lock"):
        if not server.data.exists():
            installations.copy(installation, server.data)
        server.start()
    return server


@pytest.fixture(scope="session")
def django_db_setup(
    server: Server, request: pytest.FixtureRequest, django_test_environment: None, django_db_blocker: Any
) -> Iterator[None]:
    """Point Django to a fresh copy of the installation's database."""
    from django.db import connection

    worker = getattr(request.config, "workerinput", {"workerid": "alone"})["workerid"]
    connection.settings_dict.update(HOST=str(server.sockets), USER="heedful", CONN_MAX_AGE=0)
    with django_db_blocker.unblock():
        with _locked(Path(os.environ[FOLDER]) / "template.lock"):
            _execute(server, f"CREATE DATABASE {worker} TEMPLATE {TEMPLATE} OWNER heedful")
        connection.settings_dict["NAME"] = worker
        os.environ["DATABASE_URL"] = server.url(database=worker)
        # Transactional tests empty every table; this is what migrations wrote and `serialized_rollback` brings back.
        connection._test_serialized_contents = connection.creation.serialize_db_to_string()  # type: ignore[attr-defined]
        yield
        connection.close()


def _execute(server: Server, sql: str) -> None:
    with psycopg.connect(server.url(role="postgres", database="postgres"), autocommit=True) as connection:
        connection.execute(sql)


@contextmanager
def _locked(path: Path) -> Iterator[None]:
    with open(path, "a") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        yield


def _clear_away(folder: str) -> None:
    if (data := Path(folder) / "server").exists():
        Server(data, options=FAST).stop()
    shutil.rmtree(folder, ignore_errors=True)


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Let tests that commit for real leave the database as the migrations did, every one of them.

    Where one does not, its rows meet those that the next brings back. Other tests open no database that they do not
    ask for.
    """
    for item in items:
        marker = item.get_closest_marker("django_db")
        commits = marker is not None and marker.kwargs.get("transaction")
        if commits or "live_server" in getattr(item, "fixturenames", ()):
            item.add_marker(pytest.mark.django_db(transaction=True, serialized_rollback=True), append=False)
        if "browser" in getattr(item, "fixturenames", ()) and item.get_closest_marker("xdist_group") is None:
            item.add_marker(pytest.mark.xdist_group("browser"))  # its event loop goes round in the process that has it


def pytest_collection_finish() -> None:
    """Let the collector of garbage pass over what was loaded: it would look through all of it for each few tests."""
    gc.collect()
    gc.freeze()


@pytest.fixture(autouse=True)
def _left_as_found(request: pytest.FixtureRequest, django_db_blocker: Any) -> Iterator[None]:
    """Forget what the process remembers of a database that the last test left.

    The log is emptied here, since Django does not know its tables.
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
def _no_loop_of_others(request: pytest.FixtureRequest) -> Iterator[None]:
    """Hide the event loop of a browser that an earlier test of this process opened: it goes round until the end."""
    if "browser" in request.fixturenames:
        yield
        return
    loop = asyncio._get_running_loop()
    asyncio._set_running_loop(None)
    yield
    asyncio._set_running_loop(loop)


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
