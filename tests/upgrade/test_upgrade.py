"""What an earlier release wrote is brought to today's shape, and its board says the same."""

import json
import lzma
import os
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from django.db import connection

from heedful.cli import migrations, restore
from heedful.kit.postgres import Server
from tests.installations import new_database, pointed_to
from tests.upgrade import figures
from tests.upgrade.make import NOON

HERE = Path(__file__).parent
SHAPE = """
SELECT table_name, column_name, data_type, is_nullable, coalesce(column_default, '') FROM information_schema.columns
WHERE table_schema = 'public' AND table_name NOT LIKE 'customers_touchpoint_2%%' ORDER BY 1, 2
"""


def shape() -> set[tuple[str, ...]]:
    """Every column of every table, but for the months that touchpoints are kept in."""
    with connection.cursor() as cursor:
        cursor.execute(SHAPE)
        return {*cursor.fetchall()}


@pytest.fixture
def new_shape(db: None) -> set[tuple[str, ...]]:
    """The shape of a database that was new today."""
    return shape()


@pytest.fixture
def upgraded(new_shape: object, server: Server, django_db_blocker: Any, tmp_path: Path) -> Iterator[None]:
    """The earlier release's demo, restored and migrated, in a database of its own."""
    file = tmp_path / "demo.backup"
    file.write_bytes(lzma.decompress((HERE / "demo.backup.xz").read_bytes()))
    with new_database(server, name := f"earlier_{os.getpid()}") as url, pointed_to(name, django_db_blocker):
        restore._load(url, file)
        assert migrations.apply()
        yield


def test_the_board_of_an_earlier_release_is_the_same(upgraded: None, new_shape: set[tuple[str, ...]]) -> None:
    shown = json.loads(json.dumps(figures.board(at=NOON)))
    assert shown == json.loads((HERE / "board.json").read_text())
    assert shape() == new_shape
    assert not migrations.pending()
