"""Whatever a broken client sends: a clear answer, and nothing else lost."""

import gzip
import json
from typing import Any

import pytest
from django.db import connection

from heedful.api.events import limits, mending
from heedful.associates.models import Key
from heedful.customers import rejections
from heedful.customers.models import Customer, Rejection, Touchpoint
from tests.api.events.conftest import Send

GOOD = {"type": "track", "userId": "good", "event": "Paid"}


def item(**said: Any) -> bytes:
    return json.dumps({**GOOD, **said}).encode()


def batch(*items: bytes) -> bytes:
    return b'{"batch":[' + b",".join(items) + b"]}"


@pytest.mark.parametrize(
    "body",
    [
        b"",
        b"   ",
        b"{",
        b'{"batch": [',
        b"hello",
        b'{"batch": 1}',
        b'{"batch": null}',
        b"{}",
        b'"text"',
        b"1",
        b"null",
        b'{"batch": [{]}',
        b"\xff\xfe",
        b'{"batch": "x"}',
        gzip.compress(b"{", mtime=0),
        gzip.compress(b"x" * 99, mtime=0)[:-9],
        b"\x1f\x8b" + b"broken gzip" * 9,
        b'{"batch": [' + b"9" * 5_000 + b"}",
    ],
)
def test_what_is_not_a_batch_is_refused_in_a_sentence(body: bytes, send: Send) -> None:
    response = send("/v1/batch", body)
    assert response.status_code == 400
    said = json.loads(response.content)
    assert said["success"] is False
    assert said["message"].endswith(".")


def test_a_body_that_says_it_is_huge_is_not_read(send: Send) -> None:
    assert send("/v1/batch", b" " * (limits.BODY_BYTES + 1)).status_code == 413


def test_a_bomb_is_left_as_soon_as_it_grows(send: Send) -> None:
    assert send("/v1/batch", gzip.compress(b"0" * 50_000_000)).status_code == 413


def test_a_batch_beyond_the_limit_is_refused(send: Send) -> None:
    fat = [item(messageId=str(n), properties={"text": "x" * 20_000}) for n in range(40)]
    assert send("/v1/batch", batch(*fat)).status_code == 400
    assert send("/v1/batch", batch(*[b"{}"] * 2_501)).status_code == 400
    assert not Touchpoint.objects.exists()


def test_a_single_event_beyond_the_limit_is_refused_and_shown(send: Send, key: Key) -> None:
    response = send("/v1/track", {**GOOD, "properties": {"text": "x" * 40_000}})
    assert response.status_code == 400
    assert "32 KB" in response.content.decode()
    assert rejections.of(key=key.pk).count() == 1


def test_a_text_of_ten_megabytes_costs_its_own_request_alone(send: Send) -> None:
    assert send("/v1/track", {**GOOD, "properties": {"text": "x" * 10_000_000}}).status_code == 413
    assert send("/v1/track", GOOD).status_code == 200


UNUSABLE = {
    "a list": b"[]",
    "a word": b'"event"',
    "a number": b"17",
    "nothing": b"null",
    "no type": json.dumps({"userId": "u"}).encode(),
    "another type": item(type="dance"),
    "a type that is a list": item(type=["track"]),
    "no name": item(event=None),
    "a name that is a number": item(event=17),
    "a blank name": item(event="  "),
    "nobody": item(userId=None),
    "a person of JavaScript": item(userId="[object Object]"),
    "a user id that is an object": item(userId={"id": 1}),
    "an id that is true": item(userId=True),
    "properties in a list": item(properties=[1]),
    "properties in a text": item(properties="many"),
    "scores off the scale": item(properties={"scores": {"recommend": 11}}),
    "scores of no question": item(properties={"scores": {"beauty": 1}}),
    "group without id": item(type="group"),
    "alias of nobody": item(type="alias"),
    "merge of one": item(type="merge", mergeProperties=[{"type": "email", "value": "a@b.org"}]),
    "traits in a list": item(type="identify", traits=[1]),
    "a trait beyond numbers": item(type="identify", traits={"a": 1}).replace(b"1}", b"1e999}"),
    "too large": item(properties={"text": "x" * 33_000}),
    "nested": item(properties={"a": 1}).replace(b"1}", b"[" * 500 + b"]" * 500 + b"}"),
    "nested absurdly": item(properties={"a": 1}).replace(b"1}", b"[" * 15_000 + b"]" * 15_000 + b"}"),
    "a number that is a book": item(properties={"a": 1}).replace(b"1}", b"9" * 20_000 + b"}"),
    "a number that no database holds": item(properties={"a": 1}).replace(b"1}", b"1e200000}"),
}


