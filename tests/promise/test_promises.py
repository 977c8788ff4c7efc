"""Promises: made, changed and ended by those who may, and never without a measure."""

from datetime import datetime, timedelta
from typing import Any

import pytest

from heedful.associates.models import Associate
from heedful.customers import kinds
from heedful.customers.models import TouchpointKind
from heedful.kit.errors import Forbidden, Refused
from heedful.ledger.models import Entry
from heedful.promise import calendars, commitments, promises, recounts, standards
from heedful.promise.models import Calendar, Commitment, Promise, Recount, Standard
from heedful.promise.promises import Wording
from heedful.promise.standards import StandardDraft
from tests.promise.shop import HOUR, MONDAY, OFFICE, make, states, tell

pytestmark = pytest.mark.django_db
ANSWER = StandardDraft(form="within", from_kind="asked", to_kind="answered", within_s=4 * 3600)
YES = StandardDraft(form="yes", from_kind="complained", property="timely")


def watched() -> dict[str, int]:
    return dict(TouchpointKind.objects.filter(watchers__gt=0).values_list("pk", "watchers"))


def test_a_promise_is_made_with_its_standards_and_written_down(casey: Associate) -> None:
    promise = make(casey, ANSWER, words="  We answer\n the same day ", owner=casey)
    assert (promise.words, promise.slug, promise.owner) == ("We answer the same day", "we-answer-the-same-day", casey)
    assert watched() == {"asked": 1, "answered": 1}
    entry = Entry.objects.get(kind="PromiseMade")
    assert entry.data["standards"] == ["From asked to answered within 4 hours"]
    assert entry.by_id == str(casey.pk)


def test_two_promises_in_the_same_words_have_addresses_of_their_own(casey: Associate) -> None:
    assert [make(casey, ANSWER).slug, make(casey, ANSWER).slug] == [
        "we-answer-the-same-day",
        "we-answer-the-same-day-2",
    ]
    assert make(casey, ANSWER, words="日本語").slug == "promise"


@pytest.mark.parametrize(
    ("drafts", "said", "sentence"),
    [
        ([], {}, "at least one standard"),
        ([ANSWER], {"words": "  "}, "in the words that a customer hears"),
        ([ANSWER], {"words": "x" * 301}, "at most 300"),
        ([ANSWER], {"severity": 7}, "mild, serious or grave"),
        ([ANSWER], {"audience": {"plan": []}}, "at least one value"),
        ([ANSWER], {"stated_expectation": {"satisfaction": 9}}, "goes from 1 to 5"),
        ([YES], {"is_case_clock": True}, "needs a time"),
        ([StandardDraft(form="someday")], {}, "Choose how"),
        ([StandardDraft(form="within", from_kind="a", to_kind="b")], {}, "Give a time or a number of days"),
        ([StandardDraft(form="within", to_kind="b", within_s=1)], {}, "begins with"),
        ([StandardDraft(form="within", from_kind="a", to_kind="b", within_s=10**9)], {}, "five years"),
        ([StandardDraft(form="within", from_kind="a", to_kind="b", within_s=0)], {}, "longer than nothing"),
        ([StandardDraft(form="by_date", from_kind="a", to_kind="b")], {}, "carries the date"),
        ([StandardDraft(form="score", question="mood", at_least=3)], {}, "no question 'mood'"),
        ([StandardDraft(form="score", question="ease", at_least=9)], {}, "goes from 1 to 7"),
        ([StandardDraft(form="score", question="ease", at_least=1)], {}, "above the lowest"),
    ],
)
def test_a_promise_that_could_not_be_measured_is_refused_and_nothing_is_changed(
    casey: Associate, drafts: list[StandardDraft], said: dict[str, Any], sentence: str
) -> None:
    with pytest.raises(Refused, match=sentence):
        make(casey, *drafts, **said)
    assert (Promise.objects.count(), Standard.objects.count(), watched()) == (0, 0, {})


def test_mallory_may_neither_make_change_end_nor_recount(answer: Promise, mallory: Associate) -> None:
    before = Entry.objects.count()
    with pytest.raises(Forbidden):
        make(mallory, ANSWER)
    with pytest.raises(Forbidden):
        promises.change(promise=answer, wording=Wording(words="Whenever"), by=mallory.by, at=MONDAY)
    with pytest.raises(Forbidden):
        promises.end(promise=answer, by=mallory.by, at=MONDAY)
    with pytest.raises(Forbidden):
        recounts.request(promise=answer, by=mallory.by, at=MONDAY)
    with pytest.raises(Forbidden):
        calendars.add(name="Never", time_zone="UTC", week=OFFICE, by=mallory.by, at=MONDAY)
    answer.refresh_from_db()
    assert (answer.words, answer.ended_at, Entry.objects.count()) == ("We answer the same day", None, before)


