"""The small named world that tests play in, made through the real operations.

Ada is the administrator, Lena leads the team of Mira and Tom, who are associates, Casey is the CX manager, Bo is the
leader. Mallory was deactivated and must be refused everywhere. Alice and Bruno are customers, and Carla is worth much.
"""

from collections.abc import Callable, Sequence
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from django.test import Client
from msgspec.structs import replace

from heedful.associates import associates, company, teams
from heedful.associates.models import Associate, Company, Role, Team
from heedful.customers import kinds, touchpoints
from heedful.customers.models import Customer
from heedful.customers.touchpoints import TouchpointDraft
from heedful.kit.actor import SYSTEM
from heedful.promise import promises
from heedful.promise.models import Promise
from heedful.promise.standards import StandardDraft

NOON = datetime(2026, 3, 2, 12, 0, tzinfo=UTC)
"""A Monday."""
PASSWORD = "a quiet well-lit room"


@pytest.fixture
def noon() -> datetime:
    """When things happen."""
    return NOON


@pytest.fixture
def acme(db: None) -> Company:
    """The company that everybody here works for."""
    return company.edit(name="Acme", colour="#2f6f5e", time_zone="Europe/London", currency="GBP", by=SYSTEM, at=NOON)


@pytest.fixture
def care(acme: Company) -> Team:
    """The team that Lena leads and Mira is in."""
    return teams.add(name="Care", by=SYSTEM, at=NOON)


def somebody(name: str, role: Role, team: Team | None = None) -> Associate:
    """Let somebody in whose address is their name."""
    return associates.add(
        email=f"{name.lower()}@acme.test", name=name, role=role, team=team, password=PASSWORD, by=SYSTEM, at=NOON
    )


@pytest.fixture
def ada(acme: Company) -> Associate:
    """The administrator."""
    return somebody("Ada", Role.ADMIN)


@pytest.fixture
def lena(care: Team) -> Associate:
    """The lead of Care."""
    return somebody("Lena", Role.LEAD, care)


@pytest.fixture
def mira(care: Team) -> Associate:
    """An associate of Care."""
    return somebody("Mira", Role.ASSOCIATE, care)


@pytest.fixture
def tom(care: Team) -> Associate:
    """Another associate of Care."""
    return somebody("Tom", Role.ASSOCIATE, care)


@pytest.fixture
def casey(acme: Company) -> Associate:
    """The CX manager."""
    return somebody("Casey", Role.CX)


@pytest.fixture
def bo(acme: Company) -> Associate:
    """The leader."""
    return somebody("Bo", Role.LEADER)


@pytest.fixture
def mallory(care: Team) -> Associate:
    """Somebody who may no longer come in."""
    mallory = somebody("Mallory", Role.ASSOCIATE, care)
    associates.deactivate(associate=mallory, by=SYSTEM, at=NOON)
    return mallory


def arrived(email: str, *drafts: TouchpointDraft) -> Customer:
    """Let touchpoints of somebody with this address arrive, and return the person."""
    named = [replace(draft, identities=draft.identities or (("email", email),)) for draft in drafts]
    record = touchpoints.record(drafts=named, source="cast", by=SYSTEM, at=NOON).customers[0]
    person = Customer.objects.get(pk=record).person
    assert person is not None
    return person


def make_promise(*, standards: Sequence[StandardDraft], at: datetime, **said: Any) -> Promise:
    """Make a promise that has been made for a year, and that waits for nothing that has never come in."""
    kinds.register(slugs={slug for one in standards for slug in (one.from_kind, one.to_kind) if slug}, at=at)
    return promises.make(standards=standards, since=at - timedelta(days=365), at=at, **said)


@pytest.fixture
def alice(acme: Company) -> Customer:
    """A customer who ordered, waited, and told us."""
    return arrived(
        "alice@example.test",
        TouchpointDraft("order_placed", NOON - timedelta(days=9), "a-1", channel="web", stage="purchase"),
        TouchpointDraft(
            "survey_answered",
            NOON - timedelta(days=1),
            "a-2",
            channel="email",
            stage="onboarding",
            scores={"satisfaction": 2, "expected.satisfaction": 4},
            verbatim="Nobody came.",
        ),
    )


@pytest.fixture
def bruno(acme: Company) -> Customer:
    """A customer who is content and quiet."""
    return arrived("bruno@example.test", TouchpointDraft("bill_paid", NOON - timedelta(days=30), "b-1", channel="web"))


@pytest.fixture
def as_(client: Client) -> Callable[[Associate], Client]:
    """Log somebody in: `as_(mira).get("/cases")`."""

    def logged_in(associate: Associate) -> Client:
        client.force_login(associate, backend="django.contrib.auth.backends.ModelBackend")
        return client

    return logged_in
