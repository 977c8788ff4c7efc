"""The brand and the source that an address asks for: read in one way, and chosen in one way, on every page."""

from collections.abc import Mapping
from urllib.parse import urlencode

from django.http import HttpRequest

from heedful.associates import brands
from heedful.customers import sources
from heedful.customers.slices import NO_BRAND, Slice
from heedful.kit import visibility
from heedful.web import lists

BRAND, SOURCE = "brand", "source"
NONE = "none"
"""In an address: what is of no brand."""


def read(request: HttpRequest) -> Slice:
    """The slice that the address names; a brand that there is not, or may not be seen, counts as none."""
    said = request.GET.get(BRAND, "")
    found = NO_BRAND if said == NONE else brands.find(said) if said else None
    if found and not visibility.is_visible(found):
        found = None
    return Slice(found, request.GET.get(SOURCE, "").replace("\x00", "")[:80])


def chips(request: HttpRequest) -> list[lists.Filter]:
    """The brands and the sources that one may choose, where there are any to choose between."""
    filters, visible = [], brands.visible()
    offered = [(row.slug, row.name) for row in visible if row.archived_at is None or row.slug == request.GET.get(BRAND)]
    if visibility.current() is None and offered:
        offered.append((NONE, "No brand"))
    if len(offered) > 1:
        filters.append(lists.chips(request, BRAND, "Brand", offered))
    if len(every := sources.every()) > 1:
        filters.append(lists.chips(request, SOURCE, "Source", every.items()))
    return filters


def query(request: HttpRequest) -> Mapping[str, str]:
    """What keeps the choice in an address."""
    return {name: value for name in (BRAND, SOURCE) if (value := request.GET.get(name))}


def suffix(request: HttpRequest) -> str:
    """The same, to stand behind an address that has a query."""
    kept = query(request)
    return f"&{urlencode(kept)}" if kept else ""
