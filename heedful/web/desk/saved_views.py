"""Keeping views of lists under names: the tabs above a list."""

from django import forms
from django.http import HttpResponse, QueryDict
from django.shortcuts import get_object_or_404
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.http import require_POST

from heedful.associates import views as nouns
from heedful.associates.models import View
from heedful.kit.errors import Refused
from heedful.web import view_tabs
from heedful.web.page import PageRequest, page, redirect_with


class ViewForm(forms.Form):
    """Of which list, what it shows, and what it is called."""

    page = forms.ChoiceField(choices=[(page, page) for page in view_tabs.PAGES.values()])
    query = forms.CharField(required=False)
    name = forms.CharField(required=False)


@page("account.edit")
@require_POST
def views(request: PageRequest) -> HttpResponse:
    """Keep one."""
    form = ViewForm(request.POST)
    if not form.is_valid():
        raise Refused("This is not a view of a list.")
    data = {**form.cleaned_data, "query": view_tabs.normal_query(QueryDict(form.cleaned_data["query"]))}
    view = nouns.save(associate=request.user, **data, by=request.user.by, at=timezone.now())
    return redirect_with(request, _address(view), f"{view.name} is kept above this list.")


@page("account.edit")
@require_POST
def name(request: PageRequest, pk: int) -> HttpResponse:
    """Call it differently."""
    view = _mine(request, pk)
    nouns.rename(view=view, name=request.POST.get("name", ""), by=request.user.by, at=timezone.now())
    return redirect_with(request, _address(view), f"It is called {view.name} now.")


@page("account.edit")
@require_POST
def removal(request: PageRequest, pk: int) -> HttpResponse:
    """Keep it no longer."""
    view = _mine(request, pk)
    nouns.remove(view=view, by=request.user.by, at=timezone.now())
    return redirect_with(request, _address(view), f"{view.name} is gone from above this list.")


def _mine(request: PageRequest, pk: int) -> View:
    return get_object_or_404(View.objects.select_related("associate"), pk=pk, associate=request.user)


def _address(view: View) -> str:
    pages = {page: reverse(name) for name, page in view_tabs.PAGES.items()}
    return f"{pages[view.page]}?{view.query}"
