"""A request that is sent twice is done once: the second is given the first one's answer."""

import hashlib
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from django.db import connection, transaction

from heedful.kit.errors import Refused
from heedful.ledger.models import IdempotentReply

RETENTION = timedelta(days=7)
LONGEST_KEY = 200


@dataclass(frozen=True, slots=True)
class KeyedReply:
    """What was answered, and whether it is the answer to an earlier sending."""

    status: int
    body: Any
    is_repeated: bool = False


def run_once(*, actor: str, key: str, request: bytes, do: Callable[[], tuple[int, Any]], at: datetime) -> KeyedReply:
    """Do something unless this actor sent this key before; then give the same answer again.

    `do` returns a status and a JSON body; a refusal changes nothing and is not kept, and neither is status 0. The same
    key with another request is refused.
    """
    if not 0 < len(key) <= LONGEST_KEY:
        raise Refused(f"An Idempotency-Key has 1 to {LONGEST_KEY} characters.", code="idempotency_key")
    digest = hashlib.blake2b(request, digest_size=16).hexdigest()
    with transaction.atomic():
        with connection.cursor() as cursor:
            cursor.execute("SELECT pg_advisory_xact_lock(hashtextextended(%s, 7))", [f"{actor}\n{key}"])
        if row := IdempotentReply.objects.filter(actor=actor, key=key).first():
            if row.request != digest:
                raise Refused("This Idempotency-Key was used for another request.", code="idempotency_key_reused")
            return KeyedReply(row.status, row.body, is_repeated=True)
        status, body = do()
        if status:
            IdempotentReply.objects.create(actor=actor, key=key, request=digest, status=status, body=body, at=at)
    return KeyedReply(status, body)


def forget(*, at: datetime) -> int:
    """Drop answers that are older than a week; returns how many."""
    return IdempotentReply.objects.filter(at__lt=at - RETENTION).delete()[0]
