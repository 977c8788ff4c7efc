from pathlib import Path

import pytest

from tests.architecture import reading
from tests.architecture.reading import Function

CLOCKS = {
    "timezone.now", "datetime.now", "datetime.utcnow", "datetime.datetime.now", "date.today", "datetime.date.today",
    "time.time",
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
