"""Who came to a link, and what a visit is answered with: put together here, and drawn once by the door."""

import secrets
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from django.http import HttpRequest, HttpResponse, HttpResponseRedirect, JsonResponse
from django.urls import reverse

from heedful.kit.actor import By
from heedful.listen import forms, wordings
from heedful.listen.models import Invitation, Survey
from heedful.web import shell
from heedful.web.portal.look import sealed, show
from heedful.web.shell import Shell


@dataclass(frozen=True, slots=True)
class PortalAnswer:
    """What a customer gets to see: a page, the address where it goes on, or data for the page's script."""

    language: str
    context: Mapping[str, Any] = field(default_factory=dict)
    status: int = 200
    template: str = "portal/sentence.html"
    address: str = ""
    data: Mapping[str, str] | None = None

    def drawn(self, request: HttpRequest) -> HttpResponse:
        """It as a response."""
        if self.data is not None:
            return sealed(JsonResponse(dict(self.data), status=self.status))
        if self.address:
            return sealed(HttpResponseRedirect(f"{self.address}?lang={self.language}"))
        return show(request, self.template, language=self.language, status=self.status, **self.context)


@dataclass(frozen=True, slots=True)
class Visit:
    """Who came to a link: with an invitation of their own, by a survey's public link, or by one that we do not know."""

    shell: Shell
    language: str
    survey: Survey | None = None
    invitation: Invitation | None = None
    form_token: str = ""
    """Of the form that was sent, on the page that everybody gets."""

    @property
    def company(self) -> str:
        """Whose page it is."""
        return self.shell.company.name

    @property
    def by(self) -> By:
        """The customer as the actor of a change."""
        if self.invitation and self.invitation.associate:
            return self.invitation.associate.by
        who = str(self.invitation.customer_id) if self.invitation and self.invitation.customer_id else ""
        return By("customer", who, f"Customer {who}" if who else "A visitor")

    def say(self, key: str) -> str:
        """One of our sentences."""
        return wordings.say(key, self.language, company=self.company)

    def sentence(self, key: str, *, status: int = 200, **more: str) -> PortalAnswer:
        """A page of one sentence."""
        return PortalAnswer(self.language, {"sentence": self.say(key), **more}, status)

    def questions(self, survey: Survey, given: dict[str, Any], *, status: int = 200, **more: str) -> PortalAnswer:
        """The questions, with the answers `given` so far; whoever has no link of their own yet gets a form's token."""
        context = {
            "form_token": "" if self.invitation else self.form_token or secrets.token_urlsafe(16),
            "survey_form": forms.lay_out(survey, company=self.company, language=self.language, given=given),
            "address": address_of(survey, self.invitation),
            "languages": [(code, wordings.name_of(code)) for code in survey.languages if code != self.language],
        }
        return PortalAnswer(self.language, {**context, **more}, status, "portal/survey.html")

    def thanks(self, survey: Survey) -> PortalAnswer:
        """What is said to who has answered."""
        sentence = forms.lay_out(survey, company=self.company, language=self.language).thanks
        change = f"{address_of(survey, self.invitation)}?change&lang={self.language}"
        return PortalAnswer(self.language, {"sentence": sentence, "change": change})


def address_of(survey: Survey, invitation: Invitation | None) -> str:
    """Where the questions are: for one customer, or for everybody."""
    return reverse("portal:survey", args=[invitation.token if invitation else survey.public_token])


def find(request: HttpRequest, token: str) -> Visit:
    """Who comes with this link, and the language that they read."""
    invitation = (
        Invitation.objects.select_related("survey", "customer__person", "associate").filter(token=token[:40]).first()
    )
    if invitation is None:
        survey = Survey.objects.filter(public_token=token[:40]).first()
    else:
        is_sent = invitation.state in {Invitation.State.ASKED, Invitation.State.ANSWERED}
        survey = invitation.survey if is_sent else None
    if survey is None:
        return Visit(shell.of(request), forms.choose_among(list(wordings.LANGUAGES), _accepted(request)))
    language = forms.choose_language(survey, _languages(request, invitation))
    return Visit(shell.of(request), language, survey, invitation, request.POST.get("form_token", "")[:64])


def _languages(request: HttpRequest, invitation: Invitation | None) -> list[str]:
    """The languages that somebody may read: chosen on the page, known of the customer, and those of the browser."""
    chosen = request.POST.get("lang") or request.GET.get("lang", "")
    person = invitation.customer.person if invitation and invitation.customer else None
    return [one for one in (chosen, person.language if person else "") if one] + _accepted(request)


def _accepted(request: HttpRequest) -> list[str]:
    """The languages of the browser, in its order; the weights are left aside."""
    header = request.headers.get("Accept-Language", "")[:200]
    return [part.partition(";")[0].strip() for part in header.split(",") if part.strip()]
