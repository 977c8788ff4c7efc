"""A key, and a program that sends with it."""

import base64
import json
from collections.abc import Callable
from datetime import UTC, datetime
from typing import Any, cast

import pytest
from django.http import HttpResponse
from django.test import Client

from heedful.api.events import auth, company_cache
from heedful.associates import keys
from heedful.associates.models import Key
from heedful.customers import identities, kinds
from heedful.kit.actor import SYSTEM

NOON = datetime(2026, 3, 2, 12, 0, tzinfo=UTC)

type Send = Callable[..., HttpResponse]


@pytest.fixture(autouse=True)
def _nothing_remembered() -> None:
    for memory in (auth, company_cache, identities, kinds):
        memory.forget()


@pytest.fixture
def added(db: None) -> tuple[Key, str]:
    return keys.add(name="Shop", by=SYSTEM, at=NOON)


@pytest.fixture
def key(added: tuple[Key, str]) -> Key:
    return added[0]


@pytest.fixture
def secret(added: tuple[Key, str]) -> str:
    return added[1]


@pytest.fixture
def send(client: Client, secret: str) -> Send:
    """Post to the door with the key; a body that is not bytes is sent as JSON."""

    def post(path: str, body: Any, **headers: str) -> HttpResponse:
        content = body if isinstance(body, bytes) else json.dumps(body).encode()
        headers.setdefault("authorization", "Basic " + base64.b64encode(f"{secret}:".encode()).decode())
        return cast("HttpResponse", client.post(path, content, content_type="text/plain", headers=headers))

    return post
