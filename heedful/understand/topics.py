"""Topics: what the company wants to know that customers talk about, told by a sentence and a few examples."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from django.db import transaction

from heedful.associates import associates
from heedful.kit import locks, names
from heedful.kit.actor import By
from heedful.kit.errors import Refused
from heedful.ledger import events
from heedful.understand import light
from heedful.understand.models import Topic

MOST = 60
"""Topics that one can tell apart; more of them only blur each other."""
LONGEST_TEXT = 600
MOST_EXAMPLES = 30
SUREST, LEAST_SURE = 0.95, 0.05
"""Between these a topic's threshold may be set."""


@dataclass(frozen=True, slots=True)
class TopicAdded:
    """The company wants to know when customers talk about something."""

    topic: int
    name: str


@dataclass(frozen=True, slots=True)
class TopicChanged:
    """A topic is called or told differently."""

    topic: int
    name: str


@dataclass(frozen=True, slots=True)
class TopicRetired:
    """New words are no longer read for this topic."""

    topic: int


@dataclass(frozen=True, slots=True)
class TopicRestored:
    """They are again."""

    topic: int


type ScoredTopics = list[tuple[str, float]]
"""Topics of one text by their slugs with how sure it is, the surest first."""


def of(texts: Sequence[str]) -> list[ScoredTopics]:
    """What each text is about, of the topics that the company cares about today."""
    if not texts:
        return []
    specs = [spec_of(topic) for topic in Topic.objects.filter(is_active=True).order_by("pk")]
    return [[(match.slug, match.confidence) for match in each] for each in light.topics(texts, specs)]


def spec_of(topic: Topic) -> light.TopicSpec:
    """A topic as the reader needs it."""
    return light.TopicSpec(
        slug=topic.slug,
        name=topic.name,
        description=topic.description,
        examples=tuple(topic.examples),
        threshold=topic.threshold,
    )


@transaction.atomic
def add(
    *,
    name: str,
    description: str,
    examples: Sequence[str] = (),
    threshold: float = light.THRESHOLD,
    by: By,
    at: datetime,
) -> Topic:
    """Begin to read for a topic, and count texts to it from a threshold of being sure."""
    associates.must(by, "topic.edit")
    if Topic.objects.filter(is_active=True).count() >= MOST:
        raise Refused(f"There are {MOST} topics already. Retire one that nobody looks at.")
    name = _name(name)
    row = Topic.objects.create(
        slug=_slug(name),
        name=name,
        description=_description(description),
        examples=_examples(examples),
        threshold=_threshold(threshold),
        created_at=at,
    )
    events.record(TopicAdded(row.pk, name), by=by, at=at)
    return row


@transaction.atomic
def change(
    *,
    topic: Topic,
    name: str,
    description: str,
    examples: Sequence[str] = (),
    threshold: float | None = None,
    by: By,
    at: datetime,
) -> Topic:
    """Tell a topic differently, or count to it from another threshold; its readings keep its slug."""
    associates.must(by, "topic.edit")
    topic.name = _name(name, besides=topic)
    topic.description, topic.examples = _description(description), _examples(examples)
    topic.threshold = topic.threshold if threshold is None else _threshold(threshold)
    topic.save(update_fields=["name", "description", "examples", "threshold"])
    events.record(TopicChanged(topic.pk, topic.name), by=by, at=at)
    return topic


@transaction.atomic
def retire(*, topic: Topic, by: By, at: datetime) -> None:
    """Read for a topic no longer; what was read stays."""
    associates.must(by, "topic.edit")
    if not topic.is_active:
        raise Refused("This topic is retired already.")
    topic.is_active = False
    topic.save(update_fields=["is_active"])
    events.record(TopicRetired(topic.pk), by=by, at=at)


@transaction.atomic
def restore(*, topic: Topic, by: By, at: datetime) -> None:
    """Read for a topic again."""
    associates.must(by, "topic.edit")
    if topic.is_active:
        raise Refused("This topic is not retired.")
    topic.is_active = True
    topic.save(update_fields=["is_active"])
    events.record(TopicRestored(topic.pk), by=by, at=at)


def _name(name: str, *, besides: Topic | None = None) -> str:
    if not (name := names.one_line(name, most=120)):
        raise Refused("Give the topic a name.")
    locks.lock(Topic)
    if any(topic != besides for topic in Topic.objects.filter(name__iexact=name)):
        raise Refused(f"There is a topic called {name} already.")
    return name


def _description(description: str) -> str:
    if not (description := names.one_line(description, most=LONGEST_TEXT)):
        raise Refused("Say in a sentence what belongs to this topic. It is what the reader goes by.")
    return description


def _examples(examples: Sequence[str]) -> list[str]:
    distinct = list(
        dict.fromkeys(names.one_line(example, most=LONGEST_TEXT) for example in examples if example.strip())
    )
    if len(distinct) > MOST_EXAMPLES:
        raise Refused(f"{MOST_EXAMPLES} examples are enough. Keep the ones that differ most.")
    return distinct


def _threshold(threshold: float) -> float:
    if not LEAST_SURE <= threshold <= SUREST:
        raise Refused("How sure we must be goes from 5 to 95 %.")
    return threshold


def _slug(name: str) -> str:
    return names.slug(name, otherwise="topic", most=60, taken=Topic.objects.values_list("slug", flat=True))
