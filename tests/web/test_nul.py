"""What no database can hold, in every field of every form: it is taken without it or refused, and nothing breaks."""

import ast
import re
from collections.abc import Iterator
from html.parser import HTMLParser

import pytest
from django.db import transaction
from django.test import Client
from django.utils import timezone

from heedful.act import cases, causes, replies, routes
from heedful.act.models import Route
from heedful.associates import keys, teams
from heedful.associates.models import Associate, View
from heedful.courier import webhooks
from heedful.courier.models import Mail
from heedful.customers.models import Customer, Feedback, Organisation
from heedful.kit.actor import SYSTEM
from heedful.listen import invitations, surveys
from heedful.listen.models import Invitation
from heedful.promise import calendars
from heedful.promise.promises import Wording
from heedful.promise.standards import StandardDraft
from heedful.understand.models import Topic, TroubleRule
from tests.architecture import reading
from tests.cast import NOON, make_promise
from tests.web.desk import opened
from tests.web.test_mallory import INSIDE

NUL = "a\x00b"
FILLED = {"email": "new@acme.test", "number": "1", "url": "https://93.184.215.14/x", "date": "2026-03-02"}
"""What a field holds that the page leaves empty, by its type; all others hold a letter."""
SILENT = {"submit", "button", "image", "reset", "file"}


class Forms(HTMLParser):
    """The forms of a page: where each goes, and what a browser would send."""

    def __init__(self, page: str, at: str) -> None:
        super().__init__()
        self.at, self.forms = at, list[tuple[str, dict[str, str]]]()
        self.select = ""
        self.feed(page)

    def handle_starttag(self, tag: str, attributes: list[tuple[str, str | None]]) -> None:
        has = {name: value or "" for name, value in attributes}
        if tag == "form":
            self.forms.append(
                (has.get("action") or self.at, {}) if has.get("method", "").lower() == "post" else ("", {})
            )
        if not self.forms:
            return
        fields = self.forms[-1][1]
        name, kind = has.get("name", ""), has.get("type", "text")
        match tag:
            case "input" if name and kind not in SILENT and (kind not in {"radio", "checkbox"} or "checked" in has):
                fields[name] = has.get("value") or FILLED.get(kind, "x")
            case "textarea" if name:
                fields[name] = "x"
            case "select" if name:
                self.select, fields[name] = name, ""
            case "option" if self.select and has.get("value") and (not fields[self.select] or "selected" in has):
                fields[self.select] = has["value"]

    def handle_endtag(self, tag: str) -> None:
        if tag == "select":
            self.select = ""


def read_by_hand() -> list[str]:
    """Names that pages read from what is posted, past any form."""
    found = set()
    for file in reading.files("web"):
        for node in ast.walk(reading.tree(file)):
            match node:
                case ast.Call(
                    func=ast.Attribute(value=ast.Attribute(attr="POST")), args=[ast.Constant(value=str(name)), *_]
                ):
                    found.add(name)
    return sorted(found)


@pytest.fixture
def world(ada: Associate, mira: Associate, lena: Associate, alice: Customer, bruno: Customer) -> dict[str, list[str]]:
    """One of each thing; returns what stands in an address for a number or a name, by how the address begins."""
    now = timezone.now()
    feedback = Feedback.objects.get(customer=alice)
    case, closed = opened(alice, f"feedback:{feedback.pk}"), opened(bruno, "feedback:999")
    cases.claim(case=case, by=ada.by, at=now)
    cases.write(case=case, subject="Hello", text="Hello.", by=ada.by, at=now)
    cases.close(case=closed, outcome="solved", cause="late", by=ada.by, at=now)
    draft = StandardDraft(form="within", from_kind="asked", to_kind="answered", within_s=3600)
    promise = make_promise(wording=Wording(words="We answer"), standards=[draft], by=ada.by, at=now)
    design = surveys.Design(name="Delivery", questions=[{"code": "satisfaction"}, {"code": "open"}], languages=["en"])
    survey = surveys.make(design=design, by=ada.by, at=now)
    hours = calendars.add(name="Office", time_zone="UTC", week={"mon": [["09:00", "17:00"]]}, by=ada.by, at=now)
    reply = replies.add(name="Sorry", text="We are sorry.", by=ada.by, at=now)
    key, _ = keys.add(name="Shop", by=ada.by, at=now)
    view = View.objects.create(associate=ada, page="cases", name="Mine", saved_at=NOON)
    team = teams.add(name="Billing", by=ada.by, at=now)
    routes.add(team=team, topic="billing", by=ada.by, at=now)
    organisation = Organisation.objects.create(external_id="o1", name="Firm", created_at=NOON)
    endpoint = webhooks.add(url="https://93.184.215.14/x", name="Shop", by=ada.by, at=now)
    invitations.invite(survey=survey, customer=alice, by=SYSTEM, at=now)
    return {
        "customers/organisations": [str(organisation.pk)],
        "customers": [str(alice.pk)],
        "views": [str(view.pk)],
        "cases": [str(case.pk), str(closed.pk)],
        "promises": [promise.slug],
        "surveys": [str(survey.pk)],
        "feedback": [str(feedback.pk)],
        "topics": [str(Topic.objects.values_list("pk", flat=True)[0])],
        "setup/touchpoint-kinds": ["order_placed"],
        "setup/teams": [str(team.pk)],
        "setup/associates": [str(mira.pk)],
        "setup/keys": [str(key.pk)],
        "setup/mails": [str(Mail.objects.values_list("pk", flat=True)[0])],
        "setup/webhooks": [str(endpoint.pk)],
        "setup/calendars": [str(hours.pk)],
        "setup/replies": [str(reply.pk)],
        "setup/causes": [str(causes.add(name="Weather", by=ada.by, at=now).pk)],
        "setup/practice/rules": [str(TroubleRule.objects.values_list("pk", flat=True)[0])],
        "setup/routes": [str(Route.objects.values_list("pk", flat=True)[0])],
    }


