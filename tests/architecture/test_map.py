import ast
import re
from pathlib import Path

from tests.architecture import reading

MAP = (reading.ROOT / "docs" / "ARCHITECTURE.md").read_text(encoding="utf-8")


def test_the_map_names_the_folders_that_there_are() -> None:
    drawn = re.search(r"^    heedful/\n((?:      .*\n)+)", MAP, re.MULTILINE)
    assert drawn
    named = re.findall(r"^      (\w+)/", drawn[1], re.MULTILINE)
    there = [folder.name for folder in reading.PACKAGE.iterdir() if (folder / "__init__.py").exists()]
    assert sorted(named) == sorted(there)


def test_the_map_names_only_files_that_there_are() -> None:
    """Paths in the text, such as `loop/wiring.py`, lead somewhere."""
    named = re.findall(r"`((?:[a-z_]+/)+[a-z_]+\.py)", MAP)
    assert named
    missing = [path for path in named if not ((reading.PACKAGE / path).exists() or (reading.ROOT / path).exists())]
    assert missing == []


def test_every_module_opens_with_what_it_is_for() -> None:
    silent = [
        str(file.relative_to(reading.ROOT))
        for file in reading.files()
        if file.stat().st_size and not is_introduced(file)
    ]
    assert silent == []


def is_introduced(file: Path) -> bool:
    return ast.get_docstring(reading.tree(file)) is not None


def test_no_module_is_named_after_nothing() -> None:
    empty = {"utils", "helpers", "common", "services", "managers", "base", "misc", "util", "lib"}
    assert [str(file) for file in reading.files() if file.stem in empty or file.parent.name in empty] == []
