"""The names of things of which the log and the ledger keep a code or a number."""

import re
from collections import defaultdict
from collections.abc import Iterable, Mapping
from functools import cached_property

from heedful.associates.models import Associate, Key
from heedful.customers import kinds, slugs
from heedful.customers.models import Customer, Stage
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
OWN = {"heedful": "Heedful", "survey": "Survey"}
"""What Heedful writes into the log itself."""


class Names:
    """Names by code, each kind of them read once when it is first asked for."""

    @cached_property
    def stages(self) -> Mapping[str, str]:
        """The stages of the relationship."""
        return dict(Stage.objects.values_list("slug", "name"))

    @cached_property
    def kinds(self) -> Mapping[str, str]:
        """The kinds of touchpoint that the company gave a name."""
        return kinds.names()

    @cached_property
    def topics(self) -> Mapping[str, str]:
        """What customers talk about."""
        return dict(Topic.objects.values_list("slug", "name"))

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
        return say[side](code) if side in say else code

    def topic(self, slug: str) -> str:
        """A topic as the company calls it."""
        return self.topics.get(slug) or wording.words(slug)


def actors(written: Iterable[str]) -> dict[str, str]:
    """Who each of these is, such as `key:1`, `api:key:1` or `associate:12`; what names nobody is left out."""
    read = {text: found for text in set(written) if (found := ACTOR.fullmatch(text))}
    ids_of: dict[str, set[int]] = defaultdict(set)
    for found in read.values():
        if found[2]:
            ids_of[found[1]].add(int(found[2]))
    names_of = {kind: _called(kind, ids) for kind, ids in ids_of.items()}
    return {text: names_of.get(found[1], {}).get(int(found[2] or 0), UNNAMED[found[1]]) for text, found in read.items()}


def sources(written: Iterable[str]) -> dict[str, str]:
    """Where what is in the log came from, in words; a name that the company gave stays as it is."""
    written = set(written)
    return {source: OWN.get(source, source) for source in written} | actors(written)


def _called(kind: str, ids: set[int]) -> dict[int, str]:
    if kind == "associate":
        return dict(Associate.objects.filter(pk__in=ids).values_list("pk", "name"))
    if kind == "key":
        return dict(Key.objects.filter(pk__in=ids).values_list("pk", "name"))
    if kind == "customer":
        return {who.pk: who.label for who in Customer.objects.filter(pk__in=ids)}
    return {}
