"""Nobody carries the customers off: every address is walked, so new pages and new files are covered by themselves."""

import re
from collections.abc import Callable, Iterator
from datetime import timedelta
from itertools import product
from typing import Any

import pytest
from django.test import Client
from django.urls import URLPattern, get_resolver
from django.utils import timezone

from heedful.act import cases
from heedful.act.models import Case
from heedful.associates import disclosures, keys, permissions
from heedful.associates.models import Associate, Disclosure, Role
from heedful.customers import touchpoints
from heedful.customers.models import Customer, Feedback, Organisation
from heedful.customers.touchpoints import TouchpointDraft
from heedful.kit.actor import SYSTEM
from heedful.kit.errors import Forbidden, TooMany
from heedful.ledger.models import Entry
from heedful.listen.models import Invitation, Survey
from heedful.promise.models import Commitment, Promise, Standard, Unreadable
from heedful.understand.detection import Trouble
from heedful.understand.models import Topic
from tests.architecture import reading
from tests.cast import NOON
from tests.races import at_once
from tests.web.test_mallory import patterns

type As = Callable[[Associate], Client]
type Settings = Any

CUSTOMERS = 4
"""One more than may be shown in a day, here."""
A_DAY = 3
BULK = {
    "board/", "cases", "cases/<int:pk>", "customers", "customers/<int:pk>", "customers/<int:pk>/case",
    "customers/<int:pk>/cases",
    "customers/<int:pk>/feedback", "customers/<int:pk>/mail", "customers/<int:pk>/merge", "customers/<int:pk>/person",
    "customers/<int:pk>/promises", "customers/organisations/<int:pk>", "feedback", "promises/<slug:slug>",
    "promises/<slug:slug>/<int:pk>", "queue", "surveys/<int:pk>", "api/cases", "api/cases/<int:pk>", "api/customers",
    "api/customers/<int:pk>", "api/customers/<int:pk>/timeline", "api/feedback",
    "api/promises/<slug:slug>/commitments",
}  # fmt: skip
"""Addresses that show more than a few customers, one page after the other: the walk has to see them."""


@pytest.fixture
def world(acme: object, mira: Associate) -> dict[str, list[object]]:
    """Customers of one organisation, each with all that a customer may have: what addresses are filled with."""
    now = timezone.now()
    firm = Organisation.objects.create(external_id="o-1", name="Hill Bakery", created_at=NOON)
    promise = Promise.objects.create(slug="quick", words="We are quick.", made_at=NOON)
    standard = Standard.objects.create(promise=promise, form="yes")
    survey = Survey.objects.create(
        name="After", slug="after", moment_kind="x", languages=["en"], created_at=NOON,
        questions=[{"code": "satisfaction", "text": {}}], public_token="p",
    )  # fmt: skip
    for number in range(1, CUSTOMERS + 1):
        said = TouchpointDraft(
            "survey_answered", now, f"m-{number}", (("email", f"guest{number}@example.test"),),
            scores={"satisfaction": 2}, verbatim=f"Nobody came, says Zebulon{number}.",
        )  # fmt: skip
        pk = touchpoints.record(drafts=[said], source="test", by=SYSTEM, at=now).customers[0]
        Customer.objects.filter(pk=pk).update(name=f"Zebulon{number}", organisation=firm, is_known=True)
        trouble = Trouble(reference=f"x:{number}", customer=pk, severity=2, what="Nobody came", happened_at=now)
        case = cases.open_for_trouble(trouble=trouble, by=SYSTEM, at=now)
        Case.objects.filter(pk=case.pk).update(owner=mira)
        Commitment.objects.create(
            standard=standard, promise=promise, customer_id=pk, opened_by=number, started_at=now, counts_at=now,
            state="broken",
        )  # fmt: skip
        Unreadable.objects.create(
            standard=standard, promise=promise, customer_id=pk, opened_by=number, property="p", reason="x", found_at=now
        )
        Invitation.objects.create(
            survey=survey, customer_id=pk, state="answered", token=f"t{number}", created_at=now, ask_at=now,
            asked_at=now, answered_at=now, answers={"satisfaction": {"value": 2}},
        )  # fmt: skip
    return {
        "customers/organisations/": [firm.pk],
        "customers/": list(Customer.objects.values_list("pk", flat=True)),
        "cases/": list(Case.objects.values_list("pk", flat=True)),
        "promises/": ["quick"],
        "commitments/": list(Commitment.objects.values_list("pk", flat=True)),
        "surveys/": [survey.pk],
        "feedback/": list(Feedback.objects.values_list("pk", flat=True)),
        "topics/": list(Topic.objects.values_list("pk", flat=True)[:1]),
        "scores/": ["satisfaction"],
    }


