"""Hours have a first day: what was settled stays, and the past is corrected by an act of its own."""

from datetime import UTC, date, datetime, timedelta
from typing import Any

import pytest

from heedful.associates.models import Associate
from heedful.kit.errors import Refused
from heedful.ledger.models import Entry
from heedful.promise import calendars, commitments, recounts
from heedful.promise.models import Calendar, Commitment, Promise, Recount
from heedful.promise.standards import StandardDraft, hours
from heedful.promise.working_time import due_after_days, due_at, is_open, working_seconds
from tests.promise.shop import MONDAY, OFFICE, make, states, tell

pytestmark = pytest.mark.django_db
DAY = timedelta(days=1)
SATURDAYS = OFFICE | {"sat": [["09:00", "17:00"]]}
EARLY = {day: [["06:00", "12:00"]] for day in OFFICE}
NIGHTS = {day: [["17:00", "24:00"]] for day in OFFICE}
NOW = MONDAY + 28 * DAY + timedelta(hours=3)
"""Monday, 30 March, two in the afternoon in Berlin."""


@pytest.fixture
def by_office(casey: Associate, office: Calendar) -> Promise:
    """We answer within two working days."""
    draft = StandardDraft(form="within", from_kind="asked", to_kind="answered", within_days=2, calendar=office)
    return make(casey, draft)


def change(office: Calendar, casey: Associate, at: datetime = NOW, **said: Any) -> Calendar:
    said = {"name": "Office", "time_zone": "Europe/Berlin", "week": OFFICE, "holidays": office.holidays} | said
    return calendars.change(calendar=office, by=casey.by, at=at, **said)


def recount(promise: Promise, at: datetime = NOW) -> None:
    started_at = Recount.objects.get(promise=promise).started_at
    while recounts.step(promise=promise.pk, started_at=started_at, at=at):
        pass


@pytest.fixture
def settled(by_office: Promise) -> Promise:
    """Ann was answered on the second working day, a Monday; Bea on the third; Cleo asks now."""
    friday = datetime.fromisoformat("2026-03-05T15:00+01:00")
    who = [tell(name, "asked", friday) for name in ("ann", "bea")]
    tell("ann", "answered", datetime.fromisoformat("2026-03-09T16:00+01:00"))
    tell("bea", "answered", datetime.fromisoformat("2026-03-10T16:00+01:00"))
    who.append(tell("cleo", "asked", NOW - timedelta(hours=1)))
    commitments.evaluate_people(who, at=NOW)
    assert states(by_office) == ["kept", "broken", "pending"]
    return by_office


@pytest.mark.parametrize(
    "said",
    [
        {"week": SATURDAYS},
        {"week": EARLY},
        {"week": NIGHTS},
        {"time_zone": "America/New_York"},
    ],
    ids=["saturdays", "early", "nights", "elsewhere"],
)
def test_other_hours_hold_from_now_on_and_what_was_settled_stays(
    settled: Promise, office: Calendar, casey: Associate, said: dict[str, Any]
) -> None:
    before = list(Commitment.objects.exclude(state="pending").order_by("pk").values())
    changed = change(office, casey, **said)
    assert changed.since == NOW
    recount(settled)
    assert list(Commitment.objects.exclude(state="pending").order_by("pk").values()) == before
    assert Entry.objects.get(kind="CalendarChanged").data["since"] == NOW.isoformat()


def test_saturdays_count_from_the_day_they_are_added(settled: Promise, office: Calendar, casey: Associate) -> None:
    friday = NOW + 4 * DAY
    change(office, casey, at=friday, week=SATURDAYS)
    new = hours(Calendar.objects.get())
    assert due_after_days(new, friday, 1) == datetime.fromisoformat("2026-04-04T17:00+02:00")
    assert due_after_days(new, friday - 7 * DAY, 1) == datetime.fromisoformat("2026-03-30T17:00+02:00")
    assert not is_open(new, friday - 6 * DAY)
    assert is_open(new, friday + DAY)


def test_a_day_that_had_closed_stays_closed_at_its_time(settled: Promise, office: Calendar, casey: Associate) -> None:
    evening = datetime.fromisoformat("2026-03-30T18:00+02:00")
    change(office, casey, at=evening, week={day: [["09:00", "20:00"]] for day in OFFICE})
    new = hours(Calendar.objects.get())
    assert due_after_days(new, evening - 3 * DAY, 1) == datetime.fromisoformat("2026-03-30T17:00+02:00")
    assert due_after_days(new, evening, 1) == datetime.fromisoformat("2026-03-31T20:00+02:00")
    assert working_seconds(new, evening - timedelta(hours=2), evening + timedelta(hours=2)) == 3 * 3600


