"""The keys of programs: made and shown once, used, revoked, and what they sent that was not taken."""

from typing import Any

from django import forms
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, render
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_POST

from heedful.associates import keys as nouns
from heedful.associates.models import CONSEQUENCES, Key
from heedful.customers import contests, rejections, unknown_brands
from heedful.web import brand_fields, form_tokens, lists, refusals
from heedful.web.page import PageRequest, page, redirect_with

MOST_CONTESTED = 50
MADE = "This key was made already, and cannot be shown again. Revoke it if nobody copied it."

SCOPES = [(scope.value, f"{scope.label}. {CONSEQUENCES[scope]}") for scope in Key.Scope]


class KeyForm(forms.Form):
    """For which program, and what it may do."""

    name = forms.CharField(max_length=120, help_text="The program that will use it, such as Website.")
    scope = forms.ChoiceField(label="May", choices=SCOPES, widget=forms.RadioSelect)

    def __init__(self, *args: Any, **more: Any) -> None:
        super().__init__(*args, **more)
        brand_fields.add_choice(self, help_text="What it sends is of this brand, and it reads nothing else.")


@page("key.edit")
@never_cache
def keys(request: PageRequest) -> HttpResponse:
    """The list, and a form for a new one; a new key's secret is shown on the answer to the form and never again."""
    form, secret = KeyForm(request.POST or None), ""
    if request.method == "POST" and form.is_valid():
        with refusals.at_form(form):
            _, secret = nouns.add(**form.cleaned_data, by=request.user.by, at=timezone.now())
            form = KeyForm()
    rows = Key.objects.select_related("created_by").order_by("revoked_at", "-pk")
    response = render(request, "setup/keys.html", {"rows": rows, "form": form, "secret": secret})
    return form_tokens.mark_unrepeatable(response, MADE) if secret else response


@page("key.edit")
def key(request: PageRequest, pk: int) -> HttpResponse:
    """One of them, with what it sent that was not taken."""
    row = get_object_or_404(Key.objects.select_related("created_by", "brand"), pk=pk)
    rows = lists.read(request, rejections.of(key=pk).order_by(), keys=["-at", "-id"])
    contested = contests.of(source=str(row.by)).order_by("-at", "-pk")[:MOST_CONTESTED]
    context = {"row": row, "page": rows, "contested": contested, "unknown_brands": unknown_brands.of(key=pk)}
    return render(request, "setup/key.html", context)


@page("key.edit")
@require_POST
def revocation(request: PageRequest, pk: int) -> HttpResponse:
    """Revoke it."""
    row = get_object_or_404(Key, pk=pk)
    nouns.revoke(key=row, by=request.user.by, at=timezone.now())
    return redirect_with(request, reverse("setup:keys"), f"Revoked. {row.name} is shut out from now on.")
