"""Setup's front page: what can be set up, for those who may."""

from django.http import HttpResponse
from django.shortcuts import render

from heedful.associates import associates
from heedful.web import shell
from heedful.web.page import Asked, page

CARDS = [
    ("Company", "building", "company", "company.edit", "Name, colour, time zone and currency."),
    ("Associates", "user-round-plus", "associates", "associate.edit", "Who works here, and what each may do."),
    ("Teams", "users-round", "teams", "team.edit", "Who shares a queue of cases."),
    ("Stages", "milestone", "stages", "stage.edit", "The stages of the relationship, in your words."),
    (
        "Moments",
        "footprints",
        "moments",
        "stage.edit",
        "The kinds of touchpoint, what they are called, and where they belong.",
    ),
    ("Working time", "calendar-clock", "calendars", "calendar.edit", "The hours and holidays that promises count by."),
    ("Practice", "life-buoy", "practice", "promise.edit", "When a case opens, for whom, and by which clock."),
    ("Routes", "route", "routes", "team.edit", "Which team gets which case."),
    ("Causes", "list-tree", "causes", "topic.edit", "Why cases happen, in your own list."),
    ("Keys", "key-round", "keys", "key.edit", "Programs that send events or use the API."),
    ("Webhooks", "webhook", "webhooks", "webhook.edit", "Who outside is told what happens here."),
    ("Mails", "mail", "mails", "mail.read", "Every mail that was written, and what became of it."),
    ("Ledger", "scroll-text", "ledger", "ledger.read", "Everything that was changed: who, when, what."),
    ("Components", "blocks", "components", "setup.read", "What every page is put together from."),
]


@page("setup.read")
def index(request: Asked) -> HttpResponse:
    """Show it."""
    cards = [
        {"title": title, "icon": icon, "href": href, "words": words}
        for title, icon, name, action, words in CARDS
        if associates.may(request.user, action) and (href := shell.href(f"setup:{name}")) is not None
    ]
    return render(request, "setup/index.html", {"cards": cards})
