"""What the door must know of the company: its country for phones, its currency, its stages."""

from dataclasses import dataclass
from time import monotonic

from heedful.associates import company
from heedful.customers.models import Stage
from heedful.kit import memory

STALE_S = 20.0


@dataclass(frozen=True, slots=True)
class CompanyFacts:
    """What is known of the company, and until when."""

    country: str
    currency: str
    stages: frozenset[str]
    until: float


_facts: list[CompanyFacts] = []


@memory.register(stale_s=STALE_S)
def forget() -> None:
    """Read it anew."""
    _facts.clear()


def get() -> CompanyFacts:
    """Return what is known, read at most some seconds ago."""
    if not _facts or _facts[0].until < monotonic():
        row = company.find()
        stages = frozenset(Stage.objects.values_list("pk", flat=True))
        country, currency = (row.country, row.currency) if row else ("GB", "EUR")
        _facts[:] = [CompanyFacts(country, currency, stages, monotonic() + STALE_S)]
    return _facts[0]
