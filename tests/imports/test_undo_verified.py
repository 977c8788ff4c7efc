"""An import is taken back: what it alone verified is a browser's word again, and a kind that has a name stays."""

from pathlib import Path

import pytest

from heedful.associates.models import Associate
from heedful.customers import kinds, messages
from heedful.customers.messages import SourceMessage
from heedful.customers.models import Identity, IdentityLink, TouchpointKind
from heedful.customers.touchpoints import TouchpointDraft
from heedful.kit.actor import By
from tests.cast import NOON
from tests.imports.test_undo import ANN, HOUR, bring, picture, say, take_back

pytestmark = pytest.mark.django_db


def quote(*names: tuple[str, str], text: str = "v1") -> None:
    """Let a browser, whose word is not trusted, name somebody."""
    draft = TouchpointDraft("page_viewed", NOON - 60 * HOUR, text, names)
    messages.record(
        messages=[SourceMessage(draft)], source="web", verified=False, by=By("key", "2", "web"), at=NOON - 60 * HOUR
    )


ANN_S, HER_MAIL = ("external", "ann"), ("email", "ann@x.org")


@pytest.mark.parametrize("said", [[(ANN_S,)], [(HER_MAIL,)], [(ANN_S, HER_MAIL)], [(ANN_S,), (HER_MAIL, ANN_S)]])
def test_what_only_an_import_verified_is_a_browsers_word_again(
    tmp_path: Path, said: list[tuple[tuple[str, str], ...]]
) -> None:
    for n, names in enumerate(said):
        quote(*names, text=f"v{n}")
    before = picture()
    assert not Identity.objects.filter(verified=True).exists()
    row = bring(tmp_path, ANN)
    assert set(Identity.objects.values_list("verified", flat=True)) == {True}
    assert IdentityLink.objects.get().verified
    take_back(row)
    assert picture() == before


def test_what_others_verified_too_stays_so_until_nobody_did(tmp_path: Path) -> None:
    quote(ANN_S, HER_MAIL)
    first, second = bring(tmp_path, ANN), bring(tmp_path, ANN.replace("late", "later"), name="second.csv")
    take_back(first)
    assert set(Identity.objects.values_list("verified", flat=True)) == {True}
    assert IdentityLink.objects.get().verified
    say("ann")
    take_back(second)
    assert dict(Identity.objects.values_list("value", "verified")) == {"ann": True, "ann@x.org": False}
    assert not IdentityLink.objects.get().verified


def test_what_a_browser_said_after_an_import_is_not_verified_when_that_is_taken_back(tmp_path: Path) -> None:
    row = bring(tmp_path, ANN)
    quote(ANN_S, HER_MAIL)
    take_back(row)
    assert set(Identity.objects.values_list("verified", flat=True)) == {False}
    assert not IdentityLink.objects.get().verified


def test_a_kind_that_somebody_named_stays_when_its_import_is_taken_back(tmp_path: Path, ada: Associate) -> None:
    row = bring(tmp_path, ANN)
    kind = TouchpointKind.objects.get(slug="order_placed")
    kinds.place(kind=kind, name="An order", stage=None, moves_stage=False, by=ada.by, at=NOON)
    take_back(row)
    kind.refresh_from_db()
    assert (kind.name, kind.last_arrived_at, kind.imported) == ("An order", None, None)
