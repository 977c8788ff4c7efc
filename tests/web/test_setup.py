"""Setting the house up."""

import csv
import io
import json
import re
from collections.abc import Callable
from email import message_from_bytes, policy
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from django.test import Client
from django.utils import timezone

from heedful.act import cases
from heedful.associates import keys
from heedful.associates.models import Associate, Company, Key, Role, Team
from heedful.courier import mails
from heedful.courier.models import Endpoint
from heedful.customers import people, rejections
from heedful.customers.models import Customer, Stage
from heedful.kit.actor import SYSTEM, By
from heedful.ledger import events
from heedful.ledger.models import Entry
from heedful.promise import promises
from heedful.promise.models import Calendar
from heedful.promise.standards import StandardDraft
from heedful.understand import detection
from heedful.understand.detection import Trouble
from tests.cast import NOON, PASSWORD

type As = Callable[[Associate], Client]

PAGES = [
    "", "company", "exchange-rates", "stages", "touchpoint-kinds", "touchpoint-kinds?stage=none&q=a", "teams",
    "associates", "associates/add",
    "associates?role=admin&q=a", "keys", "mails", "mails?state=kept&q=x", "webhooks", "webhooks/add", "calendars",
    "calendars/add", "ledger", "ledger?q=case+12", "ledger?q=team&by=system", "ledger?format=csv", "components",
    "account",
]  # fmt: skip


@pytest.mark.parametrize("address", PAGES)
def test_a_page_of_setup_shows(as_: As, ada: Associate, care: Team, address: str) -> None:
    assert as_(ada).get(f"/setup/{address}").status_code == 200


def test_the_ledger_takes_as_many_queries_for_many_entries_as_for_one(
    as_: As, ada: Associate, care: Team, mira: Associate, django_assert_num_queries: Any
) -> None:
    client = as_(ada)

    # session, associate, company, count, rows, names of associates and of teams, the menu's counts
    with django_assert_num_queries(3):
        client.get("/setup/ledger")


def test_the_company_gets_another_colour_and_the_ledger_says_who_gave_it(as_: As, ada: Associate) -> None:
    said = {"name": "Acme", "colour": "#aa3300", "time_zone": "Europe/Paris", "currency": "eur", "country": "FR"}

    as_(ada).post("/setup/company", said)

    company = Company.objects.get()
    assert (company.colour, company.currency) == ("#aa3300", "EUR")
    entry = Entry.objects.filter(kind="CompanyChanged").latest("pk")
    assert entry.by_label == "Ada"


def test_a_wrong_currency_is_refused_at_the_form(as_: As, ada: Associate) -> None:
    said = {"name": "Acme", "colour": "#aa3300", "time_zone": "Europe/Paris", "currency": "€€€", "country": "FR"}

    page = as_(ada).post("/setup/company", said).content.decode()

    assert "is not a currency of three letters" in page
    assert Company.objects.get().currency == "GBP"


def test_somebody_is_added_and_may_come_in(as_: As, ada: Associate, care: Team) -> None:
    said = {"name": "Noor", "email": "Noor@acme.test", "role": "lead", "team": care.pk, "password": PASSWORD}

    as_(ada).post("/setup/associates/add", said)

    noor = Associate.objects.get(email="noor@acme.test")
    assert (noor.role, noor.team) == (Role.LEAD, care)
    client = Client()
    client.post("/accounts/login/", {"login": "NOOR@acme.test", "password": PASSWORD})
    assert client.get("/setup/account").status_code == 200


def test_somebody_comes_in_by_another_address(as_: As, ada: Associate, mira: Associate) -> None:
    as_(mira)
    was, client = mira.email, as_(ada)

    said = {"name": "Mira", "role": "associate"}
    taken = client.post(f"/setup/associates/{mira.pk}", {**said, "email": ada.email.upper()}).content.decode()
    client.post(f"/setup/associates/{mira.pk}", {**said, "email": "Mira.New@acme.test"})

    assert f"{ada.email} is already here." in taken
    mira.refresh_from_db()
    assert mira.email == "mira.new@acme.test"
    for login, status in ((was, 302), (mira.email, 200)):
        visitor = Client()
        visitor.post("/accounts/login/", {"login": login, "password": PASSWORD})
        assert visitor.get("/setup/account").status_code == status


def test_the_only_administrator_stays(as_: As, ada: Associate) -> None:
    client = as_(ada)

    page = client.post(f"/setup/associates/{ada.pk}/deactivation", follow=True).content.decode()
    form = client.post(
        f"/setup/associates/{ada.pk}", {"name": "Ada", "email": ada.email, "role": "associate"}
    ).content.decode()

    assert "You cannot deactivate yourself" in page
    assert "This is the only administrator" in form
    ada.refresh_from_db()
    assert (ada.is_active, ada.role) == (True, Role.ADMIN)


