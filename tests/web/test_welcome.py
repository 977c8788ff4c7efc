"""Somebody who is added without a password is invited, by mail or by a link to hand over, and comes in by it once."""

import argparse
import re
from collections.abc import Callable, Iterator
from datetime import timedelta
from email import message_from_bytes
from typing import Any

import pytest
from django.test import Client
from django.utils import timezone

from heedful.associates import associates, welcome_links
from heedful.associates.models import Associate, Role, WelcomeLink
from heedful.cli import associate
from heedful.courier.models import Mail, Sending
from heedful.kit.actor import SYSTEM
from heedful.kit.errors import Forbidden, Refused
from heedful.ledger.models import Entry
from tests.cast import PASSWORD
from tests.courier.conftest import Postbox, hand_over_mails
from tests.courier.conftest import postbox as _postbox

pytestmark = pytest.mark.django_db
type As = Callable[[Associate], Client]
postbox: Callable[..., Iterator[Postbox]] = _postbox
LINK = re.compile(r"http://[^/\s]+(/setup/welcome/([\w-]{20,}))")
NEW = {"name": "Noor", "email": "noor@acme.test", "role": "lead", "team": "", "password": ""}


def add(client: Client, **changed: str) -> str:
    return " ".join(client.post("/setup/associates/add", NEW | changed, follow=True).content.decode().split())


def noor(**changed: Any) -> Associate:
    given: dict[str, Any] = {"email": "noor@acme.test", "name": "Noor", "role": Role.LEAD}
    return associates.add(**(given | changed), by=SYSTEM, at=timezone.now())


def link(who: Associate, **ago: int) -> str:
    return welcome_links.make(associate=who, by=SYSTEM, at=timezone.now() - timedelta(**ago))


def is_open(token: str) -> bool:
    return Client().get(f"/setup/welcome/{token}").status_code == 200


def test_with_a_mail_server_an_invitation_leaves_and_lets_in_once(as_: As, ada: Associate, postbox: Postbox) -> None:
    page = add(as_(ada))
    assert "An invitation is on its way to noor@acme.test." in page
    assert "may come in" not in page
    assert LINK.search(page) is None
    hand_over_mails()
    (envelope,) = postbox.taken
    mail = message_from_bytes(envelope.content or b"")  # type: ignore[arg-type]
    text = mail.get_payload(decode=True).decode()  # type: ignore[union-attr]
    assert (envelope.rcpt_tos, mail["Subject"]) == (["noor@acme.test"], "You are invited to Acme")
    assert "Ada has added you" in text
    found = LINK.search(text)
    assert found is not None
    address, token = found.groups()

    visitor = Client()
    assert 'Welcome, <span dir="auto">Noor' in visitor.get(address).content.decode()
    assert "at least 10 characters" in visitor.post(address, {"password": "short"}).content.decode().lower()
    assert visitor.post(address, {"password": PASSWORD})["Location"] == "/"
    assert visitor.get("/setup/account").status_code == 200
    assert Client().post(address, {"password": "another quiet well-lit room"}).status_code == 410
    row = Associate.objects.get(email="noor@acme.test")
    assert row.check_password(PASSWORD)
    kinds = ["WelcomeLinkMade", "WelcomeLinkUsed", "PasswordSet"]
    entries = Entry.objects.filter(kind__in=kinds).order_by("pk").values_list("kind", "by_label")
    assert list(entries) == [("WelcomeLinkMade", "Ada"), ("PasswordSet", "Noor"), ("WelcomeLinkUsed", "Noor")]
    kept = [*Mail.objects.values_list("payload", flat=True), *Entry.objects.values_list("data", flat=True)]
    assert token not in str(kept) + str(list(WelcomeLink.objects.values()))


def test_without_a_mail_server_the_link_is_shown_once_to_be_handed_over(as_: As, ada: Associate, settings: Any) -> None:
    settings.SMTP_URL = ""
    client = as_(ada)
    page = add(client)
    found = LINK.search(page)
    assert found is not None
    assert "Hand this link to Noor" in page
    assert not Mail.objects.exists()
    row = Associate.objects.get(email="noor@acme.test")
    again = client.get(f"/setup/associates/{row.pk}").content.decode()
    assert LINK.search(again) is None
    assert "Noor has no password yet, and cannot come in." in again
    newer = LINK.search(client.post(f"/setup/associates/{row.pk}/invitation").content.decode())
    assert newer is not None
    assert (is_open(found[2]), is_open(newer[2])) == (False, True)


def test_who_is_added_again_gets_a_new_link_and_the_old_one_ends(as_: As, ada: Associate, settings: Any) -> None:
    settings.SMTP_URL = ""
    client = as_(ada)
    older = LINK.search(add(client))
    page = add(client, email=" Noor@Acme.test ")
    row = Associate.objects.get(email="noor@acme.test")
    assert older is not None
    assert "noor@acme.test is already here." in page
    assert f'action="/setup/associates/{row.pk}/invitation"' in page
    assert "Make a new link" in page
    shown = client.post(f"/setup/associates/{row.pk}/invitation").content.decode()
    newer = LINK.search(shown)
    assert newer is not None
    assert "The link from before no longer works." in shown
    assert (is_open(older[2]), is_open(newer[2])) == (False, True)
    entries = Entry.objects.filter(kind="WelcomeLinkMade").order_by("pk")
    assert [entry.data["ends_earlier"] for entry in entries] == [False, True]


