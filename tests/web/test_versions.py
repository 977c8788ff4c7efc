"""Two people edit one thing: the second is shown what the first changed, keeps what was typed, overwrites nothing."""

import re
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from html.parser import HTMLParser
from typing import Any

import pytest
from django.test import Client

from heedful.act import causes, replies
from heedful.associates.models import Associate, Company, Role, Team
from heedful.courier import webhooks
from heedful.customers import kinds
from heedful.kit.actor import SYSTEM
from heedful.listen.models import Survey
from heedful.promise import calendars
from heedful.promise.models import Promise
from heedful.understand.models import Topic
from tests.cast import NOON, somebody
from tests.listen import conftest as listening
from tests.web.desk import As, say

make = listening.make
BY: dict[str, Any] = {"by": SYSTEM, "at": NOON}


class Fields(HTMLParser):
    """What a browser would send of each form on a page, as it was drawn."""

    def __init__(self) -> None:
        super().__init__()
        self.forms: list[list[tuple[str, str]]] = []
        self.select = self.text = ""
        self.is_open = False

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        given = {name: value or "" for name, value in attrs}
        if tag == "form":
            self.forms.append([])
            self.is_open = True
        elif not self.is_open:
            return
        elif tag == "input" and given.get("name"):
            is_box = given.get("type") in {"checkbox", "radio"}
            if not is_box or "checked" in given:
                self.forms[-1].append((given["name"], given.get("value", "on" if is_box else "")))
        elif tag == "select":
            self.select = given["name"]
            self.forms[-1].append((self.select, ""))
        elif tag == "option" and self.select and "selected" in given:
            self.forms[-1][-1] = (self.select, given.get("value", ""))
        elif tag == "textarea":
            self.text = given["name"]
            self.forms[-1].append((self.text, ""))

    def handle_data(self, data: str) -> None:
        if self.text:
            name, before = self.forms[-1][-1]
            self.forms[-1][-1] = (name, before + data)

    def handle_endtag(self, tag: str) -> None:
        if tag == "form":
            self.is_open = False
        elif tag == "select":
            self.select = ""
        elif tag == "textarea":
            name, text = self.forms[-1][-1]
            self.forms[-1][-1] = (name, text.removeprefix("\n"))
            self.text = ""


def fields(page: str) -> dict[str, list[str]]:
    """What would be sent of the edit form of a page."""
    reader = Fields()
    reader.feed(page)
    (form,) = (form for form in reader.forms if any(name == "form_version" for name, _ in form))
    sent: dict[str, list[str]] = {}
    for name, value in form:
        sent.setdefault(name, []).append(value)
    return sent


def promised(name: str = "We answer within a day") -> Promise:
    from heedful.promise import promises
    from heedful.promise.standards import StandardDraft

    draft = StandardDraft(form="within", from_kind="asked", to_kind="answered", within_s=86_400)
    return promises.make(wording=promises.Wording(words=name), standards=[draft], **BY)


def _survey(make: Any) -> str:
    make(questions=[{"code": "satisfaction"}, {"code": "open"}])
    return f"/surveys/{Survey.objects.get(is_service=False).pk}/edit"


def _kind(make: Any) -> str:
    kinds.register(slugs=["order_placed"], at=NOON)
    return "/setup/touchpoint-kinds/order_placed"


