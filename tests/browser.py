"""A browser for stories that are told through it: Debian's Chromium, started once for the run."""

import os
import shutil
from collections.abc import Iterator

import pytest
from django.db import connection
from playwright.sync_api import Browser, sync_playwright

FLAGS = [
    "--no-sandbox",
    "--disable-gpu",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
    "--no-first-run",
]


@pytest.fixture(scope="session")
def browser(django_db_setup: None) -> Iterator[Browser]:
    """Chromium; stories that need it are left out where it is missing."""
    if (chromium := shutil.which("chromium")) is None:
        pytest.skip("LEFT OUT: chromium is missing")
    # Playwright's loop runs in this thread, which Django takes for asynchronous code with a connection of its own;
    # that one must know what migrations wrote, too.
    os.environ.setdefault("DJANGO_ALLOW_ASYNC_UNSAFE", "1")
    written = connection._test_serialized_contents  # type: ignore[attr-defined]
    with sync_playwright() as playwright:
        connection._test_serialized_contents = written  # type: ignore[attr-defined]
        browser = playwright.chromium.launch(executable_path=chromium, args=FLAGS)
        yield browser
        browser.close()
