"""The pages of promises: the walk beside the talk, the form that speaks in sentences, and the replay."""

import csv
import re
from collections.abc import Callable
from datetime import datetime, timedelta
from typing import Any

import pytest
from django.test import Client
from django.utils import timezone
from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as st

from heedful.associates.models import Associate
from heedful.customers import touchpoints
from heedful.kit.actor import SYSTEM
from heedful.promise import calendars, commitments, promises
from heedful.promise.models import Calendar, Commitment, Promise, Standard
from heedful.promise.promises import Wording
from heedful.promise.standards import StandardDraft
from heedful.web.desk.promises import standard_forms
from tests.cast import make_promise

pytestmark = pytest.mark.django_db
type As = Callable[[Associate], Client]

FORM = {
    "words": "We answer the same day",
    "severity": "3",
    "standard-TOTAL_FORMS": "1",
    "standard-INITIAL_FORMS": "0",
    "standard-0-form": "within",
    "standard-0-within_from": "question_asked",
    "standard-0-within_to": "question_answered",
    "standard-0-within_number": "4",
    "standard-0-within_unit": "hours",
    "standard-0-at_risk": "75",
}


@pytest.fixture
def answer(casey: Associate) -> Promise:
    """A promise of the last days: kept to two customers, broken to a third and pending to a fourth."""
    draft = StandardDraft(form="within", from_kind="asked", to_kind="answered", within_s=3600)
    now = timezone.now()
    made = make_promise(wording=Wording(words="Within the hour"), standards=[draft], by=casey.by, at=now)
    told = [("ann", 48, 0.5), ("bea", 24, 0.5), ("cleo", 24, 3), ("dora", 0.1, None)]
    drafts = [
        touchpoints.TouchpointDraft(kind=kind, happened_at=at, message=f"{who} {kind}", identities=(("user_id", who),))
        for who, ago, later in told
        for kind, at in (("asked", now - hours(ago)), ("answered", None if later is None else now - hours(ago - later)))
        if at is not None
    ]
    recorded = touchpoints.record(drafts=drafts, source="test", by=SYSTEM, at=now)
    commitments.evaluate_people(recorded.customers, at=now)
    return made


def hours(number: float) -> timedelta:
    return timedelta(hours=number)


def test_the_list_shows_the_walk_beside_the_talk(as_: As, mira: Associate, answer: Promise) -> None:
    text = as_(mira).get("/promises").content.decode()
    assert "Within the hour" in text
    assert "From asked to answered within 1 hour" in text
    assert "66.7" in text
    assert "3 due" in text
    assert "New promise" not in text


def test_an_empty_list_says_what_to_do_first(as_: As, casey: Associate, mira: Associate) -> None:
    assert "Make the first promise" in as_(casey).get("/promises").content.decode()
    assert "Make the first promise" not in as_(mira).get("/promises").content.decode()


@pytest.mark.parametrize(("state", "count"), [("", 4), ("kept", 2), ("broken", 1), ("pending", 1), ("at_risk", 0)])
def test_a_promise_lists_its_instances_by_state(
    as_: As, mira: Associate, answer: Promise, state: str, count: int
) -> None:
    response = as_(mira).get(f"/promises/{answer.slug}", {"state": state})
    assert response.context["page"].total == count


def test_a_promise_asks_the_database_as_often_for_one_row_as_for_many(
    as_: As, mira: Associate, answer: Promise, django_assert_max_num_queries: Any
) -> None:
    client = as_(mira)
    with django_assert_max_num_queries(18):
        client.get(f"/promises/{answer.slug}")


def test_its_rows_are_exported(as_: As, lena: Associate, answer: Promise) -> None:
    response = as_(lena).get(f"/promises/{answer.slug}", {"format": "csv", "state": "broken"})
    lines = b"".join(response).decode().splitlines()
    assert len(lines) == 2
    assert "Broken" in lines[1]


def test_an_instance_is_replayed_with_what_made_it(as_: As, mira: Associate, answer: Promise) -> None:
    broken = Commitment.objects.get(state="broken")
    text = as_(mira).get(f"/promises/{answer.slug}/{broken.pk}").content.decode()
    assert "2 h late" in text
    assert "The clock ran" in text
    assert text.count("from test") == 2


