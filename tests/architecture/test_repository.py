import re
import subprocess
from importlib import metadata
from pathlib import Path

import pytest

from tests.architecture import reading


def test_the_one_check_is_what_runs_elsewhere() -> None:
    assert (reading.ROOT / ".ci" / "run").read_text().splitlines()[1:] == ['exec "$(dirname "$0")/../bin/check"']


@pytest.mark.parametrize("script", ["bin/heedful", "bin/check", ".ci/run", "requirements/lock"])
def test_scripts_can_be_run(script: str) -> None:
    file = reading.ROOT / script
    assert file.stat().st_mode & 0o111
    assert subprocess.run(["sh", "-n", str(file)]).returncode == 0


LOCKS = sorted((reading.ROOT / "requirements").glob("*.txt"))


@pytest.mark.parametrize("lock", LOCKS, ids=lambda lock: lock.stem)
def test_locks_name_hashes_and_no_hosts(lock: Path) -> None:
    text = lock.read_text()
    assert "--hash=sha256:" in text
    assert "://" not in text


@pytest.mark.parametrize("extra", ["postgres", "language", "parquet"])
def test_what_some_machines_have_no_package_of_is_in_a_lock_of_its_own(extra: str) -> None:
    names = {lock.stem: set(re.findall(r"^([a-z0-9-]+)==", lock.read_text(), re.MULTILINE)) for lock in LOCKS}
    assert len(names[extra]) == 1
    for lock in ("heedful", "dev"):
        assert names[extra] & names[lock] == set()


MOST_MEGABYTES = 280


def test_what_the_product_needs_is_small_to_install() -> None:
    names = {
        name
        for lock in ("heedful", "postgres", "language", "parquet")
        for name in re.findall(
            r"^([a-z0-9-]+)==", (reading.ROOT / f"requirements/{lock}.txt").read_text(), re.MULTILINE
        )
    }
    packages = [part for part in metadata.distributions() if part.name.lower().replace("_", "-") in names]
    assert len(packages) > 40
    files = {Path(str(file.locate())) for part in packages for file in part.files or []}
    assert sum(file.stat().st_size for file in files if file.is_file()) < MOST_MEGABYTES << 20


LONGEST = 400
"""Lines of one file; past that there is usually a second noun in it."""


def long_files(folder: Path) -> list[str]:
    written = (file for top in ("heedful", "tests", "bench") for file in sorted((folder / top).rglob("*.py")))
    counted = {file: len(file.read_text(encoding="utf-8").splitlines()) for file in written}
    return [f"{file.relative_to(folder)}: {lines} lines" for file, lines in counted.items() if lines > LONGEST]


def test_no_file_is_too_long_to_be_read_at_once() -> None:
    assert not long_files(reading.ROOT)


def test_a_long_file_is_found(tmp_path: Path) -> None:
    (tmp_path / "heedful").mkdir()
    (tmp_path / "heedful" / "everything.py").write_text("x = 1\n" * (LONGEST + 1))
    assert long_files(tmp_path) == ["heedful/everything.py: 401 lines"]
