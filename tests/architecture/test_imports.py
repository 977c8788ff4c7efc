import subprocess
import sys
import tomllib
from pathlib import Path

from tests.architecture import reading


def test_imports_run_downhill_and_never_round() -> None:
    """In a process of its own, since the linter turns off every logger that there is."""
    linter = Path(sys.executable).with_name("lint-imports")
    said = subprocess.run([linter, "--no-cache"], cwd=reading.ROOT, capture_output=True, text=True, check=False)
    assert said.returncode == 0, said.stdout


def test_the_contract_and_these_tests_know_the_same_stages() -> None:
    said = tomllib.loads((reading.ROOT / "pyproject.toml").read_text())["tool"]["importlinter"]["contracts"][0]
    layers = tuple(tuple(layer.split(" | ")) for layer in said["layers"])
    assert layers == reading.STAGES
    assert said["exhaustive"] is True