def test_new_words_alone_measure_nothing_anew(answer: Promise, casey: Associate) -> None:
    Recount.objects.all().delete()
    promises.change(promise=answer, wording=Wording(words="Soon"), standards=[ANSWER], by=casey.by, at=MONDAY)
    assert not Recount.objects.exists()
    entry = Entry.objects.get(kind="PromiseChanged")
    assert (entry.data["words"], entry.data["before"]["words"]) == ("Soon", "We answer the same day")


def test_a_changed_standard_measures_history_anew_and_says_why(answer: Promise, casey: Associate) -> None:
    ann = tell("ann", "asked", MONDAY)
    commitments.evaluate_people([ann], at=MONDAY + 5 * HOUR)
    later = MONDAY + 5 * HOUR
    day = StandardDraft(form="within", from_kind="asked", to_kind="called", within_s=86_400)
    kinds.register(slugs=["called"], at=MONDAY)
    promises.change(promise=answer, wording=Wording(words="Tomorrow"), standards=[day], by=casey.by, at=later)
    assert watched() == {"asked": 1, "called": 1}
    recounts.step(promise=answer.pk, started_at=later, at=later)
    assert states(answer) == ["pending"]
    flip = commitments.history(Commitment.objects.get()).flips[-1]
    assert (flip.state, flip.because) == ("pending", "the promise was changed")


def test_a_standard_that_is_taken_away_takes_its_instances_along(casey: Associate) -> None:
    promise = make(casey, ANSWER, YES)
    ann = tell("ann", "asked", MONDAY)
    tell("ann", "complained", MONDAY, properties={"timely": "no"})
    commitments.evaluate_people([ann], at=MONDAY)
    promises.change(promise=promise, wording=Wording(words="Soon"), standards=[ANSWER], by=casey.by, at=MONDAY)
    assert states(promise) == ["pending"]
    assert watched() == {"asked": 1, "answered": 1}


def test_a_standard_that_changes_from_now_on_leaves_the_past_as_it_was(answer: Promise, casey: Associate) -> None:
    change = MONDAY + 10 * HOUR
    ann = tell("ann", "asked", MONDAY)
    tell("ann", "asked", change)
    hour = StandardDraft(form="within", from_kind="asked", to_kind="answered", within_s=3600)
    promises.change(
        promise=answer, wording=Wording(words="Sooner"), standards=[hour], from_now_on=True, by=casey.by, at=change
    )
    commitments.evaluate_people([ann], at=change)
    due = Commitment.objects.order_by("started_at").values_list("due_at", flat=True)
    assert list(due) == [MONDAY + 4 * HOUR, change + HOUR]


def test_a_promise_that_ended_promises_nothing_new_and_owes_what_it_did(answer: Promise, casey: Associate) -> None:
    ann = tell("ann", "asked", MONDAY)
    promises.end(promise=answer, by=casey.by, at=MONDAY + HOUR)
    tell("ann", "asked", MONDAY + 2 * HOUR)
    commitments.evaluate_people([ann], at=MONDAY + 9 * HOUR)
    assert states(answer) == ["broken"]
    assert watched() == {}
    with pytest.raises(Refused, match="has ended"):
        promises.end(promise=answer, by=casey.by, at=MONDAY)


def test_promises_to_some_customers_are_judged_anew_every_night(casey: Associate) -> None:
    some, all_ = make(casey, YES, audience={"plan": ["gold"]}), make(casey, YES)
    Recount.objects.all().delete()
    recounts.follow_audiences(at=MONDAY)
    assert list(Recount.objects.values_list("promise", flat=True)) == [some.pk] != [all_.pk]


def test_cases_run_by_one_promise_at_a_time(casey: Associate) -> None:
    clock = make(casey, ANSWER, is_case_clock=True)
    with pytest.raises(Refused, match="another promise already"):
        make(casey, ANSWER, is_case_clock=True)
    promises.end(promise=clock, by=casey.by, at=MONDAY)
    make(casey, ANSWER, is_case_clock=True)


