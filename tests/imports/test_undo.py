"""An import is taken back: what it alone brought goes, what others brought too stays as it was."""

from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from django.db import connection
from django.utils import timezone

from heedful import imports
from heedful.act import cases
from heedful.act.models import Case
from heedful.associates.models import Associate
from heedful.customers import joins, kinds, messages
from heedful.customers.messages import Description, SourceMessage
from heedful.customers.models import (
    Consent,
    Customer,
    Feedback,
    Identity,
    IdentityLink,
    Import,
    Organisation,
    Score,
    StageChange,
    Touchpoint,
    TouchpointKind,
)
from heedful.customers.touchpoints import TouchpointDraft
from heedful.imports import importing, undo
from heedful.kit.actor import SYSTEM, By
from heedful.kit.errors import Forbidden, Refused
from heedful.ledger.models import Entry
from heedful.promise import promises
from heedful.promise.models import Commitment, Promise
from heedful.promise.promises import Wording
from heedful.promise.standards import StandardDraft
from heedful.prove import answers, periods, scorecards
from tests.cast import NOON
from tests.work import work

pytestmark = pytest.mark.django_db
BY = By("import", "test", "test.csv")
HOUR = timedelta(hours=1)

MAP = """
source = "shop"
id = "id"
[stages]
trial = "Trial"
[customer]
external = "who"
email = "mail"
name = "name"
segment = "plan"
lifecycle_stage = "stage"
organisation = { id = "firm" }
consent = { survey = "may" }
at = "at"
[[touchpoint]]
kind = "order_placed"
at = "at"
properties = { promised = "promised" }
verbatim = "text"
[touchpoint.scores]
satisfaction = "stars"
"""
HEAD = "id,who,mail,name,plan,stage,firm,may,at,promised,text,stars"
ANN = "1,ann,ann@x.org,Ann,gold,Trial,acme,no,2026-03-01 10:00,2026-03-01,It was late,1"
BOB = "2,bob,bob@x.org,Bob,basic,,,yes,2026-03-01 11:00,2026-03-05,,5"


def bring(folder: Path, *rows: str, name: str = "file.csv", said: str = MAP, at: datetime = NOON) -> Import:
    (folder / "map.toml").write_text(said)
    (folder / name).write_text("\n".join([HEAD, *rows]))
    report = imports.run(
        table=imports.open_table(folder / name),
        mapping=imports.read_map(folder / "map.toml"),
        rejected=folder / "bad",
        by=BY,
        at=at,
    )
    return Import.objects.get(pk=report.number)


def take_back(row: Import, at: datetime = NOON) -> Import:
    undo.begin(row=row, by=SYSTEM, at=at)
    undo.work(row=Import.objects.get(pk=row.pk), by=BY, at=at)
    return Import.objects.get(pk=row.pk)


def picture() -> dict[str, Any]:
    """Everything that an import may touch, as values."""
    plain: dict[str, Any] = {
        "customers": list(
            Customer.objects.order_by("pk").values(
                "pk",
                "person",
                "facts",
                "name",
                "email",
                "segment",
                "stage",
                "organisation",
                "attributes",
                "is_known",
                "search_text",
            )
        ),
        "identities": list(Identity.objects.order_by("pk").values("pk", "kind", "value", "verified", "contested")),
        "links": list(IdentityLink.objects.order_by("pk").values("a", "b", "verified", "source", "message")),
        "consents": list(Consent.objects.order_by("pk").values("customer", "purpose", "granted", "at", "source")),
        "stages": list(StageChange.objects.order_by("pk").values("customer", "stage", "at")),
        "organisations": list(Organisation.objects.order_by("pk").values("external_id", "name")),
        "touchpoints": list(Touchpoint.objects.order_by("pk").values("pk", "customer", "kind", "happened_at")),
        "feedback": list(Feedback.objects.order_by("pk").values("pk", "verbatim")),
        "scores": list(Score.objects.order_by("pk").values("question", "value")),
        "kinds": list(TouchpointKind.objects.order_by("pk").values("pk", "watchers", "last_arrived_at", "imported")),
        "commitments": list(Commitment.objects.order_by("pk").values("opened_by", "state", "settled_by")),
        "cases": list(Case.objects.order_by("pk").values("pk", "title")),
    }
    with connection.cursor() as cursor:
        cursor.execute("SELECT count(*) FROM customers_arrival")
        return plain | {"arrivals": cursor.fetchone()[0]}


def say(who: str, *, at: datetime = NOON - 50 * HOUR, mail: str = "", **facts: Any) -> None:
    """Let another program say something of somebody."""
    names = [("external", who), *([("email", mail)] if mail else [])]
    consents = {"survey": facts.pop("may")} if "may" in facts else {}
    told = Description(tuple(names), at, facts, consents)
    draft = TouchpointDraft("visit", at, f"{who}{at}", tuple(names))
    messages.record(messages=[SourceMessage(draft, told)], source="api", by=By("key", "1", "shop"), at=NOON)


