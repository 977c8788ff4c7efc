"""Of two who make the same thing at once, or press twice, the second reads why it is not made again."""

import threading
from collections.abc import Callable
from typing import Any

import pytest

from heedful.act import causes, replies, routes
from heedful.act.models import Cause, Reply, Route
from heedful.associates import associates, teams, views
from heedful.associates.models import Associate, Role, Team, View
from heedful.customers import kinds
from heedful.kit.actor import SYSTEM
from heedful.kit.errors import Refused
from heedful.ledger import events
from heedful.listen import surveys
from heedful.listen.models import Survey
from heedful.promise import calendars, promises
from heedful.promise.models import Calendar, Promise
from heedful.promise.standards import StandardDraft
from heedful.understand import rereadings, rules, topics
from heedful.understand.models import Rereading, Topic, TroubleRule
from tests.cast import NOON, make_promise
from tests.races import at_once

pytestmark = pytest.mark.django_db(transaction=True, serialized_rollback=True)
HELD_S = 0.5
"""How long the first waits, all but done, for the second to be done before it; it cannot be."""
WEEK = {"mon": [["09:00", "17:00"]]}

type AtOnce = Callable[..., list[object]]


@pytest.fixture
def while_(monkeypatch: pytest.MonkeyPatch) -> AtOnce:
    """Make two things, the second while the first is written and not yet seen by others."""
    written, done, record = threading.Event(), threading.Event(), events.record

    def slowly(*event: Any, **more: Any) -> object:
        entry = record(*event, **more)
        if not written.is_set():
            written.set()
            done.wait(HELD_S)
        return entry

    def second(make: Callable[[], object]) -> object:
        written.wait(HELD_S)
        try:
            return make()
        finally:
            done.set()

    def both(one: Callable[[], object], other: Callable[[], object]) -> list[object]:
        monkeypatch.setattr(events, "record", slowly)
        return at_once(one, lambda: second(other))

    return both


def a_route(by: Any) -> Route:
    return routes.add(team=Team.objects.get(name="Care"), topic="price", **by)


def a_calendar(by: Any, name: str = "Evenings") -> Calendar:
    return calendars.add(name=name, time_zone="UTC", week=WEEK, **by)


def a_promise(by: Any, *, is_case_clock: bool = False) -> Promise:
    wording = promises.Wording(words="We call back", is_case_clock=is_case_clock)
    draft = StandardDraft(form="within", from_kind="asked", to_kind="answered", within_s=60)
    return make_promise(wording=wording, standards=[draft], **by)


def a_survey(by: Any) -> Survey:
    return surveys.make(design=surveys.Design(name="Callback", questions=[{"code": "ease"}]), **by)


def an_associate(by: Any) -> Associate:
    return associates.add(email="eve@acme.test", name="Eve", role=Role.CX, **by)


@pytest.mark.parametrize(
    ("noun", "make", "why"),
    [
        (Team, lambda by: teams.add(name="Night", **by), "There is already a team called Night."),
        (Associate, an_associate, "eve@acme.test is already here."),
        (Route, a_route, "There is a route for this already. Remove it first."),
        (Cause, lambda by: causes.add(name="Moonlight", **by), "There is a cause called Moonlight already."),
        (Reply, lambda by: replies.add(name="Soon", text="Soon", **by), "There is a reply called Soon already."),
        (Calendar, a_calendar, "There is a calendar called Evenings already."),
        (Promise, lambda by: a_promise(by, is_case_clock=True), "Cases run by another promise already: We call back"),
        (Topic, lambda by: topics.add(name="Moon", description="M", **by), "There is a topic called Moon already."),
        (
            Rereading,
            lambda by: rereadings.start(because="of it", **by),
            "Everything is being read again already. Wait until that is done.",
        ),
        (
            TroubleRule,
            lambda by: rules.add_score(question="ease", at_most=1, severity=1, **by),
            "This rule is there already.",
        ),
    ],
)
@pytest.mark.usefixtures("care")
def test_the_second_reads_that_it_is_there(while_: AtOnce, noun: Any, make: Callable[[Any], object], why: str) -> None:
    before = noun.objects.count()
    returned = while_(*[lambda: make({"by": SYSTEM, "at": NOON})] * 2)
    assert [getattr(no, "sentence", no) for no in returned if isinstance(no, Exception)] == [why]
    assert noun.objects.count() == before + 1


@pytest.mark.parametrize(("noun", "make"), [(Promise, a_promise), (Survey, a_survey)])
@pytest.mark.usefixtures("acme")
def test_what_may_be_there_twice_has_two_names(while_: AtOnce, noun: Any, make: Callable[[Any], object]) -> None:
    kinds.register(slugs={"asked", "answered"}, at=NOON)
    returned = while_(*[lambda: make({"by": SYSTEM, "at": NOON})] * 2)
    assert [type(each) for each in returned] == [noun, noun], returned
    assert len(set(noun.objects.values_list("slug", flat=True))) == 2


@pytest.mark.parametrize("noun", [Team, Calendar])
@pytest.mark.usefixtures("acme")
def test_of_the_first_two_one_is_the_default(while_: AtOnce, noun: Any) -> None:
    def make(name: str) -> object:
        by: Any = {"by": SYSTEM, "at": NOON}
        return a_calendar(by, name) if noun is Calendar else teams.add(name=name, **by)

    noun.objects.all().delete()
    returned = while_(lambda: make("Early"), lambda: make("Late"))
    assert [type(each) for each in returned] == [noun, noun], returned
    assert list(noun.objects.filter(is_default=True).values_list("name", flat=True)) == ["Early"]


def test_of_two_views_that_are_renamed_at_once_one_has_the_name(while_: AtOnce, ada: Associate) -> None:
    one, other = (
        views.save(associate=ada, page="cases", name=name, query="", by=ada.by, at=NOON) for name in ("One", "Other")
    )

    def rename(view: View) -> Callable[[], object]:
        return lambda: views.rename(view=view, name="Mine", by=ada.by, at=NOON)

    (no,) = [each for each in while_(rename(one), rename(other)) if each is not None]
    assert isinstance(no, Refused), no
    assert no.sentence == "Another view of this list is called Mine."


def test_a_reply_comes_back_while_another_takes_its_name(while_: AtOnce) -> None:
    by: Any = {"by": SYSTEM, "at": NOON}
    gone = replies.add(name="Soon", text="Soon", **by)
    replies.archive(reply=gone, **by)
    returned = while_(lambda: replies.restore(reply=gone, **by), lambda: replies.add(name="soon", text="S", **by))
    assert [each.sentence for each in returned if isinstance(each, Refused)] == [
        "There is a reply called soon already."
    ], returned
