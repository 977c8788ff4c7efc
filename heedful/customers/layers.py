"""What each import said of a record, beside what all others said: so that one of them can be taken back exactly.

Layers are a mapping: the number of an import, or nothing for all others -> what it said, each thing with its time. What
stands is all of them merged, by the same rule in whatever order they came. Where one layer is all that there is, it is
not written twice.
"""

from collections.abc import Mapping
from typing import Any

from heedful.customers import dated_facts

type Facts = Mapping[str, list[Any]]
type Layers = dict[str, Facts | None]

OTHERS = ""


def key(import_id: int | None) -> str:
    """Under which name a layer stands: that of an import, or of all others."""
    return OTHERS if import_id is None else str(import_id)


def added(layers: Layers | None, standing: Facts, new: Facts, import_id: int | None) -> Layers | None:
    """Return the layers after something was said by an import, or by anybody else; none where no import ever spoke."""
    if layers is None and import_id is None:
        return None
    whole = _whole(layers, standing) if layers is not None else {OTHERS: standing} if standing else {}
    own = key(import_id)
    whole[own] = dated_facts.merged(whole.get(own, {}), new)
    return _brief(whole)


def without(layers: Layers, standing: Facts, import_id: int) -> tuple[dict[str, list[Any]], Layers | None]:
    """Return what stands when an import is taken back, and the layers that are left, if an import is among them."""
    left = _whole(layers, standing)
    left.pop(str(import_id), None)
    stands: dict[str, list[Any]] = {}
    for facts in left.values():
        stands = dated_facts.merged(stands, facts)
    return stands, _brief(left) if left.keys() - {OTHERS} else None


def _whole(layers: Layers, standing: Facts) -> dict[str, Facts]:
    return {key: standing if facts is None else facts for key, facts in layers.items()}


def _brief(whole: Mapping[str, Facts]) -> Layers:
    return dict.fromkeys(whole) if len(whole) == 1 else dict(whole)
