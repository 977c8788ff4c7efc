"""Who may do what."""

import pytest
from django.contrib.auth.models import AnonymousUser

from heedful.associates import associates, keys, permissions
from heedful.associates.models import Associate, Key, Role
from heedful.kit.actor import SYSTEM, By
from heedful.kit.errors import Forbidden, Refused
from heedful.ledger.models import Entry
from tests.cast import NOON, PASSWORD


def test_an_administrator_may_do_everything() -> None:
    assert [action for action, roles in permissions.TABLE.items() if Role.ADMIN not in roles] == []


def test_an_associate_works_with_customers_and_changes_no_rules(mira: Associate) -> None:
    assert associates.may(mira, "case.close")
    assert associates.may(mira, "customer.merge")
    assert not associates.may(mira, "promise.edit")
    assert not associates.may(mira, "key.edit")
    assert not associates.may(mira, "customer.export")


def test_an_unknown_action_is_a_mistake_and_not_a_no(mira: Associate) -> None:
    with pytest.raises(KeyError):
        associates.may(mira, "case.cloze")


def test_who_is_deactivated_or_unknown_may_nothing(mallory: Associate) -> None:
    for action in permissions.TABLE:
        assert not associates.may(mallory, action)
        assert not associates.may(mallory.by, action)
        assert not associates.may(AnonymousUser(), action)
        assert not associates.may(By("associate", "999999"), action)
        assert not associates.may(By("customer", "1"), action)


def test_a_lead_looks_after_the_teams_and_an_associate_does_not(mira: Associate, lena: Associate) -> None:
    assert associates.may(lena, "team.edit")
    assert not associates.may(mira, "team.edit")


def test_everybody_changes_their_own_account_alone(mira: Associate, lena: Associate) -> None:
    assert associates.may(mira, "account.edit", mira)
    assert not associates.may(mira, "account.edit", lena)
    assert associates.may(mira.by, "account.edit", mira)
    assert not associates.may(mira.by, "account.edit", lena)


def test_nobody_else_of_the_same_number_is_taken_for_an_associate(mira: Associate) -> None:
    for kind in ("key", "customer"):
        other = By(kind, str(mira.pk))
        with pytest.raises(Forbidden):
            associates.set_password(associate=mira, password="an unlit stairway down", by=other, at=NOON)
        with pytest.raises(Forbidden):
            associates.choose_mails(associate=mira, hears_escalations=False, by=other, at=NOON)
    mira.refresh_from_db()
    assert mira.check_password(PASSWORD)
    assert mira.hears_escalations


def test_an_address_is_known_however_it_is_written(ada: Associate, mira: Associate) -> None:
    Associate.objects.filter(pk=mira.pk).update(email="Mira@ACME.test")
    with pytest.raises(Refused, match="already here"):
        associates.add(email=" mira@acme.Test ", name="Mira", role=Role.ASSOCIATE, by=ada.by, at=NOON)


def test_a_key_that_is_limited_to_sending_may_read_nothing(ada: Associate) -> None:
    sender, _ = keys.add(name="Website", by=ada.by, at=NOON)
    full, _ = keys.add(name="Warehouse", scope=Key.Scope.FULL, by=ada.by, at=NOON)

    assert not any(associates.may(sender.by, action) for action in permissions.TABLE)
    assert associates.may(full.by, "customer.read")
    assert not associates.may(full.by, "associate.edit")
    keys.revoke(key=full, by=ada.by, at=NOON)
    assert not associates.may(full.by, "customer.read")


def test_a_refused_change_changes_nothing_and_is_not_in_the_ledger(mira: Associate) -> None:
    before = Entry.objects.count()

    with pytest.raises(Forbidden):
        associates.add(email="eve@acme.test", name="Eve", role=Role.ADMIN, by=mira.by, at=NOON)

    assert not Associate.objects.filter(email="eve@acme.test").exists()
    assert Entry.objects.count() == before


def test_nobody_is_here_twice_whatever_the_case_of_the_address(mira: Associate) -> None:
    with pytest.raises(Refused, match="already here"):
        associates.add(email="MIRA@Acme.test", name="Mira", role=Role.ASSOCIATE, by=SYSTEM, at=NOON)


def test_a_password_is_never_in_the_ledger(mira: Associate) -> None:
    associates.set_password(associate=mira, password="another quiet room", by=mira.by, at=NOON)

    assert mira.check_password("another quiet room")
    held = " ".join(str(entry.data) for entry in Entry.objects.all())
    assert "another quiet room" not in held
    assert PASSWORD not in held


def test_a_busy_key_is_noted_once_a_minute(ada: Associate) -> None:
    key, secret = keys.add(name="Website", by=ada.by, at=NOON)

    keys.note_use(key=key, at=NOON)
    keys.note_use(key=key, at=NOON.replace(second=30))

    found = keys.find(secret)
    assert found is not None
    assert found.last_used_at == NOON
    assert keys.find("hk_wrong") is None
    assert keys.find("") is None
