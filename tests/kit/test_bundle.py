"""Several queries in one statement give what each gives by itself."""

from typing import Any

import pytest
from django.db.models import Count, Value
from django.db.models.fetch_modes import FETCH_RAISE

from heedful.associates.models import Associate, Company, Role, Team
from heedful.customers.models import Customer, Feedback
from heedful.kit import bundle


@pytest.mark.usefixtures("ada", "mira", "lena", "alice", "bruno")
def test_queries_give_the_same_read_at_once(django_assert_num_queries: Any) -> None:
    def queries() -> list[Any]:
        return [
            Associate.objects.select_related("team").order_by("-name")[:2],
            Customer.objects.order_by("email").fetch_mode(FETCH_RAISE),
            Customer.objects.none(),
            Team.objects.values_list("pk", "name"),
            Feedback.objects.order_by("pk").values_list("happened_at", flat=True),
            Company.objects.values(one=Value("a")).annotate(many=Count("pk")).values_list("many", "one"),
            Associate.objects.filter(role=Role.CX),
        ]

    alone, bundled = queries(), queries()
    with django_assert_num_queries(1):
        bundle.fetch(*bundled, None)
        found = [list(query) for query in bundled]
        team = bundled[0][0].team

    assert found == [list(query) for query in alone]
    assert [len(one) for one in found] == [2, 2, 0, 1, 1, 1, 0]
    assert [who.name for who in found[0]] == ["Mira", "Lena"]
    assert str(team) == "Care"
    assert found[1][0].attributes == alone[1][0].attributes


def test_a_query_that_was_read_is_not_read_again(mira: Associate, django_assert_num_queries: Any) -> None:
    read, unread = Associate.objects.all(), Team.objects.all()
    assert list(read) == [mira]
    with django_assert_num_queries(1):
        bundle.fetch(read, unread)
    with django_assert_num_queries(0):
        bundle.fetch(read, unread)
        assert [team.name for team in unread] == ["Care"]
    with django_assert_num_queries(1):
        assert list(unread.filter(name="Nobody")) == []


@pytest.mark.usefixtures("ada", "mira", "lena", "alice", "bruno")
def test_a_plan_gives_what_its_queries_give_with_each_value(django_assert_num_queries: Any) -> None:
    compiled = []

    def make(slots: Any) -> list[Any]:
        compiled.append(slots)
        return [
            Associate.objects.filter(name=slots.name).select_related("team"),
            Associate.objects.filter(pk=slots.any_of("numbers")).exclude(name=slots.name).order_by("name"),
            Customer.objects.filter(email=slots.any_of("emails")).values_list("email", flat=True),
            Customer.objects.none(),
            Team.objects.all(),
        ]

    plan, everybody = bundle.Plan(make), [who.pk for who in Associate.objects.all()]
    for name, others in (("Mira", ["Ada", "Lena"]), ("Lena", ["Ada", "Mira"])):
        with django_assert_num_queries(1):
            bundle.fetch(
                *(read := plan.bind(name=name, numbers=everybody, emails=["alice@example.test", "x"])),
                unplanned := Team.objects.order_by("name"),
            )
            who, rest, emails, nobody, teams = read
            assert [one.name for one in who] == [name]
            assert [one.name for one in rest] == others
            assert list(emails) == ["alice@example.test"]
            assert (len(nobody), bool(nobody)) == (0, False)
            assert list(teams) == list(unplanned)
            assert who[0].team in teams
    assert not plan.bind(name="Nobody", numbers=[], emails=[])[1]
    assert len(compiled) == 1


@pytest.mark.usefixtures("ada", "mira", "lena")
def test_a_query_in_sql_is_read_with_others(django_assert_num_queries: Any) -> None:
    but_one = bundle.SqlQuery(
        "SELECT name, 7 FROM associates_associate WHERE name <> %(name)s AND lower(name) <> lower(%(name)s) ORDER BY 1",
        *("text", "bigint"),
    )
    rows, teams = but_one.rows(name="Mira"), Team.objects.values_list("name", flat=True)
    with django_assert_num_queries(1):
        bundle.fetch(rows, teams)
        assert (list(rows), list(teams)) == ([("Ada", 7), ("Lena", 7)], ["Care"])
    with django_assert_num_queries(1):
        assert list(but_one.rows(name="Ada")) == [("Lena", 7), ("Mira", 7)]
