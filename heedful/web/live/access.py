"""Who may listen, and until when: what let somebody in is looked at again while the stream is open."""

import re
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from http.cookies import CookieError, SimpleCookie
from importlib import import_module
from typing import Any

from django.conf import settings
from django.contrib.auth import get_user
from django.http import HttpRequest

from heedful.act.models import Case
from heedful.associates import associates
from heedful.associates.models import Associate
from heedful.kit import visibility

READ = {
    "cases": "case.read",
    "customer": "customer.read",
    "promises": "promise.read",
    "surveys": "survey.read",
    "topics": "topic.read",
    "imports": "import.edit",
    "mailboxes": "mailbox.edit",
}
"""What a page must be allowed to read, to hear of a change in it."""


@dataclass(frozen=True, slots=True)
class Access:
    """What let a stream in: the session, whose it is, and what would change with the password or somebody's rights."""

    session: str
    associate: int
    stamp: tuple[str, str, int | None, tuple[int, ...]]


def admit(cookies: str) -> tuple[Access, Associate] | None:
    """Ask the database whether the session belongs to an active associate."""
    if not (session := _session(cookies)):
        return None
    request = HttpRequest()
    request.session = _engine().SessionStore(session)
    user = get_user(request)
    if not isinstance(user, Associate) or not user.is_active:
        return None
    return Access(session, user.pk, _stamp(user)), user


def readable(topics: Iterable[str], who: Associate) -> frozenset[str]:
    """Return those topics of which somebody may hear; of a case, if it is of a brand that they see."""
    may = {topic for topic in topics if (action := READ.get(topic.partition(":")[0])) and associates.may(who, action)}
    of_cases = {topic: int(number[1]) for topic in may if (number := re.fullmatch(r"cases:(\d{1,17})", topic))}
    if who.limit is None or not of_cases:
        return frozenset(may)
    with visibility.limited(who.limit):
        seen = set(Case.objects.filter(pk__in=of_cases.values()).values_list("pk", flat=True))
    return frozenset(topic for topic in may if topic not in of_cases or of_cases[topic] in seen)


def ended(given: Iterable[Access], *, at: datetime) -> set[Access]:
    """Return what lets nobody in any more: logged out, shut out, or with other rights than before."""
    given = set(given)
    sessions = _engine().SessionStore.get_model_class().objects.filter(expire_date__gt=at)
    alive = set(sessions.filter(pk__in={one.session for one in given}).values_list("pk", flat=True))
    active = Associate.objects.filter(pk__in={one.associate for one in given}, is_active=True)
    stamps = {who.pk: _stamp(who) for who in active}
    return {one for one in given if one.session not in alive or stamps.get(one.associate) != one.stamp}


def _session(cookies: str) -> str:
    try:
        morsel = SimpleCookie(cookies).get(settings.SESSION_COOKIE_NAME)
    except CookieError:
        return ""
    return morsel.value if morsel else ""


def _engine() -> Any:
    return import_module(settings.SESSION_ENGINE)


def _stamp(who: Associate) -> tuple[str, str, int | None, tuple[int, ...]]:
    return who.get_session_auth_hash(), who.role, who.team_id, tuple(who.brands)
