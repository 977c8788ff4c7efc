"""The desk's cases: what waits, and one case with everything that may be done about it."""

from typing import Any
from urllib.parse import urlencode

from django.contrib import messages
from django.http import HttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import get_object_or_404, render
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.http import require_http_methods, require_POST

from heedful.act import cases, causes, replies
from heedful.act.models import Case, Reply
from heedful.associates.models import Team
from heedful.customers.models import Feedback
from heedful.kit import bundle
from heedful.kit.errors import Refused
from heedful.web import lists, refusals, shell
from heedful.web.desk import mail_form
from heedful.web.desk.cases import bulk, incoming
from heedful.web.desk.cases import history as case_history
from heedful.web.desk.cases import list as case_list
from heedful.web.desk.cases import page as case_page
from heedful.web.desk.customers import panel
from heedful.web.filters import case_mark
from heedful.web.page import PageRequest, is_fragment, page, page_or_block, redirect_with

LATEST = "#latest"
"""Where the page shows what was said last."""
WITH_LEAD = "A case is open. It is the second failure of this customer, so it is with the lead."


def columns() -> list[lists.Column[Case]]:
    """What the export holds: words, and at the end the codes that do not change."""
    why = causes.names()
    return [
        ("Case", lambda case: case.pk),
        ("Customer", lambda case: case.who.label),
        ("About", lambda case: case.title),
        ("Priority", lambda case: case.get_priority_display()),
        ("Team", lambda case: case.team),
        ("Owner", lambda case: case.owner),
        ("Opened", lambda case: case.opened_at),
        ("Due", lambda case: case.due_at),
        ("First act", lambda case: case.first_act_at),
        ("Closed", lambda case: case.closed_at),
        ("Outcome", lambda case: case.get_outcome_display()),
        ("Cause", lambda case: why.get(case.cause, case.cause)),
        ("Helped", lambda case: case.helped),
        ("Customer number", lambda case: case.who.pk),
        ("Outcome code", lambda case: case.outcome),
        ("Cause code", lambda case: case.cause),
    ]


@page("case.read")
def queue(request: PageRequest) -> HttpResponseBase:
    """My own cases."""
    return _list(request, whose="mine")


@page("case.read")
def index(request: PageRequest) -> HttpResponseBase:
    """Everybody's cases."""
    return _list(request)


def _list(request: PageRequest, *, whose: str = "") -> HttpResponseBase:
    among = bulk.Receivers()
    wish = case_list.case_list_query(request, among.teams, whose=whose)
    if request.GET.get("format") == "csv":
        return lists.csv_file(request, "cases", wish.cases, columns())
    if "since" in request.GET:
        return _news(request, wish, whose)
    shown = lists.read(request, wish.cases, keys=wish.keys)
    newest = max((case.pk for case in shown.rows), default=0)
    context = {
        "wish": wish,
        "page": shown,
        "whose": whose,
        "newest": newest,
        "handing": bulk.BulkHandoverForm().offer(among),
        "now": timezone.now(),
    }
    return page_or_block(request, "desk/cases/index.html", "rows", context)


def _news(request: PageRequest, wish: case_list.CaseListQuery, whose: str) -> HttpResponse:
    """What an open list does not know yet: cases that came, and rows that are no longer true."""
    pairs = (pair.partition(".") for pair in request.GET.get("shown", "").split(","))
    shown = {pk: mark for pk, _, mark in pairs if pk.isascii() and pk.isdecimal()}
    since = int(number) if (number := request.GET["since"]).isdecimal() else 0
    fresh = list(wish.cases.filter(pk__gt=since).exclude(pk__in=list(shown)).order_by("-pk")[: lists.PAGE])
    rows = Case.objects.select_related("customer__person", "owner", "team").filter(pk__in=[*shown][: lists.PAGE * 4])
    changed = [case for case in rows if case_mark(case) != shown[str(case.pk)]]
    lists.disclose(request, [*fresh, *changed])
    context = {"fresh": fresh, "changed": changed, "whose": whose, "now": timezone.now()}
    return render(request, "desk/cases/news.html", context)


@page("case.read")
def case(request: PageRequest, pk: int) -> HttpResponse:
    """One case."""
    row = _case_to_show(request, pk)
    if is_fragment(request) and request.headers.get("HX-Target") == "earlier":
        earlier = case_history.part(_history(request, row))
        return render(request, "desk/cases/lines.html", {"case": row, "history": earlier})
    is_stale = request.GET.get("seen", hand := case_page.ownership_digest(row)) != hand
    if is_fragment(request):
        return render(request, "desk/cases/live.html", {**_context(request, row), "is_stale": is_stale})
    return render(request, "desk/cases/case.html", _context(request, row))


