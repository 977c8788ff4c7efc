"""Instances: each time that a promise was made to a customer, whatever the order in which the log learned of it."""

from datetime import datetime, timedelta
from typing import Any

import pytest
from django.db import connection, transaction
from django.test.utils import CaptureQueriesContext
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from heedful.associates.models import Associate
from heedful.customers import identities, kinds, people, touchpoints
from heedful.customers.models import Customer
from heedful.kit import live
from heedful.kit.actor import SYSTEM
from heedful.ledger import events
from heedful.ledger.models import Entry
from heedful.promise import commitments, recounts
from heedful.promise.models import Calendar, Commitment, Flip, Promise, Recount, Unreadable
from heedful.promise.standards import StandardDraft
from tests.promise.shop import HOUR, MONDAY, make, states, tell

pytestmark = pytest.mark.django_db
INSTANT = timedelta(microseconds=1)


def judge(*who: int, at: datetime, **more: Any) -> int:
    return commitments.evaluate_people(who, at=at, **more)


def row(**which: Any) -> Commitment:
    return Commitment.objects.get(**which)


def flips(commitment: Commitment) -> list[tuple[str, datetime, datetime, str]]:
    return [
        (flip.state, flip.true_from, flip.found_at, flip.because.partition(":")[0])
        for flip in commitments.history(commitment).flips
    ]


def test_an_answer_in_time_keeps_the_promise_and_a_late_one_breaks_it(answer: Promise) -> None:
    ann, bea = tell("ann", "asked", MONDAY), tell("bea", "asked", MONDAY + HOUR)
    tell("ann", "answered", MONDAY + 4 * HOUR)
    tell("bea", "answered", MONDAY + 5 * HOUR + INSTANT)
    judge(ann, bea, at=MONDAY + 6 * HOUR)
    assert states(answer) == ["kept", "broken"]
    late = row(customer=bea)
    assert late.settled_at == late.due_at == MONDAY + 5 * HOUR
    assert late.measured == 4 * 3600


def test_open_pages_of_a_promise_hear_of_a_change_and_of_nothing_where_there_is_none(
    answer: Promise, monkeypatch: pytest.MonkeyPatch
) -> None:
    heard: list[object] = []
    monkeypatch.setattr(live, "publish", lambda topic, id: heard.append(id) if topic == "promises" else None)  # noqa: A006
    ann = tell("ann", "asked", MONDAY)
    for _ in range(2):
        judge(ann, at=MONDAY + HOUR)
    assert heard == [answer.pk]


def test_working_days_end_at_the_close_of_business_on_both_sides_of_a_change_of_clocks(
    casey: Associate, office: Calendar
) -> None:
    promise = make(
        casey, StandardDraft(form="within", from_kind="ordered", to_kind="sent", within_days=2, calendar=office)
    )
    friday = datetime.fromisoformat("2026-03-27T15:00:00+01:00")  # Berlin's clocks go forward on Sunday the 29th
    ann = tell("ann", "ordered", friday)
    judge(ann, at=friday)
    assert row(promise=promise).due_at == datetime.fromisoformat("2026-03-31T17:00:00+02:00")


def test_a_date_that_the_order_carries_is_due_at_the_end_of_that_day_where_we_are(casey: Associate) -> None:
    promise = make(
        casey, StandardDraft(form="by_date", from_kind="ordered", to_kind="delivered", property="promised_for")
    )
    ann = tell("ann", "ordered", MONDAY, properties={"promised_for": "2026-03-05"})
    judge(ann, at=MONDAY)
    assert row(promise=promise).due_at == datetime.fromisoformat("2026-03-05T22:59:59.999999+00:00")


def test_a_score_and_a_yes_are_settled_at_once(casey: Associate) -> None:
    happy = make(casey, StandardDraft(form="score", question="satisfaction", at_least=4), words="You will be happy")
    timely = make(
        casey, StandardDraft(form="yes", from_kind="complained", property="timely"), words="We answer in time"
    )
    ann = tell("ann", "survey_answered", MONDAY, scores={"satisfaction": 3}, subject="ask:1")
    tell("ann", "complained", MONDAY, properties={"timely": "Yes"})
    tell("ann", "complained", MONDAY + HOUR, properties={"timely": "No"})
    tell("ann", "complained", MONDAY + 2 * HOUR, properties={})
    judge(ann, at=MONDAY + 3 * HOUR)
    assert (states(happy), states(timely)) == (["broken"], ["kept", "broken"])
    assert row(promise=happy).measured == 3