def test_how_it_felt_stands_beside_it(as_: As, mira: Associate, answer: Promise) -> None:
    later = timezone.now()
    draft = touchpoints.TouchpointDraft(
        kind="survey_answered",
        happened_at=later - timedelta(minutes=5),
        message="s",
        identities=(("user_id", "ann"),),
        scores={"satisfaction": 5},
        subject="ask:1",
    )
    touchpoints.record(drafts=[draft], source="test", by=SYSTEM, at=later)
    text = as_(mira).get(f"/promises/{answer.slug}/felt").content.decode()
    assert "When kept" in text
    assert "1 answer: too few to tell" in text


@pytest.mark.parametrize(
    ("form", "gap", "sentence"),
    [
        ("within", "within_number", "Say within how long."),
        ("by_date", "by_date_property", "Say which property carries the date."),
        ("score", "score_at_least", "Say which score is good enough."),
        ("yes", "yes_from", "Say what happens."),
    ],
)
def test_a_gap_that_is_empty_is_said_beside_it_and_the_rest_is_kept(
    as_: As, casey: Associate, form: str, gap: str, sentence: str
) -> None:
    gaps = {
        "by_date_from": "order_placed",
        "by_date_to": "delivered",
        "by_date_property": "promised_for",
        "score_question": "ease",
        "score_at_least": "5",
        "yes_from": "bill_sent",
        "yes_property": "as_quoted",
    }
    sent = FORM | {f"standard-0-{name}": value for name, value in gaps.items()}
    response = as_(casey).post("/promises/new", sent | {"standard-0-form": form, f"standard-0-{gap}": ""})
    assert response.status_code == 422
    page = response.content.decode()
    chosen = page[page.index(f'id="standard-0-{form}"') :]
    assert sentence in chosen[: chosen.index('type="radio"', 20) if 'type="radio"' in chosen[20:] else None]
    assert 'value="Order placed"' in page or 'value="order_placed"' in page
    assert not Promise.objects.exists()


def test_a_measure_that_cannot_be_is_refused_in_its_own_box(as_: As, casey: Associate) -> None:
    sent = FORM | {"standard-0-form": "score", "standard-0-score_question": "ease", "standard-0-score_at_least": "9"}
    page = as_(casey).post("/promises/new", sent).content.decode()
    box = page[page.index("<fieldset") : page.index("</fieldset>")]
    assert "Ease goes from 1 to 7. Give a score above the lowest." in box


def test_a_promise_is_made_by_filling_a_sentence(as_: As, casey: Associate) -> None:
    response = as_(casey).post("/promises/new", FORM)
    assert response.status_code == 302
    made = Promise.objects.get()
    assert promises.sentences(made) == ["From question asked to question answered within 4 hours"]
    assert made.severity == 3


def test_working_days_count_by_the_default_calendar(as_: As, casey: Associate) -> None:
    week = {"mon": [["09:00", "17:00"]]}
    office = calendars.add(name="Office", time_zone="UTC", week=week, by=casey.by, at=timezone.now())
    as_(casey).post("/promises/new", {**FORM, "standard-0-within_unit": "working days"})
    standard = Standard.objects.get()
    assert (standard.within_days, standard.within_s, standard.calendar) == (4, None, office)


def test_working_time_is_not_promised_before_somebody_said_when_we_work(as_: As, casey: Associate) -> None:
    assert '<option value="days" selected>' in as_(casey).get("/promises/new").content.decode()
    response = as_(casey).post("/promises/new", {**FORM, "standard-0-within_unit": "working hours"})
    assert response.status_code == 422
    assert "Say first when you work" in response.content.decode()
    assert not Promise.objects.exists()


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture], deadline=None, max_examples=60)
@given(
    time=st.one_of(
        st.fixed_dictionaries({"within_s": st.integers(1, 200_000) | st.integers(1, 2_000).map(lambda n: n * 60)}),
        st.fixed_dictionaries({"within_days": st.integers(0, 1_000)}),
    ),
    is_working=st.booleans(),
    at_risk_share=st.integers(1, 1_000).map(lambda tenths: tenths / 1_000).filter(lambda share: share >= 0.01),
)
@example(time={"within_s": 5_400}, is_working=True, at_risk_share=0.75)
@example(time={"within_s": 90}, is_working=False, at_risk_share=0.333)
def test_the_form_shows_a_time_as_it_is_stored(
    ada: Associate, time: dict[str, int], is_working: bool, at_risk_share: float
) -> None:
    office = Calendar.objects.filter(name="Office").first() or calendars.add(
        name="Office", time_zone="UTC", week={"mon": [["09:00", "17:00"]]}, by=ada.by, at=timezone.now()
    )
    draft = StandardDraft(
        form="within",
        from_kind="asked",
        to_kind="answered",
        calendar=office if is_working else None,
        at_risk_share=at_risk_share,
        within_s=time.get("within_s"),
        within_days=time.get("within_days"),
    )
    shown = standard_forms.initial_of(Standard(**draft.fields()))
    form = standard_forms.StandardForm({name: "" if value is None else value for name, value in shown.items()})
    assert form.is_valid(), form.errors
    assert form.draft() == draft


