"""How a promise is written down beside its standards: its words, whom it is for, and what they let customers expect."""

import csv
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, time
from io import StringIO
from itertools import zip_longest
from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.db.models import Q
from django.utils import timezone

from heedful.associates.models import Associate
from heedful.customers import question_kinds
from heedful.customers.models import Stage
from heedful.kit import characters
from heedful.kit.errors import Refused
from heedful.promise.models import Promise
from heedful.promise.promises import SEVERITIES, Wording
from heedful.prove import answers, experience

QUESTIONS = [(kind.code, kind.name) for kind in question_kinds.kinds(with_scale=True)]

LONGEST = 4_000
"""Characters that are read of the values of one attribute."""

type Pair = tuple[str, str]


class PairsInput(forms.Widget):
    """Two gaps beside each other under names of their own, sent as often as somebody fills them."""

    def __init__(self, first: str, second: str) -> None:
        super().__init__()
        self.names = (first, second)

    def value_from_datadict(self, data: Any, files: Any, name: str) -> list[Pair]:
        """The pairs of which something was filled in."""
        del files, name
        columns = [[characters.storable(text).strip() for text in data.getlist(each)] for each in self.names]
        return [(first, second) for first, second in zip_longest(*columns, fillvalue="") if first or second]


class AudienceField(forms.Field):
    """Attributes, each with the values that it may have; what is said of one twice is put together."""

    widget = PairsInput("audience_attribute", "audience_values")

    def clean(self, value: Sequence[Pair]) -> dict[str, list[str]]:
        """Attribute -> values."""
        audience: dict[str, list[str]] = {}
        for attribute, text in value:
            if len(text) > LONGEST:
                raise ValidationError(f"Say the values in at most {LONGEST:,} characters.")
            values = _values_of(text)
            if not attribute or not values:
                raise ValidationError("Say which attribute chooses the customers, and at least one value of it.")
            chosen = audience.setdefault(attribute, [])
            chosen += [one for one in values if one not in chosen]
        return audience


def _values_of(text: str) -> list[str]:
    """The values between commas; one that has a comma itself stands in quotes."""
    rows = csv.reader(StringIO(text), skipinitialspace=True)
    return [value.strip() for row in rows for value in row if value.strip()]


def _text_of(values: Iterable[str]) -> str:
    return ", ".join(_quoted(value) if {",", '"'} & set(value) else value for value in values)


def _quoted(value: str) -> str:
    doubled = value.replace('"', '""')
    return f'"{doubled}"'


class ExpectationsField(forms.Field):
    """Questions, each with the score that the words let customers expect."""

    widget = PairsInput("expected_question", "expected_value")

    def clean(self, value: Sequence[Pair]) -> dict[str, int]:
        """Question -> score; a question without a score says nothing."""
        pairs = [(question, score) for question, score in value if question and score]
        expected = dict(pairs)
        if len(expected) < len(pairs):
            raise ValidationError("Say once for each question what customers may expect.")
        try:
            return question_kinds.check(expected)
        except Refused as no:
            raise ValidationError(no.sentence) from None


@dataclass(frozen=True, slots=True)
class PairRow:
    """Two gaps on the page, the last of which are empty for one pair more."""

    number: int
    first: str
    second: str


