"""My account: who I am here, and how I come in."""

from django.http import HttpResponse
from django.shortcuts import render

from heedful.web.page import Asked, page


@page("account.edit")
def account(request: Asked) -> HttpResponse:
    """Show it."""
    return render(request, "setup/account.html")
