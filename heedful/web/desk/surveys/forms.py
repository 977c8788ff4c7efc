"""How a survey is written: its questions in each language, whom it asks, when and how often."""

from collections.abc import Mapping, Sequence
from typing import Any

from django import forms

from heedful.customers import question_kinds
from heedful.customers.question_kinds import EXPECTED
from heedful.customers.question_kinds.kind import Kind
from heedful.kit import names
from heedful.listen import wordings
from heedful.listen.models import Survey
from heedful.listen.question_settings import FEWEST_OPTIONS
from heedful.listen.surveys import Design
from heedful.web import brand_fields, touchpoint_kinds

UNITS = {"minutes": 60, "hours": 3_600, "days": 86_400}
OFFERED = [(kind.code, kind.offer) for kind in question_kinds.kinds() if kind.offer and kind.input != "words"]
BEFORE = [(f"{EXPECTED}{kind.code}", kind.offer_before) for kind in question_kinds.kinds() if kind.offer_before]
WORDS = [(kind.code, kind.offer) for kind in question_kinds.kinds() if kind.input == "words"]
OFFERS = [*OFFERED, *BEFORE, *WORDS]
SCALES = [("", "The usual"), ("1-4", "1 to 4"), ("1-5", "1 to 5"), ("1-5 stars", "1 to 5 stars"),
    ("1-7", "1 to 7"), ("1-10", "1 to 10"), ("0-10", "0 to 10")]  # fmt: skip
NEXT = [*(code for code, _ in WORDS), *(kind.code for kind in question_kinds.kinds() if kind.is_headline)]
MORE_LANGUAGES = "more_languages"


class OwnWords(forms.CharField):
    """Words of the company's own; in a language of which we have none there is no way around them."""

    def __init__(self, *, language: str, **more: Any) -> None:
        super().__init__(required=False, **more)
        self.is_needed = not wordings.is_spoken(language)


class SurveyDesignForm(forms.Form):
    """The survey but for its questions; the words around them are asked for in each language."""

    name = forms.CharField(max_length=120, help_text="What you call it; customers do not see it.")
    languages = forms.MultipleChoiceField(
        choices=[(code, wordings.in_english(code)) for code in wordings.LANGUAGES],
        widget=forms.CheckboxSelectMultiple,
        required=False,
        help_text="In these we have words for everything that you leave empty.",
    )
    more_languages = forms.CharField(
        required=False,
        max_length=80,
        label="Others",
        help_text="Codes such as pl or ar, separated by commas; in these you write every word.",
    )
    moment_kind = touchpoint_kinds.TouchpointKindField(
        label="Ask when this happens",
        help_text="A kind of touchpoint. Leave it empty for a survey that is only linked to.",
    )
    delay = forms.IntegerField(min_value=0, initial=0, required=False, label="How long after")
    delay_unit = forms.ChoiceField(choices=[(unit, unit) for unit in UNITS], initial="hours", label="Unit")
    share = forms.IntegerField(
        min_value=0,
        max_value=100,
        initial=100,
        label="Share, in per cent",
        help_text="How many of these moments ask, drawn by lot.",
    )
    times = forms.IntegerField(
        min_value=1, max_value=100, initial=1, label="One customer at most", help_text="times by this survey"
    )
    days = forms.IntegerField(
        min_value=1,
        max_value=3650,
        initial=90,
        label="In how many days",
        help_text="All surveys together have a limit of their own.",
    )

    def __init__(self, *args: Any, spoken: Sequence[str], **more: Any) -> None:
        super().__init__(*args, **more)
        self.spoken = spoken
        brand_fields.add_choice(self, help_text="Who asks; what is answered is of this brand.")
        for language in spoken:
            for part, label in (("subject", "Subject of the mail"), ("intro", "Heading"), ("thanks", "Thanks")):
                field = OwnWords(
                    language=language,
                    max_length=500,
                    label=label,
                    widget=forms.TextInput(
                        attrs={"placeholder": wordings.ours(part, language), "lang": language, "dir": "auto"}
                    ),
                )
                self.fields[f"{part}_{language}"] = field

    def clean(self) -> dict[str, Any]:
        """Say beside each field what is missing in a language in which we have no words."""
        for language in _foreign(self.spoken):
            for part in ("subject", "intro", "thanks"):
                _ask_for(self, f"{part}_{language}", language)
        return self.cleaned_data

    @property
    def must_say(self) -> bool:
        """Whether one of its languages has no words of ours, so that the company must write them all."""
        return bool(_foreign(self.spoken))

    def around(self) -> list[tuple[str, list[Any]]]:
        """The words around the questions: each language with its fields."""
        parts = ("subject", "intro", "thanks")
        return [
            (wordings.in_english(language), [self[f"{part}_{language}"] for part in parts]) for language in self.spoken
        ]

    def design(self, questions: Sequence[Mapping[str, Any]]) -> Design:
        """The survey that was filled in."""
        data = self.cleaned_data
        return Design(
            name=data["name"],
            questions=questions,
            languages=self.spoken,
            moment_kind=data["moment_kind"].strip(),
            delay_s=(data["delay"] or 0) * UNITS[data["delay_unit"]],
            share=data["share"] / 100,
            times=data["times"],
            days=data["days"],
            brand=brand.pk if (brand := data.get("brand")) else None,
            **{
                part: {language: data[f"{part}_{language}"] for language in self.spoken}
                for part in ("subject", "intro", "thanks")
            },
        )


