"""People are found as they are looked for: without accents, in any order, and by numbers as people write them."""

import pytest
from django.db import connection

from heedful.act.models import Case
from heedful.associates.models import Company
from heedful.customers import messages, organisations, search
from heedful.kit.actor import SYSTEM
from tests.cast import NOON

pytestmark = pytest.mark.django_db

PEOPLE = {
    "sian": {"first_name": "Sian", "last_name": "Bevan", "phone": "+447700900201"},
    "jose": {"name": "José Núñez", "phone": "+442079460958"},
    "max": {"name": "Max Müller-Groß"},
    "ola": {"name": "Øla Łukasz O’Brien", "phone": "+4930901820"},
    "wang": {"name": "王小明"},
    "other": {"name": "Anna Smith", "phone": "0000000000"},
}


@pytest.fixture
def everybody(acme: Company) -> None:
    said = [
        messages.Description(
            (("email", f"{key}@find.example"), *((("phone", facts["phone"]),) if key in ("jose", "ola") else ())),
            NOON,
            {"email": f"{key}@find.example", **facts},
            organisation="müller-ag" if key == "other" else "",
            organisation_traits={"name": "Käthe Krüger GmbH"} if key == "other" else {},
        )
        for key, facts in PEOPLE.items()
    ]
    messages.record(messages=[messages.SourceMessage(description=one) for one in said], source="x", by=SYSTEM, at=NOON)


@pytest.mark.parametrize(
    ("words", "found"),
    [
        ("07700 900201", "sian"),
        ("020 7946 0958", "jose"),
        ("(020) 7946-0958", "jose"),
        ("+44 20 7946 0958", "jose"),
        ("+44 (0)20 7946 0958", "jose"),
        ("0044 20 7946 0958", "jose"),
        ("7946 0958", "jose"),
        ("+49 30 901820", "ola"),
        ("Muller", "max"),
        ("MÜLLER", "max"),
        ("mu\u0308ller", "max"),
        ("gross müller", "max"),
        ("jose nunez", "jose"),
        ("Núñez José", "jose"),
        ("Bevan Sian", "sian"),
        ("bev sia", "sian"),
        ("si", "sian"),
        ("obrien ola", "ola"),
        ("Lukasz", "ola"),
        ("小明", "wang"),
        ("Sian 07700 900201", "sian"),
        ("jose@find", "jose"),
        ("mailto:JOSE@find.example.", "jose"),
        ("kruger", "other"),
        ("Kathe gmbh", "other"),
        ("Bevan Smith", ""),
        ("100%", ""),
        ("o_a", ""),
        ("020 7946 0959", ""),
        ("\x00muller", "max"),
    ],
)
def test_whoever_is_looked_for_is_found(everybody: None, words: str, found: str) -> None:
    emails = list(search.find(words).values_list("email", flat=True))

    assert emails == ([f"{found}@find.example"] if found else [])


@pytest.mark.parametrize("words", ["", " ", "a", "\x00"])
def test_too_little_to_go_by_finds_everybody(everybody: None, words: str) -> None:
    assert search.find(words).count() == len(PEOPLE)


def test_a_case_is_found_by_its_customer_by_the_same_rule(everybody: None) -> None:
    jose = search.find("jose").get()
    case = Case.objects.create(
        customer=jose, title="Nobody came", opened_at=NOON, heard_at=NOON, escalate_at=NOON, due_at=NOON
    )

    for words in ("nunez jose", "020 7946 0958", "nobody", f"#{case.pk}"):
        assert list(Case.objects.all().search(words)) == [case], words
    assert not Case.objects.all().search("muller").exists()


def test_an_organisation_keeps_the_folded_form_of_the_name_that_it_has(everybody: None) -> None:
    said = organisations.OrganisationDescription("müller-ag", {"name": "Zoë Ltd"}, NOON)
    organisations.resolve(descriptions=[said], by=SYSTEM, at=NOON)
    earlier = organisations.OrganisationDescription("müller-ag", {"name": "Old"}, NOON.replace(year=2020))
    organisations.resolve(descriptions=[earlier], by=SYSTEM, at=NOON)

    assert [row.name for row in search.organisations("zoe")] == ["Zoë Ltd"]
    assert not search.organisations("old")


def test_the_index_answers(everybody: None) -> None:
    """With other ways put out of the way, since a table of six is read whole, each search goes through the index."""
    with connection.cursor() as cursor:
        cursor.execute("SET LOCAL enable_seqscan = off")
        cursor.execute("DROP INDEX customers_recent")
    for words in ("Muller", "020 7946 0958", "Bevan Sian", "si"):
        assert "customers_by_text" in search.find(words).explain()