def test_a_date_that_cannot_be_read_is_noted_and_forgotten_once_it_can(casey: Associate) -> None:
    draft = StandardDraft(form="by_date", from_kind="ordered", to_kind="sent", property="by", match_property="order")
    promise = make(casey, draft)
    ann = tell("ann", "ordered", MONDAY, properties={"order": 1, "by": "05/03/2026"})
    tell("ann", "ordered", MONDAY, message="unmatched", properties={"by": "2026-03-05"})
    judge(ann, at=MONDAY)
    judge(ann, at=MONDAY)
    assert states(promise) == []
    assert sorted(Unreadable.objects.values_list("property", flat=True)) == ["by", "order"]
    assert Unreadable.objects.filter(reason__contains="day or the month first", customer=ann).exists()
    standard = promise.standards.get()
    standard.property = standard.match_property = ""
    standard.form, standard.within_s = "within", 60
    standard.save()
    judge(ann, at=MONDAY)
    assert not Unreadable.objects.exists()


def test_orders_of_one_customer_are_matched_by_what_they_carry(casey: Associate) -> None:
    draft = StandardDraft(form="within", from_kind="ordered", to_kind="sent", within_s=3600, match_property="order")
    promise = make(casey, draft)
    ann = tell("ann", "ordered", MONDAY, properties={"order": 1})
    tell("ann", "ordered", MONDAY + timedelta(minutes=1), properties={"order": 2})
    tell("ann", "sent", MONDAY + timedelta(minutes=30), properties={"order": "2"})
    judge(ann, at=MONDAY + 2 * HOUR)
    assert states(promise) == ["broken", "kept"]


def test_every_change_is_kept_with_when_it_was_true_and_when_it_was_found(answer: Promise) -> None:
    ann = tell("ann", "asked", MONDAY)
    judge(ann, at=MONDAY + HOUR)
    commitments.fire(at=MONDAY + 3 * HOUR)
    commitments.fire(at=MONDAY + 4 * HOUR + timedelta(seconds=1))
    tell("ann", "answered", MONDAY + 2 * HOUR)
    judge(ann, at=MONDAY + 9 * HOUR)
    found = row(promise=answer)
    assert flips(found) == [
        ("pending", MONDAY, MONDAY + HOUR, "touchpoint"),
        ("at_risk", MONDAY + 3 * HOUR, MONDAY + 3 * HOUR, "clock"),
        ("broken", MONDAY + 4 * HOUR, MONDAY + 4 * HOUR + timedelta(seconds=1), "clock"),
        ("kept", MONDAY + 2 * HOUR, MONDAY + 9 * HOUR, "touchpoint"),
    ]
    assert [touchpoint.kind for touchpoint in commitments.history(found).touchpoints] == ["asked", "answered"]


def test_judging_twice_changes_nothing(answer: Promise) -> None:
    ann = tell("ann", "asked", MONDAY)
    assert judge(ann, at=MONDAY) == 1
    assert judge(ann, at=MONDAY) == 0
    assert Flip.objects.count() == 1


def test_a_promise_is_made_to_its_audience_alone(casey: Associate) -> None:
    promise = make(
        casey,
        StandardDraft(form="within", from_kind="asked", to_kind="answered", within_s=60),
        audience={"plan": ["Gold", "pro"]},
    )
    ann, bea = tell("ann", "asked", MONDAY), tell("bea", "asked", MONDAY)
    people.describe(facts={ann: {"plan": ("gold", MONDAY)}, bea: {"plan": ("basic", MONDAY)}})
    judge(ann, bea, at=MONDAY)
    assert list(Commitment.objects.filter(promise=promise).values_list("customer", flat=True)) == [ann]
    people.describe(facts={ann: {"plan": ("basic", MONDAY + HOUR)}})
    judge(ann, at=MONDAY + HOUR)
    assert states(promise) == []


def test_merged_customers_are_judged_as_one_and_apart_again_when_it_is_undone(answer: Promise) -> None:
    ann, anna = tell("ann", "asked", MONDAY), tell("anna", "answered", MONDAY + HOUR)
    later = MONDAY + 9 * HOUR
    judge(ann, anna, at=later)
    before = list(Commitment.objects.values_list("customer", "state", "settled_at", "settled_by", "due_at"))
    assert states(answer) == ["broken"]
    merge = people.merge(a=Customer.objects.get(pk=ann), b=Customer.objects.get(pk=anna), by=SYSTEM, at=later)
    commitments.evaluate_people(last("PeopleRegrouped").people, at=later)
    assert states(answer) == ["kept"]
    people.undo(merge=merge, by=SYSTEM, at=later)
    commitments.evaluate_people(last("PeopleRegrouped").people, at=later)
    assert list(Commitment.objects.values_list("customer", "state", "settled_at", "settled_by", "due_at")) == before


def last(kind: str) -> Any:
    return events.read(Entry.objects.filter(kind=kind).latest("pk"))


