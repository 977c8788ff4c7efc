import subprocess

import pytest

from tests.architecture import reading


def test_the_one_check_is_what_runs_elsewhere() -> None:
    assert (reading.ROOT / ".ci" / "run").read_text().splitlines()[1:] == ['exec "$(dirname "$0")/../bin/check"']


@pytest.mark.parametrize("script", ["bin/heedful", "bin/check", ".ci/run", "requirements/lock"])
def test_scripts_can_be_run(script: str) -> None:
    file = reading.ROOT / script
    assert file.stat().st_mode & 0o111
    assert subprocess.run(["sh", "-n", str(file)]).returncode == 0


def test_locks_name_hashes_and_no_hosts() -> None:
    for name in ("heedful", "dev", "models"):
        text = (reading.ROOT / "requirements" / f"{name}.txt").read_text()
        assert "--hash=sha256:" in text
        assert "://" not in text
