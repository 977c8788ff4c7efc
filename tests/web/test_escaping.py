"""Whatever a template shows is escaped: each is drawn, every branch of it, with hostile markup in every variable."""

from collections.abc import Iterator
from typing import Any, cast

import jinja2
import pytest
from django.template import engines
from jinja2 import nodes
from jinja2.runtime import Macro
from jinja2.visitor import NodeTransformer

from heedful.web import filters
from tests.architecture import reading

MARKUP = "<script>alert('\"')</script>"
FOLDERS = [reading.PACKAGE / "web" / "jinja2", reading.PACKAGE / "listen" / "jinja2"]
TEMPLATES = sorted(str(file.relative_to(folder)) for folder in FOLDERS for file in folder.rglob("*.html"))
WORDS = {"breakable", "capfirst", "linebreaksbr", "truncatechars", "urlize", "sentence", "browser", "channel"}
"""Filters that take what somebody wrote; the others take times and numbers, and stand aside here."""


class Hostile(jinja2.Undefined):
    """Anything that a template may ask for: each part of it, and what comes of calling it, is markup again."""

    __slots__ = ()

    def __getattr__(self, name: str) -> Any:
        if name[:2] == "__":
            raise AttributeError(name)
        return Hostile()

    def __str__(self) -> str:
        return MARKUP

    def __iter__(self) -> Iterator[Any]:
        yield Hostile()

    __reversed__ = __iter__

    def __bool__(self) -> bool:
        return True

    def __len__(self) -> int:
        return 2

    def __hash__(self) -> int:
        return 1

    def _any(self, *_: Any, **__: Any) -> Any:
        return Hostile()

    def _yes(self, other: object) -> bool:
        return True

    __call__ = __getitem__ = __add__ = __radd__ = __sub__ = __mul__ = _any
    __eq__ = __ne__ = __lt__ = __le__ = __gt__ = __ge__ = __contains__ = _yes  # type: ignore[assignment]


class EveryBranch(NodeTransformer):
    """Draws both sides of each condition, one after the other."""

    def visit_If(self, node: nodes.If) -> Any:  # noqa: N802  # as the visitor names it
        self.generic_visit(node)
        return [*node.body, *node.elif_, *node.else_]

    def visit_For(self, node: nodes.For) -> Any:  # noqa: N802  # as the visitor names it
        self.generic_visit(node)
        node.test = None
        if isinstance(node.target, nodes.Tuple):
            count = nodes.Const(len(node.target.items))
            node.iter = nodes.Filter(node.iter, "rows_of", [count], [], None, None)
        return node

    def visit_CondExpr(self, node: nodes.CondExpr) -> Any:  # noqa: N802  # as the visitor names it
        self.generic_visit(node)
        return nodes.Concat([node.expr1, node.expr2]) if node.expr2 is not None else node.expr1

    def visit_Extends(self, node: nodes.Extends) -> Any:  # noqa: N802  # as the visitor names it
        return node


class HostileEnvironment(jinja2.Environment):
    """The house's engine, whose templates are drawn in every branch."""

    def _parse(self, *args: Any, **kwargs: Any) -> nodes.Template:
        return cast("nodes.Template", EveryBranch().visit(super()._parse(*args, **kwargs)))


def aside(value: Any, *_: Any) -> Any:
    return value


@pytest.fixture(scope="module")
def engine() -> jinja2.Environment:
    house = cast("Any", engines["jinja2"]).env
    made = HostileEnvironment(autoescape=True, loader=house.loader, undefined=Hostile, trim_blocks=True)
    made.filters.update(house.filters)
    made.filters |= {name: aside for name in filters.FILTERS if name not in WORDS}
    made.filters |= dict.fromkeys(["urlencode", "pieces"], aside)
    made.filters["rows_of"] = lambda value, count: [tuple(Hostile() for _ in range(count))]
    components = type(house.globals["ui"])(made)
    made.globals.update(ui=components, url=lambda *_, **__: "/x", static=lambda _: "/x", icon=lambda *_: "")
    made.globals.update(sign_ons=lambda _: [(Hostile(), Hostile())])
    made.globals.update(saved_views=lambda _: dict.fromkeys(["tabs", "here", "page", "query"], Hostile()))
    return made


@pytest.mark.parametrize("name", TEMPLATES)
def test_what_a_template_shows_is_escaped(engine: jinja2.Environment, name: str) -> None:
    template = engine.get_template(name)
    macros = [made for made in vars(template.module).values() if isinstance(made, Macro)]
    shown = template.render(css="") + "".join(str(macro(*[Hostile()] * len(macro.arguments))) for macro in macros)
    assert MARKUP not in shown
    assert "<script>alert" not in shown


def test_something_is_shown(engine: jinja2.Environment) -> None:
    """Guards the test above: what a page is given does stand on it."""
    assert engine.get_template("desk/cases/case.html").render().count("&lt;script&gt;") > 40


def test_what_is_not_escaped_is_seen(engine: jinja2.Environment) -> None:
    """Guards the test above: markup that a template lets through is found."""
    assert MARKUP in engine.from_string("{% if a %}{% else %}{{ words|safe }}{% endif %}").render()