def test_ninety_working_minutes_stay_ninety_working_minutes(as_: As, casey: Associate) -> None:
    week = {"mon": [["09:00", "17:00"]]}
    office = calendars.add(name="Office", time_zone="UTC", week=week, by=casey.by, at=timezone.now())
    draft = StandardDraft(form="within", from_kind="asked", to_kind="answered", within_s=5_400, calendar=office)
    made = make_promise(wording=Wording(words="Soon"), standards=[draft], by=casey.by, at=timezone.now())
    page = as_(casey).get(f"/promises/{made.slug}/edit")
    row = page.context["rows"].forms[0]
    assert (row["within_number"].value(), row["within_unit"].value()) == (90, "working minutes")


def test_a_kind_may_be_written_as_people_write_it(as_: As, casey: Associate) -> None:
    as_(casey).post("/promises/new", {**FORM, "standard-0-within_from": " Question Asked"})
    assert Standard.objects.get().from_kind == "question_asked"


@pytest.mark.parametrize(
    ("told", "sentence"),
    [
        ({"standard-0-within_number": ""}, "Say within how long."),
        ({"standard-0-within_to": ""}, "Say what is promised to happen."),
        ({"words": " "}, "This field is required"),
        ({"standard-0-form": "score", "standard-0-score_question": "ease"}, "Say which score is good enough."),
    ],
)
def test_what_is_missing_is_said_and_what_was_typed_is_kept(
    as_: As, casey: Associate, told: dict[str, str], sentence: str
) -> None:
    response = as_(casey).post("/promises/new", {**FORM, **told})
    text = response.content.decode()
    assert response.status_code == 422
    assert sentence in text
    assert "question_asked" in text
    assert not Promise.objects.exists()


def test_another_measure_is_added_without_losing_the_first(as_: As, casey: Associate) -> None:
    text = as_(casey).post("/promises/new", {**FORM, "more": "1"}).content.decode()
    assert 'name="standard-1-form"' in text
    assert "question_asked" in text
    assert not Promise.objects.exists()


def test_a_promise_is_edited_from_now_on(as_: As, casey: Associate, answer: Promise) -> None:
    client = as_(casey)
    text = client.get(f"/promises/{answer.slug}/edit").content.decode()
    assert 'value="Asked"' in text
    client.post(f"/promises/{answer.slug}/edit", {**FORM, "from_when": "now"})
    answer.refresh_from_db()
    assert answer.words == "We answer the same day"
    assert [standard.ended_at is None for standard in answer.standards.order_by("pk")] == [False, True]
    assert Commitment.objects.count() == 4


def test_ending_and_recounting_are_the_programmes_to_do(
    as_: As, casey: Associate, mira: Associate, answer: Promise
) -> None:
    assert as_(mira).post(f"/promises/{answer.slug}/ending").status_code == 403
    assert as_(mira).post(f"/promises/{answer.slug}/recount").status_code == 403
    assert as_(mira).post("/promises/new", FORM).status_code == 403
    answer.refresh_from_db()
    assert answer.is_active
    as_(casey).post(f"/promises/{answer.slug}/recount")
    answer.refresh_from_db()
    assert answer.recount.because == "recounted"
    as_(casey).post(f"/promises/{answer.slug}/ending")
    answer.refresh_from_db()
    assert not answer.is_active


