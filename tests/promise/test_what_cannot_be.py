"""What cannot be measured is not counted, and what was promised to nobody would only have been."""

from datetime import timedelta
from typing import Any

import pytest

from heedful.associates.models import Associate
from heedful.customers import kinds
from heedful.kit.errors import Refused
from heedful.promise import attainment, commitments, promises, retrospect
from heedful.promise.models import Commitment, Promise, Standard
from heedful.promise.promises import MissingKind, Wording
from heedful.promise.standards import StandardDraft
from tests.promise.shop import HOUR, LONG_AGO, MONDAY, tell
from tests.work import work

pytestmark = pytest.mark.django_db
DAY = timedelta(days=1)


def within(start: str = "asked", end: str = "answered") -> StandardDraft:
    return StandardDraft(form="within", from_kind=start, to_kind=end, within_s=3600)


def make(casey: Associate, *drafts: StandardDraft, **said: Any) -> Promise:
    return promises.make(wording=Wording(words="We answer"), standards=drafts, by=casey.by, at=MONDAY, **said)


@pytest.fixture
def past(casey: Associate) -> list[int]:
    """Of twenty-five questions in the weeks before, twenty-one were answered in time."""
    who = []
    for n in range(25):
        at = MONDAY - (5 + 3 * n) * DAY
        who.append(tell(f"p{n}", "asked", at, properties={"plan": "gold"}))
        tell(f"p{n}", "answered", at + (HOUR / 2 if n < 21 else 2 * HOUR))
    return who


@pytest.mark.parametrize(
    ("draft", "missing"),
    [
        (within(end="anwsered"), [MissingKind("anwsered", "answered")]),
        (within(start="askd"), [MissingKind("askd", "asked")]),
        (within("ask ed", "zebra"), [MissingKind("ask_ed", "asked"), MissingKind("zebra", "")]),
        (StandardDraft(form="yes", from_kind="Answred", property="ok"), [MissingKind("answred", "answered")]),
    ],
)
def test_a_misspelt_kind_cannot_be_measured_is_never_counted_and_the_nearest_is_named(
    casey: Associate, past: list[int], draft: StandardDraft, missing: list[MissingKind]
) -> None:
    promise = make(casey, draft, since=LONG_AGO)
    work()
    commitments.evaluate_people(past, at=MONDAY + 30 * DAY)
    assert not Commitment.objects.exists()
    assert attainment.attainments(since=LONG_AGO, until=MONDAY + 60 * DAY)[promise.pk].due == 0
    assert promises.missing_kinds(promise.standards.all()) == missing
    assert retrospect.would_have_been(drafts=[draft], audience={}, at=MONDAY).missing == missing


def test_it_is_counted_once_what_it_needs_has_come_in(casey: Associate) -> None:
    promise = make(casey, within())
    ann = tell("ann", "asked", MONDAY + HOUR)
    work(at=MONDAY + HOUR)
    commitments.evaluate_people([ann], at=MONDAY + DAY)
    assert not Commitment.objects.exists()
    tell("bea", "answered", MONDAY + DAY)
    work(at=MONDAY + DAY)
    assert Standard.objects.get().is_waiting is False
    assert Commitment.objects.get().state == "broken"
    assert promises.missing_kinds(promise.standards.all()) == []


def test_a_kind_that_is_misspelt_later_takes_back_what_was_counted(casey: Associate, past: list[int]) -> None:
    promise = make(casey, within(), since=LONG_AGO)
    work(at=MONDAY)
    assert Commitment.objects.count() == 25
    promises.change(
        promise=promise, wording=Wording(words="We answer"), standards=[within(end="anwsered")], by=casey.by, at=MONDAY
    )
    work(at=MONDAY)
    assert not Commitment.objects.exists()


def test_a_promise_of_today_is_broken_on_no_timeline_of_last_week(casey: Associate, past: list[int]) -> None:
    promise = make(casey, within())
    work(at=MONDAY + HOUR)
    commitments.evaluate_people(past, at=MONDAY + HOUR)
    assert not Commitment.objects.exists()
    ann = tell("ann", "asked", MONDAY + HOUR)
    commitments.evaluate_people([ann, *past], at=MONDAY + DAY)
    assert [row.started_at for row in Commitment.objects.all()] == [MONDAY + HOUR]
    assert (promise.made_at, Standard.objects.get().starts_at) == (MONDAY, MONDAY)


def test_how_it_would_have_gone_is_said_and_stored_nowhere(casey: Associate, past: list[int]) -> None:
    found = retrospect.would_have_been(drafts=[within()], audience={}, at=MONDAY)
    assert (found.kept, found.broken, found.customers, found.days) == (21, 4, 25, 90)
    assert found.share == pytest.approx(0.84)
    assert not Commitment.objects.exists()
    assert not Standard.objects.exists()


@pytest.mark.parametrize(
    ("draft", "audience", "counts"),
    [
        (StandardDraft(form="within", from_kind="asked", to_kind="answered", within_days=1), {}, (25, 0)),
        (StandardDraft(form="within", from_kind="asked", to_kind="answered", within_s=600), {}, (0, 25)),
        (within(), {"segment": ["gold"]}, (0, 0)),
        (StandardDraft(form="yes", from_kind="asked", property="plan"), {}, (0, 0)),
    ],
)
def test_another_measure_would_have_gone_otherwise(
    casey: Associate, past: list[int], draft: StandardDraft, audience: dict[str, list[str]], counts: tuple[int, int]
) -> None:
    found = retrospect.would_have_been(drafts=[draft], audience=audience, at=MONDAY)
    assert (found.kept, found.broken) == counts


def test_what_has_been_promised_since_a_day_counts_from_that_day(casey: Associate, past: list[int]) -> None:
    make(casey, within(), since=MONDAY - 10 * DAY)
    work(at=MONDAY)
    assert Commitment.objects.count() == 2
    with pytest.raises(Refused, match="A promise begins now, or began before"):
        make(casey, within(), since=MONDAY + DAY)


def test_a_kind_that_a_promise_waits_for_is_noted_though_it_arrives_at_once(casey: Associate) -> None:
    kinds.register(slugs=["asked"], at=MONDAY)
    make(casey, within())
    assert kinds.unseen(slugs=["asked", "answered"]) == ["answered"]
    tell("ann", "answered", MONDAY)
    assert kinds.unseen(slugs=["asked", "answered"]) == []


def test_the_owner_chooses_by_which_question_it_is_felt(casey: Associate) -> None:
    chosen = Wording(words="On time", experience_question="satisfaction.punctuality")
    assert (
        promises.make(wording=chosen, standards=[within()], by=casey.by, at=MONDAY).experience_question
        == chosen.experience_question
    )
    for none in ("beauty", "choice.reason", "number.minutes"):
        with pytest.raises(Refused):
            promises.make(
                wording=Wording(words="x", experience_question=none), standards=[within()], by=casey.by, at=MONDAY
            )