@pytest.mark.parametrize("bad", UNUSABLE.values(), ids=UNUSABLE.keys())
def test_one_unusable_event_is_kept_with_its_reason_and_costs_no_other(bad: bytes, send: Send, key: Key) -> None:
    good = [item(messageId=str(n)) for n in range(5)]
    response = send("/v1/batch", batch(*good[:3], bad, *good[3:]))
    assert (response.status_code, json.loads(response.content)) == (200, {"success": True})
    assert Touchpoint.objects.filter(kind="paid").count() == 5
    (rejection,) = rejections.of(key=key.pk)
    assert rejection.reason.endswith(".")
    assert bad.startswith(rejection.sent.encode()[:20])


STRANGE = {
    "half an emoji": item(event="Said", properties={"a": "x"}).replace(b'"x"', b'"x\\ud83d"'),
    "halves in the wrong order": item(event="Said", properties={"a": "x"}).replace(b'"x"', b'"\\udc00\\ud83d"'),
    "a NUL": item(event="Said", properties={"a\0": "\0x"}),
    "a raw NUL": item(event="Said", properties={"a": "x"}).replace(b'"x"', b'"\0x"'),
    "a raw line break": item(event="Said", properties={"a": "x"}).replace(b'"x"', b'"x\n"'),
    "not a number": item(event="Said", properties={"a": float("nan")}),
    "latin-1": item(event="Said", properties={"a": "x"}).replace(b'"x"', b'"\xe4"'),
    "emoji and right to left": item(event="Said", properties={"a": "🙂 مرحبا שלום"}),
    "an infinite score": item(event="Said", properties={"nps": 1}).replace(b"1}", b"1e999}"),
    "a score that only sounds like one": item(event="Said", properties={"ease": "in-out", "nps": 99}),
    "an unknown locale": item(event="Said", context={"locale": 5, "device": "mine", "traits": [], "page": 1}),
    "a context in a list": item(event="Said", context=[]),
    "a context with half an emoji": item(event="Said", context={"x": "x"}).replace(b'"x"}', b'"\\ud83d"}'),
    "a number for a user": item(event="Said", userId=17, anonymousId=17.0),
    "a message id of its own kind": item(event="Said", messageId={"id": 1}),
    "an absurd time": item(event="Said", timestamp="0001-01-01T00:00:00Z"),
    "a time to come": item(event="Said", timestamp="9999-12-31T23:59:59-14:00"),
    "a time that is none": item(event="Said", timestamp="yesterday"),
    "a time in a list": item(event="Said", timestamp=[2026]),
    "a time beyond numbers": item(event="Said", timestamp=1e300),
    "a name of emoji": item(event="🎉", properties={"said": 1}),
    "a very long name": item(event="Said" * 100),
    "a very long id": item(event="Said", userId="u" * 300, anonymousId="a"),
}


@pytest.mark.parametrize("strange", STRANGE.values(), ids=STRANGE.keys())
def test_a_strange_event_is_taken_with_all_others(strange: bytes, send: Send) -> None:
    response = send("/v1/batch", batch(item(messageId="1"), strange, item(messageId="2")))
    assert response.status_code == 200
    assert not Rejection.objects.exists()
    assert Touchpoint.objects.filter(kind="paid").count() == 2
    assert Touchpoint.objects.exclude(kind="paid").count() == 1
    assert len(Touchpoint.objects.exclude(kind="paid").get().kind) <= 120