class QuestionForm(forms.Form):
    """One question, worded in each language."""

    code = forms.ChoiceField(choices=OFFERS, label="Question")
    topic = forms.CharField(
        required=False, max_length=40, label="Topic", help_text="When it is about one thing, such as delivery."
    )

    scale = forms.ChoiceField(choices=SCALES, required=False, label="Scale")
    at_least = forms.FloatField(required=False, label="The smallest number")
    at_most = forms.FloatField(required=False, label="The largest number")

    def __init__(self, *args: Any, spoken: Sequence[str], **more: Any) -> None:
        super().__init__(*args, **more)
        self.spoken = spoken
        for language in spoken:
            ours = "Empty for our words" if wordings.is_spoken(language) else ""
            self.fields[f"text_{language}"] = OwnWords(
                language=language,
                max_length=500,
                label=f"Words in {wordings.in_english(language)}",
                widget=forms.TextInput(attrs={"lang": language, "dir": "auto", "placeholder": ours}),
            )
            if not wordings.is_spoken(language):
                self._ask_for_ends(language)
            self.fields[f"options_{language}"] = forms.CharField(
                required=False,
                max_length=1_500,
                label=f"Answers to choose in {wordings.in_english(language)}",
                help_text="One on a line, in the same order in every language.",
                widget=forms.Textarea(attrs={"rows": 4, "lang": language, "dir": "auto"}),
            )

    def _ask_for_ends(self, language: str) -> None:
        """In a language for which we have no words, the company says what the ends of the scale mean."""
        for end, label in (("low", "lowest"), ("high", "highest")):
            widget = forms.TextInput(attrs={"lang": language, "dir": "auto"})
            self.fields[f"{end}_{language}"] = OwnWords(
                language=language,
                max_length=80,
                label=f"The {label} answer in {wordings.in_english(language)}",
                widget=widget,
            )

    def clean(self) -> dict[str, Any]:
        """Say beside each field what is missing in a language in which we have no words."""
        kind = _kind(self.cleaned_data.get("code"))
        parts = ("text", "low", "high") if kind.scale else ("text",)
        for language in _foreign(self.spoken):
            for part in parts:
                _ask_for(self, f"{part}_{language}", language)
        if kind.input == "options" and not _is_still_written(self) and len(self._options()) < FEWEST_OPTIONS:
            self.add_error(f"options_{self.spoken[0]}", f"Write at least {FEWEST_OPTIONS} answers, one on a line.")
        return self.cleaned_data

    def texts(self) -> list[Any]:
        """The fields for its words, and for what its kind lets a survey choose."""
        kind = _kind(self["code"].value())
        parts: tuple[str, ...] = ("text_",)
        if kind.scale:
            parts = ("scale", "text_", "low_", "high_") if kind.is_rescalable else ("text_", "low_", "high_")
        elif kind.input == "options":
            parts = ("text_", "options_")
        elif kind.input == "number":
            parts = ("text_", "at_")
        return [self[name] for name in self.fields if name.startswith(parts)]

    def question(self) -> dict[str, Any]:
        """The question that was filled in."""
        data, kind = self.cleaned_data, _kind(self.cleaned_data.get("code"))
        typed = data.get("topic", "").strip()
        topic = names.slug(typed, otherwise="topic", most=50).replace("-", "_") if typed else ""
        code = f"{data['code']}.{topic}" if topic and kind.input != "words" else data["code"]
        question = {"code": code} | {
            part: {language: data.get(f"{part}_{language}", "") for language in self.spoken}
            for part in ("text", "low", "high")
        }
        if kind.input == "number":
            return question | {end: data.get(end) for end in ("at_least", "at_most")}
        if kind.input == "options":
            return question | {"options": self._options()}
        ends, _, look = data.get("scale", "").partition(" ") if kind.is_rescalable else ("", "", "")
        return question | ({"scale": [int(end) for end in ends.split("-")], "stars": look == "stars"} if ends else {})

    def _options(self) -> list[dict[str, Any]]:
        """The answers to choose, each with what it is called in every language."""
        lines = {
            language: [names.one_line(line) for line in self.cleaned_data.get(f"options_{language}", "").splitlines()]
            for language in self.spoken
        }
        filled = {language: [line for line in options if line] for language, options in lines.items()}
        return [
            {"label": {language: options[place] for language, options in filled.items() if place < len(options)}}
            for place in range(max(map(len, filled.values()), default=0))
        ]


