"""What is set wrongly is said by the name of its variable, never by a traceback."""

from collections.abc import Callable
from functools import partial
from pathlib import Path
from typing import Any

import pytest

from heedful.kit import env
from tests.cli.conftest import heedful

address = partial(env.address, default="", schemes=("smtp", "smtps"), example="smtp://host:25")
number = partial(env.number, default=4, least=1, most=9)
choice = partial(env.choice, among=("WARNING", "ERROR"), default="ERROR")
REFUSED: list[tuple[Callable[..., Any], str, str]] = [
    (address, "nonsense", "like smtp://host:25"),
    (address, "mail.example.com:25", "like smtp://host:25"),
    (address, "http://mail.example.com", "like smtp://host:25"),
    (address, "smtp:mail.example.com", "like smtp://host:25"),
    (address, "smtp://mail.example.com:99999", "like smtp://host:25"),
    (address, "smtp://user:word@host:port", "like smtp://host:25"),
    (address, "smtp://[::1", "like smtp://host:25"),
    (number, "many", "a whole number"),
    (number, "0", "from 1 to 9"),
    (number, "10", "from 1 to 9"),
    (choice, "LOUD", "one of WARNING, ERROR"),
    (env.networks, "10.1.0.0/16, 10.1.0.0/99", "'10.1.0.0/99'"),
    (env.networks, "10.1.0.0/16:0", "'10.1.0.0/16:0'"),
    (env.networks, ":99999", "':99999'"),
    (env.networks, "fd00::/8:8443", "'fd00::/8:8443'"),
    (partial(env.flag, default=False), "perhaps", "yes or no"),
]
TAKEN: list[tuple[Callable[..., Any], str, Any]] = [
    (address, " smtps://user:word@mail.example.com ", "smtps://user:word@mail.example.com"),
    (number, "9", 9),
    (choice, "warning", "WARNING"),
    (env.networks, "10.1.0.0/16, ::1", ["10.1.0.0/16", "::1"]),
    (env.networks, ":8443, [fd00::/8]:8443, [::1]", [":8443", "[fd00::/8]:8443", "[::1]"]),
]


@pytest.fixture(autouse=True)
def own_list(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(env, "DECLARED", {})


@pytest.mark.parametrize(("read", "value", "said"), REFUSED)
def test_what_cannot_be_read_is_refused_by_name(
    read: Callable[..., Any], value: str, said: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("THIS", value)
    with pytest.raises(env.Misconfigured, match=r"^THIS ") as no:
        read("THIS", doc="")
    assert said in str(no.value)


@pytest.mark.parametrize(("read", "value", "meant"), TAKEN)
def test_what_can_be_read_is_taken(
    read: Callable[..., Any], value: str, meant: object, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("THIS", value)
    assert read("THIS", doc="") == meant


def test_no_secret_is_shown_in_what_is_said_about_an_address(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("THIS", "mail://user:hidden@host")
    with pytest.raises(env.Misconfigured) as no:
        address("THIS", doc="")
    assert "hidden" not in str(no.value)


@pytest.mark.parametrize(
    ("content", "said"), [(b"\xff\xfe\x00", "holds no text"), (b" \n", "is empty"), (None, "cannot be read")]
)
def test_a_file_without_a_secret_is_a_sentence(
    content: bytes | None, said: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    file = tmp_path / "secret"
    if content is not None:
        file.write_bytes(content)
    monkeypatch.setenv("THIS_FILE", str(file))
    with pytest.raises(env.Misconfigured, match=f"THIS_FILE points to .* {said}"):
        env.text("THIS", doc="")


def test_an_empty_variable_counts_as_not_set(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("THIS", "")
    monkeypatch.setenv("THIS_FILE", "")
    assert env.text("THIS", default="that", doc="") == "that"


def test_the_start_says_it_before_anything_is_started(tmp_path: Path) -> None:
    done = heedful("up", "--data", str(tmp_path), HEEDFUL_SMTP="mail.example.com:25")
    assert done.returncode == 1
    assert done.stderr.startswith("heedful: HEEDFUL_SMTP ")
    assert not (tmp_path / "postgres").exists()


def test_a_database_may_be_named_in_a_file(tmp_path: Path) -> None:
    file = tmp_path / "database"
    file.write_text("postgresql://nobody@127.0.0.1:1/none\n", encoding="utf-8")
    done = heedful("backup", str(tmp_path / "b"), "--data", str(tmp_path), DATABASE_URL_FILE=str(file))
    assert done.returncode == 1
    assert "127.0.0.1" in done.stderr
    assert "Traceback" not in done.stderr