def test_somebody_is_deactivated_and_let_in_again(as_: As, ada: Associate, mira: Associate) -> None:
    client = as_(ada)

    client.post(f"/setup/associates/{mira.pk}/deactivation")
    mira.refresh_from_db()
    assert not mira.is_active
    client.post(f"/setup/associates/{mira.pk}/deactivation")
    mira.refresh_from_db()
    assert mira.is_active


def test_a_key_is_shown_once_and_kept_hashed(as_: As, ada: Associate) -> None:
    client = as_(ada)

    page = client.post("/setup/keys", {"name": "Website", "scope": "send"}).content.decode()
    secret = page.split('id="secret">')[1].split("<")[0]
    again = client.get("/setup/keys").content.decode()

    key = Key.objects.get()
    assert keys.find(secret) == key
    assert secret not in again
    assert secret not in f"{key.digest}{key.prefix}"


def test_each_key_says_what_may_happen_with_it(as_: As, ada: Associate) -> None:
    warned = "May change any customer&#39;s name and address: keep it on your servers."
    by_scope = {scope: keys.add(name=scope, scope=scope, by=ada.by, at=NOON)[0] for scope in Key.Scope}
    pages = {scope: as_(ada).get(f"/setup/keys/{key.pk}").content.decode() for scope, key in by_scope.items()}

    assert warned in as_(ada).get("/setup/keys").content.decode()
    assert {scope: warned in page for scope, page in pages.items()} == {"browser": False, "send": True, "full": False}
    assert "a page may show it" in pages[Key.Scope.BROWSER]


def test_a_key_is_not_made_before_somebody_chose_where_it_lies(as_: As, ada: Associate) -> None:
    page = as_(ada).post("/setup/keys", {"name": "Website"}).content.decode()

    assert "This field is required." in page
    assert not Key.objects.exists()


def test_a_revoked_key_lets_nobody_in_and_is_not_revoked_twice(as_: As, ada: Associate) -> None:
    key, secret = keys.add(name="Shop", by=ada.by, at=NOON)

    as_(ada).post(f"/setup/keys/{key.pk}/revocation")
    again = as_(ada).post(f"/setup/keys/{key.pk}/revocation", follow=True).content.decode()

    assert keys.find(secret) is None
    assert "This key is already revoked." in again


def test_a_key_s_page_shows_what_was_not_taken(as_: As, ada: Associate) -> None:
    key, _ = keys.add(name="Shop", by=ada.by, at=NOON)
    rejections.record(key=key.pk, rejected=[("No user id.", '{"type": "<b>track</b>"}')], at=NOON)

    page = as_(ada).get(f"/setup/keys/{key.pk}").content.decode()

    assert "No user id." in page
    assert "&lt;b&gt;track&lt;/b&gt;" in page


def test_teams_keep_exactly_one_default(as_: As, ada: Associate, care: Team) -> None:
    client = as_(ada)

    client.post("/setup/teams", {"name": "Field service", "is_default": "on"})
    refused = client.post(f"/setup/teams/{Team.objects.get(is_default=True).pk}", {"name": "Field"}).content.decode()

    assert list(Team.objects.filter(is_default=True).values_list("name", flat=True)) == ["Field service"]
    assert "Choose another one there instead." in refused


def test_stages_are_renamed_reordered_added_and_taken_out(as_: As, ada: Associate) -> None:
    Stage.objects.exclude(pk__in=["use", "purchase"]).delete()
    posted = {"slug": ["purchase", "use", ""], "name": ["", "Living with it", "Moving house"], "place": ["1", "3", "2"]}

    as_(ada).post("/setup/stages", posted)

    stages = [(stage.slug, stage.name) for stage in Stage.objects.order_by("position")]
    assert stages == [("moving-house", "Moving house"), ("use", "Living with it")]


def test_a_stage_in_which_somebody_is_stays(as_: As, ada: Associate, alice: Customer) -> None:
    Customer.objects.filter(pk=alice.pk).update(stage="use")

    page = as_(ada).post("/setup/stages", {"slug": ["purchase"], "name": ["Buying"], "place": ["1"]}, follow=True)

    assert "Customers are or were in Use, so it stays" in page.content.decode()
    assert Stage.objects.filter(pk="use").exists()
    assert Stage.objects.get(pk="purchase").name != "Buying"


