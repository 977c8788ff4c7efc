"""Brands on the pages: one may be chosen where there are some, and who is limited never meets the words of others."""

from collections.abc import Callable, Collection
from datetime import timedelta
from typing import Any

import pytest
from django.test import Client
from django.utils import timezone

from heedful.act import cases
from heedful.act.cases import opening
from heedful.act.models import Case
from heedful.associates import associates, brands, keys
from heedful.associates.models import Associate, Brand, Key, Role
from heedful.customers import touchpoints
from heedful.customers.models import Customer, Feedback
from heedful.customers.touchpoints import TouchpointDraft
from heedful.kit.actor import SYSTEM
from heedful.listen import backfill
from heedful.listen.models import Survey
from heedful.promise.models import Commitment, Promise, Standard, Unreadable
from heedful.understand import reading
from heedful.understand.models import Topic
from tests.cast import NOON
from tests.web.test_disclosures import EVERY, filled

type As = Callable[[Associate], Client]

OURS, THEIRS = "marmot", "quagga"
"""The words of each brand: they stand in everything that is of it."""


@pytest.fixture
def home(acme: object) -> Brand:
    return brands.add(name="Home", by=SYSTEM, at=NOON)


@pytest.fixture
def trade(home: Brand) -> Brand:
    return brands.add(name="Trade", by=SYSTEM, at=NOON)


@pytest.fixture
def world(home: Brand, trade: Brand, ada: Associate) -> dict[str, list[object]]:
    """One customer of both brands, with all that a customer may have of each: what addresses are filled with."""
    now = timezone.now()
    promise = Promise.objects.create(slug="quick", words="We are quick.", made_at=NOON)
    standard = Standard.objects.create(promise=promise, form="yes", from_kind="rated")
    for number, (brand, word) in enumerate(((home, OURS), (trade, THEIRS)), 1):
        _fill(brand, word, number, promise, standard, ada)
    return {
        "customers/": list(Customer.objects.values_list("pk", flat=True)),
        "cases/": list(Case.objects.values_list("pk", flat=True)),
        "promises/": ["quick"],
        "commitments/": list(Commitment.objects.values_list("pk", flat=True)),
        "surveys/": list(Survey.objects.values_list("pk", flat=True)),
        "feedback/": list(Feedback.objects.values_list("pk", flat=True)),
        "topics/": list(Topic.objects.values_list("pk", flat=True)[:2]),
        "scores/": ["satisfaction"],
        "brands/": [home.slug],
        "at": [now],
    }


def _fill(brand: Brand, word: str, number: int, promise: Promise, standard: Standard, ada: Associate) -> None:
    now = timezone.now()
    said = TouchpointDraft(
        "rated", now - timedelta(hours=number), f"m-{number}", (("email", "zoe@example.test"),),
        scores={"satisfaction": number}, verbatim=f"{word}: nobody came, I want my money back.",
        properties={"about": f"{word} line"}, brand=brand.pk,
    )  # fmt: skip
    batch = touchpoints.record(drafts=[said], source=f"{word} shop", by=SYSTEM, at=now)
    assert batch.event is not None
    feedback = Feedback.objects.get(brand=brand)
    reading.through(reading.Work(at=now, feedback=[feedback]))
    trouble = opening.trouble_from(feedback)
    case = cases.open_for_trouble(trouble=trouble, by=SYSTEM, at=now)
    Case.objects.filter(pk=case.pk).update(title=f"{word} case")
    cases.note(case=case, text=f"{word} note", by=ada.by, at=now)
    cases.write(case=case, subject=f"{word} subject", text=f"{word} letter", to="zoe@example.test", by=ada.by, at=now)
    cases.log_call(case=case, text=f"{word} call", by=ada.by, at=now)
    common = {"standard": standard, "promise": promise, "customer_id": feedback.customer_id, "brand": brand}
    Commitment.objects.create(
        **common, opened_by=batch.event.first_id, started_at=now, counts_at=now, state="broken", source=f"{word} shop"
    )
    Unreadable.objects.create(**common, opened_by=number, property=f"{word} property", reason=word, found_at=now)
    survey = Survey.objects.create(
        name=f"{word} survey", slug=word.lower(), moment_kind="x", languages=["en"], created_at=NOON, brand=brand,
        questions=[{"code": "satisfaction", "text": {}}, {"code": "open", "text": {}}], public_token=word,
    )  # fmt: skip
    past = backfill.PastInvitation(
        survey=survey, customer=feedback.customer_id, at=now, answered_at=now,
        answers={"satisfaction": 2, "open": f"{word} answer"},
    )  # fmt: skip
    backfill.create(history=[past], by=SYSTEM, at=now)


def limited(role: Role, brand: Brand) -> Associate:
    """Somebody who sees one brand alone."""
    name = f"Lou {role}"
    return associates.add(
        email=f"{role}@acme.test", name=name, role=role, brands=[brand.pk], password="x" * 12, by=SYSTEM, at=NOON
    )


