"""A map says of which brand a file is, or which column says it."""

from pathlib import Path

import pytest

from heedful.associates import brands
from heedful.customers import sources
from heedful.customers.models import Feedback, Touchpoint
from heedful.kit import memory
from heedful.kit.actor import SYSTEM
from tests.cast import NOON
from tests.imports.test_undo import ANN, BOB, MAP, bring, picture, take_back

pytestmark = pytest.mark.django_db
COLUMN = MAP.replace('verbatim = "text"', 'verbatim = "text"\nbrand = { column = "plan", map = { gold = "Home" } }')


def test_a_column_or_a_word_of_the_map_says_the_brand(tmp_path: Path) -> None:
    home, basic = (brands.add(name=name, by=SYSTEM, at=NOON) for name in ("Home", "Basic"))
    before, known = picture(), dict(sources.every())
    row = bring(tmp_path, ANN, BOB, said=COLUMN)
    assert [*Touchpoint.objects.order_by("pk").values_list("brand", flat=True)] == [home.pk, basic.pk]
    assert {*Feedback.objects.values_list("brand", "source")} == {(home.pk, "shop"), (basic.pk, "shop")}
    memory.forget_all()
    assert "shop" in sources.every()
    take_back(row)
    memory.forget_all()
    assert (picture(), dict(sources.every())) == (before, known)

    fixed = MAP.replace('verbatim = "text"', 'verbatim = "text"\nbrand = "home"')
    bring(tmp_path, ANN, said=fixed, name="other.csv")
    assert Touchpoint.objects.get().brand_id == home.pk


def test_a_row_of_a_brand_that_there_is_not_is_a_bad_row(tmp_path: Path) -> None:
    home = brands.add(name="Home", by=SYSTEM, at=NOON)
    row = bring(tmp_path, ANN, BOB, said=COLUMN)
    assert (row.taken, row.rejected) == (1, 1)
    assert Touchpoint.objects.get().brand_id == home.pk
    files = [file for file in tmp_path.rglob("*") if file.is_file() and "bad" in str(file)]
    assert "There is no brand 'basic'" in "".join(file.read_text() for file in files)
