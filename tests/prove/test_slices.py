"""What is counted can be counted of one brand and from one source: scores, promises, cases, and how fast they go."""

from datetime import timedelta

import pytest

from heedful.act import cases
from heedful.act.models import Case
from heedful.associates import brands
from heedful.associates.models import Associate, Brand
from heedful.customers import touchpoints
from heedful.customers.models import Feedback
from heedful.customers.slices import NO_BRAND, WHOLE, Slice
from heedful.customers.touchpoints import TouchpointDraft
from heedful.kit import visibility
from heedful.kit.actor import SYSTEM
from heedful.promise import commitments
from heedful.promise.attainment import attainments
from heedful.promise.models import Commitment, Promise
from heedful.promise.standards import StandardDraft
from heedful.prove import answers, loop_speed, scorecards
from heedful.prove.periods import Period
from tests.promise.conftest import acme as acme
from tests.promise.shop import HOUR, MONDAY, make

pytestmark = pytest.mark.django_db
NOW = MONDAY + timedelta(days=60)
MONTH = Period(NOW - timedelta(days=90), NOW + timedelta(seconds=1), "90 days")


@pytest.fixture
def promise(casey: Associate) -> Promise:
    return make(casey, StandardDraft(form="within", from_kind="asked", to_kind="answered", within_s=4 * 3600))


def live(who: str, brand: Brand | None, *, answered: bool, stars: int, source: str) -> None:
    """Somebody asks, is answered or not, and says how that was."""
    at, of = NOW - timedelta(days=2), brand.pk if brand else None
    said = [("asked", at, {}), ("rated", at + 5 * HOUR, {"satisfaction": stars})]
    said += [("answered", at + HOUR, {})] if answered else []
    drafts = [
        TouchpointDraft(kind, when, f"{who}:{kind}", (("user_id", who),), scores=scores or None, brand=of)
        for kind, when, scores in said
    ]
    record = touchpoints.record(drafts=drafts, source=source, by=SYSTEM, at=NOW).customers[0]
    commitments.evaluate_people([record], at=NOW)


def test_every_figure_is_of_the_slice_that_is_asked_for(promise: Promise) -> None:
    home, trade = (brands.add(name=name, by=SYSTEM, at=NOW) for name in ("Home", "Trade"))
    live("ann", home, answered=True, stars=5, source="shop")
    live("ben", home, answered=False, stars=1, source="app")
    live("cat", trade, answered=False, stars=2, source="shop")
    live("dan", None, answered=True, stars=4, source="app")
    for commitment in Commitment.objects.filter(state="broken").select_related("promise"):
        cases.open_for_broken_promise(commitment=commitment, by=SYSTEM, at=NOW)

    def kept(part: Slice) -> tuple[int, int]:
        found = attainments(since=MONTH.since, until=MONTH.until, part=part)[promise.pk]
        return found.kept, found.broken

    of_home, of_trade = Slice(home.pk), Slice(trade.pk)
    assert [kept(part) for part in (WHOLE, of_home, of_trade, Slice(NO_BRAND))] == [(2, 2), (1, 1), (0, 1), (1, 0)]
    assert (kept(Slice(source="app")), kept(Slice(home.pk, "app"))) == ((1, 1), (0, 1))

    card = scorecards.card(promise=promise, period=MONTH, at=NOW, part=of_trade)
    assert (card.kept, card.due, card.worth.customers, card.cases) == (0, 1, 1, 1)
    assert [(one.question, one.n) for one in card.experience] == [("satisfaction", 1)]
    assert loop_speed.speed(period=MONTH, at=NOW, part=of_home).cases == 1
    assert {*Case.objects.values_list("brand", "source")} == {(home.pk, "app"), (trade.pk, "shop")}

    def counts(part: Slice = WHOLE, **more: object) -> dict[str, int]:
        found = answers.tallies(questions=["satisfaction"], period=MONTH, part=part, **more)  # type: ignore[arg-type]
        return {key: tally.n for key, tally in found.get("satisfaction", {}).items()}

    assert counts(by="brand") == counts(by="brand", weighted=True) == {"": 1, "home": 2, "trade": 1}
    assert counts(by="source") == {"app": 2, "shop": 2}
    assert counts(of_home, by="source") == {"app": 1, "shop": 1}
    assert WHOLE.of(Feedback.objects.all()).count() == 4

    with visibility.limited([trade.pk]):
        assert (kept(WHOLE), kept(of_home), counts()) == ((0, 1), (0, 0), {"": 1})
        assert scorecards.cards(period=MONTH, at=NOW)[0].cases == 1
        assert loop_speed.speed(period=MONTH, at=NOW).cases == 1
        assert WHOLE.name != Slice(home.pk).name
        seen = WHOLE.name
    assert WHOLE.name != seen
