"""Associates and keys from the shell."""

import argparse
import io
from typing import Any

import pytest
from django.utils import timezone

from heedful.associates import associates, keys, welcome_links
from heedful.associates.models import Associate, Company, Key, Role, Team
from heedful.cli import associate, key
from heedful.kit.actor import SYSTEM
from heedful.kit.errors import Refused


def call(module: Any, *words: str) -> int:
    parser = argparse.ArgumentParser()
    module.arguments(parser)
    code: int = module.run(parser.parse_args(words))
    return code


def test_an_associate_is_added_with_a_password_from_standard_input(
    care: Team, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr("sys.stdin", io.StringIO("a room with a view\n"))

    call(associate, "add", "Noor@acme.test", "--role", "lead", "--team", "care", "--password-stdin")

    noor = Associate.objects.get()
    assert (noor.name, noor.email, noor.role, noor.team) == ("Noor", "noor@acme.test", Role.LEAD, care)
    assert noor.check_password("a room with a view")
    assert "a room with a view" not in capsys.readouterr().out


def test_without_a_terminal_a_password_is_made_and_said_once(
    acme: Company, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr("sys.stdin", io.StringIO())

    call(associate, "add", "noor@acme.test", "--name", "Noor Haddad")

    password = capsys.readouterr().out.split("Password: ")[1].strip()
    assert Associate.objects.get().check_password(password)


def test_a_team_that_is_not_there_is_refused(acme: Company, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("sys.stdin", io.StringIO())

    with pytest.raises(Refused, match="There is no team 'Moon'"):
        call(associate, "add", "noor@acme.test", "--team", "Moon")

    assert not Associate.objects.exists()


def test_a_key_is_printed_once_and_works(db: None, capsys: pytest.CaptureFixture[str]) -> None:
    call(key, "add", "Website")
    sender = capsys.readouterr().out.strip()
    call(key, "add", "Warehouse", "--full")
    full = capsys.readouterr().out.strip()
    call(key, "add", "Page", "--scope", "browser")
    browser = capsys.readouterr()

    found = keys.find(sender), keys.find(full), keys.find(browser.out.strip())
    assert [one.scope for one in found if one] == [Key.Scope.SEND, Key.Scope.FULL, Key.Scope.BROWSER]
    assert "a page may show it" in browser.err
    call(key, "list")
    listed = capsys.readouterr().out
    assert "May change any customer's name and address: keep it on your servers." in listed
    assert "Website" in listed
    assert sender not in listed


def test_a_key_is_revoked_by_its_first_letters(db: None, capsys: pytest.CaptureFixture[str]) -> None:
    call(key, "add", "Website")
    secret = capsys.readouterr().out.strip()

    call(key, "revoke", secret[:8])

    assert keys.find(secret) is None
    with pytest.raises(Refused, match="No key starts"):
        call(key, "revoke", secret[:8])


def test_who_has_no_password_is_invited_by_a_link_to_hand_over(
    acme: Company, capsys: pytest.CaptureFixture[str], settings: Any
) -> None:
    settings.SMTP_URL = ""
    associates.add(email="noor@acme.test", name="Noor", role=Role.LEAD, by=SYSTEM, at=timezone.now())
    call(associate, "invite", "noor@acme.test")
    token = capsys.readouterr().out.strip().rpartition("/setup/welcome/")[2]
    link = welcome_links.find(token=token, at=timezone.now())
    assert link is not None
    assert link.associate.email == "noor@acme.test"
