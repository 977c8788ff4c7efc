"""What the properties of an event tell beyond themselves: scores, words, channel, stage and brand."""

from collections.abc import Set
from dataclasses import dataclass
from typing import Any

import msgspec

from heedful.api.events.limits import Unusable
from heedful.customers import question_kinds
from heedful.customers.question_kinds import Score
from heedful.customers.slugs import slug
from heedful.kit.errors import Refused

NAMED = [(name, kind.code) for kind in question_kinds.kinds() for name in kind.properties]
"""Properties that are a score by their name, with the question that they answer."""
WORDS = ("verbatim", "comment", "feedback")
"""Properties that are what somebody said, the first of them first."""
_Properties = msgspec.defstruct(
    "_Properties",
    [(name, Any, None) for name in ("brand", "channel", "stage", "lifecycle_stage", "scores", *dict(NAMED), *WORDS)],
    gc=False,
)
"""The properties that mean something here; all of them are kept as they came."""


@dataclass(frozen=True, slots=True)
class FeedbackProperties:
    """What was found."""

    channel: str
    stage: str
    scores: dict[str, Score] | None
    verbatim: str | None
    brand: str


_properties: msgspec.json.Decoder[Any] = msgspec.json.Decoder(_Properties)
_NONE = _Properties()


def read_feedback(text: bytes, stages: Set[str]) -> FeedbackProperties | None:
    """Look through properties; None when there is nothing in them but themselves."""
    try:
        if len(text) <= 2 or (properties := _properties.decode(text)) == _NONE:
            return None
    except msgspec.ValidationError:
        return None
    brand, properties.brand = properties.brand, None
    brand = brand if isinstance(brand, str) else ""
    if properties == _NONE:  # a shop names the brand with everything that it sends
        return FeedbackProperties("", "", None, None, brand) if brand else None
    placed = (said.lower() for said in (properties.stage, properties.lifecycle_stage) if isinstance(said, str))
    return FeedbackProperties(
        channel=slug(properties.channel)[:40] if isinstance(properties.channel, str) else "",
        stage=next((stage for stage in placed if stage in stages), ""),
        scores=_scores(properties),
        verbatim=next((words for name in WORDS if _is_text(words := getattr(properties, name))), None),
        brand=brand,
    )


def _is_text(words: Any) -> bool:
    return isinstance(words, str) and bool(words.strip())


def _scores(found: Any) -> dict[str, Score] | None:
    """Read scores: those named as such must be on their scales; a property that merely sounds like one may be."""
    try:
        scores = question_kinds.check_answers(found.scores) if isinstance(found.scores, dict) else {}
    except Refused as refused:
        raise Unusable(refused.sentence) from None
    for name, question in NAMED:
        if (value := getattr(found, name)) is not None and question not in scores:
            try:
                scores |= question_kinds.check({question: value})
            except Refused:
                continue
    return scores or None
