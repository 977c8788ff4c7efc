"""Shared by the tests of customers."""

from datetime import UTC, datetime

import pytest

from heedful.customers import identities, kinds


@pytest.fixture(autouse=True)
def _nothing_remembered() -> None:
    identities.forget()
    kinds.forget()


@pytest.fixture
def noon() -> datetime:
    return datetime(2026, 3, 2, 12, 0, tzinfo=UTC)