def test_working_time_is_added_with_a_break_and_mended_when_it_is_wrong(as_: As, ada: Associate) -> None:
    said = {
        "name": "Service",
        "time_zone": "Europe/Berlin",
        "day_0": "09:00-12:30, 13:30 – 17:00",
        "holidays": "2026-12-25",
    }

    as_(ada).post("/setup/calendars/add", said)
    wrong = as_(ada).post("/setup/calendars/add", {**said, "name": "Other", "day_1": "nine to five"})

    calendar = Calendar.objects.get()
    assert calendar.week[0] == [["09:00", "12:30"], ["13:30", "17:00"]]
    assert calendar.holidays == ["2026-12-25"]
    assert wrong.status_code == 200
    assert "note-late" in wrong.content.decode()


def test_working_time_is_changed_from_now_on_and_its_past_is_corrected_apart(as_: As, ada: Associate) -> None:
    said = {"name": "Service", "time_zone": "Europe/Berlin", "day_0": "09:00-17:00", "holidays": ""}
    as_(ada).post("/setup/calendars/add", said)
    row = Calendar.objects.get()
    draft = StandardDraft(form="within", from_kind="asked", to_kind="answered", within_days=1, calendar=row)
    promises.make(wording=promises.Wording(words="Soon"), standards=[draft], by=ada.by, at=timezone.now())
    address = f"/setup/calendars/{row.pk}"

    page = as_(ada).post(address, {**said, "day_5": "09:00-13:00"}, follow=True).content.decode()

    row.refresh_from_db()
    assert "what was settled stays." in page
    assert f"<dt>Since</dt><dd>{timezone.localdate(row.since, ZoneInfo('Europe/London')):%-d %b %Y}" in page
    assert row.earlier is not None
    assert row.earlier["week"][5] == []
    assert f'href="{address}/correction"' in as_(ada).get(address).content.decode()
    assert (
        "is over. What was settled stays"
        in as_(ada).post(address, {**said, "first_day": "2020-01-01"}).content.decode()
    )

    page = as_(ada).post(f"{address}/correction", {**said, "day_6": "10:00-12:00"}, follow=True).content.decode()

    row.refresh_from_db()
    assert "is counted anew over the whole log" in page
    assert (row.name, row.earlier, row.week[6]) == ("Service", None, [["10:00", "12:00"]])
    ledger = as_(ada).get("/setup/ledger?q=CalendarCorrected").content.decode()
    assert "Calendar corrected" in ledger
    assert "calendar Service" in ledger


def test_working_time_takes_the_public_holidays_of_a_region(as_: As, ada: Associate) -> None:
    said = {"name": "Cardiff", "time_zone": "Europe/London", "day_0": "09:00-17:00", "holidays": "2026-08-17"}

    page = as_(ada).post("/setup/calendars/add", {**said, "region": "GB-WLS"}, follow=True).content.decode()

    calendar, year = Calendar.objects.get(), timezone.now().year
    assert {"2026-08-17", f"{year}-01-01", f"{year + 2}-12-25"} <= set(calendar.holidays)
    assert f"The public holidays of Wales, United Kingdom are in it until {calendar.holidays[-1]}." in page
    assert f"those of Wales, United Kingdom through {year + 2}" in page
    assert as_(ada).post("/setup/calendars/add", {**said, "region": "GB-XX"}).status_code == 200


def test_a_kept_mail_is_read_and_markup_in_it_does_nothing(as_: As, ada: Associate) -> None:
    mail = mails.send(
        to="alice@example.test", subject="Hello <b>", text="<script>1</script> https://acme.test/x", purpose="case",
        by=SYSTEM, at=timezone.now(),
    )  # fmt: skip

    page = as_(ada).get(f"/setup/mails/{mail.pk}").content.decode()

    assert "&lt;script&gt;" in page
    assert "<script>1" not in page
    assert 'href="https://acme.test/x"' in page


def test_a_mail_is_downloaded_as_it_goes_over_the_wire(as_: As, ada: Associate) -> None:
    mail = mails.send(
        to="alice@example.test", to_name="Älice", subject="Grüße", text="Hello", html="<p>Hello</p>", purpose="case",
        by=SYSTEM, at=timezone.now(),
    )  # fmt: skip

    answer = as_(ada).get(f"/setup/mails/{mail.pk}/mail.eml")

    assert answer["Content-Type"] == "message/rfc822"
    assert answer["Content-Disposition"] == f'attachment; filename="mail-{mail.pk}.eml"'
    read = message_from_bytes(answer.content, policy=policy.default)
    assert (read["Subject"], read["To"]) == ("Grüße", "Älice <alice@example.test>")
    assert [part.get_content_type() for part in read.iter_parts()] == ["text/plain", "text/html"]
    assert f"/setup/mails/{mail.pk}/mail.eml" in as_(ada).get(f"/setup/mails/{mail.pk}").content.decode()


