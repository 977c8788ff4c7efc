"""How many statements a page takes: few, and as many in a world of twice the size.

What counts is all that is sent to the database while a page is made, savepoints and what is prepared among it, but for
the look whether the connection still stands, which tests do without.
"""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import asdict, replace
from typing import Any

import psycopg
import pytest
from django.core.cache import cache
from django.db import transaction
from django.test import Client
from django.utils import timezone

from bench import world
from heedful.associates import brands
from heedful.associates.models import Associate, Role, Team
from heedful.customers import sources
from heedful.customers.models import Customer, Organisation
from heedful.demo import company
from heedful.kit import memory
from heedful.listen.models import Survey
from heedful.promise.models import Commitment
from heedful.prove import cache as figures
from heedful.understand.models import Topic

MOST = 10
SMALL = replace(world.Size.over(years=2, scale=0.0012), open_cases=60, cases=70, commitments=700)
LARGE = replace(SMALL, **{name: 2 * count for name, count in asdict(SMALL).items() if name != "days"})

PAGES = [
    "/setup/account",
    "/queue",
    "/cases",
    "/cases?q=online",
    "/cases/1",
    "/cases/2",
    "/cases/65",
    "/customers",
    "/customers?q=Bevan",
    "/customers/7",
    "/customers/7/feedback",
    "/customers/7/promises",
    "/customers/7/cases",
    "/customers/7/person",
    "/customers/7/merge?q=mail",
    "/customers/organisations/{organisation}",
    "/feedback",
    "/feedback?q=number&topic=billing",
    "/topics",
    "/topics/{topic}",
    "/promises",
    "/promises/new",
    "/promises/online-by",
    "/promises/online-by/felt",
    "/promises/online-by/edit",
    "/promises/{commitment}",
    "/surveys",
    "/surveys/new",
    "/surveys/{survey}",
    "/surveys/{survey}/edit",
    "/board/",
    "/board/?period=365",
    "/board/scores/recommend",
    "/board/scores/satisfaction",
    "/setup/",
    "/setup/company",
    "/setup/stages",
    "/setup/touchpoint-kinds",
    "/setup/teams",
    "/setup/teams/{team}",
    "/setup/associates",
    "/setup/keys",
    "/setup/mails",
    "/setup/webhooks",
    "/setup/calendars",
    "/setup/case-policy",
    "/setup/routes",
    "/setup/replies",
    "/setup/causes",
    "/setup/ledger",
]

LONG_S = 3_600.0
"""For so long brands and sources are remembered here: each process reads them every few seconds, whatever is opened."""


@contextmanager
def counted() -> Iterator[list[str]]:
    """Collect everything that is sent to the database, whichever way."""
    sent: list[str] = []
    execute = psycopg.Cursor.execute

    def note(cursor: Any, query: Any, *args: Any, **options: Any) -> Any:
        sent.append(" ".join(str(query).split()))
        return execute(cursor, query, *args, **options)

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(psycopg.Cursor, "execute", note)
        yield sent


def addresses() -> dict[str, str]:
    """The pages, each with its address to things that there are."""
    made = Commitment.objects.select_related("promise").order_by("pk")[0]
    things = {
        "organisation": Organisation.objects.order_by("pk")[0].pk,
        "topic": Topic.objects.order_by("pk")[0].pk,
        "commitment": f"{made.promise.slug}/{made.pk}",
        "survey": Survey.objects.order_by("pk")[0].pk,
        "team": Team.objects.order_by("pk")[0].pk,
    }
    return {page: page.format(**things) for page in PAGES}


def walk(client: Client, size: world.Size) -> dict[str, list[str]]:
    """What each page sends to the database in a world of this size; by the second time, where the first takes more."""
    at, sent = timezone.now(), {}
    cache.clear()
    memory.forget_all()
    brands.every(), sources.every()
    with transaction.atomic():
        world.insert(at=at, size=size)
        firm = Organisation.objects.create(external_id="O1", name="Bakery", created_at=at)
        Customer.objects.filter(pk__lte=size.customers // 2).update(organisation=firm)
        for page, address in addresses().items():
            sent[page] = opened(client, address)
            if len(sent[page]) > MOST:
                sent[page] = opened(client, address)
        transaction.set_rollback(True)
    return sent


def opened(client: Client, address: str) -> list[str]:
    """What is sent while a page is made."""
    with counted() as sent:
        answer = client.get(address)
    assert answer.status_code == 200, address
    return sent


def test_a_page_takes_ten_statements_at_most_and_no_more_in_a_world_twice_as_large(
    db: None, as_: Callable[[Associate], Client], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(figures, "LONG_S", 0.0)  # whatever is counted is kept
    monkeypatch.setattr(figures, "TIMES", 1e9)
    monkeypatch.setattr(brands, "STALE_S", LONG_S)
    monkeypatch.setattr(sources, "STALE_S", LONG_S)
    company.create(at=timezone.now())
    client = as_(Associate.objects.filter(role=Role.ADMIN)[0])
    small, large = walk(client, SMALL), walk(client, LARGE)

    assert any(one.startswith("INSERT INTO heedful_cache") for one in large["/board/"])
    many = {page: sent for page, sent in large.items() if len(sent) > MOST}
    assert not many, "\n".join(f"{page}: {len(sent)}\n  " + "\n  ".join(sent) for page, sent in many.items())
    counts = {page: (len(small[page]), len(sent)) for page, sent in large.items()}
    assert {page: count for page, count in counts.items() if len(set(count)) > 1} == {}