def test_what_only_an_import_brought_goes_with_it(tmp_path: Path) -> None:
    before = picture()
    row = bring(tmp_path, ANN, BOB)
    assert (Customer.objects.count(), Touchpoint.objects.count(), Score.objects.count()) == (4, 2, 2)
    row = take_back(row)
    assert row.state == Import.State.UNDONE
    assert picture() == before


def test_who_was_known_before_is_as_before(tmp_path: Path) -> None:
    say("ann", name="Anna", segment="silver", lifecycle_stage="use", may=True)
    before = picture()
    row = bring(tmp_path, ANN, BOB)
    ann = Customer.objects.get(identities__value="ann")
    assert (ann.name, ann.segment, ann.email) == ("Ann", "gold", "ann@x.org")
    assert not Consent.objects.get(customer=ann).granted
    take_back(row)
    assert picture() == before


def test_what_others_said_meanwhile_stays(tmp_path: Path) -> None:
    row = bring(tmp_path, ANN, BOB)
    say("ann", at=NOON - 40 * HOUR, mail="ann@x.org", segment="silver", language="de")
    say("ann", at=NOON, lifecycle_stage="use")
    say("bob", at=NOON - 90 * HOUR, may=False)
    take_back(row)
    ann = Customer.objects.get(records__identities__value="ann")
    assert (ann.segment, ann.language, ann.name, ann.stage_id) == ("silver", "de", "", "use")
    assert ann == Customer.objects.get(records__identities__value="ann@x.org")
    assert list(Touchpoint.objects.values_list("kind", flat=True)) == ["visit"] * 3
    assert not Identity.objects.filter(value="bob@x.org").exists()
    assert list(Consent.objects.values_list("customer__identities__value", "granted")) == [("bob", False)]


@pytest.mark.parametrize("first", [0, 1])
def test_what_two_imports_brought_goes_with_the_last_of_them(tmp_path: Path, first: int) -> None:
    before = picture()
    both = [bring(tmp_path, ANN, name="a.csv"), bring(tmp_path, ANN, BOB, name="b.csv")]
    assert both[1].known == 1
    take_back(both[first])
    names = set(Identity.objects.values_list("value", flat=True))
    assert {"ann", "ann@x.org"} <= names
    assert ("bob" in names) == (first == 0)
    assert Touchpoint.objects.filter(customer__identities__value="ann").count() == 1
    assert Feedback.objects.filter(verbatim="It was late").count() == 1
    take_back(both[1 - first])
    assert picture() == before


def test_an_import_that_joined_two_people_parts_them_again(tmp_path: Path) -> None:
    say("ann", name="Anna")
    messages.record(
        messages=[SourceMessage(None, Description((("email", "ann@x.org"),), NOON - HOUR, {"language": "fr"}))],
        source="api",
        by=By("key", "1", "shop"),
        at=NOON,
    )
    before = picture()
    row = bring(tmp_path, ANN)
    assert Customer.objects.people().count() == 1
    take_back(row)
    assert picture() == before
    assert Customer.objects.people().count() == 2


def test_scores_promises_and_the_board_are_as_before(tmp_path: Path, ada: Associate) -> None:
    say("bob")
    bring(tmp_path, BOB, name="first.csv")
    kinds.register(slugs=["done"], at=NOON - 100 * HOUR)
    promise = promises.make(
        wording=Wording(words="On the day that we say"),
        standards=[StandardDraft(form="within", from_kind="order_placed", to_kind="done", within_s=3600)],
        by=ada.by,
        at=NOON - 100 * HOUR,
    )
    work(at=NOON)
    before, figures = picture(), _board(promise)
    row = bring(tmp_path, ANN)
    work(at=NOON)
    assert Commitment.objects.count() == 2
    take_back(row)
    assert picture() == before
    assert _board(promise) == figures


def _board(promise: Promise) -> object:
    card = scorecards.card(promise=promise, period=periods.last("all", at=NOON), at=NOON)
    return (
        card.due,
        card.kept,
        card.open,
        answers.tallies(questions=["satisfaction"], period=periods.last("all", at=NOON)),
    )


def test_what_somebody_parted_stays_parted(tmp_path: Path, ada: Associate) -> None:
    say("ann")
    say("other", mail="ann@x.org")
    row = bring(tmp_path, ANN)
    join = IdentityLink.objects.get(a__value="ann", b__value="ann@x.org")
    assert join.imported_by == [row.pk]
    joins.part(join=join, by=ada.by, at=NOON)
    take_back(row)
    again = bring(tmp_path, ANN, name="again.csv")
    join.refresh_from_db()
    assert (join.parted_at, join.imported_by) == (NOON, [again.pk])
    assert Customer.objects.people().count() == 2


def test_what_two_imports_and_others_named_together_stays_till_nobody_does(tmp_path: Path) -> None:
    first, second = bring(tmp_path, ANN), bring(tmp_path, ANN.replace("late", "later"), name="second.csv")
    join = IdentityLink.objects.get()
    assert join.imported_by == [first.pk, second.pk]
    assert Identity.objects.get(value="ann").imported_by == [first.pk, second.pk]
    take_back(first)
    join.refresh_from_db()
    assert join.imported_by == [second.pk]
    say("ann", mail="ann@x.org")
    join.refresh_from_db()
    assert join.imported_by is None
    take_back(second)
    assert IdentityLink.objects.filter(pk=join.pk).exists()


