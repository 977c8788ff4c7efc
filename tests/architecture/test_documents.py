"""What the documents name is there: pages and pictures that they link to, commands, and addresses of the API."""

import json
import re
from pathlib import Path

import pytest

from heedful.cli import main
from tests.architecture import reading

DOCUMENTS = sorted([*reading.ROOT.glob("*.md"), *(reading.ROOT / "docs").rglob("*.md")])
COMMAND = re.compile(r"(?:^    |`)(?:bin/)?heedful ([a-z]+)\b", re.MULTILINE)


def named(document: Path) -> str:
    return str(document.relative_to(reading.ROOT))


@pytest.mark.parametrize("document", DOCUMENTS, ids=named)
def test_links_lead_somewhere(document: Path) -> None:
    links = re.findall(r"\]\(([^)#]+)", document.read_text(encoding="utf-8"))
    near = [link for link in links if "://" not in link]
    assert [link for link in near if not (document.parent / link).exists()] == []


def test_every_picture_is_shown() -> None:
    shown = {Path(link).name for page in DOCUMENTS for link in re.findall(r"!\[[^]]+\]\(([^)]+)", page.read_text())}
    assert {file.name for file in (reading.ROOT / "docs" / "pictures").iterdir()} == shown


@pytest.mark.parametrize("document", DOCUMENTS, ids=named)
def test_commands_that_are_named_exist(document: Path) -> None:
    named = set(COMMAND.findall(document.read_text(encoding="utf-8")))
    assert named - set(main.commands()) == set()


def test_every_command_is_documented() -> None:
    page = (reading.ROOT / "docs" / "operating.md").read_text(encoding="utf-8")
    assert set(main.commands()) - set(COMMAND.findall(page)) == set()


def test_addresses_of_the_api_that_are_named_exist() -> None:
    page = (reading.ROOT / "docs" / "api.md").read_text(encoding="utf-8")
    described = json.loads((reading.ROOT / "docs" / "openapi.json").read_text(encoding="utf-8"))["paths"]
    addresses = {path.rstrip("/") for path in described} | {"/api/openapi.json"}
    named = set(re.findall(r"`(/api/[^`]+)`", page))
    assert len(named) > 5
    assert named - addresses == set()


def test_decisions_are_numbered_by_their_names_alone() -> None:
    """The title is the decision as a sentence; the number is the file's, and each is there once."""
    decisions = sorted((reading.ROOT / "docs" / "decisions").glob("*.md"))
    assert [int(file.name[:4]) for file in decisions] == list(range(1, len(decisions) + 1))
    titles = [file.read_text(encoding="utf-8").splitlines()[0] for file in decisions]
    assert [title for title in titles if not re.match(r"# [A-Z]\D", title)] == []
