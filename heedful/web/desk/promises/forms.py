"""How a promise is written down: its words, whom it is for, and its standards as sentences with gaps to fill."""

from collections.abc import Iterable
from typing import Any

from django import forms

from heedful.associates.models import Associate
from heedful.customers import kinds, question_kinds
from heedful.customers.models import Stage
from heedful.kit.errors import Refused
from heedful.promise import calendars, standards
from heedful.promise.models import Calendar, Promise, Standard
from heedful.promise.promises import SEVERITIES, Wording
from heedful.promise.standards import StandardDraft
from heedful.web import touchpoint_kinds

SIZES_S = {"hours": 3_600, "minutes": 60, "seconds": 1}
"""The longest first. A day is no number of seconds: what is due in days is due at the end of one."""
UNITS = [f"{working}{unit}" for working in ("", "working ") for unit in ("seconds", "minutes", "hours", "days")]
GAPS = {"within": "within", "by_date": "date", "score": "score", "yes": "yes"}
"""How the names of the gaps of each sentence begin."""
HAPPENS, PROMISED = "Say what happens first.", "Say what is promised to happen."
NEEDED = {
    "within": {"within_from": HAPPENS, "within_to": PROMISED, "within_number": "Say within how long."},
    "by_date": {"date_from": HAPPENS, "date_to": PROMISED, "date_property": "Say which property carries the date."},
    "score": {"score_at_least": "Say which score is good enough."},
    "yes": {"yes_from": "Say what happens.", "yes_property": "Say which property says yes or no."},
}
"""What must be filled in of the sentence that is chosen."""
QUESTIONS = [(kind.code, kind.name) for kind in question_kinds.kinds(with_scale=True)]


def _kind(label: str) -> forms.CharField:
    return touchpoint_kinds.TouchpointKindField(label=label, attrs={"aria-label": label, "placeholder": label})


def _text(label: str) -> forms.CharField:
    widget = forms.TextInput(attrs={"aria-label": label, "autocomplete": "off", "placeholder": label})
    return forms.CharField(label=label, required=False, max_length=120, widget=widget)


def _number(label: str, **more: Any) -> forms.IntegerField:
    widget = forms.NumberInput(attrs={"aria-label": label, "class": "gap-number"})
    return forms.IntegerField(label=label, required=False, widget=widget, **more)


def _choice(label: str, choices: list[tuple[str, str]]) -> forms.ChoiceField:
    return forms.ChoiceField(
        label=label, required=False, choices=choices, widget=forms.Select(attrs={"aria-label": label, "class": "gap"})
    )


