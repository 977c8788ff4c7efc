"""What a process remembers of the database is registered, and the map says where it is and how stale it may be."""

import ast
import importlib
import re
from collections.abc import Iterator
from pathlib import Path

from heedful.kit import memory
from tests.architecture import reading

NO_MEMORY = {
    "courier/digests.py": {"_digests"},
    "courier/kinds.py": {"_offered"},
    "courier/outbox.py": {"_carriers"},
    "promise/standards/contract.py": {"FORMS"},
    "listen/conversations/channel.py": {"_channels"},
    "customers/group_commit.py": {"_waiting"},
    "kit/env.py": {"DECLARED"},
    "kit/memory.py": {"_memories"},
    "kit/outage.py": {"_told_at"},
    "ledger/events.py": {"_reactions", "_types", "_turns"},
    "api/events/client_context.py": {"_kept"},
}
"""What changes while the product runs and yet knows nothing of the database: the wiring, who waits, what text means."""

HOMES = tuple(stage for stages in reading.STAGES[1:] for stage in stages)
FOR_EVER = {"cache", "lru_cache", "functools.cache", "functools.lru_cache"}


def test_the_map_says_what_is_remembered_and_for_how_long() -> None:
    _import_all()
    text = (reading.ROOT / "docs" / "ARCHITECTURE.md").read_text(encoding="utf-8")
    said = dict(re.findall(r"^\| `(\S+\.py)` \| .* \| (never|\d+ s) \|$", text, re.MULTILINE))
    assert said == {
        one.module.removeprefix("heedful.").replace(".", "/") + ".py": "never"
        if one.stale_s is None
        else f"{one.stale_s:.0f} s"
        for one in memory.every()
    }


def test_what_a_module_keeps_is_registered() -> None:
    _import_all()
    registered = {one.module.removeprefix("heedful.").replace(".", "/") + ".py" for one in memory.every()}
    kept = {_name(file): names for file in reading.files(*HOMES) if (names := set(_changing(reading.tree(file))))}
    assert registered <= kept.keys()
    assert {file: names for file, names in kept.items() if file not in registered} == NO_MEMORY


def test_what_depends_on_more_than_its_arguments_is_not_remembered_for_ever() -> None:
    """Functools never forgets, so nothing that asks the database may stand behind it."""
    asked = [
        f"{_name(file)}: {function.name}"
        for file in reading.files()
        for function in reading.functions(reading.tree(file))
        if any(reading.dotted(mark).removesuffix("()") in FOR_EVER for mark in function.decorator_list)
        if ".objects" in ast.unparse(function) or "cursor" in ast.unparse(function)
    ]
    assert not asked


def test_everything_is_forgotten_at_once() -> None:
    _import_all()
    from heedful.api.events import company_cache
    from heedful.customers import dedup, kinds

    company_cache._facts.append(company_cache.CompanyFacts("GB", "EUR", frozenset(), float("inf")))
    dedup._add(["a"])
    kinds._read_at[0] = 1e9
    memory.forget_all()
    assert (company_cache._facts, dedup.recent(["a"])) == ([], [])
    assert kinds._read_at[0] < 0


def _import_all() -> None:
    for file in reading.files("api", "customers", "web"):
        if "register" in file.read_text(encoding="utf-8"):
            importlib.import_module(
                ".".join(file.relative_to(reading.ROOT).with_suffix("").parts).removesuffix(".__init__")
            )


def _name(file: Path) -> str:
    return file.relative_to(reading.PACKAGE).as_posix()


def _changing(tree: ast.Module) -> Iterator[str]:
    """The names of a module's own lists, sets and mappings that begin empty, or hold one number that changes."""
    for node in tree.body:
        match node:
            case (
                ast.Assign(targets=[ast.Name(id=name)], value=value)
                | ast.AnnAssign(target=ast.Name(id=name), value=value)
            ):
                if _is_empty(value) and not reading.dotted(getattr(node, "annotation", ast.Constant(0))).startswith(
                    "Mapping"
                ):
                    yield name


def _is_empty(value: ast.expr | None) -> bool:
    match value:
        case (
            ast.Dict(keys=[])
            | ast.List(elts=[])
            | ast.Call(func=ast.Name(id="set" | "dict" | "list"), args=[], keywords=[])
        ):
            return True
        case ast.Dict(values=values) if values:
            return all(_is_empty(one) for one in values)
    return False
