"""What templates name is there: icons, addresses, and the templates that they include."""

import ast
from collections.abc import Iterator
from functools import cache
from pathlib import Path
from typing import Any, cast

import lucide
import pytest
from django.template import TemplateDoesNotExist, engines
from django.template.loader import get_template
from django.urls import URLPattern, URLResolver, get_resolver
from jinja2 import meta, nodes

from tests.architecture import reading

TEMPLATES = sorted(file for file in reading.PACKAGE.rglob("*.html") if {"jinja2", "templates"} & {*file.parts})
WIDTH = 120
ENGINE = cast("Any", engines["jinja2"]).env
POSITIONS = {"icon": 0, "state": 2, "empty": 2}
"""Function or component -> the position of its argument that is an icon."""
NAMED = {"icon", "icon_name", "change_icon"}
"""What a field, a parameter or a property is called that holds the name of an icon."""
TABLES = {"ICONS"}


@cache
def trees() -> list[tuple[str, nodes.Template]]:
    """Our templates, parsed once, and where each is."""
    return [
        (str(file.relative_to(reading.ROOT)), ENGINE.parse(file.read_text(encoding="utf-8")))
        for file in TEMPLATES
        if "jinja2" in file.parts
    ]


@cache
def calls() -> list[tuple[nodes.Call, str]]:
    """What the templates call, and where."""
    return [(call, f"{where}:{call.lineno}") for where, tree in trees() for call in tree.find_all(nodes.Call)]


def name_of(call: nodes.Call) -> str:
    return str(getattr(call.node, "name", "") or getattr(call.node, "attr", ""))


def constants(node: nodes.Node | None) -> Iterator[str]:
    """The texts that an expression may be: one, or either of a choice."""
    match node:
        case nodes.Const(value=str(text)) if text:
            yield text
        case nodes.CondExpr():
            yield from (*constants(node.expr1), *constants(node.expr2))


def icons_in_templates() -> Iterator[tuple[str, str]]:
    for call, where in calls():
        position = POSITIONS.get(name_of(call))
        given = [call.args[position]] if position is not None and len(call.args) > position else []
        given += [word.value for word in call.kwargs if word.key in NAMED]
        yield from ((name, where) for part in given for name in constants(part))


def addresses_in_templates() -> Iterator[tuple[str, str]]:
    for call, where in calls():
        if name_of(call) == "url":
            yield from ((name, where) for name in constants(call.args[0]))


def parts() -> Iterator[tuple[str, str]]:
    """What the templates extend, include, import and draw, and where."""
    for where, tree in trees():
        yield from ((name, where) for name in meta.find_referenced_templates(tree) if name)
    for call, where in calls():
        if isinstance(call.node, nodes.Getattr) and getattr(call.node.node, "name", "") == "ui":
            yield f"components/{call.node.attr}.html", where


@cache
def places() -> dict[str, int]:
    """Class or function -> the position of its argument that is an icon."""
    known = {}
    for file in reading.files("web"):
        for node in ast.walk(reading.tree(file)):
            names: list[str] = []
            if isinstance(node, ast.ClassDef):
                names = [
                    part.target.id
                    for part in node.body
                    if isinstance(part, ast.AnnAssign) and isinstance(part.target, ast.Name)
                ]
            elif isinstance(node, ast.FunctionDef):
                names = [part.arg for part in node.args.args]
            if position := [place for place, name in enumerate(names) if name in NAMED]:
                known[node.name] = position[0]  # type: ignore[attr-defined]
    return known


def texts(node: ast.AST | None) -> Iterator[str]:
    """The texts that an expression may be: one, or either of a choice."""
    for part in ast.walk(node) if node is not None else ():
        if isinstance(part, ast.Constant) and isinstance(part.value, str):
            yield part.value