def test_what_broke_lately_is_news_and_what_broke_long_ago_is_history(answer: Promise) -> None:
    ann = tell("ann", "asked", MONDAY - timedelta(days=30))
    bea = tell("bea", "asked", MONDAY - timedelta(days=1))
    cleo = tell("cleo", "asked", MONDAY)
    judge(ann, bea, cleo, at=MONDAY + 3 * HOUR)
    entries = Entry.objects.filter(kind__in=["PromiseBroken", "PromiseAtRisk"]).order_by("kind")
    assert [(entry.kind, entry.data["commitments"]) for entry in entries] == [
        ("PromiseAtRisk", [row(customer=cleo).pk]),
        ("PromiseBroken", [row(customer=bea).pk]),
    ]
    judge(ann, bea, cleo, at=MONDAY + 3 * HOUR)
    assert entries.count() == 2


def test_a_batch_is_judged_in_as_many_queries_as_one_person(answer: Promise) -> None:
    few, many = [tell("p0", "asked", MONDAY)], [tell(f"p{number}", "asked", MONDAY) for number in range(1, 40)]
    with CaptureQueriesContext(
        connection,
    ) as one:
        judge(*few, at=MONDAY)
    with CaptureQueriesContext(connection) as forty:
        judge(*many, at=MONDAY)
    assert len(forty) <= len(one) <= 16


def test_a_batch_advances_the_people_of_whom_it_told(answer: Promise) -> None:
    tell("ann", "asked", MONDAY)
    commitments.apply_batch(last("TouchpointsRecorded"), at=MONDAY)
    assert states(answer) == ["pending"]
    tell("bea", "browsed", MONDAY)
    event = last("TouchpointsRecorded")
    assert not event.watched
    assert commitments.apply_batch(event, at=MONDAY) == 0


ANN, BEA, PHONE = ("user_id", "ann"), ("user_id", "bea"), ("anonymous_id", "phone")
WHO = [(ANN,), (BEA,), (PHONE,), (ANN, PHONE), (BEA, PHONE)]
"""Who a touchpoint names; a phone that two people used belongs to neither."""
KINDS = ["asked", "answered", "complained", "survey_answered"]


@st.composite
def arrivals(draw: st.DrawFn) -> list[list[touchpoints.TouchpointDraft]]:
    """Touchpoints of two customers, in any order, in batches of any size, some of them twice."""
    drafts = draw(st.lists(drafted(), min_size=1, max_size=12))
    again = draw(st.lists(st.sampled_from(drafts), max_size=3))
    shuffled = draw(st.permutations(drafts + again))
    cuts = sorted(draw(st.sets(st.integers(1, max(1, len(shuffled) - 1)), max_size=4)))
    return [part for start, end in zip([0, *cuts], [*cuts, None], strict=True) if (part := list(shuffled[start:end]))]


@st.composite
def drafted(draw: st.DrawFn) -> touchpoints.TouchpointDraft:
    kind = draw(st.sampled_from(KINDS))
    answers = kind == "survey_answered"
    minute = draw(st.integers(0, 40)) * 30
    return touchpoints.TouchpointDraft(
        kind=kind,
        happened_at=MONDAY + timedelta(minutes=minute),
        message=draw(st.uuids()).hex,
        identities=draw(st.sampled_from(WHO)),
        properties={"timely": draw(st.sampled_from(["yes", "no", "", "perhaps"])), "by": "2026-03-02T18:00:00+01:00"},
        scores={"satisfaction": draw(st.integers(1, 5))} if answers else None,
        subject=f"ask:{draw(st.integers(1, 2))}" if answers else None,
    )


def react(after: int, *, at: datetime) -> None:
    """Do what the wiring has the worker do after these entries."""
    for entry in Entry.objects.filter(pk__gt=after).order_by("pk"):
        if entry.kind == "TouchpointsRecorded":
            commitments.apply_batch(events.read(entry), at=at)
        elif entry.kind == "PeopleRegrouped":
            commitments.evaluate_people(events.read(entry).people, at=at)


def dump() -> list[Any]:
    fields = [field.attname for field in Commitment._meta.concrete_fields if field.name != "id"]
    return sorted(Commitment.objects.values_list(*fields), key=repr)