@pytest.mark.parametrize(
    "traits",
    [
        {"email": "not an address", "phone": "call me", "name": ["a"], "plan": {"a": 1}, "company": "Acme"},
        {"value": {"amount": "1e99", "currency": "EUR"}, "mrr": "much", "consent": {"mail": "perhaps"}},
        {"value": {"amount": 10**30}, "yearly_value": float("inf"), "lifecycle_stage": "nowhere", "created": 1e200},
        {"value": {"currency": {"a": 1}, "amount": 7, "source": [1]}, "language": "x" * 300, "segment": "y" * 300},
        {"email": "a" * 400 + "@b.org", "name": "n" * 500, "consents": {"": True}, "organisation": 10**40},
        {"": 1, "x" * 500: "y", "name\0": "n\0"},
    ],
)
def test_strange_traits_never_cost_a_batch(traits: dict[str, Any], send: Send) -> None:
    body = batch(item(messageId="1"), item(type="identify", userId="odd", traits=traits))
    assert send("/v1/batch", body).status_code == 200
    assert not Rejection.objects.exists(), Rejection.objects.get().reason
    assert Customer.objects.filter(identities__value="odd").exists()


def test_a_bad_client_cannot_fill_the_disk(send: Send, key: Key, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(rejections, "MOST_ROWS", 60)
    for _ in range(3):
        send("/v1/batch", batch(*[item(type="dance", properties={"text": "x" * 3_000})] * 120))
    rows = list(rejections.of(key=key.pk))
    assert len(rows) == 60
    assert max(len(row.sent) for row in rows) == rejections.SNIPPET
    assert "70 more" in rows[0].reason


def test_depth_counts_levels_and_not_brackets_in_words() -> None:
    assert mending.depth(b'{"a": "[[[[", "b": [{"c": "\\"[["}]}') == 3


def test_mending_one_event_changes_no_number_of_another(send: Send) -> None:
    odd = [b'{"type":"track","userId":"half","event":"\\udc00 Said"}', item(timestamp=None).replace(b"null", b"1e400")]
    long = item(messageId="long", properties={"n": 0}).replace(b'"n": 0', b'"n": ' + b"7" * 5_000)
    deep = item(messageId="deep", properties={"a": 0}).replace(b'"a": 0', b'"a": ' + b"[" * 5_000 + b"]" * 5_000)
    small = item(messageId="small", properties={"n": 0}).replace(b'"n": 0', b'"n": 0.10000000000000000000000001')
    assert send("/v1/batch", batch(*odd, long, deep, small)).status_code == 200
    assert set(Touchpoint.objects.values_list("kind", flat=True)) == {"said", "paid"}
    reasons = " ".join(Rejection.objects.values_list("reason", flat=True))
    assert "nested" in reasons
    assert "out of range" in reasons
    with connection.cursor() as cursor:
        cursor.execute("SELECT properties->>'n' FROM customers_touchpoint WHERE properties ? 'n'")
        assert ("0.10000000000000000000000001",) in cursor.fetchall()


@pytest.mark.parametrize(
    ("sent", "mended"),
    [
        (rb'{"a": "\ud83d\ude00 \ud83d \\ud83d"}', rb'{"a": "\ud83d\ude00 \ufffd \\ud83d"}'),
        (b'{"a": "NaN\n\x00", "b": [NaN, -Infinity]}', rb'{"a": "NaN\u000a", "b": [null, null]}'),
        (b'{"a": NaN, "b": "left open, NaN', b'{"a": null, "b": "left open, NaN'),
        (b'{"a": "left open by half a letter\\', b'{"a": "left open by half a letter\\'),
    ],
)
def test_mending_touches_nothing_else(sent: bytes, mended: bytes) -> None:
    assert mending.mend(sent) == mended


def test_flattening_keeps_what_is_not_too_deep() -> None:
    assert json.loads(mending.flatten(b'{"a": [1, [2, [3, "]"]], {}], "b": "["}', 2)) == {
        "a": [1, None, None],
        "b": "[",
    }


ENDLESS = b'{"batch":["' + b'\\"' * 250_000


@pytest.fixture
def mended(monkeypatch: pytest.MonkeyPatch) -> list[int]:
    """The lengths of the bodies that were mended."""
    lengths: list[int] = []
    mend = mending.mend

    def counted(body: bytes) -> bytes:
        lengths.append(len(body))
        return mend(body)

    monkeypatch.setattr(mending, "mend", counted)
    return lengths


@pytest.mark.parametrize(
    ("body", "headers"),
    [
        (gzip.compress(ENDLESS), {"authorization": ""}),
        (ENDLESS, {"authorization": "Bearer nobody"}),
        (b'{"writeKey":"nobody","batch":["\n"]}', {"authorization": ""}),
        (b'{"writeKey":"a","writeKey":"b","writeKey":"c","api_key":"SECRET","batch":["\n"]}', {"authorization": ""}),
    ],
)
def test_nothing_is_mended_for_whoever_shows_no_key(
    body: bytes, headers: dict[str, str], send: Send, secret: str, mended: list[int]
) -> None:
    response = send("/v1/batch", body.replace(b"SECRET", secret.encode()), **headers)
    assert (response.status_code, mended) == (401, [])


@pytest.mark.parametrize("name", ["writeKey", "api_key"])
@pytest.mark.parametrize("last", [True, False])
def test_a_key_in_a_broken_body_is_enough_to_have_it_mended(
    name: str, last: bool, send: Send, secret: str, mended: list[int]
) -> None:
    key = f'"{name}": "{secret}"'.encode()
    broken = b'"batch":[' + item(event="Half").replace(b"Half", b"Half \\ud83d") + b"]"
    body = b"{" + b",".join([broken, key] if last else [key, broken]) + b"}"
    assert send("/v1/batch", body, authorization="").status_code == 200
    assert len(mended) == 1


@pytest.mark.parametrize("place", [b"\\n", b"[", b"[]", b"{", b"\x01"])
def test_what_is_broken_in_too_many_places_is_not_mended(place: bytes, send: Send, mended: list[int]) -> None:
    sound = b'{"batch":[],"a":"'
    body = sound + place * (limits.BATCH_BYTES // 2 // len(place))
    assert send("/v1/batch", body).status_code == 400
    assert mended == []


def test_a_full_batch_of_the_usual_kind_is_mended(send: Send, mended: list[int]) -> None:
    usual = {"order_id": "o-1", "url": "https://shop.example/a", "title": 'a "thing"\n', "lines": [{"sku": "s"}] * 9}
    full = batch(*[item(messageId=str(n), properties=usual, context={"locale": "en"}) for n in range(900)])
    assert limits.BATCH_BYTES * 0.9 > len(full) > limits.BATCH_BYTES / 2
    assert mending.is_mendable(full + b"\n" * 40_000)
    assert send("/v1/batch", full.replace(b'"en"', b'"\\udc00"', 1)).status_code == 200
    assert len(mended) == 1


@pytest.mark.parametrize(
    ("path", "body", "headers", "status", "code"),
    [
        ("/v1/batch", b"{", {}, 400, "unreadable"),
        ("/v1/batch", b"{}", {"authorization": ""}, 401, "unauthenticated"),
        ("/v1/nowhere", b"{}", {}, 404, "missing"),
        ("/v1/batch", b" " * (limits.BODY_BYTES + 1), {}, 413, "large"),
    ],
)
def test_every_no_has_a_code_for_programs(
    path: str, body: bytes, headers: dict[str, str], status: int, code: str, send: Send
) -> None:
    response = send(path, body, **headers)
    said = json.loads(response.content)
    assert (response.status_code, said["code"], said["success"]) == (status, code, False)
    assert said["message"].endswith(".")
