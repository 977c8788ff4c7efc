"""Parts of libraries that they do not promise to keep: where one changes, the upgrade says so here."""

import ast
import asyncio
import codecs
import inspect
import multiprocessing
import signal
from collections.abc import Callable

import lucide
import pytest
from django.contrib.sessions.backends import db
from django.contrib.sessions.models import Session
from django.core.cache.backends.db import DatabaseCache
from django.core.handlers.wsgi import WSGIHandler
from django.db import connection
from django.db.models import QuerySet
from django.db.models.sql.compiler import SQLCompiler
from granian.server.common import AbstractServer
from granian.server.mp import MPServer, WorkerProcess
from procrastinate.periodic import PeriodicDeferrer
from procrastinate.worker import Worker

from heedful.api import customers
from heedful.api.door import _parameters
from heedful.api.events.fast_path import FastPath
from heedful.config import processes
from heedful.ledger.models import Entry
from tests.architecture import reading

USED = {
    "api/door.py": {"_ninja_operation"},
    "api/events/fast_path.py": {"_get_response"},
    "config/processes.py": {"_spawn_worker"},
    "imports/rules.py": {"_is_text_encoding"},
    "kit/bundle.py": {"_fetch_all", "_result_cache"},
    "kit/cache.py": {"_cull"},
    "ledger/events.py": {"_state"},
    "web/live/door.py": {"_run"},
    "web/filters.py": {"_render_icon"},
}
"""Every private part of another's thing that the product uses; each has its test below."""
PUBLIC = {"_meta", "_asdict", "_replace", "_default_manager", "_exit", "_db"}
"""These are documented, in spite of their names."""


def private_parts(source: str) -> set[str]:
    """The private names of others in a module's code: not of `self`, and not set or defined in the module itself."""
    tree = ast.parse(source)
    attributes = [node for node in ast.walk(tree) if isinstance(node, ast.Attribute)]
    own = {node.name for node in ast.walk(tree) if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef)}
    own |= {name for node in ast.walk(tree) if isinstance(node, ast.Constant) and isinstance(name := node.value, str)}
    own |= {node.attr for node in attributes if isinstance(node.ctx, ast.Store)}
    own |= {
        node.target.id
        for node in ast.walk(tree)
        if isinstance(node, ast.AnnAssign) and isinstance(node.target, ast.Name)
    }
    found = set()
    for node in attributes:
        is_dunder = node.attr.startswith("__") or not node.attr.startswith("_")
        is_super = isinstance(node.value, ast.Call) and reading.dotted(node.value) == "super()"
        if not is_dunder and node.attr not in PUBLIC and (is_super or node.attr not in own):
            found.add(node.attr)
    return found


def test_every_private_part_that_is_used_is_known() -> None:
    found = {
        file.relative_to(reading.PACKAGE).as_posix(): parts
        for file in reading.files()
        if (parts := private_parts(file.read_text(encoding="utf-8")))
    }
    assert found == USED


def test_a_private_part_is_found() -> None:
    assert private_parts("import lucide\nlucide._render_icon('x', 1)") == {"_render_icon"}
    assert private_parts("class A(B):\n    def _a(self):\n        return super()._a()") == {"_a"}
    assert not private_parts("class A:\n    def _a(self):\n        return self._a()")


def words(function: Callable[..., object]) -> list[str]:
    return list(inspect.signature(function).parameters)


def test_granian_starts_a_process_by_the_method_that_ours_overrides() -> None:
    assert words(MPServer._spawn_worker) == ["self", "idx", "target", "callback_loader"]
    assert "self.wrks.append" in inspect.getsource(AbstractServer)
    assert "self.inner" in inspect.getsource(WorkerProcess._spawn)


def test_lucide_draws_an_icon() -> None:
    drawn = lucide._render_icon("heart", 16, aria_hidden="true", focusable="false", **{"class": "icon"})
    assert drawn.startswith("<svg")
    assert all(said in drawn for said in ('class="icon"', 'aria-hidden="true"', 'focusable="false"', 'width="16"'))


