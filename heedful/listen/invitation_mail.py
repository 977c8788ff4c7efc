"""The mail that asks: the first question is in it, and a tap on an answer opens the page with that answer chosen."""

from dataclasses import dataclass
from functools import cache

import css_inline
from django.conf import settings
from django.template.loader import render_to_string

from heedful.associates import company
from heedful.customers.models import Customer
from heedful.kit import colour
from heedful.listen import forms
from heedful.listen.forms import SurveyForm
from heedful.listen.models import Invitation, Survey

PLAIN = "#2f6f5e"


@dataclass(frozen=True, slots=True)
class InvitationMail:
    """A mail ready to be sent."""

    subject: str
    text: str
    html: str
    headers: dict[str, str]


def compose(*, invitation: Invitation, person: Customer) -> InvitationMail:
    """Return the mail in the customer's language, in the company's colour, with a way out."""
    language = forms.choose_language(invitation.survey, [person.language])
    made = preview(
        survey=invitation.survey, language=language, link=link_to(invitation.token), stop=stop_link(invitation.token)
    )
    made.headers.update(
        {
            "List-Unsubscribe": f"<{stop_link(invitation.token)}>",
            "List-Unsubscribe-Post": "List-Unsubscribe=One-Click",
            "Auto-Submitted": "auto-generated",
        }
    )
    return made


def preview(*, survey: Survey, language: str, link: str, stop: str) -> InvitationMail:
    """Return a survey's mail as it would look, with the links given."""
    company_row = company.find()
    name, accent = (company_row.name, company_row.colour) if company_row else ("", PLAIN)
    survey_form = forms.lay_out(survey, company=name, language=language)
    context = {
        "survey_form": survey_form,
        "first": survey_form.questions[0],
        "link": link,
        "stop": stop,
        "accent": accent,
        "ink": colour.ink_on(accent),
        "readable": colour.readable(accent, on="#ffffff"),
        "words": {key: survey_form.say(key) for key in ("tap", "answer", "stop")},
    }
    html = _inliner().inline(render_to_string("listen/ask.html", context))
    return InvitationMail(survey_form.subject, _text(survey_form, link, stop), html, {})


def link_to(token: str) -> str:
    """Return where a sheet is answered."""
    return f"{settings.PUBLIC_URL}/s/{token}"


def stop_link(token: str) -> str:
    """Return where a customer says that we should not ask any more."""
    return f"{link_to(token)}/stop"


def _text(survey_form: SurveyForm, link: str, stop: str) -> str:
    """The mail for those who read plain text: the question, each answer with its link, and the way out."""
    first = survey_form.questions[0]
    lines = [survey_form.intro, "", first.text, ""]
    for point in first.points:
        words = point.words
        if not first.has_words and first.low and point in (first.points[0], first.points[-1]):
            words = f"{words} ({first.low if point == first.points[0] else first.high})"
        lines.append(f"{words}: {link}?{first.code}={point.value}")
    if not first.points:
        lines.append(link)
    return "\n".join([*lines, "", survey_form.company, "", f"{survey_form.say('stop')}: {stop}", ""])


@cache
def _inliner() -> css_inline.CSSInliner:
    return css_inline.CSSInliner(load_remote_stylesheets=False, keep_at_rules=True)
