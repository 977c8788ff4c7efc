"""Identities that were written by older rules, brought to today's: nobody is joined by it who was apart."""

from collections.abc import Iterable
from datetime import datetime

from django.db import IntegrityError, connection, transaction

from heedful.customers import contests, identities, people, placeholders, profiles
from heedful.customers.identity_models import FORM
from heedful.customers.models import ContestedIdentity, Identity
from heedful.kit.actor import SYSTEM, By

BATCH_SIZE = 1_000
MOST_STEPS = 500
"""Steps of one turn; the next turn goes on."""


def keep_up(*, at: datetime) -> None:
    """Bring everything to today's rules, in steps that each can be stopped."""
    for _ in range(MOST_STEPS):
        if not step(by=SYSTEM, at=at):
            return


@transaction.atomic
def step(*, by: By, at: datetime) -> bool:
    """Bring some identities to today's rules; returns whether there were any."""
    old = Identity.objects.select_for_update(of=("self",), skip_locked=True).filter(form__lt=FORM)
    rows = list(old.select_related("customer").order_by("pk")[:BATCH_SIZE])
    if not rows:
        return False
    touched = {row.customer_id for row in rows if _rewrite(row, at)}
    shared = {row.pk: "shared" for row in rows if placeholders.is_shared(row.kind, row.value)}
    contests.contest(identities=shared)
    contests.note(identities=shared, source="", at=at)
    touched |= {row.customer_id for row in rows if row.pk in shared} | _shared_phones(rows)
    Identity.objects.filter(pk__in=[row.pk for row in rows]).update(form=FORM)
    if touched:
        people.regroup(records=profiles.records_beside(touched), verified=touched, by=by, at=at)
        transaction.on_commit(identities.forget)
    return True


def _rewrite(row: Identity, at: datetime) -> bool:
    """Write an address or an id as today's rules have it; returns whether its person is worked out anew.

    Where another has that form already the two stay as they are, and the old one is marked: somebody decides.
    """
    name = identities.normal(row.kind, row.value) if row.kind != "phone" else None
    if name is None or name[1] == row.value:
        return False
    taken = Identity.objects.filter(kind=row.kind, value=name[1]).select_related("customer").first()
    if taken is None:
        try:
            with transaction.atomic():
                Identity.objects.filter(pk=row.pk).update(value=name[1])
        except IntegrityError:
            return _mark(row, at)
        return True
    return _mark(row, at) if taken.customer.person_id != row.customer.person_id else False


def _mark(row: Identity, at: datetime) -> bool:
    """Mark an identity that another customer has, written otherwise."""
    mark = ContestedIdentity(identity=row, source="", reason=ContestedIdentity.Reason.SPELLING, at=at)
    ContestedIdentity.objects.bulk_create([mark], ignore_conflicts=True)
    return False


def _shared_phones(rows: Iterable[Identity]) -> set[int]:
    """The records of phones that several identities were seen with: older rules joined all of those."""
    phones = [row.pk for row in rows if row.kind == "phone"]
    if not phones:
        return set()
    with connection.cursor() as cursor:
        cursor.execute(SHARED_PHONES, [phones])
        return {record for (record,) in cursor.fetchall()}


SHARED_PHONES = """
SELECT i.customer_id FROM customers_identity i WHERE i.id = ANY(%s) AND 1 < (
    SELECT count(*) FROM customers_identitylink l WHERE l.a_id = i.id OR l.b_id = i.id)
"""
