"""Whether more of a question is better: known of most, said by the company of a yes and of a number."""

import pytest

from heedful.associates.models import Associate, Company
from heedful.kit.errors import Refused
from heedful.ledger.models import Entry
from heedful.prove import directions
from tests.cast import NOON


def test_what_has_no_direction_of_its_own_has_none_until_somebody_says_it(acme: Company, casey: Associate) -> None:
    assert [directions.of(code) for code in ("recommend", "yes.left", "yes.stayed", "number.minutes")] == [
        "better", "", "", ""
    ]  # fmt: skip
    directions.choose(question="yes.left", more_is="worse", by=casey.by, at=NOON)
    directions.choose(question="yes.stayed", more_is="better", by=casey.by, at=NOON)
    directions.choose(question="number.minutes", more_is="worse", by=casey.by, at=NOON)
    assert [directions.of(code) for code in ("yes.left", "expected.yes.left", "yes.stayed", "number.minutes")] == [
        "worse", "worse", "better", "worse"
    ]  # fmt: skip
    directions.choose(question="yes.left", more_is="", by=casey.by, at=NOON)
    assert directions.every() == {"yes.stayed": "better", "number.minutes": "worse"}
    assert Entry.objects.filter(kind="DirectionChosen").count() == 4


@pytest.mark.parametrize(("question", "more_is"), [("recommend", "worse"), ("yes.left", "maybe"), ("beauty", "worse")])
def test_a_direction_that_is_none_is_refused(question: str, more_is: str, casey: Associate) -> None:
    with pytest.raises(Refused):
        directions.choose(question=question, more_is=more_is, by=casey.by, at=NOON)


def test_who_may_not_say_it_is_refused(mallory: Associate) -> None:
    with pytest.raises(Refused):
        directions.choose(question="yes.left", more_is="worse", by=mallory.by, at=NOON)
