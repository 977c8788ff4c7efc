"""A promise whose page is opened and saved says what it said before, whoever wrote it and by whatever door."""

from collections.abc import Callable
from html.parser import HTMLParser
from typing import Any

import pytest
from django.test import Client
from django.utils import timezone

from heedful.associates.models import Associate
from heedful.customers.models import Stage
from heedful.promise import calendars
from heedful.promise.models import Promise
from heedful.promise.promises import Wording
from heedful.promise.standards import StandardDraft
from tests.cast import make_promise

pytestmark = pytest.mark.django_db
type As = Callable[[Associate], Client]

SCORE = StandardDraft(form="score", question="ease.delivery", at_least=5)


class FormValues(HTMLParser):
    """What a browser would send of the form that holds a field called `words`."""

    def __init__(self, page: str) -> None:
        super().__init__()
        self.values: dict[str, list[str]] = {}
        self.select = self.textarea = ""
        self.feed(page[page.index('<form class="form form-promise"') :].partition("</form>")[0])

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        given = {name: value or "" for name, value in attrs}
        name, kind = given.get("name", ""), given.get("type", "text")
        if tag == "input" and name and (kind not in ("radio", "checkbox") or "checked" in given):
            self.values.setdefault(name, []).append(given.get("value", "on" if kind == "checkbox" else ""))
        elif tag == "select":
            self.select = name
        elif tag == "option" and self.select and "selected" in given:
            self.values.setdefault(self.select, []).append(given["value"])
        elif tag == "textarea":
            self.textarea = name
            self.values[name] = [""]

    def handle_data(self, data: str) -> None:
        if self.textarea:
            self.values[self.textarea] = [(self.values[self.textarea][0] + data).lstrip("\r\n")]

    def handle_endtag(self, tag: str) -> None:
        if tag == "select":
            self.select = ""
        elif tag == "textarea":
            self.textarea = ""


def save(client: Client, promise: Promise, **changed: list[str]) -> Any:
    """Open the page of a promise and save it as it stands, but for what is changed."""
    address = f"/promises/{promise.slug}/edit"
    shown = FormValues(client.get(address).content.decode()).values
    response = client.post(address, shown | changed)
    promise.refresh_from_db()
    return response


def make(casey: Associate, *standards: StandardDraft, **wording: Any) -> Promise:
    return make_promise(
        wording=Wording(words="We care", **wording), standards=standards or [SCORE], by=casey.by, at=timezone.now()
    )


def everything(promise: Promise) -> dict[str, Any]:
    names = ["words", "stage_id", "owner_id", "audience", "severity", "counter_measure", "stated_expectation"]
    unit = list(promise.standards.today().order_by("pk").values())
    return {name: getattr(promise, name) for name in [*names, "is_case_clock"]} | {"standards": unit}


@pytest.mark.parametrize(
    "wording",
    [
        {"audience": {"plan": ["gold", "platinum"], "country": ["DE"]}},
        {"audience": {"segment": ["gold", "a, b", 'say "hi"']}},
        {"stated_expectation": {"satisfaction": 4, "ease": 6}},
        {"stated_expectation": {"ease.delivery": 6}},
        {"stated_expectation": {"helped": 0}},
        {"counter_measure": "We call.\nThen we write.", "severity": 3},
        {},
    ],
)
def test_a_promise_is_saved_as_it_is_shown(as_: As, casey: Associate, wording: dict[str, Any]) -> None:
    promise = make(casey, stage=Stage.objects.first(), owner=casey, **wording)
    before = everything(promise)
    assert save(as_(casey), promise).status_code == 302
    assert everything(promise) == before


def test_a_promise_keeps_its_owner_who_no_longer_works_here(as_: As, casey: Associate, mira: Associate) -> None:
    promise = make(casey, owner=mira)
    mira.is_active = False
    mira.save()
    assert save(as_(casey), promise).status_code == 302
    assert promise.owner == mira


def test_every_form_of_standard_is_saved_as_it_is_shown(as_: As, casey: Associate) -> None:
    week = {"mon": [["09:00", "17:00"]]}
    office = calendars.add(name="Office", time_zone="UTC", week=week, by=casey.by, at=timezone.now())
    timed: dict[str, Any] = {"from_kind": "ordered", "to_kind": "sent", "match_property": "order.id"}
    promise = make(
        casey,
        StandardDraft(form="within", **timed, within_s=5_400, calendar=office, at_risk_share=0.333),
        StandardDraft(form="within", **timed, within_days=2),
        StandardDraft(form="by_date", **timed, property="by", calendar=office, at_risk_share=0.5),
        SCORE,
        StandardDraft(form="score", question="expected.ease", at_least=5, from_kind="sent"),
        StandardDraft(form="yes", from_kind="billed", property="as_quoted"),
    )
    before = everything(promise)
    assert save(as_(casey), promise).status_code == 302
    assert everything(promise) == before


def test_another_attribute_and_another_expectation_are_written_into_the_gaps_that_are_left(
    as_: As, casey: Associate
) -> None:
    promise = make(casey, audience={"plan": ["gold"]}, stated_expectation={"ease": 6})
    save(
        as_(casey),
        promise,
        audience_attribute=["plan", "country", "plan"],
        audience_values=["gold", "DE, AT", "platinum"],
        expected_question=["ease", "satisfaction"],
        expected_value=["5", "4"],
    )
    assert promise.audience == {"plan": ["gold", "platinum"], "country": ["DE", "AT"]}
    assert promise.stated_expectation == {"ease": 5, "satisfaction": 4}


@pytest.mark.parametrize(
    ("changed", "sentence"),
    [
        ({"audience_attribute": ["plan"], "audience_values": [" , "]}, "at least one value of it"),
        ({"audience_attribute": [""], "audience_values": ["gold"]}, "at least one value of it"),
        ({"expected_question": ["ease"], "expected_value": ["9"]}, "ease goes from 1 to 7"),
        ({"expected_question": ["ease"], "expected_value": ["much"]}, "ease must be a number"),
        ({"expected_question": ["mood"], "expected_value": ["3"]}, "There is no question"),
        ({"expected_question": ["ease", "ease"], "expected_value": ["3", "4"]}, "Say once"),
    ],
)
def test_what_cannot_be_kept_is_said_and_nothing_is_saved(
    as_: As, casey: Associate, changed: dict[str, list[str]], sentence: str
) -> None:
    promise = make(casey, audience={"plan": ["gold"]}, stated_expectation={"ease": 6})
    before = everything(promise)
    response = save(as_(casey), promise, **changed)
    assert response.status_code == 422
    assert sentence in response.content.decode()
    assert everything(promise) == before


def test_what_no_text_column_holds_is_left_out_of_an_audience(as_: As, casey: Associate) -> None:
    promise = make(casey)
    save(as_(casey), promise, audience_attribute=["pl\0an"], audience_values=["go\0ld"])
    assert promise.audience == {"plan": ["gold"]}
