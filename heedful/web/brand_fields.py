"""The fields in which forms ask for brands; a company that has none is not asked."""

from django import forms

from heedful.associates import brands
from heedful.associates.models import Brand


def add_choice(form: forms.Form, *, help_text: str) -> None:
    """Let a form ask for one brand; an archived one can stay, and is not offered anew."""
    if not (every := brands.every()):
        return
    kept = getattr(form.initial.get("brand"), "pk", form.initial.get("brand"))
    offered = [row.pk for row in every.values() if row.archived_at is None or row.pk == kept]
    form.fields["brand"] = forms.ModelChoiceField(
        Brand.objects.filter(pk__in=offered).order_by("name"), required=False, empty_label="None", help_text=help_text
    )


def add_choices(form: forms.Form, *, label: str, help_text: str) -> None:
    """Let a form ask for several brands."""
    if every := brands.every():
        form.fields["brands"] = forms.TypedMultipleChoiceField(
            choices=[(row.pk, row.name) for row in every.values()],
            coerce=int,
            widget=forms.CheckboxSelectMultiple,
            required=False,
            label=label,
            help_text=help_text,
        )
