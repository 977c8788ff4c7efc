"""Evaluating what was promised to one person: each form case by case, then whatever the order of arrival."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from heedful.promise import evaluation
from heedful.promise.standards.contract import Evidence, StandardSpec, Verdict
from heedful.promise.working_time import WorkingHours

MONDAY = datetime(2026, 3, 2, 9, tzinfo=UTC)
OFFICE = WorkingHours.from_json({"time_zone": "UTC", "week": [[["09:00", "17:00"]]] * 5 + [[], []]})
TEN_MINUTES = StandardSpec(id=1, form="within", from_kind="question", to_kind="answer", within_s=600)
BY_DATE = StandardSpec(
    id=2, form="by_date", from_kind="ordered", to_kind="delivered", property="promised_for", match_property="order"
)
GOOD = StandardSpec(id=3, form="score", from_kind="survey_answered", question="satisfaction", at_least=4)
TIMELY = StandardSpec(id=4, form="yes", from_kind="complaint", property="timely")


def at(seconds: float) -> datetime:
    return MONDAY + timedelta(seconds=seconds)


def seen(number: int, kind: str, seconds: float, **properties: object) -> Evidence:
    return Evidence(id=number, kind=kind, happened_at=at(seconds), properties=properties)


def only(standard: StandardSpec, *touchpoints: Evidence, now: datetime = MONDAY) -> Verdict:
    [verdict] = evaluation.evaluate(standard, touchpoints, now=now)
    return verdict


@pytest.mark.parametrize(
    ("now", "state"),
    [(0, "pending"), (449.9, "pending"), (450, "at_risk"), (600, "at_risk"), (600.000001, "broken"), (9000, "broken")],
)
def test_an_open_clock_is_pending_then_at_risk_then_broken(now: float, state: str) -> None:
    verdict = only(TEN_MINUTES, seen(1, "question", 0), now=at(now))
    assert (verdict.state, verdict.at_risk_at, verdict.due_at) == (state, at(450), at(600))
    assert verdict.settled_at == (at(600) if state == "broken" else None)
    assert (verdict.settled_by, verdict.met_at, verdict.measured) == (None, None, None)


def test_a_verdict_says_when_it_changes_next() -> None:
    asked = seen(1, "question", 0)
    pending = only(TEN_MINUTES, asked)
    assert pending.changes_at == at(450)
    at_risk = only(TEN_MINUTES, asked, now=at(450))
    assert at_risk.changes_at == at(600.000001)
    assert only(TEN_MINUTES, asked, now=at(600.000001)).changes_at is None


@pytest.mark.parametrize(("answered", "state"), [(0, "kept"), (600, "kept"), (600.000001, "broken"), (5000, "broken")])
def test_an_answer_keeps_the_promise_up_to_the_due_time(answered: float, state: str) -> None:
    verdict = only(TEN_MINUTES, seen(1, "question", 0), seen(2, "answer", answered), now=at(9000))
    assert (verdict.state, verdict.settled_by, verdict.met_at) == (state, 2, at(answered))
    assert verdict.measured == int(answered)
    assert verdict.settled_at == (at(answered) if state == "kept" else at(600))


def test_an_answer_before_the_question_is_no_answer() -> None:
    assert only(TEN_MINUTES, seen(1, "question", 0), seen(2, "answer", -1)).state == "pending"


def test_the_first_of_several_answers_counts() -> None:
    verdict = only(TEN_MINUTES, seen(1, "question", 0), seen(3, "answer", 700), seen(2, "answer", 60), now=at(800))
    assert (verdict.state, verdict.settled_by) == ("kept", 2)


def test_one_answer_may_settle_several_questions() -> None:
    verdicts = evaluation.evaluate(
        TEN_MINUTES, [seen(1, "question", 0), seen(2, "question", 500), seen(3, "answer", 700)], now=at(9000)
    )
    assert [(verdict.opened_by, verdict.state, verdict.settled_by) for verdict in verdicts] == [
        (1, "broken", 3),
        (2, "kept", 3),
    ]


def test_a_late_answer_dated_ahead_of_now_does_not_break_the_promise_before_its_time() -> None:
    verdict = only(TEN_MINUTES, seen(1, "question", 0), seen(2, "answer", 700), now=at(500))
    assert (verdict.state, verdict.settled_at, verdict.settled_by) == ("at_risk", None, None)


def test_a_kind_that_follows_itself_does_not_settle_itself() -> None:
    monthly = replace(TEN_MINUTES, from_kind="visit", to_kind="visit")
    verdicts = evaluation.evaluate(
        monthly, [seen(1, "visit", 0), seen(2, "visit", 0), seen(3, "visit", 60)], now=at(90)
    )
    assert [verdict.settled_by for verdict in verdicts] == [3, 3, None]


def test_a_standard_may_match_the_two_by_a_property() -> None:
    matched = replace(TEN_MINUTES, match_property="ticket.id")
    verdicts = evaluation.evaluate(
        matched,
        [
            seen(1, "question", 0, ticket={"id": 7}),
            seen(2, "question", 1, ticket={"id": "8"}),
            seen(3, "answer", 60, ticket={"id": 8}),
            seen(4, "answer", 90),
        ],
        now=at(100),
    )
    assert [(verdict.opened_by, verdict.state, verdict.settled_by) for verdict in verdicts] == [
        (1, "pending", None),
        (2, "kept", 3),
    ]


def test_an_opener_without_the_property_to_match_by_is_reported() -> None:
    matched = replace(TEN_MINUTES, match_property="ticket")
    touchpoints = [seen(1, "question", 0)]
    assert evaluation.evaluate(matched, touchpoints, now=at(0)) == []
    [report] = evaluation.unreadable(matched, touchpoints)
    assert (report.opened_by, report.property, report.reason) == (1, "ticket", "It has no “ticket” to be matched by.")


def test_working_time_stops_outside_the_hours() -> None:
    four_hours = replace(TEN_MINUTES, within_s=4 * 3600, calendar=OFFICE)
    asked = Evidence(id=1, kind="question", happened_at=datetime(2026, 3, 6, 15, tzinfo=UTC))  # a Friday
    answered = Evidence(id=2, kind="answer", happened_at=datetime(2026, 3, 9, 10, 30, tzinfo=UTC))
    verdict = only(four_hours, asked, answered)
    assert verdict.at_risk_at == datetime(2026, 3, 9, 10, tzinfo=UTC)
    assert verdict.due_at == datetime(2026, 3, 9, 11, tzinfo=UTC)
    assert (verdict.state, verdict.measured) == ("kept", 3.5 * 3600)


def test_working_days_are_due_at_the_close() -> None:
    one_day = replace(TEN_MINUTES, within_s=None, days=1, calendar=OFFICE)
    verdict = only(one_day, Evidence(id=1, kind="question", happened_at=datetime(2026, 3, 6, 13, tzinfo=UTC)))
    assert verdict.due_at == datetime(2026, 3, 9, 17, tzinfo=UTC)
    assert verdict.at_risk_at == datetime(2026, 3, 9, 14, tzinfo=UTC)  # 9 of 12 working hours


def test_days_without_a_calendar_end_at_midnight_where_the_company_is() -> None:
    two_days = replace(TEN_MINUTES, within_s=None, days=2, time_zone="Europe/Berlin")
    asked = Evidence(id=1, kind="question", happened_at=datetime(2026, 3, 27, 23, 30, tzinfo=UTC))  # the 28th in Berlin
    assert only(two_days, asked).due_at == datetime(2026, 3, 30, 21, 59, 59, 999999, tzinfo=UTC)


@pytest.mark.parametrize(
    ("promised", "delivered", "state"),
    [
        ("2026-03-04", datetime(2026, 3, 4, 22, 59, tzinfo=UTC), "kept"),
        ("2026-03-04", datetime(2026, 3, 4, 23, 0, tzinfo=UTC), "broken"),
        ("2026-03-04T12:00", datetime(2026, 3, 4, 11, 0, tzinfo=UTC), "kept"),
        ("2026-03-04T12:00", datetime(2026, 3, 4, 11, 0, 1, tzinfo=UTC), "broken"),
        ("2026-03-04T12:00Z", datetime(2026, 3, 4, 12, 0, tzinfo=UTC), "kept"),
        (1772625600, datetime(2026, 3, 4, 12, 0, tzinfo=UTC), "kept"),
    ],
)
def test_what_was_promised_for_a_date_is_due_then(promised: object, delivered: datetime, state: str) -> None:
    berlin = replace(BY_DATE, time_zone="Europe/Berlin")
    ordered = seen(1, "ordered", 0, order=5, promised_for=promised)
    arrived = Evidence(id=2, kind="delivered", happened_at=delivered, properties={"order": "5"})
    assert only(berlin, ordered, arrived, now=datetime(2026, 4, 1, tzinfo=UTC)).state == state


def test_a_date_in_the_calendar_of_a_standard_ends_in_its_time_zone() -> None:
    tokyo = WorkingHours.from_json({"time_zone": "Asia/Tokyo", "week": [[["09:00", "17:00"]]] * 7})
    verdict = only(replace(BY_DATE, calendar=tokyo), seen(1, "ordered", 0, order=5, promised_for="2026-03-04"))
    assert verdict.due_at == datetime(2026, 3, 4, 14, 59, 59, 999999, tzinfo=UTC)
    assert verdict.at_risk_at == datetime(2026, 3, 4, 4, tzinfo=UTC)  # 12 of the 16 working hours on 3 and 4 March


def test_an_order_without_a_date_promised_none_and_an_unreadable_date_is_reported() -> None:
    touchpoints = [
        seen(1, "ordered", 0, order=1),
        seen(2, "ordered", 0, order=2, promised_for=" "),
        seen(3, "ordered", 0, order=3, promised_for="next week"),
    ]
    assert evaluation.evaluate(BY_DATE, touchpoints, now=MONDAY) == []
    [report] = evaluation.unreadable(BY_DATE, touchpoints)
    assert (report.opened_by, report.property, report.reason) == (3, "promised_for", "“next week” is not a date.")


def test_a_date_that_had_passed_when_it_was_promised_is_broken_from_the_start() -> None:
    verdict = only(BY_DATE, seen(1, "ordered", 0, order=1, promised_for="2026-02-01"))
    assert (verdict.state, verdict.settled_at, verdict.at_risk_at) == ("broken", MONDAY, MONDAY)


def test_a_promise_is_not_broken_before_it_is_made() -> None:
    ordered = seen(1, "ordered", 60, order=1, promised_for="2026-02-01")
    assert only(BY_DATE, ordered, now=MONDAY).changes_at == at(60)
    assert only(BY_DATE, ordered, now=at(60)).state == "broken"


@pytest.mark.parametrize(("score", "state"), [(5, "kept"), (4, "kept"), (3.9, "broken"), (1, "broken")])
def test_a_score_is_judged_at_once(score: float, state: str) -> None:
    verdict = only(GOOD, Evidence(id=1, kind="survey_answered", happened_at=MONDAY, scores={"satisfaction": score}))
    assert (verdict.state, verdict.measured, verdict.settled_at, verdict.settled_by) == (state, score, MONDAY, 1)
    assert (verdict.due_at, verdict.changes_at) == (None, None)


def test_only_scores_on_the_question_and_of_the_kind_are_judged() -> None:
    ease = Evidence(id=1, kind="survey_answered", happened_at=MONDAY, scores={"ease": 1})
    review = Evidence(id=2, kind="review", happened_at=MONDAY, scores={"satisfaction": 1})
    assert evaluation.evaluate(GOOD, [ease, review], now=MONDAY) == []
    assert only(replace(GOOD, from_kind=""), ease, review).opened_by == 2


def test_the_last_score_of_an_answer_sheet_counts() -> None:
    first, last = (
        Evidence(
            id=number, kind="survey_answered", happened_at=at(number), scores={"satisfaction": score}, subject="ask:7"
        )
        for number, score in ((1, 2), (2, 5))
    )
    verdict = only(GOOD, last, first)
    assert (verdict.opened_by, verdict.started_at, verdict.settled_by, verdict.settled_at) == (1, at(1), 2, at(2))
    assert (verdict.state, verdict.measured) == ("kept", 5)


def test_a_yes_keeps_and_a_no_breaks_and_anything_else_is_reported() -> None:
    touchpoints = [seen(1, "complaint", 0, timely="Yes"), seen(2, "complaint", 1, timely="No")]
    touchpoints += [seen(3, "complaint", 2), seen(4, "complaint", 3, timely="perhaps")]
    verdicts = evaluation.evaluate(TIMELY, touchpoints, now=MONDAY)
    assert [(verdict.opened_by, verdict.state) for verdict in verdicts] == [(1, "kept"), (2, "broken")]
    [report] = evaluation.unreadable(TIMELY, touchpoints)
    assert (report.opened_by, report.reason) == (4, "“perhaps” is neither a yes nor a no.")


@pytest.mark.parametrize("standard", [TEN_MINUTES, BY_DATE, GOOD, TIMELY])
def test_what_happened_before_the_standard_began_is_not_judged(standard: StandardSpec) -> None:
    everything = [
        seen(1, "question", 0),
        seen(2, "ordered", 0, order=1, promised_for="2026-03-09"),
        Evidence(id=3, kind="survey_answered", happened_at=MONDAY, scores={"satisfaction": 1}),
        seen(4, "complaint", 0, timely="no"),
    ]
    assert len(evaluation.evaluate(replace(standard, starts_at=MONDAY), everything, now=MONDAY)) == 1
    assert evaluation.evaluate(replace(standard, starts_at=at(0.000001)), everything, now=MONDAY) == []


def test_a_time_that_would_be_up_after_centuries_is_reported_and_not_judged() -> None:
    rarely = WorkingHours.from_json({"time_zone": "UTC", "week": {"mon": [["09:00", "09:01"]]}})
    endless = replace(TEN_MINUTES, within_s=10**9, calendar=rarely)
    assert evaluation.evaluate(endless, [seen(1, "question", 0)], now=MONDAY) == []
    assert "after the year" in evaluation.unreadable(endless, [seen(1, "question", 0)])[0].reason


@pytest.mark.parametrize(
    ("fault", "sentence"),
    [
        ({"form": "soon"}, "“soon” is not a form"),
        ({"from_kind": ""}, "begins with"),
        ({"to_kind": ""}, "keeps this standard"),
        ({"within_s": None}, "one of the two"),
        ({"days": 1}, "one of the two"),
        ({"within_s": -1}, "cannot be negative"),
        ({"at_risk_share": 1.5}, "between 0 and 1"),
        ({"time_zone": "Nowhere"}, "not a time zone"),
        ({"form": "by_date"}, "property"),
        ({"form": "yes"}, "property"),
        ({"form": "score"}, "question"),
    ],
)
def test_a_standard_that_cannot_be_judged_is_refused(fault: dict[str, Any], sentence: str) -> None:
    with pytest.raises(ValueError, match=sentence):
        replace(TEN_MINUTES, **fault)


KOLKATA = WorkingHours.from_json(
    {"time_zone": "Asia/Kolkata", "week": [[["10:00", "13:00"], ["14:00", "19:00"]]] * 6 + [[]]}
)
STANDARDS = [
    TEN_MINUTES,
    replace(TEN_MINUTES, match_property="order"),
    replace(TEN_MINUTES, calendar=KOLKATA, within_s=5 * 3600),
    replace(TEN_MINUTES, calendar=OFFICE, within_s=None, days=1),
    replace(TEN_MINUTES, to_kind="question"),
    BY_DATE,
    replace(BY_DATE, match_property=None, calendar=OFFICE, at_risk_share=0.5),
    GOOD,
    replace(GOOD, from_kind=""),
    TIMELY,
    replace(TIMELY, starts_at=at(40_000)),
]
standards = st.sampled_from(STANDARDS)
times = st.integers(0, 400_000).map(lambda seconds: at(seconds - seconds % 100))


@st.composite
def histories(draw: st.DrawFn) -> list[Evidence]:
    kinds = ["question", "answer", "ordered", "delivered", "survey_answered", "complaint"]
    return [
        Evidence(
            id=number,
            kind=draw(st.sampled_from(kinds)),
            happened_at=draw(times),
            properties={
                "order": draw(st.sampled_from([1, "1", "2", None])),
                "promised_for": draw(st.sampled_from(["2026-03-03", "2026-03-05T10:00", None, "soon"])),
                "timely": draw(st.sampled_from(["yes", "no", None, "?"])),
            },
            scores=draw(st.dictionaries(st.sampled_from(["satisfaction", "ease"]), st.integers(1, 5))),
            subject=draw(st.sampled_from(["", "ask:1", "ask:2"])),
        )
        for number in range(draw(st.integers(0, 12)))
    ]


@given(standards, histories(), times, st.randoms())
def test_the_order_of_arrival_does_not_matter(
    standard: StandardSpec, history: list[Evidence], now: datetime, r: Any
) -> None:
    shuffled = [*history, *history[:3]]
    r.shuffle(shuffled)
    assert evaluation.evaluate(standard, shuffled, now=now) == evaluation.evaluate(standard, history, now=now)
    assert evaluation.unreadable(standard, shuffled) == evaluation.unreadable(standard, history)


@given(standards, histories(), st.lists(times, min_size=13, max_size=13).map(sorted))
def test_evaluating_event_by_event_ends_where_evaluating_at_once_does(
    standard: StandardSpec, history: list[Evidence], clock: list[datetime]
) -> None:
    stored: dict[int, Verdict] = {}
    for count, now in enumerate(clock[: len(history) + 1]):
        stored = {verdict.opened_by: verdict for verdict in evaluation.evaluate(standard, history[:count], now=now)}
    final = evaluation.evaluate(standard, history, now=clock[len(history)])
    assert list(stored.values()) == final


@given(standards, histories(), st.lists(times, min_size=2, max_size=2).map(sorted))
def test_as_time_passes_a_verdict_only_moves_on(
    standard: StandardSpec, history: list[Evidence], clock: list[datetime]
) -> None:
    order = ["pending", "at_risk", "broken"]
    earlier, later = (evaluation.evaluate(standard, history, now=now) for now in clock)
    for before, after in zip(earlier, later, strict=True):
        assert replace(before, state="kept", settled_at=None, settled_by=None) == replace(
            after, state="kept", settled_at=None, settled_by=None
        )
        if before.state in ("kept", "broken"):
            assert after == before
        else:
            assert order.index(after.state) >= order.index(before.state)


@given(standards, histories(), times)
def test_a_state_changes_exactly_when_it_said_it_would(
    standard: StandardSpec, history: list[Evidence], now: datetime
) -> None:
    for index, verdict in enumerate(evaluation.evaluate(standard, history, now=now)):
        if verdict.changes_at is not None:
            just_before = evaluation.evaluate(standard, history, now=verdict.changes_at - timedelta(microseconds=1))[
                index
            ]
            assert verdict.changes_at <= now or just_before.state == verdict.state
            assert evaluation.evaluate(standard, history, now=verdict.changes_at)[index].state != verdict.state


@given(standards, histories(), times)
def test_every_verdict_is_consistent_in_itself(standard: StandardSpec, history: list[Evidence], now: datetime) -> None:
    verdicts = evaluation.evaluate(standard, history, now=now)
    assert verdicts == sorted(verdicts, key=lambda verdict: (verdict.started_at, verdict.opened_by))
    for verdict in verdicts:
        settled = verdict.state in ("kept", "broken")
        assert settled == (verdict.settled_at is not None)
        assert (verdict.changes_at is None) == settled
        assert verdict.settled_at is None or verdict.settled_at >= verdict.started_at
        if verdict.due_at is not None and verdict.at_risk_at is not None:
            assert verdict.at_risk_at <= max(verdict.due_at, verdict.started_at)
            assert verdict.state != "kept" or (verdict.met_at is not None and verdict.met_at <= verdict.due_at)


@given(st.sampled_from(STANDARDS[:4]), histories(), times, times)
def test_an_earlier_answer_can_only_help(
    standard: StandardSpec, history: list[Evidence], now: datetime, answered: datetime
) -> None:
    answer = Evidence(id=99, kind="answer", happened_at=answered, properties={"order": 1})
    before = evaluation.evaluate(standard, history, now=now)
    after = evaluation.evaluate(standard, [*history, answer], now=now)
    for old, new in zip(before, after, strict=True):
        assert old.state != "kept" or new.state == "kept"
        matches = standard.match_property is None or new.settled_by == 99
        if matches and old.due_at is not None and old.started_at <= answered <= old.due_at:
            assert new.state == "kept"


@given(st.integers(0, 86_400), st.integers(1, 100_000), st.integers(0, 999_999))
def test_clock_time_is_due_to_the_microsecond(start: int, within: int, micros: int) -> None:
    asked = replace(seen(1, "question", start), happened_at=at(start) + timedelta(microseconds=micros))
    verdict = only(replace(TEN_MINUTES, within_s=within), asked)
    assert verdict.due_at == asked.happened_at + timedelta(seconds=within)


def test_times_of_any_zone_are_compared_as_moments() -> None:
    berlin = datetime(2026, 3, 2, 10, 5, tzinfo=ZoneInfo("Europe/Berlin"))
    answer = Evidence(id=2, kind="answer", happened_at=berlin)
    assert only(TEN_MINUTES, seen(1, "question", 0), answer, now=at(900)).measured == 300
