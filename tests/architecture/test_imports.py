import tomllib

from importlinter.cli import lint_imports

from tests.architecture import reading


def test_imports_run_downhill_and_never_round() -> None:
    assert lint_imports(config_filename=str(reading.ROOT / "pyproject.toml"), no_cache=True) == 0


def test_the_contract_and_these_tests_know_the_same_stages() -> None:
    said = tomllib.loads((reading.ROOT / "pyproject.toml").read_text())["tool"]["importlinter"]["contracts"][0]
    layers = tuple(tuple(layer.split(" | ")) for layer in said["layers"])
    assert layers == reading.STAGES
    assert said["exhaustive"] is True
