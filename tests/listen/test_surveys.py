"""Surveys are made, changed, paused and ended, and refuse what cannot be asked."""

from collections.abc import Callable
from typing import Any

import pytest
from django.utils import timezone

from heedful.associates.models import Associate
from heedful.customers.models import TouchpointKind
from heedful.kit.actor import SYSTEM
from heedful.kit.errors import Forbidden, Refused
from heedful.ledger.models import Entry
from heedful.listen import forms, surveys, wordings
from heedful.listen.models import Survey

pytestmark = pytest.mark.django_db
TWO = [{"code": "recommend"}, {"code": "open"}]


def watchers() -> int:
    return TouchpointKind.objects.filter(pk="delivered").values_list("watchers", flat=True).first() or 0


def test_a_running_survey_watches_its_moment_and_no_other_does(make: Callable[..., Survey]) -> None:
    survey, now = make(), timezone.now()
    assert watchers() == 1
    surveys.pause(survey=survey, by=SYSTEM, at=now)
    assert watchers() == 0
    surveys.resume(survey=survey, by=SYSTEM, at=now)
    assert watchers() == 1
    design = surveys.Design(name="Delivery", questions=TWO, moment_kind=" Called")
    surveys.change(survey=survey, design=design, by=SYSTEM, at=now)
    assert watchers() == 0
    surveys.end(survey=survey, by=SYSTEM, at=now)
    assert TouchpointKind.objects.get(pk="called").watchers == 0


def test_an_ended_survey_is_not_changed(make: Callable[..., Survey]) -> None:
    survey, now = make(), timezone.now()
    surveys.end(survey=survey, by=SYSTEM, at=now)
    for again in (surveys.end, surveys.pause, surveys.resume):
        with pytest.raises(Refused, match="has ended"):
            again(survey=survey, by=SYSTEM, at=now)
    assert Entry.objects.filter(kind="SurveyEnded").count() == 1


def test_pausing_and_resuming_twice_are_refused(make: Callable[..., Survey]) -> None:
    survey, now = make(), timezone.now()
    with pytest.raises(Refused, match="not paused"):
        surveys.resume(survey=survey, by=SYSTEM, at=now)
    surveys.pause(survey=survey, by=SYSTEM, at=now)
    with pytest.raises(Refused, match="paused already"):
        surveys.pause(survey=survey, by=SYSTEM, at=now)


def test_two_surveys_of_one_name_have_addresses_of_their_own(make: Callable[..., Survey]) -> None:
    assert [make().slug, make().slug, make(name="Ωμέγα").slug] == ["delivery", "delivery-2", "survey"]


def test_a_survey_has_eight_questions_at_most_and_a_language_sixteen_letters(make: Callable[..., Survey]) -> None:
    questions = [{"code": f"satisfaction.t{n}", "text": {"en": "How?"}} for n in range(8)]
    survey = make(questions=questions, languages=["en-aaaaaa-bbbbbb"])
    assert (len(survey.questions), survey.languages) == (8, ["en-aaaaaa-bbbbbb"])
    with pytest.raises(Refused, match="'en-aaaaaa-bbbbbbb' is not a language code"):
        make(languages=["en-aaaaaa-bbbbbbb"])


@pytest.mark.parametrize(
    ("changed", "sentence"),
    [
        ({"name": "  "}, "Give the survey a name"),
        ({"questions": []}, "one to 8 questions"),
        ({"questions": [{"code": "satisfaction"}] * 2}, "can stand in a survey once"),
        ({"questions": [{"code": f"satisfaction.t{n}", "text": {"en": "How?"}} for n in range(9)]}, "one to 8"),
        ({"questions": [{"code": "mood"}]}, "There is no question 'mood'"),
        ({"questions": [{"code": "satisfaction.delivery"}]}, "Write the question satisfaction.delivery"),
        ({"questions": [{"code": "satisfaction.<b>", "text": {"en": "x"}}]}, "is not a question"),
        ({"questions": [{"code": "open", "text": {"en": "x" * 501}}]}, "at most 500"),
        ({"languages": []}, "at least one language"),
        ({"languages": ["english please"]}, "not a language code"),
        ({"share": 1.5}, "share goes from 0 to 100"),
        ({"share": -0.1}, "share goes from 0 to 100"),
        ({"times": 0}, "times must be between"),
        ({"days": 0}, "days must be between"),
        ({"delay_s": -1}, "delay must be between"),
    ],
)
def test_what_cannot_be_asked_is_refused_and_nothing_is_kept(
    make: Callable[..., Survey], changed: dict[str, Any], sentence: str
) -> None:
    with pytest.raises(Refused, match=sentence):
        make(**changed)
    assert not Survey.objects.exists()
    assert watchers() == 0


def test_texts_lose_what_a_database_cannot_hold(make: Callable[..., Survey]) -> None:
    survey = make(
        name="A\x00B\n C",
        intro={"en": "Hi\x00 \ud800there", "de": "  "},
        subject={"en": "One\r\nBcc: all@example.com"},
    )
    assert survey.name == "AB C"
    assert survey.intro == {"en": "Hi there"}
    assert survey.subject == {"en": "One Bcc: all@example.com"}