def _history(request: PageRequest, row: Case) -> case_history.HistoryQueries:
    """The part that an address names, else the latest; a page that shows more of it already says since when."""
    before, since = (case_history.HistoryPosition.read(request.GET.get(name, "")) for name in ("before", "since"))
    return case_history.HistoryQueries(row, before=before, since=None if before else since)


def _case_to_show(request: PageRequest, pk: int) -> Case:
    """A case with what its page shows of it."""
    related = ("customer__person__stage", "customer__person__organisation", "owner", "team")
    row = get_object_or_404(Case.objects.select_related(*related), pk=pk)
    lists.disclose(request, [row])
    return row


def _context(request: PageRequest, row: Case, **forms: Any) -> dict[str, Any]:
    """All that the page shows, in two statements: what hangs on the case, and then what hangs on that."""
    now, labels = timezone.now(), shell.of(request).names
    side, choices = panel.panel(row.who, here=row), case_page.Choices()
    history, changes = _history(request, row), case_page.AddressQueries(row)
    following = case_page.next_cases(request.user, after=row)
    returned = incoming.returned_mails(row.who.email)
    hung = [*side.queries, *choices, *history, *changes, *labels.queries, following, returned]
    troubles = case_page.troubles_of(request, row, hung)
    beside, named = case_page.TroubleQueries(troubles.rows), case_history.NamedInHistory(history)
    bundle.fetch(*beside, *named)
    rows = case_page.trouble_rows(troubles.rows, beside, labels.topics)
    return {
        "case": row,
        "customer": row.who,
        "changes": case_page.address_changes(changes),
        "panel": side,
        "now": now,
        "hand": case_page.ownership_digest(row),
        "troubles": rows,
        "page": troubles,
        "history": case_history.part(history, named),
        "place": urlencode({name: request.GET[name] for name in ("after", "before") if name in request.GET}),
        "cause": labels.causes.get(row.cause, row.cause),
        "is_mine": row.owner_id == request.user.pk,
        "mailing": mail_form.MailForm(initial={"subject": case_page.subject(rows)}),
        "calling": case_page.CallForm(auto_id="call_%s"),
        "noting": case_page.NoteForm(auto_id="note_%s"),
        "handing": case_page.HandoverForm(auto_id="hand_%s").offer(choices),
        "closing": case_page.ClosureForm(initial={"cause": row.cause}, offered=choices.causes),
        "replies": choices.replies,
        "returned": next(iter(returned), None),
        "following": next(iter(following), None),
        "begun": bool(forms),
        "is_stale": False,
        "opened": "mailing" if row.is_waiting and row.owner_id == request.user.pk else "",
        **forms,
    }


def _case(pk: int) -> Case:
    return get_object_or_404(Case, pk=pk)


def _back(request: PageRequest, pk: int, sentence: str, *, place: str = "") -> HttpResponse:
    return redirect_with(request, reverse("desk:case", args=[pk]) + place, sentence)


def _wrong(request: PageRequest, pk: int, **forms: Any) -> HttpResponse:
    """The page again, with what was typed and what is wrong with it."""
    row = _case_to_show(request, pk)
    context = _context(request, row, **forms, opened=next(iter(forms)))
    return render(request, "desk/cases/case.html", context, status=422)


@page("case.work")
@require_POST
def claim(request: PageRequest, pk: int) -> HttpResponse:
    """This is mine."""
    cases.claim(case=_case(pk), by=request.user.by, at=timezone.now())
    return _back(request, pk, "This case is yours.")


@page("case.work")
@require_POST
def give_back(request: PageRequest, pk: int) -> HttpResponse:
    """This is no longer mine."""
    row = cases.give_back(case=_case(pk), by=request.user.by, at=timezone.now())
    whose = f" in the queue of {row.team}" if row.team else ""
    return _back(request, pk, f"Given back. It waits{whose} until somebody claims it.")


@page("case.work")
@require_POST
def notes(request: PageRequest, pk: int) -> HttpResponse:
    """Write a note."""
    form = case_page.NoteForm(request.POST, auto_id="note_%s")
    if not form.is_valid():
        return _wrong(request, pk, noting=form)
    cases.note(case=_case(pk), text=form.cleaned_data["text"], by=request.user.by, at=timezone.now())
    return _back(request, pk, "Noted. Your colleagues see it here.", place=LATEST)


@page("case.work")
@require_POST
def mails(request: PageRequest, pk: int) -> HttpResponse:
    """Write to the customer; what was typed is not lost when it cannot be sent."""
    if "insert" in request.POST:
        return _with_reply(request, pk)
    form = mail_form.MailForm(request.POST)
    if not form.is_valid():
        return _wrong(request, pk, mailing=form)
    with refusals.at_form(form):
        data = mail_form.words(request, form)
        message = cases.write(case=_case(pk), **data, by=request.user.by, at=timezone.now())
        return _back(request, pk, mail_form.sentence(message), place=LATEST)
    return _wrong(request, pk, mailing=form)


