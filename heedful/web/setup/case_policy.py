"""How cases are worked: what counts as trouble, who comes first, and by which clock."""

from collections.abc import Callable

from django import forms
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, render
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.http import require_POST

from heedful.act import case_policy as nouns
from heedful.act.models import CasePolicy
from heedful.customers import question_kinds
from heedful.understand import detection, rules
from heedful.understand.light import signals
from heedful.understand.models import TroubleRule
from heedful.web import refusals, versions
from heedful.web.page import PageRequest, page, redirect_with

HOUR_S = 3600
CHANGED = "CasePolicyChanged"
SEVERITIES = [(1, "Mild"), (2, "Serious"), (3, "Grave")]


class CasePolicyForm(forms.Form):
    """The numbers that cases go by."""

    high_value = forms.DecimalField(
        label="Customers come first from a yearly value of",
        required=False,
        min_value=0,
        max_digits=14,
        decimal_places=2,
        help_text="In the company's currency. Empty: the highest tenth of all who have a value.",
    )
    at_risk = forms.ChoiceField(label="When a promise is about to be broken", choices=CasePolicy.AtRisk.choices)
    flood_cases = forms.IntegerField(
        label="Cases that one broken promise opens in an hour",
        min_value=1,
        max_value=100_000,
        help_text="For the rest one case is opened for the lead, which names every customer.",
    )
    repeat_days = forms.IntegerField(
        label="Days within which another failure is a second one",
        min_value=1,
        max_value=3_650,
        help_text="A second failure goes to a lead with half the time. A customer who writes on a case that was closed"
        " within these days opens it again.",
    )
    answer_within_h = forms.IntegerField(
        label="Hours to answer, without a promise of your own",
        min_value=1,
        max_value=8_760,
        help_text="Only as long as no promise is marked as the one by which cases run.",
    )


class ScoreRule(forms.Form):
    """A score that counts as trouble."""

    question = forms.ChoiceField(
        label="Answer to",
        choices=[(kind.code, kind.name) for kind in question_kinds.kinds() if kind.is_trouble],
    )
    at_most = forms.IntegerField(label="At most")
    severity = forms.TypedChoiceField(label="How bad", choices=SEVERITIES, coerce=int)


class SignalRule(forms.Form):
    """A sign in the words that counts as trouble."""

    signal = forms.ChoiceField(label="Sign in the words")
    severity = forms.TypedChoiceField(label="How bad", choices=SEVERITIES, coerce=int)

    def __init__(self, *args: object, **kwargs: object) -> None:
        super().__init__(*args, **kwargs)  # type: ignore[arg-type]  # whatever a form takes
        offered = [(name, detection.words_of(name)) for name in signals.names()]
        self.fields["signal"].choices = offered  # type: ignore[attr-defined]


@page("promise.edit")
def case_policy(request: PageRequest) -> HttpResponse:
    """Show it, and change the numbers."""
    form = versions.of(request, CasePolicyForm(request.POST or None, initial=_numbers()), event=CHANGED)
    if request.method == "POST" and form.is_valid():
        data = dict(form.cleaned_data)
        with refusals.at_form(form):
            within_s = data.pop("answer_within_h") * HOUR_S
            nouns.change(**data, answer_within_s=within_s, by=request.user.by, at=timezone.now())
            return redirect_with(request, reverse("setup:case-policy"), "Saved. Cases go by it from now on.")
    return _show(request, form=form)


@page("promise.edit")
@require_POST
def score_rules(request: PageRequest) -> HttpResponse:
    """Let a score count as trouble."""
    return _add(request, score_rule=ScoreRule(request.POST, auto_id="score_%s"), operation=rules.add_score)


@page("promise.edit")
@require_POST
def signal_rules(request: PageRequest) -> HttpResponse:
    """Let a sign in the words count as trouble."""
    return _add(request, signal_rule=SignalRule(request.POST, auto_id="signal_%s"), operation=rules.add_signal)


@page("promise.edit")
@require_POST
def rule_removal(request: PageRequest, pk: int) -> HttpResponse:
    """Let something count no longer."""
    rules.remove(rule=get_object_or_404(TroubleRule, pk=pk), by=request.user.by, at=timezone.now())
    return redirect_with(request, reverse("setup:case-policy"), "This opens no case any more.")


def _add(request: PageRequest, *, operation: Callable[..., object], **forms: forms.Form) -> HttpResponse:
    """Let what one form says count as trouble."""
    (form,) = forms.values()
    if form.is_valid():
        with refusals.at_form(form):
            operation(**form.cleaned_data, by=request.user.by, at=timezone.now())
            return redirect_with(request, reverse("setup:case-policy"), "From now on this opens a case.")
    return _show(request, **forms)


def _numbers() -> dict[str, object]:
    """The case policy as its form shows it."""
    row = nouns.find()
    return {**vars(row), "answer_within_h": row.answer_within_s // HOUR_S}


def _show(request: PageRequest, **forms: forms.Form) -> HttpResponse:
    context = {
        "form": forms.get("form") or versions.of(request, CasePolicyForm(initial=_numbers()), event=CHANGED),
        "score_rule": ScoreRule(auto_id="score_%s"),
        "signal_rule": SignalRule(auto_id="signal_%s"),
        "rules": [(rule, detection.sentence(rule), dict(SEVERITIES)[rule.severity]) for rule in detection.rules()],
        **forms,
    }
    status = 422 if any(form.errors for form in forms.values()) else 200
    return render(request, "setup/case_policy.html", context, status=status)