@pytest.mark.parametrize(
    ("is_active", "words"),
    [(True, "sets a new one at the log-in"), (False, "They are deactivated. Let them in again on their page.")],
)
def test_who_is_added_again_and_needs_no_link_gets_none(
    as_: As, ada: Associate, mira: Associate, is_active: bool, words: str
) -> None:
    Associate.objects.filter(pk=mira.pk).update(is_active=is_active)
    page = add(as_(ada), email=mira.email)
    assert words in page
    assert f'href="/setup/associates/{mira.pk}"' in page
    assert "/invitation" not in page


def test_the_shell_gives_a_new_link_too(ada: Associate, settings: Any, capsys: pytest.CaptureFixture[str]) -> None:
    settings.SMTP_URL = ""
    token = link(noor())
    with pytest.raises(Refused, match=r"no password yet: heedful associate invite noor@acme\.test lets them in"):
        run_associate("add", "noor@acme.test")
    assert is_open(token)
    assert run_associate("invite", "noor@acme.test") == 0
    out, err = capsys.readouterr()
    newer = LINK.search(out)
    assert newer is not None
    assert "The link from before no longer works." in err
    assert (is_open(token), is_open(newer[2])) == (False, True)


def run_associate(*words: str) -> int:
    parser = argparse.ArgumentParser()
    associate.arguments(parser)
    return associate.run(parser.parse_args(words))


def test_who_has_a_password_or_single_sign_on_may_come_in_now(
    as_: As, ada: Associate, monkeypatch: pytest.MonkeyPatch
) -> None:
    client = as_(ada)
    assert "Noor may come in now." in add(client, password=PASSWORD)
    monkeypatch.setattr("heedful.web.accounts.sign_ons", lambda request: [("Acme", "/sso")])
    assert "Tom may come in now by single sign-on." in add(client, name="Tom", email="tom@acme.test")
    assert not WelcomeLink.objects.exists()
    tom = Associate.objects.get(name="Tom")
    assert (
        "comes in by single sign-on and has no password." in client.get(f"/setup/associates/{tom.pk}").content.decode()
    )


def test_who_is_let_in_again_without_a_password_needs_an_invitation(as_: As, ada: Associate, mira: Associate) -> None:
    client, who = as_(ada), noor()
    for row, words in ((who, "Noor may come in again once you have invited them."), (mira, "Mira may come in again.")):
        client.post(f"/setup/associates/{row.pk}/deactivation")
        assert words in client.post(f"/setup/associates/{row.pk}/deactivation", follow=True).content.decode()


ENDS: dict[str, Callable[[Associate], object]] = {
    "deactivated": lambda who: associates.deactivate(associate=who, by=SYSTEM, at=timezone.now()),
    "a password was set": lambda who: associates.set_password(
        associate=who, password=PASSWORD, by=SYSTEM, at=timezone.now()
    ),
    "another address": lambda who: associates.edit(
        associate=who, email="n@acme.test", name="Noor", role="lead", team=None, by=SYSTEM, at=timezone.now()
    ),
    "a newer link": link,
    "let in again": lambda who: (
        associates.deactivate(associate=who, by=SYSTEM, at=timezone.now()),
        associates.reactivate(associate=who, by=SYSTEM, at=timezone.now()),
    ),
}


@pytest.mark.parametrize("end", ENDS)
def test_a_link_ends_with_what_it_was_made_for(ada: Associate, end: str) -> None:
    who = noor()
    token = link(who)
    assert is_open(token)
    ENDS[end](who)
    assert not is_open(token)
    with pytest.raises(Forbidden, match="does not work any more"):
        welcome_links.use(token=token, password=PASSWORD, at=timezone.now())


@pytest.mark.parametrize(("ago", "is_good"), [({"days": 6, "hours": 23}, True), ({"days": 7, "seconds": 1}, False)])
def test_a_link_works_for_a_week(ada: Associate, ago: dict[str, int], is_good: bool) -> None:
    assert is_open(link(noor(), **ago)) == is_good


def test_who_has_a_password_or_is_gone_is_not_invited(ada: Associate, mira: Associate, mallory: Associate) -> None:
    gone = noor()
    associates.deactivate(associate=gone, by=SYSTEM, at=timezone.now())
    for who, why in ((mira, "has a password already"), (gone, "Let them in again first")):
        with pytest.raises(Refused, match=why):
            link(who)
    with pytest.raises(Forbidden):
        welcome_links.make(associate=noor(email="x@acme.test"), by=mira.by, at=timezone.now())


def test_a_link_that_sets_a_password_is_forgotten_once_its_mail_has_left(mira: Associate, postbox: Postbox) -> None:
    Client().post("/accounts/password/reset/", {"email": mira.email})
    found = re.search(r"/key/([\w-]+)/", Mail.objects.get().text)
    assert found is not None
    hand_over_mails()
    mail = Mail.objects.get()
    assert mail.state == Sending.SENT
    assert isinstance(sent := postbox.taken[0].content, bytes)
    assert found[1].encode() in sent.replace(b"=\r\n", b"")
    assert found[1] not in str(mail.payload)
