"""Views that somebody keeps of a list."""

import pytest

from heedful.associates import views
from heedful.associates.models import Associate, View
from heedful.kit.actor import By
from heedful.kit.errors import Forbidden, Refused
from heedful.ledger.models import Entry
from tests.cast import NOON


def keep(who: Associate, name: str, query: str = "state=late", *, by: By | None = None) -> View:
    return views.save(associate=who, page="cases", name=name, query=query, by=by or who.by, at=NOON)


def test_a_view_is_kept_and_the_ledger_says_so(mira: Associate) -> None:
    view = keep(mira, "  Late\x00   ones ")

    assert (view.name, view.query, view.associate) == ("Late ones", "state=late", mira)
    assert Entry.objects.get(kind="ViewSaved").data["query"] == "state=late"


def test_the_same_name_keeps_the_newer_view(mira: Associate, lena: Associate) -> None:
    keep(mira, "Late")
    keep(mira, "Late", "state=answered")
    keep(lena, "Late")

    assert View.objects.get(associate=mira).query == "state=answered"
    assert View.objects.count() == 2


def test_a_view_is_renamed_but_not_to_a_name_that_is_taken(mira: Associate) -> None:
    late, mine = keep(mira, "Late"), keep(mira, "Mine", "whose=mine")

    views.rename(view=late, name="Too late", by=mira.by, at=NOON)
    with pytest.raises(Refused, match="Another view of this list is called Too late"):
        views.rename(view=mine, name="Too late", by=mira.by, at=NOON)

    assert sorted(View.objects.values_list("name", flat=True)) == ["Mine", "Too late"]


def test_a_view_without_a_name_is_refused(mira: Associate) -> None:
    with pytest.raises(Refused, match="Give the view a name"):
        keep(mira, " \x07 ")

    assert not View.objects.exists()


def test_nobody_keeps_more_than_twenty_of_one_list(mira: Associate) -> None:
    for number in range(views.MOST):
        keep(mira, f"View {number}")

    with pytest.raises(Refused, match="20 views"):
        keep(mira, "One more")
    keep(mira, "View 3", "state=closed")

    assert View.objects.count() == views.MOST


def test_an_endless_address_is_refused(mira: Associate) -> None:
    with pytest.raises(Refused, match="asks for too much"):
        keep(mira, "All", "q=" + "x" * views.LONGEST_QUERY)


def test_nobody_touches_the_views_of_somebody_else(mira: Associate, ada: Associate, mallory: Associate) -> None:
    view = keep(mira, "Late")

    for who in (ada, mallory):
        with pytest.raises(Forbidden):
            keep(mira, "Late", "state=closed", by=who.by)
        with pytest.raises(Forbidden):
            views.rename(view=view, name="Hers", by=who.by, at=NOON)
        with pytest.raises(Forbidden):
            views.remove(view=view, by=who.by, at=NOON)

    view.refresh_from_db()
    assert (view.name, view.query) == ("Late", "state=late")


def test_a_view_is_removed(mira: Associate) -> None:
    views.remove(view=keep(mira, "Late"), by=mira.by, at=NOON)

    assert not View.objects.exists()
    assert Entry.objects.get(kind="ViewRemoved").data["name"] == "Late"
