"""A kind of touchpoint in a form: shown by its name, chosen or typed by its name, and kept as its code."""

from collections import Counter
from collections.abc import Mapping
from typing import Any

from django import forms

from heedful.customers import slugs
from heedful.customers.models import TouchpointKind
from heedful.kit import names

MOST = 500


def offered() -> dict[str, str]:
    """Name -> code of the kinds that were seen; those that share a name are offered by their code."""
    kinds = sorted(TouchpointKind.objects.relevant_first()[:MOST], key=lambda kind: kind.pk)
    times = Counter(str(kind) for kind in kinds)
    return {(str(kind) if times[str(kind)] == 1 else kind.pk): kind.pk for kind in kinds}


def name_of(code: str, names: Mapping[str, str]) -> str:
    """What a form shows for a code."""
    return next((name for name, kind in names.items() if kind == code), code)


def code_of(typed: str, kinds: Mapping[str, str]) -> str:
    """The code that was meant: of a name that is offered, of a code, or of new words as programs write them."""
    typed = names.one_line(typed)
    by_name = {name.casefold(): kind for name, kind in kinds.items()}
    if not typed or typed in kinds.values():
        return typed
    return by_name.get(typed.casefold()) or (
        typed if typed == typed.casefold() and " " not in typed else slugs.slug(typed)
    )


class TouchpointKindField(forms.CharField):
    """One kind; the page holds the list of those that are offered under the id `kinds`."""

    def __init__(self, *, attrs: Mapping[str, Any] | None = None, **more: Any) -> None:
        widget = forms.TextInput(attrs={"list": "kinds", "autocomplete": "off", **(attrs or {})})
        super().__init__(required=False, max_length=120, widget=widget, **more)
        self.offered = offered
        """Where the kinds come from; a page with many such fields reads them once for all."""

    def prepare_value(self, value: Any) -> Any:
        """Show the name of what is kept; what somebody typed stays as they typed it."""
        return name_of(value, self.offered()) if value else value

    def clean(self, value: Any) -> str:
        """Read it back as its code."""
        return code_of(super().clean(value), self.offered())
