"""The stages of the relationship, in the company's own words and script."""

import pytest

from heedful.associates.models import Associate
from heedful.customers import stages
from heedful.customers.models import Stage
from heedful.kit.errors import Refused
from tests.cast import NOON

pytestmark = pytest.mark.django_db


def arrange(casey: Associate, *rows: tuple[str, str]) -> list[tuple[str, str]]:
    stages.arrange(stages=rows, by=casey.by, at=NOON)
    return list(Stage.objects.order_by("position").values_list("slug", "name"))


def test_a_stage_is_called_in_any_script(casey: Associate) -> None:
    first = arrange(casey, ("", "更新"), ("", "解約"), ("", "Use"))
    assert first == [("stage", "更新"), ("stage-2", "解約"), ("use", "Use")]
    assert arrange(casey, *reversed(first), ("", "Обновление")) == [*reversed(first), ("stage-3", "Обновление")]


def test_a_new_stage_may_be_called_as_another_was_before(casey: Associate) -> None:
    arrange(casey, ("", "Use"))
    assert arrange(casey, ("use", "Daily use"), ("", "Use")) == [("use", "Daily use"), ("use-2", "Use")]


def test_what_no_database_holds_is_left_out_of_a_name(casey: Associate) -> None:
    assert arrange(casey, ("", " Re\x00new \u202eal "), ("u\x00se", "Use")) == [
        ("renew-al", "Renew al"),
        ("use", "Use"),
    ]


@pytest.mark.parametrize(
    ("rows", "words"),
    [
        ([], "Keep at least one stage."),
        ([("", "\x00 ")], "Give every stage a name."),
        ([("", "更新"), ("", "更新")], "Two stages have the same name."),
        ([("a", "Use"), ("b", "use")], "Two stages have the same name."),
        ([("a", "One"), ("a", "Two")], "Two stages have the same name."),
    ],
)
def test_stages_without_a_name_of_their_own_are_refused(
    casey: Associate, rows: list[tuple[str, str]], words: str
) -> None:
    before = list(Stage.objects.values_list("slug", flat=True))
    with pytest.raises(Refused, match=words):
        arrange(casey, *rows)
    assert list(Stage.objects.values_list("slug", flat=True)) == before