class StandardForm(forms.Form):
    """One standard: four sentences, of which one is chosen."""

    form = forms.ChoiceField(choices=Standard.Form.choices, widget=forms.RadioSelect)
    within_from = _kind("what happens first")
    within_to = _kind("what we promise")
    within_number = _number("how many", min_value=0)
    within_unit = _choice("of what", [(unit, unit) for unit in UNITS])
    date_from = _kind("what happens first")
    date_to = _kind("what we promise")
    date_property = _text("the property with the date")
    score_question = _choice("question", QUESTIONS)
    score_topic = _text("topic, if any")
    score_at_least = _number("score")
    score_from = _kind("any moment")
    yes_from = _kind("what happens")
    yes_property = _text("the property with the yes")
    calendar = forms.ModelChoiceField(
        Calendar.objects.order_by("name"), required=False, empty_label="The company's default", label="Working time by"
    )
    match_property = forms.CharField(
        required=False,
        max_length=120,
        label="Belongs together by",
        help_text="The property that both touchpoints carry, such as order_id. Without it, by the customer alone.",
    )
    at_risk = forms.FloatField(
        min_value=1,
        max_value=100,
        initial=75,
        label="At risk after",
        help_text="Per cent of the time.",
        widget=forms.NumberInput(attrs={"step": "any"}),
    )

    def clean(self) -> dict[str, Any]:
        """Say beside each gap what is missing in it, and above the sentences why they cannot be measured."""
        said = self.cleaned_data
        for name, sentence in NEEDED.get(said.get("form", ""), {}).items():
            if name not in self.errors and said.get(name) in (None, ""):
                self.add_error(name, sentence)
        if not self.errors:
            try:
                standards.check(self.draft())
            except Refused as no:
                self.add_error(None, no.sentence)
        return said

    @property
    def wrong(self) -> dict[str, list[str]]:
        """What is wrong in the gaps of each sentence."""
        return {
            form: [
                error
                for name, errors in self.errors.items()
                if name.startswith(f"{gap}_")
                for error in map(str, errors)
            ]
            for form, gap in GAPS.items()
        }

    @property
    def unheard(self) -> dict[str, list[str]]:
        """What was filled in of each sentence and names nothing that anybody has sent."""
        typed = {form: [str(self[name].value() or "") for name in _kinds_of(gap)] for form, gap in GAPS.items()}
        return {form: unseen_kinds(names) for form, names in typed.items() if any(names)}

    @property
    def is_wrong_below(self) -> bool:
        """Whether something is wrong in what is folded away."""
        return any(name in self.errors for name in ("calendar", "match_property", "at_risk"))

    def draft(self) -> StandardDraft:
        """The standard that was filled in."""
        said = self.cleaned_data
        form = said["form"]
        share = round(said["at_risk"] / 100, 6)
        if form == "within":
            return self._within(said, share)
        if form == "by_date":
            return StandardDraft(
                form=form,
                from_kind=said["date_from"],
                to_kind=said["date_to"],
                property=said["date_property"],
                calendar=said["calendar"],
                match_property=said["match_property"],
                at_risk_share=share,
            )
        if form == "yes":
            return StandardDraft(form=form, from_kind=said["yes_from"], property=said["yes_property"])
        question = ".".join(part for part in (said["score_question"], said["score_topic"]) if part)
        return StandardDraft(
            form=form, from_kind=said["score_from"], question=question, at_least=said["score_at_least"]
        )

    def _within(self, said: dict[str, Any], share: float) -> StandardDraft:
        unit, number = said["within_unit"], said["within_number"]
        working = unit.startswith("working")
        in_days = unit.endswith("days")
        calendar = (said["calendar"] or calendars.default()) if working else None
        if working and calendar is None:
            raise Refused("Say first when you work, under Setup, Working time. Or promise hours and days by the clock.")
        return StandardDraft(
            form="within",
            from_kind=said["within_from"],
            to_kind=said["within_to"],
            within_days=number if in_days else None,
            within_s=None if in_days or number is None else number * SIZES_S[unit.removeprefix("working ")],
            calendar=calendar,
            match_property=said["match_property"],
            at_risk_share=share,
        )


def _kinds_of(gap: str) -> list[str]:
    return [name for name in (f"{gap}_from", f"{gap}_to") if name in StandardForm.base_fields]


def unseen_kinds(typed: Iterable[str]) -> list[str]:
    """What kinds are called that were typed, by name or by code, and of which none has arrived yet."""
    known = touchpoint_kinds.offered()
    codes = [touchpoint_kinds.code_of(text, known) for text in typed]
    return [touchpoint_kinds.name_of(code, known) for code in kinds.unseen(slugs=codes)]


MOST = 12
"""Standards that a page reads; whoever claims to send a million waits for none of them."""
Standards = forms.formset_factory(
    StandardForm, extra=0, min_num=1, max_num=MOST, absolute_max=MOST, validate_max=True, can_delete=True
)


def empty() -> dict[str, Any]:
    """A standard that nobody has filled in; working time is offered once the company has said when it works."""
    unit = "working days" if calendars.default() else "days"
    return {"form": "within", "within_unit": unit, "at_risk": 75}


