import ast
import re

from heedful.kit import env
from tests.architecture import reading

DOCUMENT = reading.ROOT / "docs" / "configuration.md"
DECLARING = {"env.text", "env.number", "env.flag", "env.words", "env.choice", "env.address", "env.networks"}
# Set by the product for its own processes, never by people.
INWARD = {"HEEDFUL_ALONE"}


def declared() -> list[str]:
    return [
        call.args[0].value
        for file in reading.files()
        for call in reading.calls(reading.tree(file))
        if reading.dotted(call.func) in DECLARING
        and isinstance(call.args[0], ast.Constant)
        and isinstance(call.args[0].value, str)
    ]


def test_every_setting_is_documented_and_nothing_else_is() -> None:
    documented = re.findall(r"^\| `([A-Z_]+)`", DOCUMENT.read_text(encoding="utf-8"), re.MULTILINE)
    assert sorted(documented) == sorted(declared())


def test_the_defaults_that_are_documented_are_those_that_are_taken() -> None:
    """Those that are one value; the others are told in words."""
    rows = re.findall(r"^\| `([A-Z_]+)` \| `([^`]*)` \|", DOCUMENT.read_text(encoding="utf-8"), re.MULTILINE)
    assert len(rows) > 5
    assert {name: env.DECLARED[name].default for name, _ in rows} == dict(rows)


def test_every_setting_is_declared_once() -> None:
    assert len(declared()) == len(set(declared()))


def test_nothing_reads_an_undeclared_variable() -> None:
    mentioned = {
        part.value
        for file in reading.files()
        for part in ast.walk(reading.tree(file))
        if isinstance(part, ast.Constant)
        and isinstance(part.value, str)
        and re.fullmatch(r"HEEDFUL_[A-Z_]+", part.value)
    }
    assert {name.removesuffix("_FILE") for name in mentioned} - set(declared()) - INWARD == set()
