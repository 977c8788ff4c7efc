"""My account: who I am here, and how I come in."""

from django import forms
from django.http import HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils import timezone

from heedful.associates import associates
from heedful.associates.models import Role
from heedful.web import versions
from heedful.web.page import PageRequest, page, redirect_with


class MailsForm(forms.Form):
    """Which mails one wants to have."""

    hears_escalations = forms.BooleanField(
        label="Write to me when a case of my team is about to be late", required=False, help_text="One mail a case."
    )


@page("account.edit")
def account(request: PageRequest) -> HttpResponse:
    """Show it, and let a lead say which mails to have."""
    me = request.user
    form = MailsForm(
        request.POST if request.method == "POST" else None, initial={"hears_escalations": me.hears_escalations}
    )
    versions.of(request, form, associate=me.pk)
    if request.method == "POST" and form.is_valid():
        associates.choose_mails(associate=me, **form.cleaned_data, by=me.by, at=timezone.now())
        return redirect_with(request, reverse("setup:account"), "Saved.")
    return render(request, "setup/account.html", {"form": form if me.role == Role.LEAD else None})
