"""The names of things of which the log and the ledger keep a code or a number."""

import re
from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping
from functools import cached_property

from heedful.act import causes
from heedful.associates import brands
from heedful.associates.models import Associate, Key
from heedful.customers import kinds, slugs
from heedful.customers import sources as arrivals
from heedful.customers.models import Customer, Stage
from heedful.customers.sources import OWN
from heedful.kit import bundle
from heedful.understand.models import Topic
from heedful.web import wording

ACTOR = re.compile(r"(?:api:)?(associate|customer|key|import|system)(?::(\d{1,18}))?")
UNNAMED = {
    "associate": "An associate",
    "customer": "The customer",
    "key": "A program",
    "import": "An import",
    "system": "Heedful itself",
}
"""What an actor is called of whom no more is known."""


PLAN = bundle.Plan(
    lambda _: [
        Stage.objects.values_list("slug", "name"),
        kinds.pairs(),
        Topic.objects.order_by("name").values_list("slug", "name"),
        causes.pairs(),
    ]
)


class Names:
    """Names by code, all of them read in one statement when the first is asked for, or with what else a page reads."""

    def __init__(self) -> None:
        self.queries = PLAN.bind()

    @cached_property
    def stages(self) -> Mapping[str, str]:
        """The stages of the relationship, in their order."""
        return self._read(0)

    @cached_property
    def kinds(self) -> Mapping[str, str]:
        """The kinds of touchpoint that the company gave a name."""
        return self._read(1)

    @cached_property
    def topics(self) -> Mapping[str, str]:
        """What customers talk about, by name."""
        return self._read(2)

    @cached_property
    def causes(self) -> Mapping[str, str]:
        """Why cases happen, by name."""
        return self._read(3)

    def _read(self, which: int) -> dict[str, str]:
        bundle.fetch(*self.queries)
        return dict(self.queries[which])

    def stage(self, slug: str) -> str:
        """A stage as the company calls it."""
        return self.stages.get(slug) or wording.words(slug)

    def kind(self, slug: str) -> str:
        """A kind of touchpoint as the company calls it."""
        return self.kinds.get(slug) or slugs.words(slug)

    def part(self, side: str, code: str) -> str:
        """A part of a figure, such as one stage of all; what has no code is none."""
        if code in ("", "none"):
            return "None"
        say = {"stage": self.stage, "kind": self.kind, "channel": wording.channel, "month": wording.month}
        say |= {"brand": _brand, "source": lambda code: arrivals.every().get(code, code)}
        return say[side](code) if side in say else code

    def topic(self, slug: str) -> str:
        """A topic as the company calls it."""
        return self.topics.get(slug) or wording.words(slug)


def _brand(slug: str) -> str:
    return brands.name_of(brands.find(slug)) or slug


ACTORS = bundle.Plan(
    lambda slots: [
        Associate.objects.filter(pk=slots.any_of("associates")).values_list("pk", "name"),
        Key.objects.filter(pk=slots.any_of("keys")).values_list("pk", "name"),
        Customer.objects.filter(pk=slots.any_of("customers")),
    ]
)


class ActorQueries:
    """What is read to say who actors are, such as `key:1`, `api:key:1` or `associate:12`."""

    def __init__(self, written: Iterable[str]) -> None:
        self.written = set(written)
        self.read = {text: match for text in self.written if (match := ACTOR.fullmatch(text))}
        ids_of: dict[str, set[int]] = defaultdict(set)
        for match in self.read.values():
            if match[2]:
                ids_of[match[1]].add(int(match[2]))
        self.associates, self.keys, self.customers = ACTORS.bind(
            associates=ids_of["associate"], keys=ids_of["key"], customers=ids_of["customer"]
        )

    def __iter__(self) -> Iterator[bundle.Query]:
        return iter((self.associates, self.keys, self.customers))


def actors(queries: ActorQueries) -> dict[str, str]:
    """Who each actor is; what names nobody is left out."""
    bundle.fetch(*queries)
    names_of: dict[str, dict[int, str]] = {
        "associate": dict(queries.associates),
        "key": dict(queries.keys),
        "customer": {who.pk: who.label for who in queries.customers},
    }
    return {
        text: names_of.get(match[1], {}).get(int(match[2] or 0), UNNAMED[match[1]])
        for text, match in queries.read.items()
    }


def sources(queries: ActorQueries) -> dict[str, str]:
    """Where what is in the log came from, in words; a name that the company gave stays as it is."""
    return {source: OWN.get(source, source) for source in queries.written} | actors(queries)
