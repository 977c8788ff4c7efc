"""What real files must show, by the documented commands alone."""

import argparse
from collections.abc import Callable
from pathlib import Path
from types import ModuleType

import pytest
from django.db import connection
from django.test import Client

from heedful.associates.models import Associate
from heedful.cli import import_, promise, scores
from tests.work import work

pytestmark = pytest.mark.django_db
MAPS = Path(__file__).parents[2] / "docs" / "maps"


def heedful(module: ModuleType, *words: str) -> int:
    """Run a command as the shell would."""
    parser = argparse.ArgumentParser()
    module.arguments(parser)
    return int(module.run(parser.parse_args(words)))


def _measure() -> None:
    """Let the database measure what came, as it does by itself in a minute, though not within a test's transaction."""
    with connection.cursor() as cursor:
        cursor.execute("ANALYZE customers_customer, customers_feedback, customers_score, promise_commitment")


def test_answers_give_the_known_score_and_its_stages(data: Path, capsys: pytest.CaptureFixture[str]) -> None:
    file = data / "nps_verbatims_broadband" / "nps_verbatims_dev.csv"
    assert heedful(import_, str(file), "--map", str(MAPS / "nps.toml")) == 0
    capsys.readouterr()
    heedful(scores, "recommend", "--by", "stage")
    said = " ".join(capsys.readouterr().out.split())
    for line in (
        "Would recommend -20.5 (-25.5 to -15.4) 1,177 answers",
        "equipment_received -49.1 (-63.8 to -34.5) 116 answers",
        "first_payment -28.4",
        "564 answers",
        "order -2.9",
        "482 answers",
        "service_in_use -66.7",
        "15 answers, too few to tell",
    ):
        assert line in said


def test_complaints_show_the_promise_and_how_it_felt(
    data: Path, capsys: pytest.CaptureFixture[str], as_: Callable[[Associate], Client], bo: Associate
) -> None:
    file = data / "cfpb_complaints" / "cfpb_dev.csv"
    assert heedful(import_, str(file), "--map", str(MAPS / "complaints.toml")) == 0
    heedful(
        promise, "add", "We answer in time", "--stage", "use", "--yes", "complaint", "timely", "--since", "2011-01-01"
    )
    heedful(promise, "list")
    assert "still being counted: 0 of 14,077 customers" in capsys.readouterr().out
    work()
    _measure()
    capsys.readouterr()
    heedful(promise, "list")
    said = capsys.readouterr().out
    assert "kept 97.6% of 14,077" in said
    assert "yes.disputed of all kept: 17.2% of 13,735 (95 %: 16.5% to 17.8%)" in said
    assert "yes.disputed of all broken: 5.0% of 342" in said
    assert "yes.disputed when kept: 78.2% of 3,011 answers" in said
    assert "yes.disputed when broken: 100.0% of 17 answers" in said
    (row,) = as_(bo).get("/promises/we-answer-in-time/felt").context["experience"]
    assert row.question == "Disputed"
    assert [(one.value, one.n) for one in row.of_all] == [("17.2", 13_735), ("5.0", 342)]
    assert [(one.value, one.n) for one in row.figures] == [("78.2", 3_011), ("100.0", 17)]
