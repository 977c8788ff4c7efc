"""A shop's clickstream comes in through the events door."""

from datetime import UTC, datetime
from pathlib import Path

import pytest
from django.test import Client

from bench import clickstream
from heedful.api.events import auth, company_cache
from heedful.associates import keys
from heedful.customers import identities, kinds
from heedful.customers.models import Customer, Rejection, Touchpoint, TouchpointKind
from heedful.kit.actor import SYSTEM

NOON = datetime(2026, 3, 2, 12, 0, tzinfo=UTC)


@pytest.mark.django_db
def test_a_clickstream_comes_in_whole_and_once(data: Path, client: Client) -> None:
    for memory in (auth, company_cache, identities, kinds):
        memory.forget()
    _, secret = keys.add(name="Shop", by=SYSTEM, at=NOON)
    requests = list(clickstream.batches(data / clickstream.FILE))
    for body in [*requests, *requests[:5]]:
        response = client.post(
            "/v1/batch", body, content_type="text/plain", headers={"authorization": f"Bearer {secret}"}
        )
        assert response.json() == {"success": True}
    assert not Rejection.objects.exists()
    found = Customer.objects.people().count(), Touchpoint.objects.count(), TouchpointKind.objects.count()
    assert found == (300, 15_419, 19)
    assert Touchpoint.objects.filter(kind="purchase").count() == 242
    assert Touchpoint.objects.filter(channel="mobile").count() == 5_974