def test_nobody_answers_a_survey_in_a_customers_place_with_the_link_in_its_mail(as_: As, ada: Associate) -> None:
    token = "aB3-" * 8
    link = f"https://acme.test/s/{token}"
    mail = mails.send(
        to="alice@example.test", subject="How was it?", text=f"Good: {link}?recommend=9\nStop: {link}/stop",
        html=f'<a href="{link}?recommend=9">Good</a>', headers={"List-Unsubscribe": f"<{link}/stop>"},
        purpose="survey", by=SYSTEM, at=timezone.now(),
    )  # fmt: skip

    page = as_(ada).get(f"/setup/mails/{mail.pk}").content.decode()
    wire = message_from_bytes(as_(ada).get(f"/setup/mails/{mail.pk}/mail.eml").content, policy=policy.default)
    read = [page, str(wire["List-Unsubscribe"]), *(part.get_content() for part in wire.iter_parts())]

    assert not [text for text in read if token in text]
    assert "https://acme.test/s/…?recommend=9" in page
    mail.refresh_from_db()
    assert token in mail.text


def test_links_that_set_passwords_are_read_by_administrators_alone(as_: As, ada: Associate, lena: Associate) -> None:
    mail = mails.send(
        to="ada@acme.test", subject="Set a new password", text="A link", purpose="account", by=SYSTEM, at=timezone.now()
    )

    for part in ("", "/mail.eml"):
        assert as_(lena).get(f"/setup/mails/{mail.pk}{part}").status_code == 404
        assert as_(ada).get(f"/setup/mails/{mail.pk}{part}").status_code == 200
    assert "Set a new password" not in as_(lena).get("/setup/mails").content.decode()
    assert "Set a new password" in as_(ada).get("/setup/mails").content.decode()


def test_a_webhook_into_the_company_s_own_network_is_refused(as_: As, ada: Associate) -> None:
    page = as_(ada).post("/setup/webhooks/add", {"name": "Inside", "url": "https://127.0.0.1/x"}).content.decode()

    assert "note-late" in page
    assert not Endpoint.objects.exists()


def test_a_reload_after_a_key_was_made_makes_no_second_one(as_: As, ada: Associate) -> None:
    client = as_(ada)
    token = re.findall(r'name="form_token" value="([\w-]+)"', client.get("/setup/keys").content.decode())[-1]
    said = {"name": "Website", "scope": "send", "form_token": token}
    assert "Copy the key now" in client.post("/setup/keys", said).content.decode()

    came = {"Referer": "http://testserver/setup/keys"}
    again = client.post("/setup/keys", said, headers=came, follow=True).content.decode()

    assert "This key was made already, and cannot be shown again." in again
    assert "Copy the key now" not in again
    assert Key.objects.count() == 1


def test_a_webhook_for_a_kind_that_never_happens_is_told_which_kinds_there_are(as_: As, ada: Associate) -> None:
    said = {"name": "Chat", "url": "https://93.184.216.34/x", "kinds": "case.open"}
    page = as_(ada).post("/setup/webhooks/add", said).content.decode()

    assert "There is no kind of event &#39;case.open&#39;. There are case.closed, case.escalated" in page
    assert not Endpoint.objects.exists()


def test_the_ledger_says_things_by_their_names(
    as_: As, ada: Associate, mira: Associate, care: Team, alice: Customer
) -> None:
    trouble = Trouble(reference="feedback:7", customer=alice.pk, severity=2, what="Nobody came", happened_at=NOON)
    events.record(detection.TroubleHeard((trouble,)), by=SYSTEM, at=NOON)
    events.record(cases.CaseHandedOver(12, mira.pk, care.pk, ""), by=mira.by, at=NOON)
    events.record(people.CustomersMerged(1, alice.pk, 999), by=By("key", "77"), at=NOON)

    page = as_(ada).get("/setup/ledger").content.decode().partition("<main")[2]

    assert "case 12, team Care, owner Mira" in page
    assert "what Nobody came" in page
    assert f"{alice.pk} (alice@example.test)" in page
    assert "A program" in page
    for raw in ("{&#39;", "[{", "&#39;reference", "None", "False"):
        assert raw not in page


def test_the_exported_ledger_holds_data_that_programs_can_read(as_: As, ada: Associate, care: Team) -> None:
    page = b"".join(as_(ada).get("/setup/ledger?format=csv")).decode()

    rows = list(csv.DictReader(io.StringIO(page.lstrip("\ufeff"))))
    assert json.loads(next(row["data"] for row in rows if row["kind"] == "TeamAdded"))["name"] == "Care"
