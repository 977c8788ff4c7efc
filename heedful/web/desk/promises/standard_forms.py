"""How standards are written down: as sentences with gaps to fill, one of each form, of which one is chosen."""

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from string import Formatter
from typing import Any

from django import forms
from django.forms.boundfield import BoundField

from heedful.customers import kinds
from heedful.kit.errors import Refused
from heedful.promise import calendars, standards
from heedful.promise.models import Calendar, Standard
from heedful.promise.standards import StandardDraft
from heedful.promise.standards.contract import Blank, Form
from heedful.web import touchpoint_kinds
from heedful.web.desk.promises.page import UnseenKind

BELOW = ("calendar", "match_property", "at_risk")
"""What is folded away below the sentences."""


def _kind(blank: Blank) -> forms.CharField:
    attrs = {"aria-label": blank.label, "placeholder": blank.label}
    return touchpoint_kinds.TouchpointKindField(label=blank.label, attrs=attrs)


def _text(blank: Blank) -> forms.CharField:
    attrs = {"aria-label": blank.label, "autocomplete": "off", "placeholder": blank.label}
    return forms.CharField(label=blank.label, required=False, max_length=120, widget=forms.TextInput(attrs=attrs))


def _number(blank: Blank) -> forms.IntegerField:
    widget = forms.NumberInput(attrs={"aria-label": blank.label, "class": "gap-number"})
    return forms.IntegerField(label=blank.label, required=False, min_value=blank.lowest, widget=widget)


def _choice(blank: Blank) -> forms.ChoiceField:
    widget = forms.Select(attrs={"aria-label": blank.label, "class": "gap"})
    return forms.ChoiceField(label=blank.label, required=False, choices=blank.choices, widget=widget)


FIELDS = {"kind": _kind, "text": _text, "number": _number, "choice": _choice}


@dataclass(frozen=True, slots=True)
class StandardSentence:
    """One of the sentences: what is written before each gap, what is wrong in it and what nobody has sent yet."""

    form: str
    is_chosen: bool
    parts: list[tuple[str, BoundField | str]]
    errors: list[str]
    unheard: list[UnseenKind]


