"""Where customers answer: reading never writes, for mail scanners follow links too."""

from dataclasses import dataclass
from typing import Any

from django.http import HttpRequest, HttpResponse, HttpResponseRedirect, JsonResponse
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.csp import csp_override
from django.views.decorators.csrf import csrf_exempt
from django.views.decorators.http import require_http_methods

from heedful.customers import question_kinds
from heedful.kit.actor import By
from heedful.kit.errors import Refused
from heedful.listen import answers, forms, wordings
from heedful.listen.models import Invitation, Survey
from heedful.web import shell
from heedful.web.portal import limits
from heedful.web.portal.look import POLICY, sealed, show

# The link is what lets somebody answer, so there is no cookie that another site could ride on.


@dataclass(frozen=True, slots=True)
class Visit:
    """Who came to a link: with an ask of their own, or by a survey's public link."""

    survey: Survey
    invitation: Invitation | None
    language: str

    @property
    def address(self) -> str:
        """Where this sheet is."""
        return reverse("portal:survey", args=[self.invitation.token if self.invitation else self.survey.public_token])

    @property
    def by(self) -> By:
        """The customer as the actor of a change."""
        if self.invitation and self.invitation.associate:
            return self.invitation.associate.by
        who = str(self.invitation.customer_id) if self.invitation and self.invitation.customer_id else ""
        return By("customer", who, f"Customer {who}" if who else "A visitor")


@csp_override(POLICY)
@csrf_exempt
@require_http_methods(["GET", "HEAD", "POST"])
def survey(request: HttpRequest, token: str) -> HttpResponse:
    """Show a sheet, or keep what was answered on it."""
    visit = _find(request, token)
    if visit is None:
        language = forms.choose_among(list(wordings.LANGUAGES), _accepted(request))
        return _sentence(request, language, "unknown", status=404)
    if request.method == "POST":
        return _keep(request, visit)
    return _show(request, visit)


@csp_override(POLICY)
@csrf_exempt
@require_http_methods(["GET", "HEAD", "POST"])
def stop(request: HttpRequest, token: str) -> HttpResponse:
    """Let a customer say that we should not ask any more, here or by one click in the mail (RFC 8058)."""
    visit = _find(request, token)
    if visit is None or visit.invitation is None or visit.invitation.customer_id is None:
        language = forms.choose_among(list(wordings.LANGUAGES), _accepted(request))
        return _sentence(request, language, "unknown", status=404)
    if request.method == "POST":
        answers.stop(invitation=visit.invitation, by=visit.by, at=timezone.now())
    if answers.has_stopped(invitation=visit.invitation):
        return _sentence(request, visit.language, "stopped")
    return _sentence(request, visit.language, "stop_ask", stop=request.path)


def _find(request: HttpRequest, token: str) -> Visit | None:
    invitation = (
        Invitation.objects.select_related("survey", "customer__person", "associate").filter(token=token[:40]).first()
    )
    if invitation is not None and invitation.state not in {Invitation.State.ASKED, Invitation.State.ANSWERED}:
        return None
    found = invitation.survey if invitation else Survey.objects.filter(public_token=token[:40]).first()
    if found is None:
        return None
    chosen = request.POST.get("lang") or request.GET.get("lang", "")
    own = (
        invitation.customer.person.language if invitation and invitation.customer and invitation.customer.person else ""
    )
    wanted = [word for word in (chosen, own) if word] + _accepted(request)
    return Visit(found, invitation, forms.choose_language(found, wanted))


def _show(request: HttpRequest, visit: Visit) -> HttpResponse:
    now, invitation = timezone.now(), visit.invitation
    if visit.survey.ended_at is not None or (invitation is None and visit.survey.is_paused):
        return _sentence(request, visit.language, "ended", status=410)
    if invitation is not None and now > invitation.changeable_until:
        return _sentence(request, visit.language, "answered" if invitation.submitted_at else "expired", status=410)
    if invitation is not None and invitation.submitted_at is not None and "change" not in request.GET:
        return _thanks(request, visit)
    given = {code: answer["value"] for code, answer in invitation.answers.items()} if invitation else {}
    tapped = _tapped(request, visit.survey)
    fresh = [code for code, value in tapped.items() if given.get(code) != value]
    return _sheet(request, visit, {**given, **tapped}, fresh=" ".join(fresh))


