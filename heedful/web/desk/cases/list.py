"""The cases that an address asks for: whose, in which state, behind which figure, in which order."""

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from typing import Any

from django.db.models import Exists, OuterRef, Q, QuerySet
from django.db.models.functions import Coalesce
from django.db.models.lookups import LessThan
from django.http import QueryDict
from django.utils import timezone

from heedful.act.models import Case, CaseTrouble
from heedful.associates.models import Associate, Team
from heedful.customers.models import BULK_OF_CUSTOMER, Organisation
from heedful.promise.models import Promise
from heedful.web import lists, periods, shell, slices
from heedful.web.page import PageRequest

ORDERS: dict[str, list[str]] = {
    "first": ["urgency", "due_at", "pk"],
    "due": ["due_at", "pk"],
    "new": ["-opened_at", "-pk"],
}
WHOSE = [("mine", "Mine"), ("team", "My team"), ("unclaimed", "Unclaimed"), ("lead", "For the lead")]
STATES = [("waiting", "Waiting for us"), ("late", "Late"), ("answered", "Answered"), ("closed", "Closed")]
SHOWN = [("all", "Open and closed")]
SPEEDS = [("due", "Acted on or due"), ("acted", "Acted on in time"), ("late", "Acted on late or not yet")]
HELPED = [("any", "Customer has said"), ("yes", "It helped"), ("no", "It did not help")]
SORTS = [("first", "What comes first"), ("due", "Due"), ("new", "Newest")]


@dataclass(frozen=True, slots=True)
class EmptyList:
    """What an empty list says, and what to do about it."""

    title: str
    words: str
    action: str = "Show all that are open"
    href: str = "?"


NOTHING = {
    ("state", "waiting"): EmptyList(
        "Nobody waits for us",
        "Every customer with an open case has heard from us. What is answered can be closed once it has helped.",
        "See what is answered",
        "?state=answered",
    ),
    ("state", "late"): EmptyList(
        "Nobody waits too long",
        "Every customer has heard from us in time. A case comes here in the second in which it is late.",
        "See who waits",
        "?state=waiting",
    ),
    ("state", "answered"): EmptyList(
        "Nothing is answered and still open",
        "After somebody wrote or called, a case stands here until it is closed.",
        "See who waits",
        "?state=waiting",
    ),
    ("state", "closed"): EmptyList(
        "Nothing was closed yet", "Here stands what came of every case, and why it happened."
    ),
    ("whose", "mine"): EmptyList(
        "You have no open case",
        "Cases that you claim, or that colleagues hand to you, stand here.",
        "See what nobody has claimed",
        "?whose=unclaimed",
    ),
    ("whose", "team"): EmptyList("Your team has no open case", "What is routed or handed to your team stands here."),
    ("whose", "unclaimed"): EmptyList(
        "Somebody looks after every case", "A new case stands here until an associate claims it."
    ),
    ("whose", "lead"): EmptyList(
        "Nothing needs the lead",
        "A second failure, a customer whom it did not help, and an answer that is nearly late come here by themselves.",
    ),
    ("show", "all"): EmptyList("There is no case yet", "Trouble that is heard opens one here within a second."),
}
"""What to say where one filter alone finds nothing."""


@dataclass(frozen=True, slots=True)
class CaseListQuery:
    """What an address asks for: the cases, the order, and the chips that change it."""

    cases: QuerySet[Case]
    keys: list[str]
    whose: lists.Filter | None
    states: lists.Filter
    menus: list[lists.Filter]
    more: list[lists.Filter]
    """Those that are wanted now and then; they wait behind one chip."""
    nothing: EmptyList | None
    """What to say where there are none; None where nothing was asked for."""


def case_list_query(request: PageRequest, teams: Iterable[Team], *, whose: str = "") -> CaseListQuery:
    """Read an address, with the teams that one may choose; with `whose` given, the page shows only those."""
    chosen = whose or request.GET.get("whose", "all")
    rows = belonging(Case.objects.all(), chosen, request.user)
    state = request.GET.get("state", "")
    everything = request.GET.get("show", "") == "all" and state not in dict(STATES)
    matching = _behind(_narrowed(rows if everything else in_state(rows, state), request), request)
    sort = request.GET.get("sort", "new" if everything else "first")
    return CaseListQuery(
        cases=matching.by_urgency(),
        keys=["-closed_at", "-pk"] if state == "closed" else ORDERS.get(sort, ORDERS["first"]),
        whose=None if whose else lists.chips(request, "whose", "Whose", _counted(request)),
        states=lists.chips(request, "state", "State", STATES),
        menus=_menus(request, teams),
        more=_more(request),
        nothing=empty_list(request.GET),
    )


