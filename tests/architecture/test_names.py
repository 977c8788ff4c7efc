"""One word for one thing: what classes are called, which words name nothing, and the glossary that says so."""

import ast
import re
from collections import defaultdict
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any, cast

import jinja2
import pytest
from django.apps import apps
from django.template import engines
from jinja2 import meta, nodes

from heedful.loop import wiring
from tests.architecture import reading

WORDS = frozenset(
    "told said found heard met known wanted asked felt kept once together past away".split()  # noqa: SIM905
)
"""Past participles and their like say what happened to a thing, not what it is."""

STAY = {
    "act.cases.backfill.PastCase": "past is what it is: a case of before, written as one",
    "act.cases.backfill.PastNote": "as above",
    "listen.backfill.PastInvitation": "as above",
    "demo.life.PastSurvey": "as above",
    "ledger.idempotency.run_once": "the field's words for it",
    "understand.light.weights.load_once": "the field's words for it",
    "web.errors.not_found": "HTTP calls it so",
}
"""Names with such a word that stay, each with its reason."""

MEMBERS = {
    "promise.attainment.Attainment.kept": "kept is a state of a commitment, and counted beside broken",
    "prove.scorecards.PromiseCard.kept": "as above",
    "prove.experience.ExperienceByOutcome.kept": "as above",
    "prove.experience.ExperienceByOutcome.of_all_kept": "as above",
    "web.desk.organisations.views.OrganisationPromise.kept": "as above",
    "promise.retrospect.Retrospect.kept": "as above",
    "api.promises.RetrospectOut.kept": "as above, and programs read it",
    "api.promises.PromiseSummary.kept": "as above, and programs read it",
    "api.promises.ExperienceOut.kept": "as above",
    "api.promises.ExperienceOut.of_all_kept": "as above",
    "api.touchpoints.BatchResult.known": "programs read it: how many had come before",
    "customers.import_log.Import.known": "a column: how many rows had come before",
    "imports.importing.FileImported.known": "written in the ledger as the row has it",
    "courier.models.OutboxItem.said": "a column: what the other side said last",
    "ledger.idempotency.run_once": "the field's words for it",
    "understand.light.weights.load_once": "the field's words for it",
    "web.errors.not_found": "HTTP calls it so",
}
"""Members, parameters and template variables with such a word that stay, each with its reason."""

FORMER = frozenset("surroundings practice spared walk walks walked instance instances hall house sheet sheets".split())  # noqa: SIM905
"""Words that named things before the glossary did."""

FORMER_STAY = {"associates.first.HouseSetUp": "an event that ledgers hold under this name"}

STATES = frozenset({"kept", "of_all_kept", "KEPT"})
"""What a commitment is that was not broken, and a mail that is not sent."""

PRIVATE = {
    "demo.alive.KEPT_PERCENT": "kept is a state of a commitment",
    "demo.life.born.house": "a house in a street",
    "kit.files.workbook._first_sheet": "a workbook has sheets",
    "kit.files.workbook._first_sheet._first_sheet": "as above",
    "kit.files.workbook._first_sheet.sheet": "as above",
    "kit.files.workbook.rows.sheet": "as above",
    "loop.wiring.TOLD": "what the outside is told, a word of the table that it stands in",
    "loop.worker._take_from.at_once": "how many are worked on at once",
    "loop.worker._work.at_once": "as above",
    **dict.fromkeys(
        (
            "act.cases.backfill._hear_again.past",
            "act.cases.backfill._log.past",
            "act.cases.backfill._row.past",
            "act.cases.backfill._trouble.past",
            "act.cases.backfill.create.past",
            "listen.backfill._answers.past",
            "listen.backfill._row.past",
            "listen.backfill.create.past",
        ),
        "a case or an invitation of before, as its class is called",
    ),
}
"""Private names and locals with such a word that stay, each with its reason."""