HOURS: dict[str, Any] = {"time_zone": "Europe/London", "week": [[["09:00", "17:00"]]] * 5 + [[], []], "holidays": []}
TOPIC: dict[str, Any] = {"description": "How things come.", "examples": ["It was late."]}
THINGS: dict[str, tuple[Callable[[Any], str], str, str, str]] = {
    "a calendar": (
        lambda make: f"/setup/calendars/{calendars.add(name='Office', **HOURS, **BY).pk}", "", "day_5", "10:00-14:00"
    ),
    "a promise": (lambda make: f"/promises/{promised().slug}/edit", "", "counter_measure", "More people"),
    "a measure of a promise": (
        lambda make: f"/promises/{promised().slug}/edit", "", "standard-0-match_property", "order_id"
    ),
    "a survey": (_survey, "", "share", "50"),
    "a question of a survey": (_survey, "", "question-0-text_en", "How was it, really?"),
    "a topic": (lambda make: f"/topics/{add_topic().pk}", "", "description", "How parcels come."),
    "a moment": (_kind, "", "name", "Order"),
    "a team": (lambda make: f"/setup/teams/{Team.objects.get(name='Care').pk}", "", "name", "Customer care"),
    "the stages": (lambda make: "/setup/stages", "", "name", "Curiosity"),
    "a webhook": (
        lambda make: f"/setup/webhooks/{webhooks.add(url='https://93.184.216.34/x', name='Chat', **BY).pk}",
        "", "name", "Chat of care",
    ),
    "an associate": (lambda make: f"/setup/associates/{somebody('Tom', Role.ASSOCIATE).pk}", "", "name", "Tom Smith"),
    "the company": (lambda make: "/setup/company", "", "vision", "Kind and quick"),
    "how cases run": (lambda make: "/setup/case-policy", "", "flood_cases", "7"),
    "a reply": (
        lambda make: f"/setup/replies/{replies.add(name='Sorry', text='We are sorry.', **BY).pk}", "", "text", "Sorry."
    ),
    "a cause": (lambda make: f"/setup/causes/{causes.add(name='Late van', **BY).pk}", "", "name", "Late lorry"),
    "the contact budget": (lambda make: "/surveys", "/surveys/budget", "times", "3"),
}  # fmt: skip


def add_topic() -> Topic:
    from heedful.understand import topics

    return topics.add(name="Delivery", **TOPIC, **BY)


@pytest.mark.parametrize("thing", THINGS)
def test_the_second_of_two_is_shown_what_the_first_changed(
    as_: As, ada: Associate, care: Team, make: Any, thing: str
) -> None:
    begin, action, field, typed = THINGS[thing]
    page = begin(make)
    eve = somebody("Eve", Role.ADMIN)
    mine = fields(say(as_(ada).get(page)))
    theirs = fields(say(as_(eve).get(page)))
    assert mine[field] == theirs[field]
    theirs[field] = [typed, *theirs[field][1:]]

    first = as_(eve).post(action or page, theirs)
    second = as_(ada).post(action or page, mine)

    assert (first.status_code, second.status_code) == (302, 409)
    shown = " ".join(re.sub(r"<[^>]+>", " ", say(second)).split())
    assert "Eve changed this" in shown, shown
    assert typed in shown
    assert "Save mine anyway" in shown
    assert "Take over theirs" in shown
    assert fields(say(as_(ada).get(page)))[field][0] == typed  # nothing of theirs is lost
    kept = {name: values for name, values in mine.items() if name not in {"form_token", "form_version"}}
    again = fields(say(second))
    assert {name: again[name] for name in kept if name != "csrfmiddlewaretoken"} == {
        name: values for name, values in kept.items() if name != "csrfmiddlewaretoken"
    }

    assert as_(ada).post(action or page, again).status_code == 302  # save mine anyway
    assert fields(say(as_(ada).get(page)))[field] == mine[field]


def test_a_third_change_on_the_way_is_shown_too(as_: As, ada: Associate, care: Team) -> None:
    page, eve = f"/setup/teams/{care.pk}", somebody("Eve", Role.ADMIN)
    mine = fields(say(as_(ada).get(page))) | {"name": ["Mine"]}
    as_(eve).post(page, {"name": "First", "is_default": "on"})
    stale = fields(say(as_(ada).post(page, mine)))
    as_(eve).post(page, {"name": "Second", "is_default": "on"})

    again = say(as_(ada).post(page, stale))

    assert ("First" in again, "Second" in again, 'value="Mine"' in again) == (True, True, True)
    care.refresh_from_db()
    assert care.name == "Second"


def test_what_changed_beside_the_form_refuses_nobody(as_: As, ada: Associate, make: Any) -> None:
    page = _survey(make)
    mine = fields(say(as_(ada).get(page)))
    as_(ada).post(page.replace("edit", "pause"))

    assert as_(ada).post(page, mine).status_code == 302


def test_my_own_change_in_another_window_is_called_mine(as_: As, ada: Associate) -> None:
    client, page = as_(ada), "/setup/company"
    one, other = (fields(say(client.get(page))) for _ in range(2))
    client.post(page, one | {"vision": ["Kind"]})

    shown = re.sub(r"<[^>]+>", "", say(client.post(page, other | {"vision": ["Quick"]})))

    assert "You changed this" in " ".join(shown.split())
    assert Company.objects.get().vision == "Kind"