def empty_list(query: QueryDict) -> EmptyList | None:
    """What an empty list says: of one filter why it is so, of words or of many filters how to find more."""
    filters = {name: value for name, value in query.items() if value and name not in ("sort", "after", "format")}
    if not filters:
        return None
    if len(filters) == 1 and (sentence := NOTHING.get(next((name, str(value)) for name, value in filters.items()))):
        return sentence
    if "q" in filters and not {"state", "show"} & filters.keys():
        words = "No open case has these words, this number or this customer."
        wider = lists.query(query, show="all")
        return EmptyList(f"Nobody fits “{filters['q'][:60]}”", words, "Search the closed ones too", wider)
    return EmptyList("Nothing fits", "No case is all of this at once. With fewer filters there are more.")


def belonging(rows: Any, whose: str, me: Associate) -> Any:
    """The cases of somebody: mine, my team's, nobody's, the lead's, or all."""
    chosen: dict[str, Callable[[], Any]] = {
        "mine": lambda: rows.filter(owner=me),
        "team": lambda: rows.filter(team=me.team_id),
        "unclaimed": lambda: rows.filter(owner=None),
        "lead": rows.for_leads,
    }
    return chosen.get(whose, lambda: rows)()


def in_state(rows: Any, state: str) -> Any:
    """Open cases, unless the address asks for something narrower or for closed ones."""
    chosen: dict[str, Callable[[], Any]] = {
        "waiting": lambda: rows.open().filter(answered_at=None),
        "late": lambda: rows.overdue(at=timezone.now()),
        "answered": lambda: rows.open().filter(answered_at__isnull=False),
        "closed": lambda: rows.filter(closed_at__isnull=False),
    }
    return chosen.get(state, rows.open)()


def _narrowed(rows: Any, request: PageRequest) -> Any:
    if (priority := request.GET.get("priority", "")).isdecimal():
        rows = rows.filter(priority=priority)
    if (team := request.GET.get("in", "")).isdecimal():
        rows = rows.filter(team=team)
    if words := request.GET.get("q", "").strip():
        rows = rows.search(words[:200])
    return rows.select_related("customer__person", "owner", "team").defer(*BULK_OF_CUSTOMER)


def _behind(rows: Any, request: PageRequest) -> Any:
    """The cases behind a figure: of one promise, organisation or time, how fast somebody acted, whether it helped."""
    now = timezone.now()
    if slug := _slug(request):
        rows = rows.filter(Exists(CaseTrouble.objects.filter(case=OuterRef("pk"), promise__slug=slug)))
    if (pk := request.GET.get("organisation", "")).isdecimal():
        rows = rows.filter(customer__person__organisation=int(pk))
    rows = periods.within(request, slices.read(request).of(rows), "opened_at", at=now)
    due_at = Coalesce("first_due_at", "due_at")
    in_time, missed = Q(first_act_at__lte=due_at), Q(LessThan(due_at, now), first_act_at=None)
    chosen = {
        ("speed", "due"): Q(first_act_at__isnull=False) | missed,
        ("speed", "acted"): in_time,
        ("speed", "late"): Q(first_act_at__gt=due_at) | missed,
        ("helped", "any"): Q(helped__isnull=False),
        ("helped", "yes"): Q(helped=True),
        ("helped", "no"): Q(helped=False),
    }
    for name in ("speed", "helped"):
        rows = rows.filter(chosen.get((name, request.GET.get(name, "")), Q()))
    return rows


def _slug(request: PageRequest) -> str:
    return request.GET.get("promise", "").replace("\x00", "")[:80]


def _menus(request: PageRequest, among: Iterable[Team]) -> list[lists.Filter]:
    teams = [(str(team.pk), team.name) for team in among]
    priorities = [(str(value), label) for value, label in reversed(Case.Priority.choices)]
    menus = [lists.chips(request, "priority", "Priority", priorities), lists.chips(request, "sort", "Sort", SORTS)]
    return [lists.chips(request, "in", "Team", teams), *menus] if len(teams) > 1 else menus


def _more(request: PageRequest) -> list[lists.Filter]:
    menus = [
        lists.chips(request, "show", "Show", SHOWN),
        periods.chips(request, "Opened in"),
        *slices.chips(request),
        lists.chips(request, "speed", "First act", SPEEDS),
        lists.chips(request, "helped", "Helped", HELPED),
    ]
    if slug := _slug(request):
        named = Promise.objects.filter(slug=slug).values_list("slug", "words")
        menus.insert(0, lists.chips(request, "promise", "Promise", named))
    return [*organisation(request), *menus]


def organisation(request: PageRequest) -> list[lists.Filter]:
    """The chip of the one organisation that an address names, by which it can be taken away again."""
    if not (pk := request.GET.get("organisation", "")).isdecimal():
        return []
    named = [(str(row.pk), str(row)) for row in Organisation.objects.filter(pk=pk)]
    return [lists.chips(request, "organisation", "Organisation", named)]


def _counted(request: PageRequest) -> list[tuple[str, str]]:
    """Whose there are, with how many are open."""
    counts = shell.of(request).counts
    has_team = request.user.team_id
    return [(value, f"{label} {getattr(counts, value):,}") for value, label in WHOSE if value != "team" or has_team]
