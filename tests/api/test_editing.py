"""An edit by a program names the version that it read; what somebody changed since is not overwritten in silence."""

import json
from collections.abc import Callable
from typing import Any

import pytest
from django.http import HttpResponse
from django.test import Client

from heedful.associates import keys
from heedful.associates.models import Associate, Company, Key
from heedful.kit.actor import SYSTEM
from heedful.ledger import versions
from heedful.ledger.models import Entry
from heedful.promise import promises
from heedful.promise.models import Promise
from heedful.promise.promises import Wording
from heedful.promise.standards import StandardDraft
from heedful.prove import directions
from heedful.understand import topics
from heedful.understand.models import Topic
from tests.cast import NOON

type Send = Callable[..., HttpResponse]
FIELDS = {"words": "We care", "owner": "mira@acme.test", "standards": [{"form": "yes"}]}


@pytest.fixture
def send(acme: Company, client: Client) -> Send:
    """Send a request with a full key."""
    _, secret = keys.add(name="Program", scope=Key.Scope.FULL, by=SYSTEM, at=NOON)

    def request(method: str, path: str, body: object = None, **headers: str) -> Any:
        return client.generic(
            method,
            path,
            b"" if body is None else json.dumps(body),
            content_type="application/json",
            headers={"Authorization": f"Bearer {secret}", **headers},
        )

    return request


def read(response: HttpResponse) -> Any:
    return json.loads(response.content)


@pytest.fixture
def promise(acme: Company) -> Promise:
    return promises.make(
        wording=Wording(words="We care"),
        standards=[StandardDraft(form="yes", from_kind="billed", property="as_quoted")],
        by=SYSTEM,
        at=NOON,
    )


# Versions


def test_a_version_shows_which_fields_became_others() -> None:
    before = versions.version(FIELDS)
    assert versions.changed(before, FIELDS) == []
    assert versions.changed(before, {**FIELDS, "owner": "", "standards": []}) == ["owner", "standards"]
    assert versions.changed(before, dict(reversed(FIELDS.items()))) == []


@pytest.mark.parametrize("earlier", ["", "abc", "a.b.c", "*"])
def test_a_version_that_somebody_made_up_is_of_something_else(earlier: str) -> None:
    assert versions.changed(earlier, FIELDS) == list(FIELDS)


# Promises


def test_a_promise_is_read_changed_and_read_in_one_shape(send: Send, promise: Promise, mira: Associate) -> None:
    address = f"/api/promises/{promise.slug}/definition"
    first = send("GET", address)
    body = {**read(first), "severity": 3, "owner": mira.email, "audience": {"plan": ["gold"]}}
    changed = send("PUT", address, body, **{"If-Match": first["ETag"]})
    assert (changed.status_code, read(changed)) == (200, body)
    assert changed["ETag"] == send("GET", address)["ETag"] != first["ETag"]
    promise.refresh_from_db()
    assert (promise.severity, promise.owner, promise.audience) == (3, mira, {"plan": ["gold"]})
    assert Entry.objects.get(kind="PromiseChanged").by_label == "Program"


def test_what_somebody_changed_meanwhile_is_refused_with_what_it_says_now(
    send: Send, promise: Promise, casey: Associate
) -> None:
    address = f"/api/promises/{promise.slug}/definition"
    first = send("GET", address)
    wording = Wording(words="We care", severity=1, counter_measure="We call first.")
    promises.change(promise=promise, wording=wording, by=casey.by, at=NOON)
    refused = send("PUT", address, {**read(first), "severity": 3}, **{"If-Match": first["ETag"]})
    problem = read(refused)
    assert (refused.status_code, refused["Content-Type"]) == (412, "application/problem+json")
    assert problem["code"] == "changed"
    assert problem["detail"] == (
        "Casey changed this meanwhile: severity, counter measure. Read it again, and send what you still mean."
    )
    assert [(one["where"], one["now"]) for one in problem["errors"]] == [
        (["body", "severity"], 1), (["body", "counter_measure"], "We call first.")
    ]  # fmt: skip
    promise.refresh_from_db()
    assert promise.severity == 1
    fresh = send("GET", address)["ETag"]
    assert send("PUT", address, read(first), **{"If-Match": f'"other", {fresh}'}).status_code == 200


@pytest.mark.parametrize("headers", [{}, {"If-Match": "*"}])
def test_without_a_version_the_last_word_stands(send: Send, promise: Promise, headers: dict[str, str]) -> None:
    address = f"/api/promises/{promise.slug}/definition"
    body = read(send("GET", address))
    assert send("PUT", address, {**body, "severity": 1}, **headers).status_code == 200
    assert send("PUT", address, {**body, "severity": 3}, **headers).status_code == 200
    promise.refresh_from_db()
    assert promise.severity == 3


def test_a_refusal_is_the_page_s(send: Send, promise: Promise) -> None:
    address = f"/api/promises/{promise.slug}/definition"
    body = read(send("GET", address))
    no = read(send("PUT", address, {**body, "audience": {"plan": []}}))
    assert no["status"] == 422
    assert "at least one value" in no["detail"]
    promises.end(promise=promise, by=SYSTEM, at=NOON)
    assert read(send("PUT", address, body))["code"] == "ended"


# Topics


def test_a_topic_is_changed_by_the_version_that_was_read(send: Send, acme: Company, casey: Associate) -> None:
    row = topics.add(name="Delivery", description="Whether it comes in time.", by=SYSTEM, at=NOON)
    address = f"/api/topics/{row.slug}"
    assert [one["slug"] for one in read(send("GET", "/api/topics"))].count(row.slug) == 1
    first = send("GET", address)
    body = {"name": "Delivery", "description": "Parcels and vans.", "examples": ["It never came."], "threshold": 0.4}
    changed = send("PUT", address, body, **{"If-Match": first["ETag"]})
    assert read(changed) == {"slug": row.slug, "is_active": True, **body}
    stale = send("PUT", address, {**body, "name": "Vans"}, **{"If-Match": first["ETag"]})
    assert (stale.status_code, Topic.objects.get(pk=row.pk).name) == (412, "Delivery")
    assert read(stale)["detail"].startswith("You changed this meanwhile: description, examples, threshold.")


# Directions


def test_a_direction_is_said_by_a_program_once_it_knows_which_stands(send: Send, acme: Company) -> None:
    address = "/api/scores/yes.left/direction"
    first = send("GET", address)
    assert read(first) == {"more_is": ""}
    assert read(send("PUT", address, {"more_is": "worse"}, **{"If-Match": first["ETag"]})) == {"more_is": "worse"}
    assert directions.of("yes.left") == "worse"
    assert send("PUT", address, {"more_is": "better"}, **{"If-Match": first["ETag"]}).status_code == 412
    assert directions.of("yes.left") == "worse"
    assert read(send("PUT", "/api/scores/recommend/direction", {"more_is": "worse"}))["detail"].endswith(
        "more is always better."
    )
    assert send("PUT", address, {"more_is": "sideways"}).status_code == 422
