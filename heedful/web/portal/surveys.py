"""Where customers answer: reading never writes, for mail scanners follow links too."""

from typing import Any

from django.http import HttpRequest, HttpResponse
from django.utils import timezone
from django.views.decorators.csp import csp_override
from django.views.decorators.csrf import csrf_exempt
from django.views.decorators.http import require_http_methods

from heedful.customers import question_kinds
from heedful.kit.errors import Refused
from heedful.listen import answers, wordings
from heedful.listen.models import Invitation, Survey
from heedful.web.portal import limits, visits
from heedful.web.portal.look import POLICY
from heedful.web.portal.visits import PortalAnswer, Visit

# The link is what lets somebody answer, so there is no cookie that another site could ride on.


@csp_override(POLICY)
@csrf_exempt
@require_http_methods(["GET", "HEAD", "POST"])
def survey(request: HttpRequest, token: str) -> HttpResponse:
    """Show the questions, or keep what was answered to them."""
    visit = visits.find(request, token)
    if visit.survey is None:
        return visit.sentence("unknown", status=404).drawn(request)
    answer = (_keep if request.method == "POST" else _show)(request, visit, visit.survey)
    return answer.drawn(request)


@csp_override(POLICY)
@csrf_exempt
@require_http_methods(["GET", "HEAD", "POST"])
def stop(request: HttpRequest, token: str) -> HttpResponse:
    """Let a customer say that we should not ask any more, here or by one click in the mail (RFC 8058)."""
    visit = visits.find(request, token)
    if visit.invitation is None or visit.invitation.customer_id is None:
        return visit.sentence("unknown", status=404).drawn(request)
    if request.method == "POST" and _is_by_hand(request):
        answers.stop(invitation=visit.invitation, by=visit.by, at=timezone.now())
    if answers.has_stopped(invitation=visit.invitation):
        return visit.sentence("stopped").drawn(request)
    return visit.sentence("stop_ask", stop=request.path).drawn(request)


def _show(request: HttpRequest, visit: Visit, survey: Survey) -> PortalAnswer:
    now, invitation = timezone.now(), visit.invitation
    if survey.ended_at is not None or (invitation is None and survey.is_paused):
        return visit.sentence("ended", status=410)
    if invitation is not None and now > invitation.changeable_until:
        return visit.sentence("answered" if invitation.submitted_at else "expired", status=410)
    if invitation is not None and invitation.submitted_at is not None and "change" not in request.GET:
        return visit.thanks(survey)
    given = {code: answer["value"] for code, answer in invitation.answers.items()} if invitation else {}
    tapped = {
        code: value
        for code, value in _readable(survey, request.GET.dict()).items()
        if question_kinds.is_tapped(code)  # in the mail; nonsense in the address counts as none
    }
    # What was given on the page outlives the address, which a reload brings back.
    return visit.questions(survey, {**tapped, **given}, fresh=" ".join(code for code in tapped if code not in given))


def _keep(request: HttpRequest, visit: Visit, survey: Survey) -> PortalAnswer:
    values = {code: request.POST[code] for code in (one["code"] for one in survey.questions) if code in request.POST}
    wants_data = "application/json" in request.headers.get("Accept", "")
    if not _is_by_hand(request):
        readable = _readable(survey, values)
        return visit.questions(survey, readable, fresh=" ".join(readable))
    try:
        address = visits.address_of(survey, _save(request, visit, survey, values))
    except Refused as no:
        return _refused(visit, survey, values, no, wants_data=wants_data)
    return PortalAnswer(visit.language, address=address, data={"address": address} if wants_data else None)


def _is_by_hand(request: HttpRequest) -> bool:
    """Whether somebody pressed: the page's script says so where it runs; where it does not, only a button sends."""
    return request.POST.get("hand", "1") == "1"


def _save(request: HttpRequest, visit: Visit, survey: Survey, values: dict[str, Any]) -> Invitation:
    submit, now = "send" in request.POST, timezone.now()
    if visit.invitation is not None:
        return answers.answer_all(invitation=visit.invitation, values=values, submit=submit, by=visit.by, at=now)
    limits.count(request, of=survey)
    return answers.open_public(
        survey=survey,
        values=values,
        submit=submit,
        channel="link",
        form_token=visit.form_token,
        by=visit.by,
        at=now,
    )


def _refused(visit: Visit, survey: Survey, values: dict[str, Any], no: Refused, *, wants_data: bool) -> PortalAnswer:
    if wants_data:
        return PortalAnswer(visit.language, status=422, data={"sentence": _translated(visit, no)})
    if no.code in {"ended", "answered", "expired", "unknown"}:
        return visit.sentence(no.code, status=410)
    return visit.questions(survey, _readable(survey, values), refusal=_translated(visit, no), status=422)


def _translated(visit: Visit, no: Refused) -> str:
    return visit.say(no.code) if no.code in wordings.WORDS["en"]["sentences"] else no.sentence


def _readable(survey: Survey, values: dict[str, Any]) -> dict[str, Any]:
    """The answers among these values that can be read."""
    readable: dict[str, Any] = {}
    for question in survey.questions:
        code = question["code"]
        if code in values and (value := answers.readable(survey, code, values[code])) is not None:
            readable[code] = value
    return readable