def test_a_case_that_nobody_worked_on_goes_and_one_that_somebody_did_stays(
    tmp_path: Path, mira: Associate, ada: Associate
) -> None:
    now = timezone.now()
    rows = [row.replace("2026-03-01 1", f"{now:%Y-%m-%d} 0") for row in (ANN, BOB.replace(",,5", ",,1"))]
    row = bring(tmp_path, *rows, at=now)
    work()
    of = {case.who.label: case for case in Case.objects.select_related("customer")}
    assert set(of) == {"Ann", "Bob"}
    cases.claim(case=of["Ann"], by=mira.by, at=NOON)
    row = take_back(row, at=now)
    work()
    case = Case.objects.get()
    assert case.pk == of["Ann"].pk
    assert case.who.email == "ann@x.org"
    assert case.notes.get().text.startswith("What this case began with came with file.csv")
    assert row.remaining_cases == 1
    assert not Score.objects.exists()
    assert not Identity.objects.filter(value="bob").exists()


def test_who_may_not_does_not_and_nothing_is_taken_back_twice(
    tmp_path: Path, mira: Associate, casey: Associate
) -> None:
    row = bring(tmp_path, ANN)
    with pytest.raises(Forbidden):
        undo.start(row=row, by=mira.by, at=NOON)
    undo.start(row=row, by=casey.by, at=NOON)
    with pytest.raises(Refused, match="being taken back"):
        importing._hold(row)
    work()
    assert not Touchpoint.objects.exists()
    with pytest.raises(Refused, match="already"):
        undo.start(row=row, by=casey.by, at=NOON)
    assert Entry.objects.filter(kind="ImportUndoStarted", by_kind="associate").count() == 1
    assert Entry.objects.get(kind="ImportUndone").data["file"] == "file.csv"


def test_an_undo_that_was_killed_goes_on(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    before = picture()
    monkeypatch.setattr("heedful.imports.importing.BATCH", 1)
    row = bring(tmp_path, ANN, BOB, ANN.replace("1,ann", "3,ann", 1))
    undo.begin(row=row, by=SYSTEM, at=NOON)
    with pytest.raises(KeyboardInterrupt):
        undo.work(row=Import.objects.get(pk=row.pk), by=BY, at=NOON, progress=_stop)
    assert 0 < Touchpoint.objects.count() < 3
    assert Import.objects.get(pk=row.pk).state == Import.State.UNDOING
    undo.go_on(number=row.pk)
    undo.go_on(number=row.pk)
    assert picture() == before


def _stop(_: int) -> None:
    raise KeyboardInterrupt


def test_the_same_file_comes_in_anew_after_it_was_taken_back(tmp_path: Path) -> None:
    first = bring(tmp_path, ANN, BOB)
    take_back(first)
    second = bring(tmp_path, ANN, BOB)
    assert second.pk != first.pk
    assert (second.taken, second.known) == (2, 0)
    assert Touchpoint.objects.count() == 2


def test_the_same_id_with_other_content_is_counted(tmp_path: Path) -> None:
    bring(tmp_path, ANN, BOB, name="a.csv")
    row = bring(tmp_path, ANN.replace("late,1", "fine,4"), BOB, name="b.csv")
    assert (row.taken, row.known, row.changed) == (0, 2, 1)
    assert Feedback.objects.filter(verbatim="It was late").exists()


def test_the_same_id_with_other_content_is_taken_where_the_map_says_update(tmp_path: Path) -> None:
    bring(tmp_path, ANN, BOB, name="a.csv")
    said = MAP.replace('id = "id"', 'id = "id"\nupdate = true', 1)
    row = bring(tmp_path, ANN.replace("late,1", "fine,4"), BOB, name="b.csv", said=said)
    assert (row.taken, row.known, row.changed) == (1, 1, 1)
    assert sorted(Feedback.objects.values_list("verbatim", flat=True)) == ["", "It was fine"]
    assert sorted(Score.objects.values_list("value", flat=True)) == [4, 5]


def test_of_two_rows_with_one_id_in_a_file_the_first_stands(tmp_path: Path) -> None:
    row = bring(tmp_path, ANN, ANN.replace("late,1", "fine,4"))
    assert (row.taken, row.known, row.changed) == (1, 1, 1)
    assert Feedback.objects.get().verbatim == "It was late"


def test_a_file_that_came_in_by_another_map_is_noticed(tmp_path: Path) -> None:
    first = bring(tmp_path, ANN, BOB)
    report = imports.run(
        table=imports.open_table(tmp_path / "file.csv"),
        mapping=imports.read_map(_map(tmp_path, MAP.replace("order_placed", "order_made"))),
        rejected=tmp_path / "bad",
        by=BY,
        at=NOON,
    )
    assert report.notice.startswith(f"This file came in before by another map (import {first.pk}).")
    assert (report.taken, report.changed) == (0, 2)


def _map(folder: Path, said: str) -> Path:
    (folder / "map.toml").write_text(said)
    return folder / "map.toml"