class StandardForm(forms.Form):
    """One standard: a sentence for each form, of which one is chosen."""

    form = forms.ChoiceField(choices=lambda: [(form.code, form.code) for form in standards.forms()])
    calendar = forms.ModelChoiceField(
        Calendar.objects.order_by("name"), required=False, empty_label="The company's default", label="Working time by"
    )
    match_property = forms.CharField(
        required=False,
        max_length=120,
        label="Belongs together by",
        help_text="The property that both touchpoints carry, such as order_id. Without it, by the customer alone.",
    )
    at_risk = forms.FloatField(
        min_value=1,
        max_value=100,
        initial=75,
        label="At risk after",
        help_text="Per cent of the time.",
        widget=forms.NumberInput(attrs={"step": "any"}),
    )

    def __init__(self, *args: Any, offered: Callable[[], dict[str, str]] | None = None, **more: Any) -> None:
        super().__init__(*args, **more)
        self.offered = offered or touchpoint_kinds.offered
        for form in standards.forms():
            for blank in form.fragment.blanks:
                field = self.fields[_name(form, blank)] = FIELDS[blank.type](blank)
                if offered and isinstance(field, touchpoint_kinds.TouchpointKindField):
                    field.offered = offered
                self._offer_current(_name(form, blank))

    def _offer_current(self, name: str) -> None:
        """A choice that came by another door is among those of the page too, so that saving it loses nothing."""
        field, current = self.fields[name], self.initial.get(name)
        if isinstance(field, forms.ChoiceField) and current and not field.valid_value(current):
            field.choices = [*field.widget.choices, (current, current)]

    def clean(self) -> dict[str, Any]:
        """Say beside each gap what is missing in it, and above the sentences why they cannot be measured."""
        filled = self.cleaned_data
        if "form" in filled:
            form = standards.form_of(filled["form"])
            for blank in form.fragment.blanks:
                name = _name(form, blank)
                if blank.needed and name not in self.errors and filled.get(name) in (None, ""):
                    self.add_error(name, blank.needed)
        if not self.errors:
            try:
                standards.check(self.draft())
            except Refused as no:
                self.add_error(None, no.sentence)
        return filled

    @property
    def sentences(self) -> list[StandardSentence]:
        """The sentences, as the page shows them."""
        chosen = self["form"].value() or standards.forms()[0].code
        return [
            StandardSentence(form.code, form.code == chosen, self._parts(form), self._wrong(form), self._unheard(form))
            for form in standards.forms()
        ]

    def _parts(self, form: Form) -> list[tuple[str, BoundField | str]]:
        parts = Formatter().parse(form.fragment.sentence)
        return [(words, self[f"{form.code}_{name}"] if name else "") for words, name, _, _ in parts]

    def _wrong(self, form: Form) -> list[str]:
        names = [_name(form, blank) for blank in form.fragment.blanks]
        return [str(error) for name in names for error in self.errors.get(name, ())]

    def _unheard(self, form: Form) -> list[UnseenKind]:
        gaps = [_name(form, blank) for blank in form.fragment.blanks if blank.type == "kind"]
        typed = [str(self[name].value() or "") for name in gaps]
        return unseen_kinds(typed, self.offered()) if any(typed) else []

    @property
    def is_wrong_below(self) -> bool:
        """Whether something is wrong in what is folded away."""
        return any(name in self.errors for name in BELOW)

    def draft(self) -> StandardDraft:
        """The standard that was filled in."""
        form = standards.form_of(self.cleaned_data["form"])
        blanks = form.fragment.blanks
        filled = {blank.name: self.cleaned_data[_name(form, blank)] for blank in blanks}
        shared = {
            "calendar": self.cleaned_data["calendar"],
            "match_property": self.cleaned_data["match_property"],
            "at_risk_share": round(self.cleaned_data["at_risk"] / 100, 6),
        }
        fields = {name: value for name, value in shared.items() if name in form.fields}
        fields |= {blank.fills: filled[blank.name] for blank in blanks if blank.fills}
        read = form.fragment.read({**filled, **shared, "default_calendar": calendars.default()})
        return StandardDraft(form=form.code, **fields | read)


def _name(form: Form, blank: Blank) -> str:
    return f"{form.code}_{blank.name}"


def unseen_kinds(typed: Iterable[str], offered: Mapping[str, str] | None = None) -> list[UnseenKind]:
    """What kinds are called that were typed, by name or by code, and of which none has arrived yet."""
    offers = touchpoint_kinds.offered() if offered is None else offered
    codes = [touchpoint_kinds.code_of(text, offers) for text in typed]
    nearest = kinds.nearest(kinds.unseen(slugs=codes))
    return [
        UnseenKind(touchpoint_kinds.name_of(code, offers), touchpoint_kinds.name_of(alike, offers))
        for code, alike in nearest.items()
    ]


MOST = 12
"""Standards that a page reads; whoever claims to send a million waits for none of them."""
Standards = forms.formset_factory(
    StandardForm, extra=0, min_num=1, max_num=MOST, absolute_max=MOST, validate_max=True, can_delete=True
)


def empty() -> dict[str, Any]:
    """A standard that nobody has filled in; working time is offered once the company has said when it works."""
    return {"form": standards.forms()[0].code, **_unfilled(calendars.default() is not None), "at_risk": 75}


def _unfilled(has_calendar: bool) -> dict[str, Any]:
    return {
        f"{form.code}_{name}": value
        for form in standards.forms()
        for name, value in form.fragment.unfilled(has_calendar).items()
    }


def initial_of(standard: Standard) -> dict[str, Any]:
    """A standard as the form shows it."""
    form = standards.form_of(standard.form)
    filled = {blank.name: getattr(standard, blank.fills) for blank in form.fragment.blanks if blank.fills}
    filled |= form.fragment.show(standard)
    return {
        **_unfilled(standard.calendar_id is not None),
        "form": form.code,
        **{f"{form.code}_{name}": value for name, value in filled.items()},
        "calendar": standard.calendar_id,
        "match_property": standard.match_property,
        "at_risk": _whole(round(standard.at_risk_share * 100, 4)),
    }


def _whole(number: float) -> float:
    return int(number) if number.is_integer() else number