def test_asyncio_gives_out_what_a_signal_was_to_do() -> None:
    done: list[int] = []

    async def hand_over() -> None:
        loop = asyncio.get_running_loop()
        loop.add_signal_handler(signal.SIGUSR2, done.append, 1)
        loop._signal_handlers[signal.SIGUSR2]._run()  # type: ignore[attr-defined]
        loop.remove_signal_handler(signal.SIGUSR2)

    asyncio.run(hand_over())
    assert done == [1]


def test_django_s_handler_has_the_parts_that_the_short_way_sets_itself() -> None:
    full = WSGIHandler()
    full.load_middleware()
    assert vars(full).keys() == vars(FastPath()).keys()
    assert words(WSGIHandler._get_response) == ["self", "request"]  # type: ignore[attr-defined]
    assert hasattr(connection, "health_check_done")


def test_django_s_cache_throws_out_by_the_method_that_ours_overrides() -> None:
    assert words(DatabaseCache._cull) == ["self", "db", "cursor", "now", "num"]  # type: ignore[attr-defined]


def test_django_s_query_sets_keep_what_they_read_where_a_bundle_puts_it() -> None:
    assert Entry.objects.all()._result_cache is None
    assert words(QuerySet._fetch_all) == ["self"]
    assert words(SQLCompiler.as_sql)[0] == "self"
    assert hasattr(SQLCompiler, "execute_sql")


def test_django_s_sessions_are_read_by_the_method_that_ours_overrides() -> None:
    assert words(db.SessionStore._get_session_from_db) == ["self"]  # type: ignore[attr-defined]
    assert "self._get_session_from_db()" in inspect.getsource(db.SessionStore.load)
    assert {field.column for field in Session._meta.concrete_fields} == {"session_key", "session_data", "expire_date"}


def test_django_keeps_with_a_row_whether_it_is_written() -> None:
    assert (Entry()._state.adding, Entry()._state.db) == (True, None)


def test_ninja_says_what_an_operation_reads_from_the_query() -> None:
    assert _parameters(customers.index) >= {"cursor", "limit"}


def test_procrastinate_has_the_methods_that_ours_override() -> None:
    assert words(PeriodicDeferrer.get_previous_tasks) == ["self", "at"]
    assert words(PeriodicDeferrer.wait) == ["self", "next_tick"]
    assert words(Worker._periodic_deferrer) == ["self"]
    assert {"last_defers", "max_delay"} <= vars(PeriodicDeferrer(registry=None, max_delay=1)).keys()  # type: ignore[arg-type]


@pytest.mark.django_db
def test_procrastinate_has_the_columns_that_our_statements_name() -> None:
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT table_name, array_agg(column_name::text) FROM information_schema.columns"
            " WHERE table_name LIKE 'procrastinate_%%' GROUP BY table_name"
        )
        columns = {table: set(names) for table, names in cursor.fetchall()}
    assert columns["procrastinate_jobs"] >= {
        "id", "queue_name", "task_name", "priority", "lock", "queueing_lock", "args", "status", "scheduled_at",
        "worker_id",
    }  # fmt: skip
    assert columns["procrastinate_events"] >= {"job_id", "type", "at"}
    assert columns["procrastinate_workers"] >= {"id", "last_heartbeat"}


def test_codecs_say_which_of_them_are_of_text() -> None:
    assert codecs.lookup("utf-8")._is_text_encoding
    assert not codecs.lookup("base64")._is_text_encoding


def test_processes_are_forked_whatever_way_a_python_has_of_its_own() -> None:
    before = multiprocessing.get_start_method()
    multiprocessing.set_start_method("forkserver", force=True)
    try:
        processes.always_fork()
        assert multiprocessing.get_start_method() == "fork"
    finally:
        multiprocessing.set_start_method(before, force=True)
