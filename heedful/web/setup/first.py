"""The first administrator's page, behind a link that works once."""

from django import forms
from django.contrib.auth import login, password_validation
from django.core.exceptions import ValidationError
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.views.decorators.cache import never_cache

from heedful.associates import first
from heedful.kit.errors import Forbidden, Refused
from heedful.web import accounts
from heedful.web.setup import places

BACKEND = "django.contrib.auth.backends.ModelBackend"


class SetUp(forms.Form):
    """What the first administrator says."""

    company_name = forms.CharField(label="Your company", max_length=120)
    colour = forms.CharField(
        label="Your colour",
        initial="#2f6f5e",
        widget=forms.TextInput(attrs={"type": "color"}),
        help_text="Customers see it on surveys; we keep it readable.",
    )
    country = places.country_field()
    time_zone = places.zone_field()
    currency = places.currency_field(required=False)
    name = forms.CharField(label="Your name", max_length=120, widget=forms.TextInput(attrs={"autocomplete": "name"}))
    email = forms.EmailField(label="Your e-mail", widget=forms.EmailInput(attrs={"autocomplete": "username"}))
    password = forms.CharField(
        label="Your password",
        widget=forms.PasswordInput(attrs={"autocomplete": "new-password"}),
        help_text="At least ten characters; a sentence is good.",
    )

    def clean_password(self) -> str:
        """Ask the same of this password as of every later one."""
        password: str = self.cleaned_data["password"]
        try:
            password_validation.validate_password(password)
        except ValidationError as errors:
            raise forms.ValidationError(errors.messages) from None
        return password


@never_cache
def set_up(request: HttpRequest, token: str) -> HttpResponse:
    """Show the form while the link is good, and come in with it."""
    if not first.is_open(token=token, at=timezone.now()):
        return render(request, "setup/first_used.html", status=410)
    form = SetUp(request.POST or None, initial=places.guess(request))
    for name in ("country", "time_zone") if request.method == "GET" else ():
        form.fields[name].widget.attrs["data-guess"] = ""
    if request.method == "POST" and form.is_valid():
        try:
            admin = first.set_up(token=token, at=timezone.now(), **form.cleaned_data)
        except Forbidden:
            return render(request, "setup/first_used.html", status=410)
        except Refused as no:
            form.add_error(None, no.sentence)
        else:
            login(request, admin, backend=BACKEND)
            return accounts.remember_device(request, redirect("setup:index"), admin)
    return render(request, "setup/first.html", {"form": form})
