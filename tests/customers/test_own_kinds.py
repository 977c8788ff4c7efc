"""Kinds that Heedful writes itself: nobody else may send them, and those of older days got their new names."""

from datetime import UTC, datetime
from importlib import import_module
from pathlib import Path
from types import SimpleNamespace

import pytest
from django.apps import apps
from django.db import connection
from django.test import Client

from heedful import imports
from heedful.act import clock
from heedful.associates import keys
from heedful.customers import touchpoints
from heedful.customers.models import Rejection, Touchpoint, TouchpointKind
from heedful.customers.slugs import RESERVED
from heedful.customers.touchpoints import TouchpointDraft
from heedful.kit.actor import SYSTEM
from heedful.promise.models import Standard
from heedful.promise.promises import Wording
from heedful.promise.standards import StandardDraft as StandardDraft
from tests.cast import make_promise

pytestmark = pytest.mark.django_db

NOON = datetime(2026, 3, 2, 12, 0, tzinfo=UTC)
NAMES_SINCE = {"Kind": "TouchpointKind"}
OLD_NAMES = SimpleNamespace(get_model=lambda app, name: apps.get_model(app, NAMES_SINCE.get(name, name)))
"""The models by their names of when the migration was written."""
MAP = """
source = "desk"
id = "id"
[customer]
email = "who"
[[touchpoint]]
kind = "Heedful case answered"
at = "at"
"""


def test_the_clock_of_a_case_is_of_reserved_kinds() -> None:
    assert clock.OPENED.startswith(RESERVED)
    assert clock.ANSWERED.startswith(RESERVED)
    assert (str(TouchpointKind(slug=clock.OPENED)), Touchpoint(kind=clock.ANSWERED).words) == (
        "Case opened",
        "Case answered",
    )


def test_a_row_of_a_reserved_kind_is_rejected_with_the_reason(tmp_path: Path) -> None:
    (tmp_path / "map.toml").write_text(MAP)
    (tmp_path / "rows.csv").write_text("id,who,at\n1,a@x.test,2025-07-01T12:00:00Z\n")
    found, table = imports.read_map(tmp_path / "map.toml"), imports.open_table(tmp_path / "rows.csv")
    report = imports.run(table=table, mapping=found, rejected=tmp_path / "bad", by=SYSTEM, at=NOON)
    assert (report.taken, report.rejected) == (0, 1)
    assert "written by Heedful alone" in report.errors[0][1]


def test_an_event_of_a_reserved_kind_is_kept_with_the_reason(client: Client) -> None:
    _, secret = keys.add(name="Shop", by=SYSTEM, at=NOON)
    sent = {"type": "track", "userId": "u1", "event": "Heedful Case Answered", "writeKey": secret}
    assert client.post("/v1/track", sent, content_type="application/json").status_code == 200
    assert "written by Heedful alone" in Rejection.objects.get().reason
    assert not Touchpoint.objects.exists()


def test_the_old_names_are_changed_but_for_what_a_company_sent() -> None:
    standard = StandardDraft(
        form="within", from_kind="case_opened", to_kind="case_answered", within_s=3600, match_property="case"
    )
    make_promise(
        wording=Wording(words="We call back", is_case_clock=True), standards=[standard], by=SYSTEM, at=NOON
    )  # fmt: skip
    for source, kind in (("heedful", "case_opened"), ("heedful", "case_answered"), ("crm", "case_opened")):
        draft = TouchpointDraft(kind, NOON, f"{source}{kind}", (("email", "a@x.test"),), properties={"case": "1"})
        touchpoints.record(drafts=[draft], source=source, by=SYSTEM, at=NOON)

    with connection.schema_editor() as editor:
        import_module("heedful.listen.migrations.0003_own_kinds").rename(OLD_NAMES, editor)

    found = Touchpoint.objects.values_list("source", "kind")
    assert set(found) == {("heedful", clock.OPENED), ("heedful", clock.ANSWERED), ("crm", "case_opened")}
    assert Standard.objects.values_list("from_kind", "to_kind").get() == (clock.OPENED, clock.ANSWERED)
    watched = dict(TouchpointKind.objects.filter(slug__contains="case_").values_list("slug", "watchers"))
    assert watched == {"case_opened": 0, clock.OPENED: 1, clock.ANSWERED: 1}