def _kind(code: Any) -> Kind:
    """The kind of a question that is being written; of none yet, the first that is offered."""
    return question_kinds.kind_of(str(code) if code in dict(OFFERS) else OFFERS[0][0])


def _foreign(spoken: Sequence[str]) -> list[str]:
    """Those languages in which we have no words of our own."""
    return [language for language in spoken if not wordings.is_spoken(language)]


def _ask_for(form: forms.Form, name: str, language: str) -> None:
    """Only of whoever is done: who asks for another question or language is still writing."""
    if _is_still_written(form):
        return
    if name not in form.errors and not form.cleaned_data.get(name, "").strip():
        form.add_error(name, f"Write it in {wordings.in_english(language)}: we have no words of our own in it.")


def _is_still_written(form: forms.Form) -> bool:
    return bool({"more", "again"} & form.data.keys())


Questions = forms.formset_factory(QuestionForm, extra=0, min_num=1, max_num=8, absolute_max=16, can_delete=True)


def next_question(sent: Any) -> str:
    """The question that one who wants another is offered: the first that is not asked yet."""
    codes = {value for key, value in sent.items() if key.startswith("question-") and key.endswith("-code")}
    return next((code for code in NEXT if code not in codes), NEXT[0])


def draft_survey(form: SurveyDesignForm, rows: Any) -> Survey:
    """The survey as far as it is written, for a look at it; nothing is refused."""
    form.is_valid()
    rows.is_valid()
    done = [row for row in rows.forms if row.cleaned_data.get("code") and not row.cleaned_data.get("DELETE")]
    around = {
        part: {language: form.cleaned_data.get(f"{part}_{language}", "") for language in form.spoken}
        for part in ("subject", "intro", "thanks")
    }
    return Survey(languages=list(form.spoken), questions=[row.question() for row in done], **around)


def chosen_languages(sent: Any) -> list[str]:
    """The languages that were chosen, ours first; English where none was."""
    others = [code.strip() for code in sent.get(MORE_LANGUAGES, "")[:80].split(",") if code.strip()]
    return list(dict.fromkeys([*sent.getlist("languages"), *others]))[:20] or ["en"]


def initial_of(survey: Survey) -> dict[str, Any]:
    """A survey as the form shows it."""
    unit = next((unit for unit in ("days", "hours") if survey.delay_s and not survey.delay_s % UNITS[unit]), "minutes")
    around = {
        f"{part}_{language}": getattr(survey, part).get(language, "")
        for part in ("subject", "intro", "thanks")
        for language in survey.languages
    }
    return around | {
        "name": survey.name,
        "brand": survey.brand_id,
        "languages": [language for language in survey.languages if language in wordings.LANGUAGES],
        "more_languages": ", ".join(code for code in survey.languages if code not in wordings.LANGUAGES),
        "moment_kind": survey.moment_kind,
        "delay": survey.delay_s // UNITS[unit],
        "delay_unit": unit,
        "share": round(survey.share * 100),
        "times": survey.times,
        "days": survey.days,
    }


def question_initial(question: Mapping[str, Any]) -> dict[str, Any]:
    """A question as the form shows it."""
    codes = [code for code, _ in OFFERS]
    code = str(question["code"])
    plain = code if code in codes else code.rpartition(".")[0]
    topic = "" if code in codes else code.rpartition(".")[2]
    scale = question.get("scale")
    look = f"{scale[0]}-{scale[1]}{' stars' if question.get('stars') else ''}" if scale else ""
    own = {"scale": look, "at_least": question.get("at_least"), "at_most": question.get("at_most")}
    languages = {language for option in question.get("options", []) for language in option["label"]}
    own |= {
        f"options_{language}": "\n".join(option["label"].get(language, "") for option in question["options"])
        for language in languages
    }
    return (
        {"code": plain, "topic": topic}
        | own
        | {
            f"{part}_{language}": text
            for part in ("text", "low", "high")
            for language, text in question.get(part, {}).items()
        }
    )
