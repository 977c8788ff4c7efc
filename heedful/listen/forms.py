"""The sheet as a customer sees it: a survey's questions in one language, with what was answered already."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from heedful.customers import question_kinds
from heedful.customers.question_kinds.kind import Input, scale_in
from heedful.listen import wordings
from heedful.listen.models import Survey


@dataclass(frozen=True, slots=True)
class AnswerChoice:
    """One answer to choose, what it is called, and whether it is chosen."""

    value: int | str
    words: str
    is_chosen: bool


@dataclass(frozen=True, slots=True)
class Question:
    """One question: answers to choose from, room for words, or for a number."""

    code: str
    text: str
    input: Input
    points: Sequence[AnswerChoice] = ()
    has_words: bool = False
    low: str = ""
    high: str = ""
    words: str = ""
    """What was written or which number was given so far."""
    at_least: float | None = None
    at_most: float | None = None

    @property
    def is_open(self) -> bool:
        """Whether it is answered in words."""
        return self.input == "words"

    @property
    def is_number(self) -> bool:
        """Whether it is answered with a number that is on no scale."""
        return self.input == "number"


@dataclass(frozen=True, slots=True)
class SurveyForm:
    """All that a page or a mail shows of a survey."""

    company: str
    language: str
    intro: str
    thanks: str
    subject: str
    questions: Sequence[Question]

    @property
    def direction(self) -> str:
        """`rtl` or `ltr`."""
        return wordings.direction(self.language)

    def say(self, key: str) -> str:
        """One of our sentences, in the sheet's language."""
        return wordings.say(key, self.language, company=self.company)


def lay_out(survey: Survey, *, company: str, language: str, given: Mapping[str, Any] | None = None) -> SurveyForm:
    """Return a survey's sheet in a language that it speaks, with the answers `given` so far."""
    first = str(survey.languages[0]) if survey.languages else "en"
    answers = given or {}

    def text(texts: Mapping[str, str], ours: str) -> str:
        written = texts.get(language) or texts.get(wordings.base(language))
        return wordings.fill(written or ours or wordings.pick(texts, language, first), company=company)

    return SurveyForm(
        company=company,
        language=language,
        intro=text(survey.intro, wordings.say("intro", language)),
        thanks=text(survey.thanks, wordings.say("thanks", language)),
        subject=text(survey.subject, wordings.say("subject", language)),
        questions=[
            _question(
                question, text(question["text"], wordings.question(question["code"], language)), language, answers
            )
            for question in survey.questions
        ],
    )


def choose_language(survey: Survey, preferred: Iterable[str]) -> str:
    """Return the first wanted language that the survey speaks, else the survey's first."""
    return choose_among(survey.languages, preferred)


def choose_among(spoken: Sequence[str], preferred: Iterable[str]) -> str:
    """Return the first wanted language that is spoken, else the first spoken, else English."""
    for language in preferred:
        for one in spoken:
            if language.lower() == one.lower() or wordings.base(language) == wordings.base(one):
                return one
    return spoken[0] if spoken else "en"


def _question(question: Mapping[str, Any], text: str, language: str, given: Mapping[str, Any]) -> Question:
    code = str(question["code"])
    answer, kind = given.get(code), question_kinds.kind_of(code)
    if kind.input == "points":
        return _on_scale(question, text, language, answer)
    if kind.input == "options":
        points = [_option(option, language, answer) for option in question.get("options", [])]
        return Question(code, text, kind.input, points, has_words=True)
    words = "" if answer is None else str(answer)
    return Question(
        code, text, kind.input, words=words, at_least=question.get("at_least"), at_most=question.get("at_most")
    )


def _on_scale(question: Mapping[str, Any], text: str, language: str, answer: Any) -> Question:
    code = str(question["code"])
    own, (low, high) = scale_in(question), _ends(question, language)
    scale = own or question_kinds.scale_of(code)
    words = () if own else wordings.points(code, language)
    if not words and scale.span == 1 and low and high:
        words = (low, high)
    if question.get("stars"):
        words = tuple(f"{number} ★" for number in range(scale.lowest, scale.highest + 1))
    points = [
        AnswerChoice(value, words[place] if words else str(value), answer == value)
        for place, value in enumerate(range(scale.lowest, scale.highest + 1))
    ]
    return Question(code, text, "points", points, bool(words), low, high)


def _option(option: Mapping[str, Any], language: str, answer: Any) -> AnswerChoice:
    label = wordings.pick(option["label"], language)
    code = option.get("code", label)
    return AnswerChoice(code, label, answer == code)


def _ends(question: Mapping[str, Any], language: str) -> tuple[str, str]:
    """What the ends of the scale mean: as the company writes it in this language, else as we do."""
    ours = wordings.ends(question["code"], language)
    low, high = (str(question.get(end, {}).get(language, "")) for end in ("low", "high"))
    return low or ours[0], high or ours[1]
