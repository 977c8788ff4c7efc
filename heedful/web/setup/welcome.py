"""The page on which somebody who was invited chooses a password, behind a link that works once."""

from allauth.mfa.utils import is_mfa_enabled
from django import forms
from django.contrib.auth import login
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.views.decorators.cache import never_cache

from heedful.associates import welcome_links
from heedful.associates.models import Associate
from heedful.kit.errors import Forbidden
from heedful.web import accounts
from heedful.web.setup.associates import Password
from heedful.web.setup.first import BACKEND


class WelcomeForm(forms.Form):
    """What somebody chooses who comes in for the first time."""

    password = Password(label="Your password", required=True, help_text="At least ten characters; a sentence is good.")


@never_cache
def welcome(request: HttpRequest, token: str) -> HttpResponse:
    """Show the form while the link is good, and come in with it."""
    link = welcome_links.find(token=token, at=timezone.now())
    if link is None:
        return _used(request)
    form = WelcomeForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        try:
            somebody = welcome_links.use(token=token, password=form.cleaned_data["password"], at=timezone.now())
        except Forbidden:
            return _used(request)
        return _let_in(request, somebody)
    return render(request, "setup/welcome.html", {"form": form, "who": link.associate})


def _let_in(request: HttpRequest, somebody: Associate) -> HttpResponse:
    """Come in, unless a second factor is to be shown first."""
    if is_mfa_enabled(somebody):
        return redirect("account_login")
    login(request, somebody, backend=BACKEND)
    return accounts.remember_device(request, redirect("desk:home"), somebody)


def _used(request: HttpRequest) -> HttpResponse:
    return render(request, "setup/welcome_used.html", status=410)
