"""What templates are written in: Jinja2 with our filters, addresses, icons and components."""

from collections.abc import Callable
from functools import lru_cache
from typing import Any

import jinja2
from django.templatetags.static import static
from django.urls import get_script_prefix, reverse

from heedful.web import accounts, filters, view_tabs
from heedful.web.components import verbatims


class Components:
    """Pieces of pages as calls: `ui.state("Kept", "good")` draws the macro `state` in `components/state.html`."""

    def __init__(self, engine: jinja2.Environment) -> None:
        self._engine = engine

    def __getattr__(self, name: str) -> Any:
        macro = getattr(self._engine.get_template(f"components/{name}.html").module, name)
        if not self._engine.auto_reload:
            setattr(self, name, macro)
        return macro


def url(page: str, *args: Any, **kwargs: Any) -> str:
    """The address of a page."""
    match args:
        case () if not kwargs:
            return _alone(page, get_script_prefix())
        case (int(number),) if not kwargs and number >= 0:
            before, after = _around_number(page, get_script_prefix())
            return f"{before}{number}{after}"
        case (str(name),) if not kwargs:
            return _of(page, str(name), get_script_prefix())
    return reverse(page, args=args, kwargs=kwargs)


NUMBER = 8_070_605_040_302_010
"""A number that is in no address but where we put it."""


@lru_cache(maxsize=1_000)
def _alone(page: str, prefix: str) -> str:
    """The address of a page that there is one of; a list names the same few a hundred times."""
    del prefix
    return reverse(page)


@lru_cache(maxsize=5_000)
def _of(page: str, name: str, prefix: str) -> str:
    """The address of a page that is of one thing with a name, of which there are not many."""
    del prefix
    return reverse(page, args=[name])


@lru_cache(maxsize=1_000)
def _around_number(page: str, prefix: str) -> tuple[str, str]:
    """What stands before and after the number in the address of a page that is of one thing."""
    del prefix
    before, _, after = reverse(page, args=[NUMBER]).partition(str(NUMBER))
    return before, after


class Missing(jinja2.StrictUndefined):
    """A name that is not there: one may ask whether it is, and not show it, count it or look into it."""

    __slots__ = ()

    def __bool__(self) -> bool:  # type: ignore[override]
        return False

    def __eq__(self, other: object) -> bool:  # type: ignore[override]
        return isinstance(other, jinja2.Undefined)

    def __hash__(self) -> int:  # type: ignore[override]
        return 0


def environment(*, strict: bool = False, complete: bool = False, **options: Any) -> jinja2.Environment:
    """Make the engine; a strict one refuses a function that is not called, a complete one a name that is not there."""
    options["undefined"] = Missing if complete else jinja2.ChainableUndefined
    options.pop("autoescape", None)  # there is no page without it
    engine = jinja2.Environment(**options, autoescape=True, trim_blocks=True, lstrip_blocks=True)
    engine.filters.update(filters.FILTERS, pieces=verbatims.pieces)
    engine.globals.update(ui=Components(engine), url=url, static=static, icon=filters.icon)
    engine.globals.update(saved_views=view_tabs.saved_views, sign_ons=accounts.sign_ons)
    if strict:
        engine.finalize = _called
    return engine


def _called(value: Any) -> Any:
    """Refuse to show a function: the other engine calls what it meets, this one wants its brackets."""
    if isinstance(value, Callable) and not isinstance(value, jinja2.Undefined):  # type: ignore[arg-type]
        raise TypeError(f"A template shows {value!r} and does not call it.")
    return value