@settings(max_examples=40, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(arrivals(), st.lists(st.integers(0, 30), min_size=5, max_size=5))
def test_whatever_the_order_of_arrival_a_recount_from_the_log_gives_the_same(
    casey: Associate, batches: list[list[touchpoints.TouchpointDraft]], waits: list[int]
) -> None:
    with transaction.atomic():
        make(casey, *EVERY_FORM)
        now = MONDAY
        for batch, wait in zip(batches, waits, strict=False):
            now += timedelta(hours=wait)
            commitments.fire(at=now)
            before = Entry.objects.latest("pk").pk
            touchpoints.record(drafts=batch, source="test", by=SYSTEM, at=now)
            react(before, at=now)
        now += timedelta(hours=waits[-1])
        commitments.fire(at=now)
        as_it_came = dump()
        found = {flip.commitment_id: flip.state for flip in Flip.objects.order_by("found_at", "pk")}
        assert found == dict(Commitment.objects.values_list("pk", "state"))
        Commitment.objects.all().delete()
        judge(*Customer.objects.values_list("pk", flat=True), at=now)
        assert dump() == as_it_came
        transaction.set_rollback(True)
    identities.forget()
    kinds.forget()


EVERY_FORM = (
    StandardDraft(form="within", from_kind="asked", to_kind="answered", within_s=4 * 3600),
    StandardDraft(form="by_date", from_kind="asked", to_kind="answered", property="by"),
    StandardDraft(form="yes", from_kind="complained", property="timely"),
    StandardDraft(form="score", question="satisfaction", at_least=4),
)


def test_a_new_promise_finds_its_history_in_the_background(casey: Associate) -> None:
    for number in range(3):
        tell(f"p{number}", "complained", MONDAY, properties={"timely": "yes" if number else "no"})
    promise = make(casey, StandardDraft(form="yes", from_kind="complained", property="timely"))
    recount = Recount.objects.get(promise=promise)
    assert (recount.total, recount.percent) == (3, 0)
    recounts.go_on(promise=promise.pk, started_at=recount.started_at.isoformat())
    assert states(promise) == ["broken", "kept", "kept"]
    recount.refresh_from_db()
    assert (recount.done, recount.changed, recount.percent) == (3, 3, 100)
    assert not Entry.objects.filter(kind="PromiseBroken").exists()
    assert Entry.objects.get(kind="PromiseRecounted").data["people"] == 3


def test_a_recount_that_was_interrupted_goes_on_where_it_was(casey: Associate, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(recounts, "BATCH_SIZE", 1)
    for number in range(3):
        tell(f"p{number}", "complained", MONDAY, properties={"timely": "yes"})
    promise = make(casey, StandardDraft(form="yes", from_kind="complained", property="timely"))
    assert recounts.step(promise=promise.pk, started_at=MONDAY, at=MONDAY)
    assert len(states(promise)) == 1
    recounts.go_on(promise=promise.pk, started_at=MONDAY.isoformat())
    assert len(states(promise)) == 3


def reported(state: str) -> list[int]:
    entries = Entry.objects.filter(kind={"broken": "PromiseBroken", "at_risk": "PromiseAtRisk"}[state])
    return [found for entry in entries.order_by("pk") for found in entry.data["commitments"]]


def test_what_happens_while_a_recount_runs_is_news_though_the_recount_sees_it_first(
    answer: Promise, casey: Associate
) -> None:
    happy = make(casey, StandardDraft(form="score", question="satisfaction", at_least=4), words="You will be happy")
    ann, bea = tell("ann", "asked", MONDAY), tell("bea", "survey_answered", MONDAY, scores={"satisfaction": 1})
    judge(ann, at=MONDAY)
    start = MONDAY + 3.5 * HOUR
    for promise in (answer, happy):
        recounts.request(promise=promise, by=casey.by, at=start)
    told = touchpoints.TouchpointDraft("survey_answered", start, "late", customer=ann, scores={"satisfaction": 2})
    batch = touchpoints.record(drafts=[told], source="test", by=SYSTEM, at=start + HOUR)
    for promise in (answer, happy):
        recounts.step(promise=promise.pk, started_at=start, at=start + HOUR)
    judge(ann, bea, at=start + HOUR)
    assert batch.count == 1
    assert reported("broken") == [row(promise=answer).pk, row(promise=happy, customer=ann).pk]
    assert row(promise=happy, customer=bea).state == "broken"


def test_who_judges_late_does_not_turn_the_clock_back(answer: Promise) -> None:
    """One who began before a moment and had to wait for one who began after it goes on from there."""
    ann = tell("ann", "asked", MONDAY)
    due = MONDAY + 4 * HOUR
    judge(ann, at=due + INSTANT)
    assert judge(ann, at=due) == 0
    assert [flip.state for flip in Flip.objects.all()] == ["broken"]
    assert len(reported("broken")) == 1

    tell("ann", "asked", MONDAY + 2 * HOUR)
    judge(ann, at=due + HOUR)
    judge(ann, at=due)
    assert states(answer) == ["broken", "at_risk"]


def test_a_recount_gives_way_to_a_later_one(casey: Associate) -> None:
    promise = make(casey, StandardDraft(form="yes", from_kind="complained", property="timely"))
    recounts.request(promise=promise, by=casey.by, at=MONDAY + HOUR)
    assert not recounts.step(promise=promise.pk, started_at=MONDAY, at=MONDAY + HOUR)
    assert Recount.objects.get(promise=promise).finished_at is None
