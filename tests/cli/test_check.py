"""The look over an installation before it goes out."""

import os
from collections.abc import Callable
from datetime import timedelta
from functools import partial
from pathlib import Path
from typing import Any

import pytest
from django.utils import timezone

from heedful.cli import check as check_command
from heedful.kit.postgres import binaries
from heedful.promise import clocks, commitments
from tests.cli.conftest import heedful

pytestmark = pytest.mark.xdist_group("check")

OUT = {"HEEDFUL_URL": "https://care.example.com", "HEEDFUL_HOSTS": "care.example.com", "HEEDFUL_SMTP": "smtp://mx:25"}


type Found = tuple[int, list[str], list[str]]


def look(data: Path, **more: str) -> Found:
    """Run the check on the tests' database; returns its code, and its lines by what they begin with."""
    done = heedful("check", "--data", str(data), DATABASE_URL=os.environ["DATABASE_URL"], **more)
    assert not done.stderr, done.stderr
    lines = done.stdout.splitlines()
    fine = [line.removeprefix("ok").strip() for line in lines if line.startswith("ok ")]
    return done.returncode, fine, [line.removeprefix("LOOK").strip() for line in lines if line.startswith("LOOK")]


@pytest.fixture
def check(django_db_setup: None, tmp_path: Path) -> Callable[..., Found]:
    """Run the check with settings of a test's own."""
    return partial(look, tmp_path)


@pytest.fixture(scope="module")
def usual(django_db_setup: None, tmp_path_factory: pytest.TempPathFactory) -> Found:
    """What is found where all is as it should be."""
    return look(tmp_path_factory.mktemp("usual"), **OUT)


def test_behind_https_the_deployment_checks_find_nothing(check: Any, usual: Found) -> None:
    for _, fine, wrong in (usual, check(**OUT, HEEDFUL_SECRET_KEY="b7Qx9-" * 12 + "zR2")):
        assert "Keys and headers are as they should be." in fine
        assert [line for line in wrong if "fsync" not in line and "PostgreSQL 1" not in line] == []


def test_a_short_key_is_found(check: Any) -> None:
    code, _, wrong = check(**OUT, HEEDFUL_SECRET_KEY="too short")

    assert code == 1
    assert any("The secret key is short or plain" in line and "HEEDFUL_SECRET_KEY" in line for line in wrong)


def test_a_house_that_answers_to_any_name_is_told_which(check: Any) -> None:
    _, _, wrong = check(**OUT | {"HEEDFUL_HOSTS": "*"})

    assert any("set HEEDFUL_HOSTS=care.example.com" in line for line in wrong)


def test_plain_http_works_on_this_machine_and_is_said(check: Any) -> None:
    code, _, wrong = check(HEEDFUL_URL="http://localhost:8000")

    assert code == 1
    (address,) = [line for line in wrong if "http://localhost:8000" in line]
    assert "HEEDFUL_URL=https://" in address
    assert any("HEEDFUL_SMTP" in line for line in wrong)
    assert not [line for line in wrong if "SECURE" in line or "security.W" in line or "MIDDLEWARE" in line]


def test_a_key_that_others_may_read_is_found_with_what_to_do(check: Any, tmp_path: Path) -> None:
    (tmp_path / "secret_key").write_text("b7Qx9-" * 12 + "zR2\n")
    (tmp_path / "secret_key").chmod(0o644)
    _, _, wrong = check(**OUT)

    assert f"Others may read {tmp_path / 'secret_key'}: chmod 600 {tmp_path / 'secret_key'}" in wrong


@pytest.mark.parametrize(
    ("number", "is_fine", "sentence"),
    [
        (140_025, False, "The database is PostgreSQL X, and 15 is the oldest that will do: move to a newer one."),
        (150_019, False, "The database is PostgreSQL X, and 15.20 of 12 November 2026 mends what is wrong with it"),
        (180_006, False, "The database is PostgreSQL X, and 18.7 of 12 November 2026 mends what is wrong with it"),
        (180_007, True, "The database is PostgreSQL X; this version of Heedful knows of no newer 18."),
        (180_099, True, "The database is PostgreSQL X; this version of Heedful knows of no newer 18."),
        (
            420_001,
            True,
            "The database is PostgreSQL X, which is newer than what this version of Heedful was tried with.",
        ),
    ],
)
def test_a_release_that_a_newer_one_mends_is_found(number: int, is_fine: bool, sentence: str) -> None:
    found = check_command._release("X", *divmod(number, 10_000))
    assert found[0] == is_fine
    assert found[1].startswith(sentence)


def test_it_is_said_by_which_programs_backups_are_written(usual: Found) -> None:
    _, fine, _ = usual
    assert f"Backups are written by the programs in {binaries.clients(180_000)}." in fine


def test_a_database_that_no_program_here_can_back_up_is_found() -> None:
    is_fine, sentence = check_command._backups(990_001)
    assert not is_fine
    assert "Install postgresql-client-99 or newer" in sentence


@pytest.mark.django_db(transaction=True, serialized_rollback=True)
def test_clocks_that_nobody_heeds_are_found(check: Any, usual: Found) -> None:
    now = timezone.now()
    _, fine, _ = usual
    assert "The oldest jobs that wait for the worker: none." in fine
    clocks.set_for(now - timedelta(seconds=90), ring=commitments.ring, at=now)
    _, _, wrong = check(**OUT)
    (late,) = [line for line in wrong if "The worker is not running or comes late" in line]
    assert "clocks for " in late
