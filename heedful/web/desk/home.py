"""Where somebody starts, and what waits in the menu."""

from django.http import HttpResponse
from django.shortcuts import redirect, render

from heedful.associates.models import Role
from heedful.web import shell
from heedful.web.page import PageRequest, page

STARTS = {
    Role.ASSOCIATE: ["desk:queue", "desk:customers"],
    Role.LEAD: ["desk:cases", "desk:customers"],
    Role.CX: ["board:board", "desk:customers"],
    Role.LEADER: ["board:board", "desk:customers"],
    Role.ADMIN: ["board:board", "setup:index"],
}


@page("account.edit")
def home(request: PageRequest) -> HttpResponse:
    """Go to the page that a role starts its day with."""
    address = next(href for name in STARTS[Role(request.user.role)] if (href := shell.href(name)) is not None)
    return redirect(address)


@page("case.read")
def counts(request: PageRequest) -> HttpResponse:
    """Show the menu's counts anew, after something changed."""
    return render(request, "desk/counts.html")
