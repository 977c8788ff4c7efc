"""What the properties of an event tell beyond themselves: scores, words, channel and stage."""

from collections.abc import Set
from dataclasses import dataclass
from typing import Any

import msgspec

from heedful.api.events.limits import Unusable
from heedful.customers import scales
from heedful.customers.slugs import slug
from heedful.kit.errors import Refused


class _Properties(msgspec.Struct, gc=False):
    """The properties that mean something here; all of them are kept as they came."""

    channel: Any = None
    stage: Any = None
    lifecycle_stage: Any = None
    scores: Any = None
    recommend: Any = None
    nps: Any = None
    satisfaction: Any = None
    csat: Any = None
    ease: Any = None
    ces: Any = None
    compared: Any = None
    verbatim: Any = None
    comment: Any = None
    feedback: Any = None


NAMED = (
    ("recommend", "recommend"), ("nps", "recommend"), ("satisfaction", "satisfaction"), ("csat", "satisfaction"),
    ("ease", "ease"), ("ces", "ease"), ("compared", "compared"),
)  # fmt: skip
"""Properties that are a score by their name -> the question they answer."""


@dataclass(frozen=True, slots=True)
class FeedbackProperties:
    """What was found."""

    channel: str
    stage: str
    scores: dict[str, int] | None
    verbatim: str | None


_properties = msgspec.json.Decoder(_Properties)
_NONE = _Properties()


def read_feedback(text: bytes, stages: Set[str]) -> FeedbackProperties | None:
    """Look through properties; None when there is nothing in them but themselves."""
    try:
        if len(text) <= 2 or (found := _properties.decode(text)) == _NONE:
            return None
    except msgspec.ValidationError:
        return None
    placed = (said.lower() for said in (found.stage, found.lifecycle_stage) if isinstance(said, str))
    return FeedbackProperties(
        channel=slug(found.channel)[:40] if isinstance(found.channel, str) else "",
        stage=next((stage for stage in placed if stage in stages), ""),
        scores=_scores(found),
        verbatim=next((words for words in (found.verbatim, found.comment, found.feedback) if _is_text(words)), None),
    )


def _is_text(words: Any) -> bool:
    return isinstance(words, str) and bool(words.strip())


def _scores(found: _Properties) -> dict[str, int] | None:
    """Read scores: those named as such must be on their scales; a property that merely sounds like one may be."""
    try:
        scores = scales.check(found.scores) if isinstance(found.scores, dict) else {}
    except Refused as refused:
        raise Unusable(refused.sentence) from None
    for name, question in NAMED:
        if (value := getattr(found, name)) is not None and question not in scores:
            try:
                scores |= scales.check({question: value})
            except Refused:
                continue
    return scores or None
