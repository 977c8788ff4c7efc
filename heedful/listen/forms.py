"""The sheet as a customer sees it: a survey's questions in one language, with what was answered already."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from heedful.customers import question_kinds
from heedful.listen import wordings
from heedful.listen.models import Survey


@dataclass(frozen=True, slots=True)
class AnswerChoice:
    """One value on a scale, what it is called, and whether it is chosen."""

    value: int
    words: str
    is_chosen: bool


@dataclass(frozen=True, slots=True)
class Question:
    """One question: points to choose from, or room for words."""

    code: str
    text: str
    points: Sequence[AnswerChoice]
    has_words: bool
    low: str
    high: str
    words: str
    required: bool

    @property
    def is_open(self) -> bool:
        """Whether it is answered in words."""
        return self.code == question_kinds.OPEN

    @property
    def breaks(self) -> int:
        """How many points stand in a row where there is little room."""
        return 6 if len(self.points) > 7 else len(self.points)


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


def choose_language(survey: Survey, wanted: Iterable[str]) -> str:
    """Return the first wanted language that the survey speaks, else the survey's first."""
    return choose_among(survey.languages, wanted)


def choose_among(spoken: Sequence[str], wanted: Iterable[str]) -> str:
    """Return the first wanted language that is spoken, else the first spoken, else English."""
    for language in wanted:
        for one in spoken:
            if language.lower() == one.lower() or wordings.base(language) == wordings.base(one):
                return one
    return spoken[0] if spoken else "en"


def _question(question: Mapping[str, Any], text: str, language: str, given: Mapping[str, Any]) -> Question:
    code = str(question["code"])
    answer = given.get(code)
    low, high = _ends(question, language)
    words = () if code == question_kinds.OPEN else wordings.points(code, language) or _two(code, low, high)
    return Question(
        code=code,
        text=text,
        points=[] if code == question_kinds.OPEN else _points(code, words, answer),
        has_words=bool(words),
        low=low,
        high=high,
        words=str(answer or "") if code == question_kinds.OPEN else "",
        required=bool(question.get("required")),
    )


def _two(code: str, low: str, high: str) -> tuple[str, ...]:
    """The words of a scale of two points, which are its ends."""
    scale = question_kinds.scale_of(code)
    return (low, high) if low and high and scale.highest - scale.lowest == 1 else ()


def _ends(question: Mapping[str, Any], language: str) -> tuple[str, str]:
    """What the ends of the scale mean: as the company writes it in this language, else as we do."""
    if question["code"] == question_kinds.OPEN:
        return "", ""
    ours = wordings.ends(question["code"], language)
    low, high = (str(question.get(end, {}).get(language, "")) for end in ("low", "high"))
    return low or ours[0], high or ours[1]


def _points(code: str, words: Sequence[str], answer: Any) -> list[AnswerChoice]:
    scale = question_kinds.scale_of(code)
    values = range(scale.lowest, scale.highest + 1)
    return [
        AnswerChoice(
            value, words[value - scale.lowest] if words else str(value), answer is not None and answer == value
        )
        for value in values
    ]