def _with_reply(request: PageRequest, pk: int) -> HttpResponse:
    """The mail again with a saved reply below what was typed so far; nothing is sent."""
    row, typed = _case_to_show(request, pk), request.POST.get("text", "").rstrip()
    chosen = request.POST.get("reply", "")
    reply = Reply.objects.offered().filter(pk=chosen).first() if chosen.isdecimal() and len(chosen) < 18 else None
    words = replies.filled(reply, case=row, writer=request.user) if reply else ""
    context = {"subject": request.POST.get("subject", ""), "text": "\n\n".join(part for part in (typed, words) if part)}
    return render(
        request,
        "desk/cases/case.html",
        _context(request, row, mailing=mail_form.MailForm(initial=context), opened="mailing"),
    )


@page("case.work")
@require_POST
def calls(request: PageRequest, pk: int) -> HttpResponse:
    """Write down a call."""
    form = case_page.CallForm(request.POST, auto_id="call_%s")
    if not form.is_valid():
        return _wrong(request, pk, calling=form)
    with refusals.at_form(form):
        cases.log_call(case=_case(pk), text=form.cleaned_data["text"], by=request.user.by, at=timezone.now())
        return _back(request, pk, "Written down, and the clock has stopped.", place=LATEST)
    return _wrong(request, pk, calling=form)


@page("case.assign")
@require_POST
def handover(request: PageRequest, pk: int) -> HttpResponse:
    """Give it to somebody else."""
    form = case_page.HandoverForm(request.POST, auto_id="hand_%s")
    if not form.is_valid():
        return _wrong(request, pk, handing=form)
    with refusals.at_form(form):
        row = cases.hand_over(case=_case(pk), **form.cleaned_data, by=request.user.by, at=timezone.now())
        return _back(request, pk, f"Handed over. {row.owner or row.team} will see it now.")
    return _wrong(request, pk, handing=form)


@page("case.lead")
@require_POST
def handovers(request: PageRequest) -> HttpResponse:
    """Give several to somebody else, and say of each that could not be given why."""
    form = bulk.BulkHandoverForm(request.POST)
    if not form.is_valid():
        raise Refused("Choose to whom the cases go.")
    whom, why = form.receiver(), form.cleaned_data["reason"]
    given = {"team": whom} if isinstance(whom, Team) else {"to": whom}
    chosen = Case.objects.select_related("customer__person").filter(pk__in=_numbers(request.POST.getlist("case")))
    handed = cases.hand_over_each(cases=chosen, **given, reason=why, by=request.user.by, at=timezone.now())
    for sentence in bulk.refusal_sentence(handed):
        messages.error(request, sentence)
    back = reverse("desk:queue" if "queue" in request.POST else "desk:cases") + lists.query(request.GET)
    return redirect_with(request, back.removesuffix("?"), bulk.success_sentence(handed, whom))


def _numbers(typed: list[str]) -> list[int]:
    return [int(number) for number in typed if number.isascii() and number.isdecimal() and len(number) < 18]


@page("case.close")
@require_http_methods(["POST", "DELETE"])
def closure(request: PageRequest, pk: int) -> HttpResponseBase:
    """Close the case, or take the closing back."""
    if request.method == "DELETE":
        return reopening(request, pk)
    form = case_page.ClosureForm(request.POST)
    if not form.is_valid():
        return _wrong(request, pk, closing=form)
    row = cases.close(case=_case(pk), **form.cleaned_data, by=request.user.by, at=timezone.now())
    ends = "." if row.outcome == Case.Outcome.NO_TROUBLE else f", and {row.who.label} is asked whether it helped."
    return _back(request, pk, f"Closed{ends}")


@page("case.close")
@require_http_methods(["POST", "DELETE"])
def reopening(request: PageRequest, pk: int) -> HttpResponse:
    """Go on with a closed case."""
    cases.reopen(case=_case(pk), reason=request.POST.get("reason", ""), by=request.user.by, at=timezone.now())
    return _back(request, pk, "Open again, with a clock of its own.")


@page("case.work")
@require_POST
def take(request: PageRequest, pk: int) -> HttpResponse:
    """Take a case from what a customer said."""
    feedback = get_object_or_404(Feedback, pk=pk)
    row = cases.take(feedback=feedback, by=request.user.by, at=timezone.now())
    return _back(request, row.pk, "This case is yours." if row.owner_id == request.user.pk else WITH_LEAD)
