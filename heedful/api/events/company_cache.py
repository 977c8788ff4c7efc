"""What the door must know of the company: its country for phones, its currency, its stages."""

from dataclasses import dataclass
from time import monotonic

from heedful.associates import company
from heedful.customers.models import Stage
from heedful.kit import memory

KNOWN_FOR_S = 20.0


@dataclass(frozen=True, slots=True)
class CompanyFacts:
    """What is known of the company, and until when."""

    country: str
    currency: str
    stages: frozenset[str]
    until: float


_house: list[CompanyFacts] = []


@memory.register(stale_s=KNOWN_FOR_S)
def forget() -> None:
    """Read it anew."""
    _house.clear()


def get() -> CompanyFacts:
    """Return what is known, read at most some seconds ago."""
    if not _house or _house[0].until < monotonic():
        row = company.find()
        stages = frozenset(Stage.objects.values_list("pk", flat=True))
        country, currency = (row.country, row.currency) if row else ("GB", "EUR")
        _house[:] = [CompanyFacts(country, currency, stages, monotonic() + KNOWN_FOR_S)]
    return _house[0]