def initial_of(standard: Standard) -> dict[str, Any]:
    """A standard as the form shows it."""
    unit, number = _span(standard)
    question, _, topic = standard.question.partition(".")
    prefix = GAPS[standard.form]
    return {
        "form": standard.form,
        f"{prefix}_from": standard.from_kind,
        f"{prefix}_to": standard.to_kind,
        f"{prefix}_property": standard.property,
        "within_number": number,
        "within_unit": unit,
        "score_question": question,
        "score_topic": topic,
        "score_at_least": standard.at_least,
        "calendar": standard.calendar_id,
        "match_property": standard.match_property,
        "at_risk": _whole(round(standard.at_risk_share * 100, 4)),
    }


def _span(standard: Standard) -> tuple[str, int | None]:
    """The time in the longest unit that says it exactly."""
    working = "working " if standard.calendar_id else ""
    if standard.within_s is None:
        return f"{working}days", standard.within_days
    unit = next(unit for unit, size_s in SIZES_S.items() if standard.within_s % size_s == 0)
    return f"{working}{unit}", standard.within_s // SIZES_S[unit]


def _whole(number: float) -> float:
    return int(number) if number.is_integer() else number


class PromiseForm(forms.Form):
    """What is said about a promise, beside how it is measured."""

    words = forms.CharField(
        max_length=300,
        label="The promise, in the words that a customer hears",
        widget=forms.TextInput(attrs={"placeholder": "We deliver on the day that we name"}),
    )
    stage = forms.ModelChoiceField(Stage.objects.all(), required=False, empty_label="Any stage")
    owner = forms.ModelChoiceField(
        Associate.objects.filter(is_active=True).order_by("name"), required=False, empty_label="Nobody yet"
    )
    severity = forms.TypedChoiceField(
        label="When it is broken, that is", choices=list(SEVERITIES.items()), coerce=int, initial=2
    )
    audience_attribute = forms.CharField(
        required=False, max_length=120, label="Made to customers whose", help_text="Empty for everybody; such as plan."
    )
    audience_values = forms.CharField(
        required=False, max_length=400, label="is one of", help_text="Separated by commas, such as gold, platinum."
    )
    expected_question = forms.ChoiceField(
        required=False, label="What the words let customers expect", choices=[("", "Nothing in numbers"), *QUESTIONS]
    )
    expected_value = forms.IntegerField(required=False, label="A score of", help_text="On the question's own scale.")
    counter_measure = forms.CharField(
        required=False,
        label="What is being done where it is broken",
        widget=forms.Textarea(attrs={"rows": 3}),
    )
    is_case_clock = forms.BooleanField(
        required=False,
        label="Cases run by this promise",
        help_text="Its time says when a case is due. One promise at a time can.",
    )

    def wording(self) -> Wording:
        """What was said."""
        said = self.cleaned_data
        attribute, values = said["audience_attribute"].strip(), said["audience_values"].split(",")
        question, value = said["expected_question"], said["expected_value"]
        return Wording(
            words=said["words"],
            stage=said["stage"],
            owner=said["owner"],
            severity=said["severity"],
            audience={attribute: values} if attribute else {},
            stated_expectation={question: value} if question and value is not None else {},
            counter_measure=said["counter_measure"],
            is_case_clock=said["is_case_clock"],
        )


def wording_of(promise: Promise) -> dict[str, Any]:
    """A promise as the form shows it."""
    attribute, values = next(iter(promise.audience.items()), ("", []))
    question, value = next(iter(promise.stated_expectation.items()), ("", None))
    return {
        "words": promise.words,
        "stage": promise.stage_id,
        "owner": promise.owner_id,
        "severity": promise.severity,
        "audience_attribute": attribute,
        "audience_values": ", ".join(values),
        "expected_question": question,
        "expected_value": value,
        "counter_measure": promise.counter_measure,
        "is_case_clock": promise.is_case_clock,
    }