def may_open(pattern: URLPattern) -> bool:
    """Whether it is a page that somebody may open who may not export, or an address for programs."""
    action = getattr(pattern.callback, "action", None)
    if action is None:
        return pattern.callback.__module__.startswith("heedful.api.door") or "ninja" in pattern.callback.__module__
    return Role.ASSOCIATE in permissions.TABLE[action]


EVERY = dict(patterns(get_resolver()))
READ = [route for route, pattern in EVERY.items() if may_open(pattern) and not route.startswith("^")]


def filled(route: str, world: dict[str, list[object]]) -> Iterator[str]:
    """The addresses of a route, for all things that there are."""
    plain = route.removeprefix("api/")
    noun = next((name for name in world if plain.startswith(name)), None)
    holes = re.findall(r"<[^>]*>", route)
    nouns = [noun, "commitments/" if noun == "promises/" else noun][: len(holes)]
    for values in product(*[world.get(name or "", [1]) for name in nouns]):
        address = "/" + route
        for hole, value in zip(holes, values, strict=True):
            address = address.replace(hole, str(value), 1)
        yield address


def seen(answer: Any) -> set[str]:
    """The customers that an answer names, by their numbers in this world."""
    if answer.status_code != 200:
        return set()
    body = b"".join(answer.streaming_content) if answer.streaming else answer.content
    text = body.decode()
    ids = {str(pk): name[7:] for pk, name in Customer.objects.values_list("pk", "name")}
    spoken = {ids[pk] for pk in re.findall(r'"customer": ?(\d+)', text) if pk in ids}
    return spoken | set(re.findall(r"Zebulon(\d)", text)) | set(re.findall(r"guest(\d)@", text))


def walked(client: Client, route: str, world: dict[str, list[object]]) -> set[str]:
    """Whom somebody has seen who opened all addresses of a route on one day, in the ways that lists have."""
    Disclosure.objects.all().delete()
    found: set[str] = set()
    queries = ("", "?q=zebulon", "?since=0&shown=", "?limit=2&state=all", "?period=all&state=broken")
    for address in filled(route, world):
        for query in queries if address == "/" + route or "merge" in address else queries[:1]:
            found |= seen(client.get(address + query))
            if len(found) > A_DAY:
                return found
    return found


def test_who_may_not_export_sees_a_day_s_work_and_no_more(
    as_: As, mira: Associate, world: dict[str, list[object]], settings: Settings
) -> None:
    """Where no more are shown without a limit, no more are shown with one."""
    client = as_(mira)
    assert {route for route in READ if len(walked(client, route, world)) > A_DAY} == BULK

    settings.CUSTOMERS_A_DAY = A_DAY

    assert {route for route in BULK if len(walked(client, route, world)) > A_DAY} == set()


def files(client: Client, world: dict[str, list[object]]) -> dict[str, Any]:
    """What comes as a file, by route: of one thing as of another, so that the first of each is asked for."""
    found = {}
    for route, pattern in EVERY.items():
        if hasattr(pattern.callback, "action"):
            before = Entry.objects.filter(kind="ListExported").count()
            answer = client.get(next(filled(route, world)), {"format": "csv", "period": "all", "words": "any"})
            if answer.headers.get("Content-Type", "").startswith("text/csv"):
                found[route] = (seen(answer), Entry.objects.filter(kind="ListExported").count() - before)
    return found


def test_no_file_of_customers_is_given_to_who_may_not_export(
    as_: As, mira: Associate, world: dict[str, list[object]]
) -> None:
    assert files(as_(mira), world) == {"promises": (set(), 1)}


def test_every_file_is_written_into_the_ledger(as_: As, ada: Associate, world: dict[str, list[object]]) -> None:
    found = files(as_(ada), world)

    assert {route: recorded for route, (_, recorded) in found.items()} == dict.fromkeys(found, 1)
    everybody = {str(number) for number in range(1, CUSTOMERS + 1)}
    assert {route for route, (who, _) in found.items() if who == everybody} == {
        "cases", "customers", "feedback", "promises/<slug:slug>", "surveys/<int:pk>",
    }  # fmt: skip
    assert found.keys() >= {"queue", "promises", "setup/ledger"}
    kinds = {
        entry.data["what"]: (entry.data["kind"], entry.data["rows"])
        for entry in Entry.objects.filter(kind="ListExported")
    }
    assert kinds["customers"] == ("customer", CUSTOMERS)
    assert kinds["feedback"] == ("feedback", CUSTOMERS)
    assert kinds["quick"] == ("commitment", CUSTOMERS)
    assert kinds["after"] == ("invitation", CUSTOMERS)
    assert kinds["promises"] == ("figure", 1)


