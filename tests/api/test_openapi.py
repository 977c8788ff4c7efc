"""The description of the API is the API: the file in the repository, and what a stranger makes of it."""

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
import schemathesis
from django.core.signals import request_finished, request_started
from django.core.wsgi import get_wsgi_application
from django.db import close_old_connections
from hypothesis import HealthCheck, Phase, given, settings
from schemathesis import APIOperation, Case
from schemathesis.checks import not_a_server_error
from schemathesis.core.result import Ok
from schemathesis.specs.openapi.checks import (
    content_type_conformance,
    response_schema_conformance,
    status_code_conformance,
)

from heedful.api.management.commands import openapi
from heedful.associates import keys
from heedful.associates.models import Associate, Company, Key
from heedful.customers.models import Customer
from heedful.kit.actor import SYSTEM
from tests.cast import NOON

FILE = Path(__file__).parents[2] / "docs" / "openapi.json"


def test_the_description_in_the_repository_is_the_api() -> None:
    """`python -m django openapi docs/openapi.json` writes it anew."""
    assert json.loads(FILE.read_text()) == json.loads(json.dumps(openapi.schema()))


schema = schemathesis.openapi.from_dict(json.loads(FILE.read_text()))
schema.config.update(base_url="http://testserver")


@pytest.fixture
def key(acme: Company, mira: Associate, alice: Customer) -> Iterator[str]:
    """The API as a stranger with a full key finds it; requests stay within the test's transaction."""
    _, secret = keys.add(name="Stranger", scope=Key.Scope.FULL, by=SYSTEM, at=NOON)
    request_started.disconnect(close_old_connections)
    request_finished.disconnect(close_old_connections)
    yield secret
    request_started.connect(close_old_connections)
    request_finished.connect(close_old_connections)


CHECKS = [
    not_a_server_error,
    status_code_conformance,
    content_type_conformance,
    response_schema_conformance,
]


APPLICATION = get_wsgi_application()
OPERATIONS = [found.ok() for found in schema.get_all_operations() if isinstance(found, Ok)]


@pytest.mark.parametrize("operation", OPERATIONS, ids=[operation.label for operation in OPERATIONS])
def test_whatever_a_stranger_sends_the_answer_is_as_described(
    operation: APIOperation[Any, Any, Any, Any], key: str
) -> None:
    """Each address has a name of its own: of tests with one name only one is run where they are shared out."""

    @given(case=operation.as_strategy())
    @settings(
        max_examples=10,
        deadline=None,
        derandomize=True,
        phases=[Phase.generate],
        suppress_health_check=list(HealthCheck),
    )
    def send(case: Case[Any]) -> None:
        case.call_and_validate(headers={"Authorization": f"Bearer {key}"}, checks=CHECKS, app=APPLICATION)

    send()
