"""The views of a list that its reader keeps, as tabs above it."""

from dataclasses import dataclass
from typing import Any

from django.http import QueryDict

from heedful.associates.models import View

PAGES = {"desk:customers": "customers", "desk:cases": "cases", "desk:feedback": "feedback", "desk:promises": "promises"}
"""Page -> what its views are kept under."""
PLACES = {"after", "format"}
"""What an address says about the place in the list, and not about what it shows."""


@dataclass(frozen=True, slots=True)
class Tab:
    """One way to see the list."""

    label: str
    href: str
    is_here: bool
    view: View | None = None


def normal_query(query: QueryDict) -> str:
    """Return what an address asks for, written the same way whatever the order in which it was chosen."""
    normal = QueryDict(mutable=True)
    for name, values in sorted(query.lists()):
        if name not in PLACES and any(values):
            normal.setlist(name, values)
    return normal.urlencode()


def saved_views(request: Any) -> dict[str, Any]:
    """What `components/saved.html` draws: views, and how to keep the present one; nothing where there is no choice."""
    page = PAGES.get(request.resolver_match.view_name)
    if page is None:
        return {"tabs": [], "here": None, "page": "", "query": ""}
    query = normal_query(request.GET)
    views = View.objects.filter(associate=request.user, page=page).order_by("name")
    saved = [Tab(view.name, f"{request.path}?{view.query}", view.query == query, view) for view in views]
    here = next((tab for tab in saved if tab.is_here), None)
    tabs = [Tab("All", request.path, not query), *saved] if saved or query else []
    return {"tabs": tabs, "here": here, "page": page, "query": query}
