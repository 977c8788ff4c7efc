"""Teams: their names, and the one that gets what no rule sends elsewhere."""

import pytest

from heedful.associates import teams
from heedful.associates.models import Associate, Team
from heedful.kit.actor import SYSTEM
from heedful.kit.errors import Forbidden, Refused
from heedful.ledger.models import Entry
from tests.cast import NOON

pytestmark = pytest.mark.django_db


def add(name: str, *, is_default: bool = False) -> Team:
    return teams.add(name=name, is_default=is_default, by=SYSTEM, at=NOON)


def defaults() -> list[str]:
    return list(Team.objects.filter(is_default=True).values_list("name", flat=True))


def test_the_first_team_gets_what_no_rule_sends_elsewhere() -> None:
    first, second = add("Care"), add("Billing")
    assert (first.is_default, second.is_default, defaults()) == (True, False, ["Care"])
    assert first.created_at == NOON
    entries = Entry.objects.filter(kind="TeamAdded").order_by("pk").values_list("data", flat=True)
    assert list(entries) == [{"team": first.pk, "name": "Care"}, {"team": second.pk, "name": "Billing"}]


def test_where_no_team_gets_it_the_next_one_does() -> None:
    """As in data that another program wrote."""
    Team.objects.create(name="Care", created_at=NOON)
    assert (add("Billing").is_default, defaults()) == (True, ["Billing"])


def test_there_is_one_such_team_whoever_becomes_it() -> None:
    care, billing = add("Care"), add("Billing", is_default=True)
    assert defaults() == ["Billing"]
    teams.edit(team=care, name="Care", is_default=True, by=SYSTEM, at=NOON)
    assert (defaults(), care.is_default) == (["Care"], True)
    care.refresh_from_db()
    with pytest.raises(Refused, match="One team must get"):
        teams.edit(team=care, name="Care", is_default=False, by=SYSTEM, at=NOON)
    billing.refresh_from_db()
    teams.edit(team=billing, name="Money", is_default=False, by=SYSTEM, at=NOON)
    assert defaults() == ["Care"]


def test_a_team_is_renamed_and_it_is_written_down() -> None:
    care = add("Care")
    teams.edit(team=care, name="  Customer \n care ", is_default=True, by=SYSTEM, at=NOON)
    assert Team.objects.get().name == "Customer care"
    data = {"team": care.pk, "name": "Customer care", "is_default": True}
    assert Entry.objects.get(kind="TeamChanged").data == data


def test_a_team_may_keep_its_name_and_no_other_may_have_it() -> None:
    care, billing = add("Care"), add("Billing")
    teams.edit(team=care, name="CARE", is_default=True, by=SYSTEM, at=NOON)
    with pytest.raises(Refused, match="already a team called care"):
        add("care")
    with pytest.raises(Refused, match="already a team called care"):
        teams.edit(team=billing, name="care", is_default=False, by=SYSTEM, at=NOON)


@pytest.mark.parametrize("name", ["", "  ", "\n"])
def test_a_team_has_a_name(name: str) -> None:
    with pytest.raises(Refused, match="Give the team a name"):
        add(name)
    assert not Team.objects.exists()


def test_a_long_name_is_cut() -> None:
    assert add("x" * 121).name == "x" * 120


def test_an_associate_makes_and_changes_no_team(mira: Associate, care: Team) -> None:
    with pytest.raises(Forbidden):
        teams.add(name="Mine", by=mira.by, at=NOON)
    with pytest.raises(Forbidden):
        teams.edit(team=care, name="Mine", is_default=True, by=mira.by, at=NOON)
    assert list(Team.objects.values_list("name", flat=True)) == ["Care"]