def test_a_yes_is_shown_of_everybody_and_of_those_who_answered(as_: As, mira: Associate, answer: Promise) -> None:
    later = timezone.now()
    draft = touchpoints.TouchpointDraft(
        kind="survey_answered",
        happened_at=later - timedelta(minutes=5),
        message="s",
        identities=(("user_id", "ann"),),
        scores={"yes.would_come_again": 1},
        subject="ask:1",
    )
    touchpoints.record(drafts=[draft], source="test", by=SYSTEM, at=later)
    response = as_(mira).get(f"/promises/{answer.slug}/felt")
    (row,) = response.context["experience"]
    assert row.question == "Would come again"
    assert [(one.label, one.value, one.n) for one in row.of_all] == [
        ("When kept", "50.0", 2),
        ("When broken", "0.0", 1),
    ]
    assert [(one.label, one.value, one.n) for one in row.figures] == [
        ("When kept", "100.0", 1),
        ("When broken", "–", 0),
    ]
    assert "Of those who answered" in response.content.decode()
    assert "9.5 to 90.5 %" in response.content.decode()


def test_the_list_is_exported_with_its_figures(as_: As, mira: Associate, answer: Promise) -> None:
    later = timezone.now()
    for who, value in (("ann", 5), ("cleo", 2)):
        draft = touchpoints.TouchpointDraft(
            kind="survey_answered",
            happened_at=later - timedelta(minutes=5),
            message=who,
            identities=(("user_id", who),),
            scores={"ease": value},
            subject=f"ask:{who}",
        )
        touchpoints.record(drafts=[draft], source="test", by=SYSTEM, at=later)
    response = as_(mira).get("/promises", {"format": "csv", "days": "30"})
    (row,) = csv.DictReader(b"".join(response).decode("utf-8-sig").splitlines())
    assert (row["Promise"], row["Kept"], row["Broken"], row["Due"]) == ("Within the hour", "2", "1", "3")
    assert (row["Share kept"], row["Share kept, low"]) == ("0.6667", "0.2077")
    assert (row["Question"], row["When kept"], row["When broken"], row["Gap"]) == ("Ease", "5.0", "2.0", "")
    assert row["Still being counted"] == "yes"
    assert timezone.now() - datetime.fromisoformat(row["From"]) >= timedelta(days=30)


def test_a_promise_says_that_it_is_still_being_counted(as_: As, mira: Associate, answer: Promise) -> None:
    assert "still being counted" in as_(mira).get("/promises").content.decode()
    answer.recount.finished_at = timezone.now()
    answer.recount.save()
    assert "still being counted" not in as_(mira).get("/promises").content.decode()


def test_a_form_that_claims_a_million_standards_is_refused_in_a_sentence(as_: As, casey: Associate) -> None:
    claimed = as_(casey).post("/promises/new", {**FORM, "standard-TOTAL_FORMS": "9" * 20})
    assert (claimed.status_code, claimed.context["rows"].total_form_count()) == (422, standard_forms.MOST)
    assert "at most" in claimed.content.decode()
    assert not Promise.objects.exists()


@pytest.mark.parametrize("count", ["abc", "²", "-1", ""])
def test_one_more_measure_of_a_broken_form_is_no_breakdown(as_: As, casey: Associate, count: str) -> None:
    assert as_(casey).post("/promises/new", {**FORM, "standard-TOTAL_FORMS": count, "more": "1"}).status_code == 200


def test_what_nobody_has_sent_is_said_while_a_promise_is_written_and_on_its_page(
    as_: As, casey: Associate, answer: Promise
) -> None:
    client = as_(casey)
    asked = {"standard-0-within_from": "Asked", "standard-0-within_to": "Rung back", "standard-0-within_number": "4"}
    said = client.get("/promises/new/unheard", asked).content.decode()
    assert "Nothing called “<bdi>rung_back</bdi>” has come in yet." in said
    assert client.get("/promises/new/unheard", {"standard-0-within_from": "asked"}).content.strip() == b""

    client.post("/promises/new", {**FORM, "standard-0-within_from": "asked", "standard-0-within_to": "rung_back"})
    made = Promise.objects.exclude(pk=answer.pk).get()
    for page in (f"/promises/{made.slug}", f"/promises/{made.slug}/edit"):
        text = client.get(page).content.decode()
        assert re.search(r"Nothing called “<bdi>[Rr]ung.back</bdi>” has come in yet", text), page
    for page in (f"/promises/{answer.slug}", f"/promises/{answer.slug}/edit", "/promises/new"):
        assert "has come in yet" not in client.get(page).content.decode()


def test_what_heedful_writes_itself_is_always_heard(as_: As, casey: Associate) -> None:
    asked = {"standard-0-within_from": "heedful_case_opened"}
    assert as_(casey).get("/promises/new/unheard", asked).content.strip() == b""