def test_hours_may_begin_on_a_day_to_come(settled: Promise, office: Calendar, casey: Associate) -> None:
    changed = change(office, casey, week=EARLY, first_day=date(2026, 5, 1))
    assert changed.since == datetime.fromisoformat("2026-05-01T00:00+02:00")
    new = hours(changed)
    assert due_at(new, NOW, 3600) == NOW + timedelta(hours=1)
    assert due_after_days(new, datetime.fromisoformat("2026-04-30T10:00+02:00"), 1) == datetime.fromisoformat(
        "2026-05-01T12:00+02:00"
    )


def test_a_change_takes_the_place_of_one_that_had_not_begun(
    settled: Promise, office: Calendar, casey: Associate
) -> None:
    change(office, casey, week=EARLY, first_day=date(2026, 5, 1))
    changed = change(office, casey, week=SATURDAYS)
    assert changed.earlier == {"time_zone": "Europe/Berlin", "week": office.week, "holidays": []}
    again = change(changed, casey, at=NOW + DAY, week=NIGHTS)
    assert again.earlier is not None
    assert again.earlier["earlier"] == changed.earlier
    assert is_open(hours(again), NOW)


def test_days_that_are_over_are_not_changed_by_the_way(settled: Promise, office: Calendar, casey: Associate) -> None:
    with pytest.raises(Refused, match=r"2026-03-09 is over\. To count it as a holiday after all, correct the past"):
        change(office, casey, holidays=["2026-03-09"])
    with pytest.raises(Refused, match="2026-03-09 is over"):
        change(office, casey, week=SATURDAYS, first_day=date(2026, 3, 9))
    changed = change(office, casey, holidays=["2026-04-03"])
    assert (changed.since, changed.holidays) == (None, ["2026-04-03"])
    change(changed, casey, at=NOW + 10 * DAY, holidays=[])
    assert Calendar.objects.get().holidays == ["2026-04-03"], "what is over stays"


def test_a_calendar_by_which_nothing_counts_is_simply_changed(office: Calendar, casey: Associate) -> None:
    changed = change(office, casey, week=SATURDAYS, holidays=["2026-03-09"])
    assert (changed.since, changed.earlier, changed.holidays) == (None, None, ["2026-03-09"])


@pytest.mark.parametrize(
    ("said", "after"),
    [
        ({"week": SATURDAYS}, ["broken", "broken", "pending"]),
        ({"holidays": ["2026-03-09"]}, ["kept", "kept", "pending"]),
        ({"week": SATURDAYS, "first_day": date(2026, 3, 9)}, ["kept", "broken", "pending"]),
        ({"week": SATURDAYS, "first_day": date(2026, 3, 2)}, ["broken", "broken", "pending"]),
    ],
)
def test_the_past_is_corrected_by_an_act_that_the_ledger_names(
    settled: Promise, office: Calendar, casey: Associate, said: dict[str, Any], after: list[str]
) -> None:
    plain = {"time_zone": "Europe/Berlin", "week": OFFICE} | said
    calendars.correct(calendar=office, by=casey.by, at=NOW, **plain)
    recount(settled)
    assert states(settled) == after
    entry = Entry.objects.get(kind="CalendarCorrected")
    assert (entry.by_label, entry.data["since"]) == ("Casey", f"{said.get('first_day', '')}")
    assert Recount.objects.get().because == "the past of the calendar was corrected"


def test_correcting_the_whole_past_forgets_the_hours_from_before(
    settled: Promise, office: Calendar, casey: Associate, mallory: Associate
) -> None:
    changed = change(office, casey, week=SATURDAYS)
    with pytest.raises(Refused):
        calendars.correct(calendar=changed, time_zone="UTC", week=OFFICE, by=mallory.by, at=NOW)
    with pytest.raises(Refused, match="is to come"):
        calendars.correct(
            calendar=changed, time_zone="UTC", week=OFFICE, first_day=date(2027, 1, 1), by=casey.by, at=NOW
        )
    corrected = calendars.correct(calendar=changed, time_zone="Europe/Berlin", week=OFFICE, by=casey.by, at=NOW)
    assert (corrected.since, corrected.earlier) == (None, None)


def test_today_may_be_a_holiday_from_now_on(settled: Promise, office: Calendar, casey: Associate) -> None:
    change(office, casey, holidays=["2026-03-30"])
    new = hours(Calendar.objects.get())
    assert working_seconds(new, NOW - timedelta(hours=2), NOW + timedelta(hours=2)) == 2 * 3600
    assert datetime(2026, 3, 31, 7, 30, tzinfo=UTC) == due_at(new, NOW, 1800)
