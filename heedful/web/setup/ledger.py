"""The ledger: who changed what, and when."""

import json
import re

from django.db.models import Q, QuerySet
from django.http.response import HttpResponseBase
from django.shortcuts import render

from heedful.ledger.models import Entry
from heedful.web import lists
from heedful.web.page import PageRequest, page
from heedful.web.setup import entries

ACTORS = [
    ("associate", "Associates"),
    ("customer", "Customers"),
    ("key", "Programs"),
    ("import", "Imports"),
    ("system", "Heedful itself"),
]
SUBJECT = re.compile(r"([a-z_]{2,20})[ :#]+(\d{1,18})")


@page("ledger.read")
def ledger(request: PageRequest) -> HttpResponseBase:
    """The list, the newest first."""
    actors = lists.chips(request, "by", "By", ACTORS)
    rows = search(request.GET.get("q", ""))
    if actors.chosen:
        rows = rows.filter(by_kind=actors.chosen.value)
    if request.GET.get("format") == "csv":
        return lists.csv_file(request, "ledger", rows.order_by("-id"), COLUMNS)
    shown = lists.read(request, rows, keys=["-id"])
    return render(request, "setup/ledger.html", {"page": shown, "lines": entries.lines(shown.rows), "actors": actors})


def search(words: str) -> QuerySet[Entry]:
    """Find entries about a thing such as `case 12`, of a kind such as CaseClosed, or by somebody's name."""
    words = words.strip().replace("\x00", "")[:80]
    if not words:
        return Entry.objects.all()
    if match := SUBJECT.fullmatch(words.lower()):
        return Entry.objects.about(**{match[1]: int(match[2])})
    return Entry.objects.filter(Q(kind__icontains=words.replace(" ", "")) | Q(by_label__icontains=words))


COLUMNS: list[lists.Column[Entry]] = [
    ("id", lambda entry: entry.pk),
    ("at", lambda entry: entry.at),
    ("kind", lambda entry: entry.kind),
    ("by", lambda entry: f"{entry.by_kind}:{entry.by_id}" if entry.by_id else entry.by_kind),
    ("name", lambda entry: entry.by_label),
    ("data", lambda entry: json.dumps(entry.data, ensure_ascii=False)),
]
