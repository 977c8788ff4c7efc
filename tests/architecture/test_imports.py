"""What the linter of imports keeps, and what it does not see."""

import ast
import re
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


SETTINGS = "heedful.config.settings"
"""Django reads its settings by this name, wherever it is started."""


def imports_by_name(source: str, stage: str) -> list[str]:
    """The modules uphill of a stage that its code names in a text, where the linter does not look."""
    texts = (node.value for node in ast.walk(ast.parse(source)) if isinstance(node, ast.Constant))
    named = (text for text in texts if isinstance(text, str) and re.fullmatch(r"heedful(\.\w+)+", text))
    return [name for name in named if name != SETTINGS and reading.HEIGHT[name.split(".")[1]] > reading.HEIGHT[stage]]


def test_nothing_uphill_is_imported_by_its_name() -> None:
    for stage in reading.HEIGHT:
        for file in reading.files(stage):
            assert not imports_by_name(file.read_text(encoding="utf-8"), stage), file


def test_an_import_by_name_is_found() -> None:
    said = 'import_string("heedful.config.processes.load")()'
    assert imports_by_name(said, "cli") == ["heedful.config.processes.load"]
    assert not imports_by_name(said, "config")