def test_only_the_programme_edits_surveys(
    make: Callable[..., Survey], mira: Associate, bo: Associate, casey: Associate, mallory: Associate
) -> None:
    survey, now = make(), timezone.now()
    design = surveys.Design(name="Mine", questions=TWO)
    for nobody in (mira, bo, mallory):
        for refused in (
            lambda by: surveys.make(design=design, by=by, at=now),
            lambda by: surveys.change(survey=survey, design=design, by=by, at=now),
            lambda by: surveys.pause(survey=survey, by=by, at=now),
            lambda by: surveys.resume(survey=survey, by=by, at=now),
            lambda by: surveys.end(survey=survey, by=by, at=now),
            lambda by: surveys.set_budget(times=99, days=1, by=by, at=now),
        ):
            with pytest.raises(Forbidden):
                refused(nobody.by)
    surveys.change(survey=survey, design=design, by=casey.by, at=now)
    assert Survey.objects.get().name == "Mine"


def test_the_budget_is_kept_and_checked(make: Callable[..., Survey]) -> None:
    assert (surveys.budget().times, surveys.budget().days) == (2, 30)
    surveys.set_budget(times=1, days=14, by=SYSTEM, at=timezone.now())
    assert (surveys.budget().times, surveys.budget().days) == (1, 14)
    with pytest.raises(Refused, match="days must be"):
        surveys.set_budget(times=1, days=0, by=SYSTEM, at=timezone.now())


def test_the_survey_that_asks_whether_it_helped_is_there_when_wanted_and_stays(make: Callable[..., Survey]) -> None:
    now = timezone.now()
    survey = surveys.helped(by=SYSTEM, at=now)
    assert surveys.helped(by=SYSTEM, at=now) == survey
    assert survey.is_service
    with pytest.raises(Refused, match="Pause it instead"):
        surveys.end(survey=survey, by=SYSTEM, at=now)


def test_every_language_says_everything() -> None:
    english = wordings.WORDS["en"]
    assert list(wordings.LANGUAGES) == ["en", "de", "es", "fr", "it", "nl"]
    for language, words in wordings.WORDS.items():
        for part in ("sentences", "questions", "ends", "points"):
            assert words[part].keys() == english[part].keys(), (language, part)
            for key, text in words[part].items():
                lengths = len(text), len(english[part][key])
                assert isinstance(text, str) or lengths[0] == lengths[1], (language, key)
                assert ("{company}" in str(text)) == ("{company}" in str(english[part][key])), (language, key)


def test_a_sheet_speaks_the_survey_s_own_words_first_then_ours(make: Callable[..., Survey]) -> None:
    survey = make(
        questions=[{"code": "satisfaction", "text": {"de": "Wie war die Lieferung von {company}?"}}, {"code": "open"}],
        intro={"de": "Guten Tag"},
    )
    german = forms.lay_out(survey, company="Acme", language="de")
    english = forms.lay_out(survey, company="Acme", language="en")
    assert (german.intro, german.questions[0].text) == ("Guten Tag", "Wie war die Lieferung von Acme?")
    assert (english.intro, english.questions[0].text) == ("How was it?", "How satisfied are you?")
    assert german.questions[0].points[0].words == "Sehr unzufrieden"
    assert english.questions[1].is_open


ARABIC: dict[str, Any] = {
    "code": "recommend",
    "text": {"ar": "هل توصي بنا؟"},
    "low": {"ar": "لا"},
    "high": {"ar": "نعم"},
}


def test_a_language_that_we_do_not_speak_shows_the_company_s_words_the_right_way_round(
    make: Callable[..., Survey],
) -> None:
    survey = make(
        languages=["ar"],
        questions=[ARABIC, {**ARABIC, "code": "helped"}],
        subject={"ar": "سؤال"},
        intro={"ar": "مرحبا"},
        thanks={"ar": "شكرا"},
    )
    sheet = forms.lay_out(survey, company="Acme", language="ar")
    assert (sheet.direction, sheet.intro, sheet.questions[0].text) == ("rtl", "مرحبا", "هل توصي بنا؟")
    assert [point.words for point in sheet.questions[0].points] == [str(n) for n in range(11)]
    assert [point.words for point in sheet.questions[1].points] == ["لا", "نعم"]


@pytest.mark.parametrize(
    ("part", "sentence"),
    [("text", "write question 1"), ("low", "the lowest answer to question 1"), ("high", "the highest answer")],
)
def test_a_language_that_we_do_not_speak_is_written_whole_or_not_at_all(
    make: Callable[..., Survey], part: str, sentence: str
) -> None:
    around = {key: {"ar": "كلمة"} for key in ("subject", "intro", "thanks")}
    question = {**ARABIC, "text": {**ARABIC["text"], "en": "Would you?"}}
    make(name="Whole", languages=["en", "ar"], questions=[question], **around)
    with pytest.raises(Refused, match=sentence):
        make(languages=["en", "ar"], questions=[{**question, part: {"en": "x"}}], **around)
    for left_out in around:
        with pytest.raises(Refused, match="no words of our own in Arabic"):
            make(languages=["en", "ar"], questions=[question], **{**around, left_out: {"en": "x"}})


@pytest.mark.parametrize(
    ("wanted", "chosen"),
    [(["de-AT"], "de"), (["fr", "de"], "de"), (["fr"], "en"), ([], "en"), (["EN-us"], "en"), (["*", ""], "en")],
)
def test_the_language_is_the_first_that_both_speak(make: Callable[..., Survey], wanted: list[str], chosen: str) -> None:
    assert forms.choose_language(make(), wanted) == chosen
