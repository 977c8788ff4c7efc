"""Of two who edit one thing the second is shown what the first changed, and who it was, before anything is overwritten.

An edit form carries what it showed when it was drawn. What is kept now is compared with that when the form comes back.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django import forms
from django.core import signing
from django.forms.boundfield import BoundField
from django.http import HttpRequest

from heedful.associates.models import Associate
from heedful.ledger import versions as ledger
from heedful.ledger.models import Entry
from heedful.web import names

NAME = "form_version"
SWITCH = "to"
"""What a button is called that switches something, with `on` or `off`."""
DONE = "This was done already."
SENTENCE = "What you typed stands below, and is not saved yet."

type Value = str | list[Any]
type Drawn = Mapping[str, tuple[str, Value]]
"""A field's name -> what it is called, and what stood in it."""


@dataclass(frozen=True, slots=True)
class Difference:
    """One field that somebody else changed."""

    label: str
    before: str
    now: str


@dataclass(frozen=True, slots=True)
class FormVersion:
    """What a form showed when it was drawn, and what has become of it since."""

    value: str
    differences: Sequence[Difference] = ()
    who: str = ""
    at: datetime | None = None

    @property
    def name(self) -> str:
        """What the form calls it."""
        return NAME


def of(
    request: HttpRequest,
    form: forms.Form,
    *rows: forms.Form,
    row: str = "",
    current: forms.Form | None = None,
    event: str = "",
    **about: int | str,
) -> forms.Form:
    """Give an edit form its version; a stale one is invalid, and keeps what was typed.

    `rows` are the forms of a list within it, as they are kept now, each called by `row`; `current` is the form as it is
    kept now, where what was typed decides which fields there are. `about` names what is edited as the ledger does, or
    `event` the change where there is one such thing alone.
    """
    fields = {bound.html_name: bound for one in (current or form, *rows) for bound in one if not bound.is_hidden}
    labels = {bound.html_name: f"{row} {number}: {bound.label}" for number, one in enumerate(rows, 1) for bound in one}
    drawn = {name: (labels.get(name, str(bound.label)), _value(bound)) for name, bound in fields.items()}
    version = check(request, drawn, fields=fields, event=event, **about)
    form.version = version  # type: ignore[attr-defined]  # for the component that draws the form
    if version.differences:
        form.is_valid()
        form.add_error(None, SENTENCE)
    return form


def check(
    request: HttpRequest,
    drawn: Drawn,
    *,
    fields: Mapping[str, BoundField] | None = None,
    event: str = "",
    **about: int | str,
) -> FormVersion:
    """Compare what is kept now with what was drawn; a form that brings no version is drawn now."""
    before = _read(request.POST.get(NAME, ""))
    now = {name: [label, value] for name, (label, value) in drawn.items()}
    differences = [] if before is None else list(_differences(before, now, fields or {}))
    if before is not None and not differences:
        return FormVersion(request.POST[NAME])
    value = signing.dumps(now, salt=NAME, compress=True)
    if not differences:
        return FormVersion(value)
    request.is_stale = True  # type: ignore[attr-defined]
    last = ledger.last_edit(event=event, **about)
    return FormVersion(value, differences, _who(request, last), last.at if last else None)


def is_done(request: HttpRequest, *, is_on: bool) -> bool:
    """Whether a switch stands already where the button would put it, so that a second press undoes nothing."""
    return request.POST.get(SWITCH) == ("on" if is_on else "off")


def is_stale(request: HttpRequest) -> bool:
    """Whether what was sent was drawn before somebody else changed it."""
    return getattr(request, "is_stale", False)


def _read(value: str) -> Mapping[str, Any] | None:
    try:
        return dict(signing.loads(value, salt=NAME))
    except signing.BadSignature:
        return None


def _differences(
    before: Mapping[str, Any], now: Mapping[str, Any], fields: Mapping[str, BoundField]
) -> Iterator[Difference]:
    for name in [*before, *(name for name in now if name not in before)]:
        (label, was), (_, become) = before.get(name, now.get(name)), now.get(name, ["", ""])
        was = was if name in before else ""
        if was != become:
            yield Difference(label, _words(was, fields.get(name)), _words(become, fields.get(name)))


def _value(bound: BoundField) -> Value:
    """What a field shows of what is kept, so that it can be compared and written down."""
    value = bound.field.prepare_value(bound.initial)
    if isinstance(value, (list, tuple)):
        return [list(map(str, one)) if isinstance(one, (list, tuple)) else str(one) for one in value]
    return "" if value is None else str(value).replace("\r\n", "\n").strip()


def _words(value: Value, bound: BoundField | None) -> str:
    """A value as people read it: a choice by what it is called."""
    if isinstance(value, list):
        parts = (" ".join(one) if isinstance(one, list) else _words(one, bound) for one in value)
        return ", ".join(parts)
    field = bound.field if bound else None
    if isinstance(field, forms.BooleanField):
        return "yes" if value == "True" else "no"
    choices = _choices(getattr(field, "choices", ()))
    return choices.get(value, value)


def _choices(choices: Any) -> dict[str, str]:
    """Choices by their code, those of groups among them."""
    flat: dict[str, str] = {}
    for code, label in choices:
        flat |= _choices(label) if isinstance(label, (list, tuple)) else {str(code): str(label)}
    return flat


def _who(request: HttpRequest, last: Entry | None) -> str:
    if last is None:
        return "Somebody"
    if isinstance(request.user, Associate) and (last.by_kind, last.by_id) == ("associate", str(request.user.pk)):
        return "You"
    actor = f"{last.by_kind}:{last.by_id}" if last.by_id else last.by_kind
    return last.by_label or names.actors(names.ActorQueries([actor])).get(actor, "Somebody")
