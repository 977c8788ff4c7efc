import ast
from collections.abc import Iterator
from pathlib import Path

import pytest
from django.apps import apps

from heedful.loop import wiring
from tests.architecture import reading
from tests.architecture.reading import Function

CLOCKS = {
    "timezone.now", "datetime.now", "datetime.utcnow", "datetime.datetime.now", "date.today", "datetime.date.today",
    "timezone.localtime", "timezone.localdate", "datetime.datetime.utcnow", "time.time", "Now",
}  # fmt: skip
TOLD = {"at", "now"}


def is_told_the_time(function: Function) -> bool:
    named = [*function.args.posonlyargs, *function.args.args, *function.args.kwonlyargs]
    return bool(TOLD & {argument.arg for argument in named})


def second_clocks(file: Path) -> list[str]:
    return [
        f"{reading.place(file, call)} in {function.name}"
        for function in reading.functions(reading.tree(file))
        if is_told_the_time(function)
        for call in reading.calls(function)
        if reading.dotted(call.func) in CLOCKS
    ]


def test_an_operation_that_is_told_the_time_reads_no_clock() -> None:
    """Doors and jobs read it once and pass it on; everything below can then be replayed at any moment."""
    assert [found for file in reading.files(*reading.NOUNS) for found in second_clocks(file)] == []


def test_a_second_clock_is_found(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(reading, "ROOT", tmp_path)
    file = tmp_path / "cases.py"
    file.write_text("def close(*, at):\n    row.closed_at = timezone.now()\ndef job():\n    close(at=timezone.now())\n")
    assert second_clocks(file) == ["cases.py:2 in close"]


def jobs() -> set[str]:
    """The functions that the worker calls: named where they are enqueued, or wired to an event."""
    named = {
        reading.dotted(call.args[0]).split(".")[-1]
        for file in reading.files()
        for call in reading.calls(reading.tree(file))
        if reading.dotted(call.func) in {"jobs.enqueue", "jobs.dotted"} and call.args
    }
    return named | {one.function.__name__ for followers in wiring.REACTIONS.values() for one in followers}


def readers() -> Iterator[tuple[str, str]]:
    """The public functions of the stages that read a clock, and where."""
    for file in reading.files(*reading.NOUNS):
        for function in reading.tree(file).body:
            if not isinstance(function, ast.FunctionDef) or function.name.startswith("_"):
                continue
            if any(reading.dotted(call.func) in CLOCKS for call in reading.calls(function)):
                yield function.name, reading.place(file, function)


def test_only_jobs_read_a_clock_below_the_doors() -> None:
    known = jobs()
    assert [where for name, where in readers() if name not in known] == []
    assert "call_a_lead" in {name for name, _ in readers()}


def test_no_row_takes_the_time_by_itself() -> None:
    taking = [
        str(field)
        for model in apps.get_models()
        if model._meta.app_label in reading.HEIGHT
        for field in model._meta.get_fields()
        if getattr(field, "auto_now", False)
        or getattr(field, "auto_now_add", False)
        or getattr(getattr(field, "default", None), "__name__", "") == "now"
    ]
    assert taking == []