def test_files_are_written_in_one_place() -> None:
    writing = [
        str(file.relative_to(reading.ROOT))
        for file in reading.files("web", "api")
        if re.search(r"\bcsv\.writer|text/csv|StreamingHttpResponse\(", file.read_text(encoding="utf-8"))
    ]
    assert writing == ["heedful/web/lists.py"]


def test_the_page_says_why_and_the_same_customers_can_be_opened_again(
    as_: As, mira: Associate, world: dict[str, list[object]], settings: Settings
) -> None:
    settings.CUSTOMERS_A_DAY = A_DAY
    client, pks = as_(mira), world["customers/"]
    assert [client.get(f"/customers/{pk}").status_code for pk in pks[:3]] == [200, 200, 200]

    answer = client.get(f"/customers/{pks[3]}")

    assert answer.status_code == 429
    assert "You may be shown 3 customers in a day, and these would be more." in answer.content.decode()
    assert client.get(f"/customers/{pks[0]}").status_code == 200
    assert client.get("/api/customers").status_code == 429
    assert client.get("/api/customers").json()["code"] == "too_many"
    assert "Go on tomorrow" in client.get("/api/customers").json()["detail"]


def test_a_key_walks_on_and_it_is_written_down(
    client: Client, world: dict[str, list[object]], settings: Settings
) -> None:
    settings.CUSTOMERS_A_DAY = A_DAY
    key, secret = keys.add(name="Shop", scope="full", by=SYSTEM, at=NOON)
    cursor, found = "", []
    while cursor is not None:
        said: dict[str, Any] = {"limit": 2, **({"cursor": cursor} if cursor else {})}
        page = client.get("/api/customers", said, headers={"Authorization": f"Bearer {secret}"}).json()
        found += page["items"]
        cursor = page["next"]

    assert len(found) == CUSTOMERS
    (entry,) = Entry.objects.filter(kind="CustomersDisclosed")
    assert (entry.by_kind, entry.by_id, entry.data) == ("key", str(key.pk), {"customers": 4})


def test_who_may_export_walks_on_and_it_is_written_down(
    as_: As, lena: Associate, world: dict[str, list[object]], settings: Settings
) -> None:
    settings.CUSTOMERS_A_DAY = A_DAY

    assert len(seen(as_(lena).get("/customers"))) == CUSTOMERS

    assert [entry.data for entry in Entry.objects.filter(kind="CustomersDisclosed")] == [{"customers": CUSTOMERS}]


def test_a_new_day_is_a_new_day(mira: Associate, settings: Settings) -> None:
    settings.CUSTOMERS_A_DAY = A_DAY
    disclosures.show(customers=[1, 2, 3], by=mira.by, at=NOON)
    with pytest.raises(TooMany):
        disclosures.show(customers=[4], by=mira.by, at=NOON + timedelta(hours=11))

    disclosures.show(customers=[4], by=mira.by, at=NOON + timedelta(hours=12))

    assert [sorted(row.customers) for row in Disclosure.objects.order_by("day")] == [[1, 2, 3], [4]]
    assert disclosures.forget(at=NOON + timedelta(days=32)) == 1


def test_who_may_not_export_exports_nothing(mira: Associate) -> None:
    with pytest.raises(Forbidden):
        disclosures.export(what="cases", kind="case", rows=1, by=mira.by, at=NOON)

    assert not Entry.objects.filter(kind="ListExported").exists()


@pytest.mark.django_db(transaction=True, serialized_rollback=True)
def test_of_many_pages_at_once_no_more_are_shown(mira: Associate, settings: Settings) -> None:
    settings.CUSTOMERS_A_DAY = 10

    def show(first: int) -> None:
        disclosures.show(customers=range(first, first + 4), by=mira.by, at=NOON)

    returned = at_once(*[lambda first=first: show(first) for first in range(0, 40, 4)])

    assert sorted(type(one).__name__ for one in returned) == ["NoneType"] * 2 + ["TooMany"] * 8
    assert len(Disclosure.objects.get().customers) == 8