def in_code(file: Path) -> Iterator[tuple[str, str]]:
    """The icons that a module names, and where."""
    known = places()
    for node in ast.walk(reading.tree(file)):
        where = reading.place(file, node)
        if isinstance(node, ast.Call):
            position = known.get(reading.dotted(node.func).split(".")[-1])
            given = [node.args[position]] if position is not None and len(node.args) > position else []
            given += [word.value for word in node.keywords if word.arg in NAMED]
            yield from ((name, where) for part in given for name in _icons(part))
        elif isinstance(node, ast.Dict):
            pairs = zip(node.keys, node.values, strict=True)
            yield from ((name, where) for key, value in pairs if set(texts(key)) & NAMED for name in _icons(value))
        elif isinstance(node, ast.Assign) and isinstance(node.value, ast.Dict):
            if any(isinstance(target, ast.Name) and target.id in TABLES for target in node.targets):
                yield from ((name, where) for value in node.value.values for name in _icons(value))
        elif isinstance(node, ast.FunctionDef) and node.name in NAMED:
            for answer in ast.walk(node):
                if isinstance(answer, ast.Return):
                    yield from ((name, where) for name in _icons(answer.value))


def _icons(node: ast.AST | None) -> Iterator[str]:
    """The names that an expression may give: not what a condition compares or a table is asked for."""
    match node:
        case ast.Constant(value=str(name)) if name:
            yield name
        case ast.IfExp(body=one, orelse=other):
            yield from (*_icons(one), *_icons(other))
        case ast.Dict(values=values):
            yield from (name for value in values for name in _icons(value))
        case ast.Call(args=[_, default]):
            yield from _icons(default)
        case ast.Subscript(value=value):
            yield from _icons(value)


@cache
def icons() -> list[tuple[str, str]]:
    """The icons that templates and code name, and where."""
    return sorted({*icons_in_templates(), *(hit for file in reading.files("web") for hit in in_code(file))})


def is_drawn(name: str) -> bool:
    try:
        lucide._render_icon(name, 16)
    except lucide.IconDoesNotExist:
        return False
    return True


def test_every_icon_that_is_named_exists() -> None:
    assert [(name, where) for name, where in icons() if not is_drawn(name)] == []


def test_icons_are_found_where_they_are_named() -> None:
    """Guards the reader itself: one icon of each way in which they are named."""
    names = {name for name, _ in icons()}
    assert {"chevron-down", "sprout", "inbox", "quote", "mouse-pointer-click", "key-round", "life-buoy"} <= names


def _addresses(resolver: URLResolver, before: str = "") -> Iterator[str]:
    for entry in resolver.url_patterns:
        if isinstance(entry, URLPattern):
            if entry.name:
                yield before + entry.name
        else:
            yield from _addresses(entry, f"{before}{entry.namespace}:" if entry.namespace else before)


def test_every_address_that_a_template_names_exists() -> None:
    known = set(_addresses(get_resolver()))
    assert [(name, where) for name, where in addresses_in_templates() if name not in known] == []


@pytest.mark.django_db
def test_every_template_that_is_included_exists() -> None:
    missing = []
    for name, where in sorted(set(parts())):
        try:
            get_template(name)
        except TemplateDoesNotExist:
            missing.append((name, where))
    assert missing == []


def test_no_line_of_a_template_is_wider_than_a_screen() -> None:
    """But for the account library's elements, whose engine cannot break a tag over lines."""
    wide = [
        f"{file.relative_to(reading.ROOT)}:{number}"
        for file in TEMPLATES
        for number, line in enumerate(file.read_text(encoding="utf-8").splitlines(), 1)
        if len(line) > WIDTH and "jinja2" in file.parts
    ]
    assert wide == []


def test_every_component_is_called_as_its_file() -> None:
    """`ui.state(...)` draws the macro `state` in `components/state.html`."""
    folder = reading.PACKAGE / "web" / "jinja2" / "components"
    without = [
        file.name
        for file in sorted(folder.glob("*.html"))
        if file.stem not in {macro.name for macro in ENGINE.parse(file.read_text()).find_all(nodes.Macro)}
    ]
    assert without == []