def _keep(request: HttpRequest, visit: Visit) -> HttpResponse:
    asked = [question["code"] for question in visit.survey.questions]
    values = {code: request.POST[code] for code in asked if code in request.POST}
    wants_json = "application/json" in request.headers.get("Accept", "")
    try:
        invitation = _answer(request, visit, values)
    except Refused as no:
        sentence = _translated(request, no, visit.language)
        if wants_json:
            return sealed(JsonResponse({"sentence": sentence}, status=422))
        return _refused(request, visit, values, no, sentence)
    address = Visit(visit.survey, invitation, visit.language).address
    if wants_json:
        return sealed(JsonResponse({"address": address}))
    return sealed(HttpResponseRedirect(f"{address}?lang={visit.language}"))


def _answer(request: HttpRequest, visit: Visit, values: dict[str, Any]) -> Invitation:
    submit, now = "send" in request.POST, timezone.now()
    if visit.invitation is not None:
        return answers.answer_all(invitation=visit.invitation, values=values, submit=submit, by=visit.by, at=now)
    limits.count(request, of=visit.survey)
    return answers.open_public(survey=visit.survey, values=values, submit=submit, channel="link", by=visit.by, at=now)


def _refused(request: HttpRequest, visit: Visit, values: dict[str, Any], no: Refused, sentence: str) -> HttpResponse:
    if no.code in {"ended", "answered", "expired", "unknown"}:
        return _sentence(request, visit.language, no.code, status=410)
    return _sheet(request, visit, _as_given(visit.survey, values), refusal=sentence, status=422)


def _sheet(
    request: HttpRequest, visit: Visit, given: dict[str, Any], *, status: int = 200, **more: str
) -> HttpResponse:
    sheet = forms.lay_out(visit.survey, company=shell.of(request).company.name, language=visit.language, given=given)
    others = [(code, wordings.name_of(code)) for code in visit.survey.languages if code != visit.language]
    return show(
        request,
        "portal/survey.html",
        language=visit.language,
        status=status,
        sheet=sheet,
        address=visit.address,
        languages=others,
        **more,
    )


def _thanks(request: HttpRequest, visit: Visit) -> HttpResponse:
    sheet = forms.lay_out(visit.survey, company=shell.of(request).company.name, language=visit.language)
    change = f"{visit.address}?change&lang={visit.language}"
    return show(request, "portal/sentence.html", language=visit.language, sentence=sheet.thanks, change=change)


def _sentence(request: HttpRequest, language: str, key: str, *, status: int = 200, **more: str) -> HttpResponse:
    sentence = wordings.say(key, language, company=shell.of(request).company.name)
    return show(request, "portal/sentence.html", language=language, status=status, sentence=sentence, **more)


def _translated(request: HttpRequest, no: Refused, language: str) -> str:
    known = wordings.WORDS["en"]["sentences"]
    return wordings.say(no.code, language, company=shell.of(request).company.name) if no.code in known else no.sentence


def _tapped(request: HttpRequest, survey: Survey) -> dict[str, Any]:
    """The answers that were chosen in the mail; nonsense in the address counts as none."""
    given = _as_given(survey, request.GET.dict())
    return {code: value for code, value in given.items() if question_kinds.is_tapped(code)}


def _as_given(survey: Survey, values: dict[str, Any]) -> dict[str, Any]:
    given: dict[str, Any] = {}
    for question in survey.questions:
        code = question["code"]
        if code in values and (value := answers.readable(survey, code, values[code])) is not None:
            given[code] = value
    return given


def _accepted(request: HttpRequest) -> list[str]:
    """The languages of the browser, in its order; the weights are left aside."""
    header = request.headers.get("Accept-Language", "")[:200]
    return [part.partition(";")[0].strip() for part in header.split(",") if part.strip()]