UNCLEANED = (
    "api.events.auth.",
    "api.events.client_context.",
    "api.events.door.",
    "api.events.feedback_properties.",
    "api.events.mapping.",
    "customers.feedback.",
    "customers.folding.",
    "customers.touchpoints.",
    "imports.rows.",
    "listen.channels.email.",
    "understand.light.reading.",
    "understand.light.sentiment.",
    "understand.light.valence.",
    "understand.light.words.",
)
"""Modules whose private names wait for better ones; none may be added."""

SHARED: dict[str, str] = {}
"""Class names that two stages share, each with its reason."""


def public(kinds: tuple[type[ast.stmt], ...]) -> Iterator[tuple[str, str]]:
    """The names that modules define for others, and where: `act.cases.backfill`."""
    for file in reading.files():
        for node in reading.tree(file).body:
            if isinstance(node, kinds):
                name = node.name.id if isinstance(node, ast.TypeAlias) else getattr(node, "name", "")
                if not name.startswith("_"):
                    yield name, module(file)


def module(file: Path) -> str:
    return ".".join(file.relative_to(reading.PACKAGE).with_suffix("").parts)


def words(name: str) -> set[str]:
    """The words of a name: those of `not_found` and of `TopicFound`."""
    return {part.lower() for part in re.findall(r"[A-Z]+(?![a-z])|[A-Z]?[a-z]+", name)}


def test_public_classes_of_different_stages_have_names_of_their_own() -> None:
    stages: dict[str, set[str]] = defaultdict(set)
    for name, where in public((ast.ClassDef,)):
        stages[name].add(where.partition(".")[0])
    assert {name: where for name, where in stages.items() if len(where) > 1 and name not in SHARED} == {}
    assert [name for name in SHARED if len(stages[name]) < 2] == []


def test_past_participles_name_no_module_class_type_or_function() -> None:
    events = {event.__name__ for event in (*wiring.REACTIONS, *wiring.RECORDED_ONLY)}
    named = [*public((ast.ClassDef, ast.TypeAlias, ast.FunctionDef, ast.AsyncFunctionDef))]
    wrong = {f"{where}.{name}" for name, where in named if words(name) & WORDS and not is_fine(name, events)}
    wrong |= {module(file) for file in reading.files() if words(file.stem) & WORDS}
    assert wrong - set(STAY) == set()
    assert set(STAY) - wrong == set(), "these are gone, and may leave the list"


def is_fine(name: str, events: set[str]) -> bool:
    """An event is in the past tense, a question that is answered by yes or no may be, and so is the name of a time."""
    return name in events or name.startswith(("is_", "has_")) or name.endswith("_at")


def members() -> Iterator[str]:
    """Fields and methods of public classes, and what public functions and methods take: `web.lists.read.rows`."""
    for file in reading.files():
        for node in reading.tree(file).body:
            yield from (f"{module(file)}.{name}" for name in _members(node))


def _members(node: ast.stmt) -> Iterator[str]:
    match node:
        case ast.ClassDef(name=name, body=body) if not name.startswith("_"):
            yield from (f"{name}.{inner}" for part in body for inner in _members(part))
        case ast.FunctionDef(name=name) | ast.AsyncFunctionDef(name=name) if name == "__init__" or name[0] != "_":
            yield name
            arguments = (*node.args.posonlyargs, *node.args.args, *node.args.kwonlyargs)
            yield from (f"{name}.{one.arg}" for one in arguments)
        case ast.AnnAssign(target=ast.Name(id=name)) | ast.Assign(targets=[ast.Name(id=name)]):
            if not name.startswith("_") and not name.isupper():  # a state may be what has happened
                yield name


def top() -> Iterator[str]:
    """Modules, and what they define for others."""
    yield from (module(file) for file in reading.files())
    yield from (f"{where}.{name}" for name, where in public((ast.ClassDef, ast.FunctionDef, ast.AsyncFunctionDef)))


def variables() -> Iterator[str]:
    """What templates are handed and what they name themselves: `desk/promises/index.html line`."""
    for file in sorted(reading.PACKAGE.rglob("jinja2/**/*.html")):
        parsed = engine().parse(file.read_text(encoding="utf-8"))
        names = meta.find_undeclared_variables(parsed)
        names |= {name.name for name in parsed.find_all(nodes.Name) if name.ctx in ("store", "param")}
        yield from (f"{str(file).partition('jinja2/')[2]} {name}" for name in names)


