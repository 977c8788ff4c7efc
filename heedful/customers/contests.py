"""Identities that more than one customer has: they join nobody, and stand on the page of the key that sent them."""

from collections.abc import Collection, Iterable, Mapping, Sequence
from datetime import datetime, timedelta

from django.db import transaction
from django.db.models import QuerySet

from heedful.customers.models import ContestedIdentity, Identity
from heedful.kit import memory, statements

DAY = timedelta(days=1)
MOST_EMAILS = 3
"""E-mails that one account may show up with in a day; with more it is a till, a form or a team, and not a person."""
MOST_COUNTED = 1_000

type EmailLinks = Mapping[int, Sequence[tuple[int, datetime]]]
"""Account -> the e-mails that messages named it with, and when, by their identities' numbers."""

MOST_CACHED = 50_000
_noted: set[tuple[int, str]] = set()
"""Contested identities of which is written who sent them."""


@memory.register(stale_s=None)
def forget() -> None:
    """Write down anew who sends what is contested; needed only after the database was replaced."""
    _noted.clear()


def detect(*, links: EmailLinks, new: Collection[int]) -> set[int]:
    """Return the accounts that are not one customer, by how many e-mails they show up with in a day.

    `new` are accounts of which nothing is written yet. Those that another process has seen to be contested are among
    what is returned.
    """
    looked_at = sorted(set(links).difference(new))
    times = {account: dict(reversed(stamps)) for account, stamps in links.items()}
    contested: set[int] = set()
    if looked_at:
        every = [at for stamps in links.values() for _, at in stamps]
        near = [min(every) - DAY, max(every) + DAY]
        rows = statements.fetch(EMAILS, [*near, MOST_COUNTED, statements.numbers(looked_at)])
        for account, is_contested, email, at in rows:
            if is_contested:
                contested.add(account)
            elif email is not None:
                times[account].setdefault(email, at)
    return contested | {account for account, stamps in times.items() if _is_crowded(stamps.values())}


EMAILS = """
SELECT i.id, i.contested, l.email, l.first_seen_at FROM customers_identity i LEFT JOIN LATERAL (
    SELECT e.id AS email, l.first_seen_at FROM customers_identitylink l
    JOIN customers_identity e ON e.id = CASE WHEN l.a_id = i.id THEN l.b_id ELSE l.a_id END
    WHERE (l.a_id = i.id OR l.b_id = i.id) AND l.verified AND l.parted_at IS NULL AND e.kind = 'email'
        AND l.first_seen_at BETWEEN %s AND %s
    LIMIT %s
) l ON NOT i.contested WHERE i.id = ANY(%s::bigint[])
"""


def _is_crowded(times: Iterable[datetime]) -> bool:
    """Whether more than a few of these times lie within one day."""
    ordered = sorted(times)
    return any(later - first <= DAY for first, later in zip(ordered, ordered[MOST_EMAILS:], strict=False))


def contest(*, identities: Collection[int]) -> None:
    """Let identities join nobody from now on."""
    Identity.objects.filter(pk__in=identities, contested=False).update(contested=True)


def note(*, identities: Mapping[int, str], source: str, at: datetime) -> None:
    """Write down once for each sender that it sent what is contested, with the reason."""
    fresh = {identity: reason for identity, reason in identities.items() if (identity, source) not in _noted}
    if not fresh:
        return
    rows = [
        ContestedIdentity(identity_id=identity, source=source, reason=reason, at=at)
        for identity, reason in sorted(fresh.items())
    ]
    ContestedIdentity.objects.bulk_create(rows, ignore_conflicts=True)
    transaction.on_commit(lambda: _remember(fresh, source))


def of(*, source: str) -> QuerySet[ContestedIdentity]:
    """What a sender sent that is contested."""
    return ContestedIdentity.objects.filter(source=source).select_related("identity")


def _remember(identities: Iterable[int], source: str) -> None:
    if len(_noted) > MOST_CACHED:
        _noted.clear()
    _noted.update((identity, source) for identity in identities)
