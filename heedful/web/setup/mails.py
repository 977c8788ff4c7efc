"""The mails that were written: kept, waiting, sent or given up."""

import re

from django.db.models import Q, QuerySet
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, render
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.http import require_POST

from heedful.associates import associates
from heedful.courier import backlog, outbox
from heedful.courier.carriers.smtp.send import compose
from heedful.courier.models import Mail, Sending
from heedful.web import lists
from heedful.web.page import PageRequest, page, redirect_with

ANSWERED_AT = re.compile(r"/s/[A-Za-z0-9_-]{16,}")
"""Where a customer answers a survey, in an address of any house."""


@page("mail.read")
def mails(request: PageRequest) -> HttpResponse:
    """The list, the newest first."""
    states = lists.chips(request, "state", "State", Sending.choices)
    rows = _readable(request)
    if states.chosen:
        rows = rows.filter(state=states.chosen.value)
    if words := request.GET.get("q", "").strip().replace("\x00", ""):
        rows = rows.filter(Q(payload__to__icontains=words) | Q(payload__subject__icontains=words))
    standing = backlog.backlog(at=timezone.now())
    shown = {"page": lists.read(request, rows, keys=["-id"]), "states": states, "backlog": standing}
    return render(request, "setup/mails.html", shown)


@page("mail.read")
def mail(request: PageRequest, pk: int) -> HttpResponse:
    """One of them, with its tries."""
    row = _shown(get_object_or_404(_readable(request), pk=pk))
    return render(request, "setup/mail.html", {"row": row, "tries": row.tries.order_by("-at")[:50]})


@page("mail.read")
def file(request: PageRequest, pk: int) -> HttpResponse:
    """One of them as it goes over the wire, for a mail program to open."""
    wire = compose(_shown(get_object_or_404(_readable(request), pk=pk))).as_bytes()
    named = {"Content-Disposition": f'attachment; filename="mail-{pk}.eml"'}
    return HttpResponse(wire, content_type="message/rfc822", headers=named)


@page("mail.read")
@require_POST
def tries(request: PageRequest, pk: int) -> HttpResponse:
    """Try again to hand it over."""
    outbox.try_again(item=get_object_or_404(_readable(request), pk=pk), by=request.user.by, at=timezone.now())
    return redirect_with(request, reverse("setup:mail", args=[pk]), "It is on its way to the mail server.")


def _shown(row: Mail) -> Mail:
    """A mail as it may be read here, never saved so: nobody answers a survey in a customer's place."""
    if row.purpose == "survey":
        headers = {name: _without_links(value) for name, value in row.headers.items()}
        words = {"text": _without_links(row.text), "html": _without_links(row.html)}
        row.payload = {**row.payload, **words, "headers": headers}
    return row


def _without_links(text: str) -> str:
    """A text in which the word that opens a customer's sheet is left out of every address."""
    return ANSWERED_AT.sub("/s/…", text)


def _readable(request: PageRequest) -> QuerySet[Mail]:
    """The mails that somebody may read: links with which passwords are set are for those who may set them."""
    return (
        Mail.objects.all()
        if associates.may(request.user, "associate.edit")
        else Mail.objects.exclude(purpose="account")
    )