@pytest.mark.parametrize(
    ("draft", "sentence"),
    [
        (StandardDraft(form="within", from_kind="order_placed", to_kind="delivered", within_days=1), "within 1 day"),
        (StandardDraft(form="within", from_kind="order_placed", to_kind="delivered", within_s=90), "within 90 seconds"),
        (
            StandardDraft(form="within", from_kind="order_placed", to_kind="delivered", within_s=604_800),
            "within 168 hours",
        ),
    ],
)
def test_a_standard_is_said_in_a_sentence(draft: StandardDraft, sentence: str) -> None:
    said = standards.sentence(Standard(**draft.fields()), names={})
    assert said == f"From order placed to delivered {sentence}"


def test_working_time_is_said_as_such(office: Calendar) -> None:
    two_days = StandardDraft(form="within", from_kind="asked", to_kind="answered", within_days=2, calendar=office)
    hours = StandardDraft(form="within", from_kind="asked", to_kind="answered", within_s=86_400, calendar=office)
    assert standards.sentence(Standard(**two_days.fields()), names={}).endswith("within 2 working days")
    assert standards.sentence(Standard(**hours.fields()), names={}).endswith("within 24 working hours")


@pytest.mark.parametrize(
    ("draft", "sentence"),
    [
        (
            StandardDraft(form="within", from_kind="sim", to_kind="delivered", within_s=90),
            "From “SIM ordered” to delivered within",
        ),
        (
            StandardDraft(form="by_date", from_kind="sim", to_kind="delivered", property="promised_for"),
            "by the date in “promised for”",
        ),
        (StandardDraft(form="yes", from_kind="sim", property="as_quoted"), "At “SIM ordered”, a yes in “as quoted”"),
        (StandardDraft(form="score", question="ease", at_least=5), "Ease of at least 5"),
        (
            StandardDraft(form="score", question="ease", at_least=5, from_kind="sim"),
            "At “SIM ordered”, ease of at least 5",
        ),
    ],
)
def test_a_sentence_says_kinds_by_the_companys_own_names(draft: StandardDraft, sentence: str) -> None:
    assert sentence in standards.sentence(Standard(**draft.fields()), names={"sim": "SIM ordered"})


def test_a_promise_is_said_with_the_names_that_the_company_gave(answer: Promise, casey: Associate) -> None:
    kind = TouchpointKind.objects.get(pk=answer.standards.get().from_kind)
    kinds.place(kind=kind, name="A question by post", stage=None, moves_stage=False, by=casey.by, at=MONDAY)
    assert promises.sentences(answer)[0].startswith("From “A question by post” to ")


def test_the_first_calendar_is_the_default_until_another_is(office: Calendar, casey: Associate) -> None:
    assert calendars.default() == office
    always = {day: [["00:00", "24:00"]] for day in ("mon", "tue", "wed", "thu", "fri", "sat", "sun")}
    hotline = calendars.add(name="Hotline", time_zone="UTC", week=always, is_default=True, by=casey.by, at=MONDAY)
    assert calendars.default() == hotline
    assert Calendar.objects.filter(is_default=True).count() == 1
    with pytest.raises(Refused, match="called hotline already"):
        calendars.add(name=" hotline", time_zone="UTC", week=always, by=casey.by, at=MONDAY)
    with pytest.raises(Refused, match="never open"):
        calendars.add(name="Closed", time_zone="UTC", week={}, by=casey.by, at=MONDAY)


def test_a_holiday_that_is_added_moves_what_is_due(office: Calendar, casey: Associate) -> None:
    promise = make(
        casey, StandardDraft(form="within", from_kind="asked", to_kind="answered", within_days=1, calendar=office)
    )
    ann = tell("ann", "asked", MONDAY)
    commitments.evaluate_people([ann], at=MONDAY)
    assert Commitment.objects.get().due_at == datetime.fromisoformat("2026-03-03T17:00:00+01:00")
    later = MONDAY + timedelta(minutes=1)
    calendars.change(
        calendar=office,
        name="Office",
        time_zone="Europe/Berlin",
        week=OFFICE,
        holidays=["2026-03-03"],
        by=casey.by,
        at=later,
    )
    recounts.step(promise=promise.pk, started_at=later, at=later)
    assert Commitment.objects.get().due_at == datetime.fromisoformat("2026-03-04T17:00:00+01:00")
    assert Entry.objects.get(kind="CalendarChanged").data["before"]["holidays"] == []