def addresses(world: dict[str, list[str]]) -> Iterator[str]:
    """Every page of ours, of each thing that there is."""
    for route, _ in INSIDE:
        before, sign, after = route.partition("<")
        if not sign:
            yield "/" + route
        elif known := world.get(before.rstrip("/")):
            rest = after.partition(">")[2]
            yield from (f"/{before}{name}{rest}" for name in known if "<" not in rest)


def forms_of(client: Client, world: dict[str, list[str]]) -> dict[tuple[str, tuple[str, ...]], dict[str, str]]:
    """The forms of all pages, each once, and what pages post to without one."""
    token = Invitation.objects.values_list("token", flat=True)[0]
    found: dict[tuple[str, tuple[str, ...]], dict[str, str]] = {}
    for at in [*addresses(world), f"/s/{token}", f"/s/{token}/stop"]:
        with transaction.atomic():
            answer = client.get(at)
            transaction.set_rollback(True)
        if answer.status_code != 200:
            found[at, ()] = {}
        elif answer.headers["Content-Type"].startswith("text/html"):
            for action, fields in Forms(answer.content.decode(), at).forms:
                fields.pop("csrfmiddlewaretoken", None)
                if action and not action.startswith("/accounts/logout"):
                    found.setdefault((action.partition("?")[0], tuple(sorted(fields))), fields)
    return found


def tries(fields: dict[str, str], by_hand: list[str]) -> dict[str, dict[str, str]]:
    """What is posted to one form: one field spoiled at a time, and of those that are alike the first."""
    alike = {re.sub(r"\d+|_[a-z]{2}$", "", name): name for name in reversed(fields)}
    said = {name: {**fields, name: f"{fields[name]}{NUL}"} for name in alike.values()}
    if "query" in fields:
        said["query, written with %"] = {**fields, "query": "q=a%00b"}
    return said | {"names read by hand": {**fields, **dict.fromkeys(by_hand, NUL)}}


def broken(client: Client, at: str, fields: dict[str, str]) -> bool:
    """Whether the page breaks down over what is posted; nothing of it stays."""
    with transaction.atomic():
        status = client.post(at, fields).status_code
        transaction.set_rollback(True)
    return status >= 500


@pytest.mark.django_db
def test_no_page_breaks_down_over_what_is_posted(client: Client, ada: Associate, world: dict[str, list[str]]) -> None:
    client.force_login(ada, backend="django.contrib.auth.backends.ModelBackend")
    client.raise_request_exception = False
    by_hand = read_by_hand()
    found = forms_of(client, world)
    bad = []
    for (at, _), fields in found.items():
        bad += [(at, name) for name, said in tries(fields, by_hand).items() if broken(client, at, said)]
    assert bad == []
    posted = {at for at, _ in found}
    assert {"/cases/handovers", "/setup/stages", "/setup/company", "/surveys/new"} <= posted
    assert sum(len(fields) for fields in found.values()) > 100


@pytest.mark.django_db
@pytest.mark.parametrize("at", ["/board/scores/a%00b", "/setup/touchpoint-kinds/a%00b", "/setup/first/a%00b"])
def test_no_page_breaks_down_over_its_address(client: Client, ada: Associate, at: str) -> None:
    client.force_login(ada, backend="django.contrib.auth.backends.ModelBackend")
    client.raise_request_exception = False
    assert client.get(at).status_code < 500
    assert client.post(at, {"name": NUL}).status_code < 500