def text(answer: Any) -> str:
    return (b"".join(answer.streaming_content) if answer.streaming else answer.content).decode()


def walk(client: Client, world: dict[str, list[object]], routes: Collection[str] = ()) -> dict[str, str]:
    """What stands on every address of every thing, or of some routes, and in the file that an address offers."""
    found = {}
    for route, pattern in EVERY.items():
        is_ours = hasattr(pattern.callback, "action") or "ninja" in pattern.callback.__module__
        if route.startswith("^") or not is_ours or (routes and route not in routes):
            continue
        for address in filled(route, world):
            for query in ("?period=all&words=any", "?period=all&format=csv"):
                answer = client.get(address + ("" if route.startswith("api/") else query))
                if answer.status_code == 200:
                    found[address + query] = text(answer).casefold()
                if "format=csv" not in found.get(address + query, ""):
                    break
    return found


def test_who_is_limited_meets_the_words_of_no_other_brand(
    as_: As, ada: Associate, world: dict[str, list[object]], home: Brand
) -> None:
    seen = walk(as_(limited(Role.CX, home)), world)
    assert {address for address, words in seen.items() if THEIRS in words} == set()
    ours = {address for address, words in seen.items() if OURS in words}
    assert len(ours) > 20

    everything = walk(as_(ada), world, {"cases", "cases/<int:pk>", "customers/<int:pk>", "feedback", "api/cases"})
    assert sum(THEIRS in words for words in everything.values()) >= 6


def test_a_page_asks_for_a_brand_where_there_are_some(as_: As, ada: Associate, world: dict[str, list[object]]) -> None:
    client = as_(ada)
    for address in ("/board/", "/board/scores/satisfaction", "/promises", "/promises/quick", "/cases", "/feedback"):
        page = client.get(address, {"brand": "home", "period": "all"}).content.decode().casefold()
        assert "brand: home" in page, address
        assert THEIRS not in page.replace(f"source={THEIRS}", "").replace(f">{THEIRS} shop</a>", ""), address
    assert THEIRS not in text(client.get("/feedback?format=csv&brand=home")).casefold()
    by_brand = text(client.get("/board/scores/satisfaction?by=brand&period=all"))
    assert "Trade" in by_brand
    assert "brand=trade" in by_brand


def test_a_company_without_brands_sees_nothing_of_them(as_: As, ada: Associate, alice: Customer) -> None:
    client = as_(ada)
    for address in (
        "/board/",
        "/promises",
        "/cases",
        "/feedback",
        "/setup/keys",
        "/setup/associates/add",
        "/surveys/new",
    ):
        page = text(client.get(address))
        assert "Brand" not in page.replace("Brands", ""), address
        assert 'name="brand' not in page, address


def test_who_is_limited_does_nothing_to_what_is_of_another_brand(
    as_: As, world: dict[str, list[object]], home: Brand, trade: Brand
) -> None:
    client = as_(limited(Role.LEAD, home))
    theirs, feedback = Case.objects.get(brand=trade), Feedback.objects.filter(brand=trade)[0]
    for address in (f"/cases/{theirs.pk}/notes", f"/cases/{theirs.pk}/claim", f"/feedback/{feedback.pk}/correction"):
        assert client.post(address, {"text": "x", "not": "sentiment:negative"}).status_code == 404, address
    for address in ("/setup/mails", "/setup/ledger", "/setup/keys"):
        assert client.get(address).status_code == 403, address


def test_programs_ask_for_a_brand_and_are_limited_to_that_of_their_key(
    client: Client, world: dict[str, list[object]], home: Brand, trade: Brand
) -> None:
    secrets = {
        brand: keys.add(name=f"Key {brand}", scope=Key.Scope.FULL, brand=brand, by=SYSTEM, at=NOON)[1]
        for brand in (None, home)
    }

    def ask(address: str, brand: Brand | None = None) -> Any:
        answer = client.get(f"/api/{address}", headers={"Authorization": f"Bearer {secrets[brand]}"})
        return answer.json() if answer.status_code == 200 else answer.json()["detail"]

    assert {row["brand"] for row in ask("feedback")["items"]} == {"home", "trade"}
    assert {row["brand"] for row in ask("feedback?brand=trade")["items"]} == {"trade"}
    assert {row["source"] for row in ask("cases?brand=trade")["items"]} == {f"{THEIRS} shop"}
    assert {row["brand"] for row in ask("promises/quick/commitments", home)["items"]} == {"home"}
    assert {row["brand"] for row in ask("cases?state=all", home)["items"]} == {"home"}
    assert ask("scores/satisfaction?by=brand")["parts"].keys() == {"home", "trade"}
    assert ask("scores/satisfaction?by=brand", home)["parts"].keys() == {"home"}
    assert [row["slug"] for row in ask("brands", home)] == ["home"]
    assert ask("feedback?brand=trade", home) == ask("feedback?brand=nobody", home).replace("nobody", "trade")