def engine() -> jinja2.Environment:
    return cast("Any", engines["jinja2"]).env  # type: ignore[no-any-return]


def private() -> Iterator[str]:
    """Private names of modules, and what functions take and name themselves: `web.shell.of.rows`."""
    for file in reading.files():
        tree = reading.tree(file)
        yield from (f"{module(file)}.{name}" for node in tree.body for name in _bound(node, is_top=True))
        for function in reading.functions(tree):
            yield from (f"{module(file)}.{function.name}.{name}" for name in _inside(function))


def _inside(function: reading.Function) -> set[str]:
    names = {part.arg for part in ast.walk(function.args) if isinstance(part, ast.arg)}
    return names.union(*map(_bound, ast.walk(function)))


def _bound(node: ast.AST, *, is_top: bool = False) -> set[str]:
    """The names that a part of the code brings about."""
    match node:
        case ast.FunctionDef(name=name) | ast.AsyncFunctionDef(name=name) | ast.ClassDef(name=name):
            return {name} if name.startswith("_") else set()
        case ast.Name(id=name, ctx=ast.Store()) | ast.MatchAs(name=str(name)) | ast.ExceptHandler(name=str(name)):
            return {name}
        case ast.Assign(targets=[target]) | ast.AnnAssign(target=target) | ast.TypeAlias(name=target) if is_top:
            return _bound(target)
    return set()


def test_past_participles_name_nothing_that_the_next_reader_meets() -> None:
    """A local may be `is_known`, or `heard_at`; what is held in `found` or `said` has a name of its own."""
    wrong = {one for one in private() if words(last(one)) & (WORDS | FORMER) and not is_fine(last(one), set())}
    wrong = {one for one in wrong if not one.startswith(UNCLEANED) and last(one) not in STATES}
    assert sorted(wrong - PRIVATE.keys() - {*STAY, *MEMBERS}) == []
    assert PRIVATE.keys() - wrong == set(), "these are gone, and may leave the list"


@pytest.mark.parametrize("named", [members, variables])
def test_past_participles_name_nothing_that_others_see(named: Callable[[], Iterator[str]]) -> None:
    events = {event.__name__ for event in (*wiring.REACTIONS, *wiring.RECORDED_ONLY)}
    wrong = {one for one in named() if words(last(one)) & WORDS and not is_fine(last(one), events)}
    assert wrong - set(MEMBERS) == set()


@pytest.mark.parametrize("named", [top, members, variables])
def test_what_has_another_name_today_is_not_called_as_before(named: Callable[[], Iterator[str]]) -> None:
    assert [where for where in named() if words(last(where)) & FORMER and where not in FORMER_STAY] == []


def test_members_that_stay_are_there() -> None:
    assert set(MEMBERS) - {*members(), *variables()} == set(), "these are gone, and may leave the list"


def last(where: str) -> str:
    return re.split(r"[. ]", where)[-1]


def test_names_are_cut_into_words() -> None:
    assert words("not_found") == {"not", "found"}
    assert words("TopicFound") == {"topic", "found"}
    assert words("HTTPAsked") == {"http", "asked"}
    assert words("founder") == {"founder"}


def test_every_model_is_in_the_glossary() -> None:
    page = (reading.ROOT / "docs" / "ARCHITECTURE.md").read_text(encoding="utf-8")
    glossary = page.partition("\n## Glossary\n")[2].partition("\n## ")[0]
    rows = [line for line in glossary.splitlines() if line.startswith("| ")]
    written = set(re.findall(r"`([A-Z][A-Za-z]+)`", "".join(row.split("|")[1] for row in rows)))
    models = {model.__name__ for model in apps.get_models() if model.__module__.startswith("heedful.")}
    assert models - written == set(), "the glossary lacks these"
    assert written - models == set(), "there is no such model"
