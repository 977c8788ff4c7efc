"""The brand and the source that an address asks for: read in one way, and chosen in one way, on every page."""

from typing import Any
from urllib.parse import urlencode

from django.http import HttpRequest

from heedful.associates import brands
from heedful.customers import sources
from heedful.customers.slices import NO_BRAND, Slice
from heedful.kit import visibility
from heedful.web import lists, periods

BRAND, SOURCE = "brand", "source"
NONE = "none"
"""In an address: what is of no brand."""


def read(request: HttpRequest) -> Slice:
    """The slice that the address names; a brand that there is not, or may not be seen, counts as none."""
    name = request.GET.get(BRAND, "")
    brand = NO_BRAND if name == NONE else brands.find(name) if name else None
    if brand and not visibility.is_visible(brand):
        brand = None
    return Slice(brand, request.GET.get(SOURCE, "").replace("\x00", "")[:80])


def chips(request: HttpRequest) -> list[lists.Filter]:
    """The brands and the sources that one may choose, where there are any to choose between."""
    filters, chosen = [], request.GET.get(BRAND)
    offered = [(row.slug, row.name) for row in brands.visible() if row.archived_at is None or row.slug == chosen]
    if visibility.current() is None and offered:
        offered.append((NONE, "No brand"))
    if len(offered) > 1:
        filters.append(lists.chips(request, BRAND, "Brand", offered))
    if len(every := sources.every()) > 1:
        filters.append(lists.chips(request, SOURCE, "Source", every.items()))
    return filters


def context(request: HttpRequest) -> dict[str, Any]:
    """What a page shows of its slice: those that one may choose, and what keeps it, and the period, in an address."""
    kept = query(read(request))
    period = {periods.NAME: chosen} if (chosen := request.GET.get(periods.NAME)) else {}
    return {
        "slice_choices": chips(request),
        "slice_query": f"&{urlencode(kept)}" if kept else "",
        "period_query": f"?{urlencode(period | kept)}" if period or kept else "",
    }


def query(part: Slice) -> dict[str, str]:
    """A slice as addresses say it."""
    values = {BRAND: "" if part.brand is None else brands.slug_of(part.brand) or NONE, SOURCE: part.source}
    return {name: value for name, value in values.items() if value}
