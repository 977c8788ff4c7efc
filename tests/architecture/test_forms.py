"""Every form that is posted carries its token, and every form that edits something the version of what it shows."""

import ast
import re
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.architecture import reading

TEMPLATES = reading.PACKAGE / "web" / "jinja2"
FORM = re.compile(r'<form\b[^>]*\bmethod="post".*?</form>', re.DOTALL)
CUSTOMERS = {"portal"}
"""Whose pages have no session: a link lets them in, and what is sent to it twice is the same answer."""
EDITS = {"change", "edit", "rename", "place", "arrange", "set_budget", "choose_mails"}
"""Verbs of operations that write over what stood there."""
OWN = {"heedful/web/desk/saved_views.py:name"}
"""What nobody else can edit: the name of a view that somebody keeps for themselves."""


def posted(text: str) -> list[str]:
    """The forms of a template that are posted."""
    return FORM.findall(text)


def without_token(text: str) -> list[str]:
    return [form[:80] for form in posted(text) if "csrf_input" not in form]


def without_version(text: str) -> list[str]:
    """Forms that draw their fields one by one and leave out where the version stands."""
    drawn = {"ui.form(", "ui.version("}
    return [form[:80] for form in posted(text) if "as_field_group()" in form and not any(one in form for one in drawn)]


def templates() -> Iterator[Path]:
    for file in sorted(TEMPLATES.rglob("*.html")):
        if file.relative_to(TEMPLATES).parts[0] not in CUSTOMERS:
            yield file


def overwriting(tree: ast.Module) -> list[str]:
    """Pages that edit something and look at no version, be it in functions of their own module."""
    called = {
        one.name: {reading.dotted(call.func) for call in reading.calls(one)}
        for one in tree.body
        if isinstance(one, ast.FunctionDef)
    }

    def reached(name: str, seen: frozenset[str] = frozenset()) -> set[str]:
        calls = called[name]
        inside = (reached(one, seen | {name}) for one in calls if one in called and one not in seen | {name})
        return calls.union(*inside)

    pages = [
        one.name
        for one in tree.body
        if isinstance(one, ast.FunctionDef) and any("page" in reading.dotted(way) for way in one.decorator_list)
    ]
    return [
        name
        for name in pages
        if any(call.count(".") == 1 and call.rpartition(".")[2] in EDITS for call in reached(name))
        and not {"versions.of", "versions.check"} & reached(name)
    ]


def test_every_form_that_is_posted_carries_a_token() -> None:
    found = {file.name: without_token(file.read_text(encoding="utf-8")) for file in templates()}
    assert {name: forms for name, forms in found.items() if forms} == {}


def test_every_form_shows_the_version_that_it_was_drawn_from() -> None:
    found = {file.name: without_version(file.read_text(encoding="utf-8")) for file in templates()}
    assert {name: forms for name, forms in found.items() if forms} == {}


def test_every_page_that_edits_something_looks_at_the_version() -> None:
    found = {
        f"{reading.name(file)}:{name}" for file in reading.files("web") for name in overwriting(reading.tree(file))
    }
    assert found == OWN


def test_the_forms_are_found() -> None:
    """Guards the reader itself."""
    assert sum(len(posted(file.read_text(encoding="utf-8"))) for file in templates()) > 40


@pytest.mark.parametrize(
    ("template", "tokens", "versions"),
    [
        ('<form method="post"><button>Go</button></form>', 1, 0),
        ('<form\nclass="form" method="post">{{ csrf_input }}{{ ui.form(form) }}</form>', 0, 0),
        ('<form method="post">{{ csrf_input }}{{ form.name.as_field_group() }}</form>', 0, 1),
        ('<form method="get"><input></form><form method="post">{{ csrf_input }}</form>', 0, 0),
    ],
)
def test_a_form_without_either_is_found(template: str, tokens: int, versions: int) -> None:
    assert (len(without_token(template)), len(without_version(template))) == (tokens, versions)


@pytest.mark.parametrize(
    ("code", "pages"),
    [
        ("def edit(request):\n    teams.edit(team=row)", ["edit"]),
        ("def edit(request):\n    versions.of(request, form)\n    teams.edit(team=row)", []),
        ("def edit(request):\n    _keep()\n\ndef _keep():\n    calendars.change(row=row)", ["edit"]),
        ("def edit(request):\n    _version()\n    nouns.change()\n\ndef _version():\n    versions.check()", []),
        ("def add(request):\n    teams.add(name='x')", []),
    ],
)
def test_a_page_that_overwrites_is_found(code: str, pages: list[str]) -> None:
    assert overwriting(ast.parse(f"@page('team.edit')\n{code}")) == pages
