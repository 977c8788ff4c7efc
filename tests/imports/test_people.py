"""Who is one customer, by what files really hold."""

from collections.abc import Callable
from pathlib import Path

import pytest
from django.test import Client

from heedful.associates.models import Associate
from heedful.customers import joins
from heedful.customers.joins import FileRow
from heedful.customers.models import Customer, Identity, Import
from tests.imports.test_imports import bring, lay

MAP = """
source = "fam"
country = "GB"
[customer]
email = "email"
phone = "phone"
name = "name"
[[touchpoint]]
kind = "Asked"
id = "id"
at = "day"
[touchpoint.scores]
recommend = "score"
"""
HEAD = "id,email,phone,name,day,score"


@pytest.mark.django_db
@pytest.mark.parametrize("landline", ["01632 960123", "020 7946 0958"], ids=["not given out", "given out"])
def test_a_family_of_one_landline_and_two_of_a_number_of_noughts_are_four(tmp_path: Path, landline: str) -> None:
    rows = [
        f"1,wife@fam.example,{landline},Anne Fam,2026-06-01,9",
        f"2,husband@fam.example,{landline},Bob Fam,2026-06-02,3",
        "3,a@zero.example,0000000000,Zed One,2026-06-03,10",
        "4,b@zero.example,0000000000,Zed Two,2026-06-04,10",
    ]
    report = bring(lay(tmp_path, [HEAD, *rows], said=MAP))

    known = Customer.objects.people().exclude(email="").values_list("email", "name", "phone")
    phone = "+44" + landline.replace(" ", "")[1:]
    assert set(known) == {
        ("wife@fam.example", "Anne Fam", phone), ("husband@fam.example", "Bob Fam", phone),
        ("a@zero.example", "Zed One", "0000000000"), ("b@zero.example", "Zed Two", "0000000000"),
    }  # fmt: skip
    assert report.joins == 0


@pytest.mark.django_db
def test_rows_that_join_people_are_counted_and_each_join_names_its_row(
    tmp_path: Path, as_: Callable[[Associate], Client], casey: Associate
) -> None:
    rows = [
        "1,ann@x.example,,Ann,2026-06-01,9",
        "2,,020 7946 0958,Ann,2026-06-02,3",
        "3,ann@x.example,020 7946 0958,Ann,2026-06-03,4",
        "4,ann@x.example,020 7946 0958,Ann,2026-06-04,4",
        "5,bea@x.example,+49 30 901820,Bea,2026-06-04,4",
    ]
    first = bring(lay(tmp_path, [HEAD, *rows[:2]], said=MAP, name="first.csv"))
    second = bring(lay(tmp_path, [HEAD, *rows[2:]], said=MAP, name="second.csv"))
    whole = bring(
        lay(tmp_path, [HEAD, *(row.replace("x.example", "y.example") for row in rows)], said=MAP.replace("fam", "all"))
    )

    assert (first.joins, second.joins, whole.joins) == (0, 1, 0)
    assert list(Import.objects.order_by("pk").values_list("joined", flat=True)) == [0, 1, 0]
    who = Identity.objects.get(value="ann@x.example").customer.person_id
    assert who is not None
    (join,) = joins.of(person=who)
    assert join.message == "second.csv, row 1"
    number = Import.objects.get(file_name="second.csv").pk
    assert joins.file_rows([join]) == {join.pk: FileRow("second.csv", 1, number)}
    page = as_(casey).get(f"/customers/{who}/person").content.decode().split("Joined by itself")[1]
    said = " ".join(page.replace("\n", " ").split())
    assert f'Row 1 of <a href="/setup/imports/{number}"><bdi>second.csv</bdi></a>' in said


@pytest.mark.django_db
def test_rows_of_one_file_that_join_people_are_counted(tmp_path: Path) -> None:
    rows = ["1,ann@x.example,,Ann,2026-06-01,9", "2,,020 7946 0958,Ann,2026-06-02,3"]
    rows += [f"{n},ann@x.example,020 7946 0958,Ann,2026-06-03,4" for n in (3, 4)]

    assert bring(lay(tmp_path, [HEAD, *rows], said=MAP)).joins == 1
