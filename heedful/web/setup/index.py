"""Setup's front page: what can be set up, for those who may."""

from typing import NamedTuple

from django.http import HttpResponse
from django.shortcuts import render
from django.utils import timezone

from heedful.associates import associates
from heedful.courier import backlog
from heedful.web import shell
from heedful.web.page import PageRequest, page
from heedful.web.setup import steps


class SetupCard(NamedTuple):
    """A thing to set up: its page's name, and who may."""

    title: str
    icon: str
    page: str
    action: str
    words: str


CARDS = [
    SetupCard("Company", "building", "company", "company.edit", "Name, colour, time zone and currency."),
    SetupCard(
        "Exchange rates",
        "coins",
        "exchange-rates",
        "rate.edit",
        "What other currencies are in yours, so that values add up.",
    ),
    SetupCard("Associates", "user-round-plus", "associates", "associate.edit", "Who works here, and what each may do."),
    SetupCard("Teams", "users-round", "teams", "team.edit", "Who shares a queue of cases."),
    SetupCard("Brands", "store", "brands", "brand.edit", "Business units, each of which can be seen by itself."),
    SetupCard("Stages", "milestone", "stages", "stage.edit", "The stages of the relationship, in your words."),
    SetupCard(
        "Touchpoint kinds",
        "footprints",
        "touchpoint-kinds",
        "stage.edit",
        "The kinds of touchpoint, what they are called, and where they belong.",
    ),
    SetupCard(
        "Working time", "calendar-clock", "calendars", "calendar.edit", "The hours and holidays that promises count by."
    ),
    SetupCard(
        "How cases run", "life-buoy", "case-policy", "promise.edit", "When a case opens, for whom, and by which clock."
    ),
    SetupCard("Routes", "route", "routes", "team.edit", "Which team gets which case."),
    SetupCard(
        "Replies", "message-square-quote", "replies", "reply.edit", "Words that are ready to be sent to customers."
    ),
    SetupCard("Causes", "list-tree", "causes", "topic.edit", "Why cases happen, in your own list."),
    SetupCard("Imports", "file-up", "imports", "import.edit", "Files that are read in, and can be taken back."),
    SetupCard("Keys", "key-round", "keys", "key.edit", "Programs that send events or use the API."),
    SetupCard("Webhooks", "webhook", "webhooks", "webhook.edit", "Who outside is told what happens here."),
    SetupCard("Mailboxes", "inbox", "mailboxes", "mailbox.edit", "The addresses under which customers write to you."),
    SetupCard("Mails", "mail", "mails", "mail.read", "Every mail that was written, and what became of it."),
    SetupCard("Ledger", "scroll-text", "ledger", "ledger.read", "Everything that was changed: who, when, what."),
    SetupCard("Components", "blocks", "components", "setup.read", "What every page is put together from."),
]


@page("setup.read")
def index(request: PageRequest) -> HttpResponse:
    """Show it."""
    cards = [
        card._asdict() | {"href": href}
        for card in CARDS
        if associates.may(request.user, card.action) and (href := shell.href(f"setup:{card.page}")) is not None
    ]
    waiting = backlog.backlog(at=timezone.now()) if associates.may(request.user, "mail.read") else None
    first = steps.steps() if associates.may(request.user, "company.edit") else []
    return render(request, "setup/index.html", {"cards": cards, "steps": first, "backlog": waiting})
