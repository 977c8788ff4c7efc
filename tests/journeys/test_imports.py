"""A file that is dropped on the import page in a browser: looked at, tried, read in and taken back."""

from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Browser, expect

from heedful.associates import associates, company
from heedful.associates.models import Role
from heedful.customers.models import Touchpoint
from heedful.kit.actor import SYSTEM
from tests.cast import NOON
from tests.journeys.test_cases import context_of
from tests.work import work

pytestmark = [
    pytest.mark.browser,
    pytest.mark.xdist_group("browser"),
    pytest.mark.django_db(transaction=True, serialized_rollback=True),
]


def test_a_file_is_brought_in_pieces_and_read_in(
    browser: Browser, live_server: Any, tmp_path: Path, settings: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    settings.DATA_DIR = tmp_path
    monkeypatch.setattr("heedful.imports.uploads.PIECE_BYTES", 1000)
    now: dict[str, Any] = {"by": SYSTEM, "at": NOON}
    company.edit(name="Acme", colour="#2f6f5e", time_zone="Europe/London", **now)
    casey = associates.add(email="casey@acme.test", name="Casey", role=Role.CX, password="a quiet room", **now)
    rows = "".join(f"{n},c{n}@x.org,2026-03-01 10:00,{n % 11}\n" for n in range(200))
    file = tmp_path / "answers.csv"
    file.write_text(f"id,email,date,nps\n{rows}")
    context = context_of(browser, live_server.url, casey)
    page = context.new_page()
    page.on("dialog", lambda dialog: dialog.accept())
    page.goto("/setup/imports")
    page.set_input_files("#file", file)
    page.wait_for_url("**/setup/imports/*")
    expect(page.get_by_text("c0@x.org")).to_be_visible()
    page.get_by_role("button", name="Try it, and write nothing").click()
    work()
    page.reload()
    expect(page.get_by_text("200 new, 0 there already")).to_be_visible()
    page.get_by_role("button", name="Read it in").click()
    expect(page.get_by_text("Reading the file")).to_be_visible()
    work()
    assert Touchpoint.objects.count() == 200
    page.reload()
    page.get_by_role("button", name="Take it back").click()
    expect(page.get_by_text("parts are left to take back")).to_be_visible()
    work()
    assert not Touchpoint.objects.exists()
    context.close()