def test_another_question_does_not_renew_the_version(as_: As, ada: Associate, make: Any) -> None:
    """Who is still writing sees what changed at once, and is not taken for having seen it."""
    client, page = as_(ada), _survey(make)
    mine = fields(say(client.get(page)))
    more = fields(say(client.post(page, mine | {"more": ["1"]})))
    assert more["form_version"] == mine["form_version"]
    client.post(page, mine | {"share": ["50"]})

    assert "You changed this" in re.sub(r"<[^>]+>", "", say(client.post(page, more)))


@pytest.mark.parametrize("version", ["", "x", "a:b:c", ".eJw:1:x", "\x00"])
def test_a_version_that_cannot_be_read_is_none(as_: As, ada: Associate, care: Team, version: str) -> None:
    answer = as_(ada).post(f"/setup/teams/{care.pk}", {"name": "Depot", "is_default": "on", "form_version": version})

    assert answer.status_code == 302


@pytest.mark.django_db(transaction=True, serialized_rollback=True)
def test_of_two_who_save_at_once_one_is_shown_the_other_s(ada: Associate, care: Team) -> None:
    from django.db import connections

    page, eve = f"/setup/teams/{care.pk}", somebody("Eve", Role.ADMIN)

    def save(who: Associate, sent: dict[str, list[str]], client: Client) -> int:
        try:
            return client.post(page, sent).status_code
        finally:
            connections.close_all()

    sendings = []
    for who, name in ((ada, "Ada's"), (eve, "Eve's")):
        client = Client()
        client.force_login(who, backend="django.contrib.auth.backends.ModelBackend")
        sendings.append((who, fields(say(client.get(page))) | {"name": [name]}, client))
    with ThreadPoolExecutor(2) as pool:
        codes = [future.result() for future in [pool.submit(save, *sending) for sending in sendings]]

    assert sorted(codes) == [302, 409]


SWITCHES: dict[str, tuple[Callable[[], Any], str, str, Callable[[Any], bool]]] = {
    "an associate": (
        lambda: somebody("Tom", Role.ASSOCIATE), "/setup/associates/{}", "/deactivation", lambda row: row.is_active
    ),
    "a webhook": (
        lambda: webhooks.add(url="https://93.184.216.34/x", name="Chat", **BY),
        "/setup/webhooks/{}", "/rest", lambda row: row.disabled_at is None,
    ),
    "a topic": (add_topic, "/topics/{}", "/retirement", lambda row: row.is_active),
    "a reply": (
        lambda: replies.add(name="Sorry", text="We are sorry.", **BY),
        "/setup/replies/{}", "/archive", lambda row: row.archived_at is None,
    ),
}  # fmt: skip


@pytest.mark.parametrize("thing", SWITCHES)
def test_of_two_who_press_one_switch_the_second_undoes_nothing(as_: As, ada: Associate, thing: str) -> None:
    begin, page, act, is_on = SWITCHES[thing]
    row, eve = begin(), somebody("Eve", Role.ADMIN)
    page = page.format(row.pk)
    shown = page.rpartition("/")[0] if thing == "a reply" else page
    assert 'name="to" value="off"' in " ".join(say(as_(ada).get(shown)).split())
    for who in (ada, eve):
        answer = as_(who).post(page + act, {"to": "off"}, follow=True)

    row.refresh_from_db()
    assert not is_on(row)
    assert "This was done already." in say(answer)
    as_(eve).post(page + act, {"to": "on"})
    row.refresh_from_db()
    assert is_on(row)


def test_what_changed_is_said_by_what_it_is_called(as_: As, ada: Associate, care: Team, mira: Associate) -> None:
    page, eve = f"/setup/associates/{mira.pk}", somebody("Eve", Role.ADMIN)
    mine = fields(say(as_(ada).get(page)))
    as_(eve).post(page, {"name": "Mira", "email": mira.email, "role": "lead", "team": ""})

    rows = re.findall(r"<tr><td>(.*?)</td>\s*<td[^>]*>(.*?)</td>\s*<td[^>]*>(.*?)</td>", say(as_(ada).post(page, mine)))

    assert rows == [("Role", Role.ASSOCIATE.label, Role.LEAD.label), ("Team", "Care", "No team")]
