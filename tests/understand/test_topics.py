"""Topics: what the company reads for."""

from datetime import datetime

import pytest

from heedful.associates.models import Associate
from heedful.customers.models import Feedback
from heedful.kit.actor import SYSTEM
from heedful.kit.errors import Forbidden, Refused
from heedful.understand import light, reading, rereadings, topics
from heedful.understand.models import Reading, Rereading, Topic
from tests.cast import NOON, arrived

pytestmark = pytest.mark.django_db


@pytest.fixture
def noon() -> datetime:
    return NOON


def test_a_topic_is_added_changed_retired_and_brought_back(casey: Associate, noon: datetime) -> None:
    row = topics.add(
        name="Smart  meters",
        description="Reading the meter.",
        examples=["It is dark.", " ", "It is dark."],
        by=casey.by,
        at=noon,
    )
    assert (row.slug, row.name, row.examples) == ("smart-meters", "Smart meters", ["It is dark."])
    assert row.threshold == light.THRESHOLD
    topics.change(topic=row, name="Meters", description="Meters.", threshold=0.6, by=casey.by, at=noon)
    topics.change(topic=row, name="Meters", description="Meters.", by=casey.by, at=noon)
    row.refresh_from_db()
    assert row.threshold == 0.6
    with pytest.raises(Refused, match="5 to 95"):
        topics.change(topic=row, name="Meters", description="Meters.", threshold=1.2, by=casey.by, at=noon)
    assert (row.slug, row.name, row.examples) == ("smart-meters", "Meters", [])
    topics.retire(topic=row, by=casey.by, at=noon)
    assert not Topic.objects.get(pk=row.pk).is_active
    topics.restore(topic=row, by=casey.by, at=noon)
    assert Topic.objects.get(pk=row.pk).is_active


@pytest.mark.parametrize(
    ("name", "description"), [("", "Something."), ("Meters", " "), ("BILLS AND PAYMENTS", "Something.")]
)
def test_a_topic_without_a_name_of_its_own_and_a_sentence_is_refused(
    casey: Associate, noon: datetime, name: str, description: str
) -> None:
    before = Topic.objects.count()
    with pytest.raises(Refused):
        topics.add(name=name, description=description, by=casey.by, at=noon)
    assert Topic.objects.count() == before


def test_what_is_retired_is_not_retired_twice(casey: Associate, noon: datetime) -> None:
    row = Topic.objects.get(slug="billing")
    topics.retire(topic=row, by=casey.by, at=noon)
    with pytest.raises(Refused):
        topics.retire(topic=row, by=casey.by, at=noon)


def test_associates_and_mallory_do_not_change_topics(mira: Associate, mallory: Associate, noon: datetime) -> None:
    row = Topic.objects.get(slug="billing")
    for who in (mira, mallory):
        for verb in (topics.retire, topics.restore):
            with pytest.raises(Forbidden):
                verb(topic=row, by=who.by, at=noon)
        with pytest.raises(Forbidden):
            topics.add(name="Mine", description="Mine.", by=who.by, at=noon)
        with pytest.raises(Forbidden):
            rereadings.start(because="", by=who.by, at=noon)


def test_what_a_text_is_about_comes_the_surest_first() -> None:
    (told,) = topics.of(["I was charged twice and the bill is wrong. Nobody answers the phone."])
    assert told[0][0] == "billing"
    assert [sure for _, sure in told] == sorted((sure for _, sure in told), reverse=True)
    assert topics.of([]) == []


def test_everything_is_read_again_in_steps(casey: Associate, noon: datetime, monkeypatch: pytest.MonkeyPatch) -> None:
    from heedful.customers.touchpoints import TouchpointDraft

    for number in range(5):
        arrived(
            f"c{number}@example.test",
            TouchpointDraft("review", noon, f"r-{number}", verbatim=f"The bill is wrong, {number}."),
        )
    monkeypatch.setattr(rereadings, "BATCH_SIZE", 2)
    row = rereadings.start(because="a new topic", by=casey.by, at=noon)
    assert (row.total, row.done) == (5, 0)
    with pytest.raises(Refused, match="already"):
        rereadings.start(because="again", by=casey.by, at=noon)
    seen = []
    for _ in range(4):
        rereadings.go_on(rereading=row.pk)
        now = Rereading.objects.get()
        seen.append((now.done, now.finished_at is not None))
    assert seen == [(2, False), (4, False), (5, True), (5, True)]
    assert Reading.objects.count() == Feedback.objects.count() == 5
    assert rereadings.latest() == row
    rereadings.start(because="again", by=SYSTEM, at=noon)


def test_what_an_older_model_read_is_read_again_once(noon: datetime, monkeypatch: pytest.MonkeyPatch) -> None:
    from heedful.customers.touchpoints import TouchpointDraft

    arrived("c@example.test", TouchpointDraft("review", noon, "r", verbatim="No trouble at all."))
    reading.again(feedback=list(Feedback.objects.all()), at=noon)
    rereadings.keep_up(at=noon)
    assert not Rereading.objects.exists()
    monkeypatch.setattr(light, "MODEL", "one that reads better")
    rereadings.keep_up(at=noon)
    rereadings.keep_up(at=noon)
    rereadings.go_on(rereading=Rereading.objects.get().pk)
    assert Reading.objects.get().model == "one that reads better"
    rereadings.keep_up(at=noon)
    assert Rereading.objects.count() == 1