class PromiseForm(forms.Form):
    """What is said about a promise, beside how it is measured."""

    words = forms.CharField(
        max_length=300,
        label="The promise, in the words that a customer hears",
        widget=forms.TextInput(attrs={"placeholder": "We deliver on the day that we name"}),
    )
    stage = forms.ModelChoiceField(Stage.objects.all(), required=False, empty_label="Any stage")
    owner = forms.ModelChoiceField(Associate.objects.none(), required=False, empty_label="Nobody yet")
    severity = forms.TypedChoiceField(
        label="When it is broken, that is", choices=list(SEVERITIES.items()), coerce=int, initial=2
    )
    audience = AudienceField(required=False)
    expectations = ExpectationsField(required=False)
    counter_measure = forms.CharField(
        required=False,
        label="What is being done where it is broken",
        widget=forms.Textarea(attrs={"rows": 3}),
    )
    experience_question = forms.ChoiceField(
        required=False,
        label="How it felt is known by",
        help_text="The question whose answers afterwards stand beside it on the board.",
    )
    since = forms.DateField(
        required=False,
        label="Promised since",
        widget=forms.DateInput(attrs={"type": "date"}),
        help_text="Empty is from now on. Give the day if it was promised before; from there on it counts.",
    )
    is_case_clock = forms.BooleanField(
        required=False,
        label="Cases run by this promise",
        help_text="Its time says when a case is due. One promise at a time can.",
    )

    def __init__(self, *args: Any, **more: Any) -> None:
        super().__init__(*args, **more)
        # Who no longer works here goes on owning what nobody else has taken over.
        self.fields["experience_question"].choices = _experience_choices(self.initial.get("experience_question", ""))  # type: ignore[attr-defined]
        able = Associate.objects.filter(Q(is_active=True) | Q(pk=self.initial.get("owner")))
        self.fields["owner"].queryset = able.order_by("name")  # type: ignore[attr-defined]

    @property
    def audience_rows(self) -> list[PairRow]:
        """Each attribute with its values, and gaps for one more."""
        return _rows(self["audience"].value())

    @property
    def expectation_rows(self) -> list[PairRow]:
        """Each question with its score, and gaps for one more."""
        return _rows(self["expectations"].value())

    @property
    def questions(self) -> list[tuple[str, str]]:
        """The questions that are offered, those with a topic among them that the promise names already."""
        offered = dict(QUESTIONS)
        questions = {row.first for row in self.expectation_rows if row.first}
        return [*QUESTIONS, *((code, _question(code)) for code in sorted(questions - offered.keys()))]

    @property
    def since_at(self) -> datetime | None:
        """The first moment of the day since when it has been promised."""
        day = self.cleaned_data.get("since")
        return timezone.make_aware(datetime.combine(day, time.min)) if day else None

    def wording(self) -> Wording:
        """What was said."""
        filled = self.cleaned_data
        return Wording(
            words=filled["words"],
            stage=filled["stage"],
            owner=filled["owner"],
            severity=filled["severity"],
            audience=filled["audience"],
            stated_expectation=filled["expectations"],
            counter_measure=filled["counter_measure"],
            experience_question=filled["experience_question"],
            is_case_clock=filled["is_case_clock"],
        )


def _rows(pairs: Sequence[Pair] | None) -> list[PairRow]:
    return [PairRow(number, *pair) for number, pair in enumerate([*(pairs or ()), ("", "")])]


def _experience_choices(current: str) -> list[Pair]:
    """What was answered on a scale, the question that is kept among it; whether a case helped is no promise's."""
    answered = [code for code in answers.questions_answered() if experience.is_of_promises(code)]
    named = sorted((_question(code), code) for code in {*answered, current} - {""})
    return [("", "Whichever is answered most"), *((code, name) for name, code in named)]


def _question(code: str) -> str:
    try:
        return question_kinds.name_of(code)
    except Refused:
        return code


def wording_of(promise: Promise) -> dict[str, Any]:
    """A promise as the form shows it."""
    return {
        "words": promise.words,
        "stage": promise.stage_id,
        "owner": promise.owner_id,
        "severity": promise.severity,
        "audience": _audience_pairs(promise.audience),
        "expectations": [(question, str(value)) for question, value in promise.stated_expectation.items()],
        "counter_measure": promise.counter_measure,
        "experience_question": promise.experience_question,
        "is_case_clock": promise.is_case_clock,
    }


def _audience_pairs(audience: Mapping[str, Sequence[str]]) -> list[Pair]:
    return [(attribute, _text_of([str(value) for value in values])) for attribute, values in audience.items()]
