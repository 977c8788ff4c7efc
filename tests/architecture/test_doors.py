import ast
import re
from pathlib import Path

import pytest

from tests.architecture import reading

WRITES = {
    "save", "asave", "create", "acreate", "update", "aupdate", "delete", "adelete", "bulk_create", "bulk_update",
    "get_or_create", "update_or_create", "add", "set", "remove",
}  # fmt: skip
ALWAYS = {"save", "asave", "bulk_create", "bulk_update", "get_or_create", "update_or_create"}
ROWS = re.compile(r"\.objects\b|\.(filter|exclude|all|get_queryset|select_for_update)\(\)")
STATEMENT = re.compile(r"^\s*(INSERT INTO|UPDATE \w+ SET|DELETE FROM|TRUNCATE)\b")


def imported(file: Path, *, ours: bool) -> set[str]:
    """Names that imports bind, without models: an operation may well be called `surveys.create`."""
    names = set()
    for part in ast.walk(reading.tree(file)):
        if isinstance(part, ast.Import):
            sources = [(alias.name, alias) for alias in part.names]
        elif isinstance(part, ast.ImportFrom):
            sources = [(part.module or "", alias) for alias in part.names]
        else:
            continue
        for source, alias in sources:
            if not source.endswith("models") and source.startswith(("heedful", "django")) is ours:
                names.add((alias.asname or alias.name).split(".")[0])
    return names


def writes(file: Path) -> list[str]:
    modules, strangers = imported(file, ours=True) | {"session", "super()"}, imported(file, ours=False)
    found = []
    for call in reading.calls(reading.tree(file)):
        if not isinstance(call.func, ast.Attribute) or call.func.attr not in WRITES:
            continue
        chain = reading.dotted(call.func.value)
        if chain in modules or chain.split(".")[0] in strangers or chain.endswith(".session"):
            continue
        if call.func.attr in ALWAYS or ROWS.search(chain):
            found.append(f"{reading.place(file, call)} {chain}.{call.func.attr}")
    texts = [part for part in ast.walk(reading.tree(file)) if isinstance(part, ast.Constant)]
    return found + [
        reading.place(file, text) for text in texts if isinstance(text.value, str) and STATEMENT.match(text.value)
    ]


def test_doors_write_no_rows_themselves() -> None:
    assert [write for file in reading.files("web", "api") for write in writes(file)] == []


def test_rows_change_only_in_noun_modules() -> None:
    """Not in the shell, the settings, the loop or the tools, nor where a noun is described or reacted to."""
    described = [file for file in reading.files(*reading.NOUNS) if file.name in {"models.py", "reactions.py"}]
    found = [write for file in [*reading.files("cli", "config", "loop", "kit"), *described] for write in writes(file)]
    # The worker strikes dead workers off the list of what keeps the jobs; the rows of the cache are no noun's.
    assert {write.partition(":")[0] for write in found} == {"heedful/loop/worker.py", "heedful/kit/cache.py"}


@pytest.mark.parametrize(
    "line",
    ["Case.objects.create(a=1)", "Case.objects.filter(a=1).update(b=2)", "case.save()", "rows.all().delete()",
     "cursor.execute('DELETE FROM act_case')"],
)  # fmt: skip
def test_a_write_in_a_door_is_found(line: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(reading, "ROOT", tmp_path)
    (tmp_path / "door.py").write_text(f"from heedful.act.models import Case\n{line}\n")
    assert len(writes(tmp_path / "door.py")) == 1


@pytest.mark.parametrize("line", ["surveys.create(by=me)", "context.update(a=1)", "request.session.save()"])
def test_an_operation_in_a_door_is_no_write(line: str, tmp_path: Path) -> None:
    (tmp_path / "door.py").write_text(f"from heedful.listen import surveys\n{line}\n")
    assert writes(tmp_path / "door.py") == []


def test_only_doors_speak_http() -> None:
    """Requests and responses are for web, api and what configures them; the rest would be bound to one door."""
    speaking = [
        reading.place(file, part)
        for file in reading.files(*reading.NOUNS)
        for part in ast.walk(reading.tree(file))
        if isinstance(part, ast.ImportFrom)
        and (part.module or "").split(".")[:2] in (["django", "http"], ["django", "shortcuts"], ["django", "views"])
    ]
    assert speaking == []
