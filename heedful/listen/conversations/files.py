"""Files that come with messages: each stored once, under its digest."""

import hashlib
from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import datetime

from django.db import transaction
from django.db.models import Exists, ManyToOneRel, OuterRef

from heedful.kit import names
from heedful.listen.conversations.models import Attachment, Blob, Message

LARGEST = 25 * 1024 * 1024
MOST = 100
"""Files of one message that are shown."""


@dataclass(frozen=True, slots=True)
class FileDraft:
    """A file as it comes; its type is what its content shows."""

    name: str
    content_type: str
    data: bytes = field(repr=False)
    content_id: str = ""


def store(data: bytes) -> Blob:
    """Return the row of these bytes, which is written when they come for the first time."""
    digest = hashlib.sha256(data).hexdigest()
    Blob.objects.bulk_create([Blob(digest=digest, size=len(data), data=data)], ignore_conflicts=True)
    return Blob.objects.defer("data").get(digest=digest)


@transaction.atomic
def forget(*, at: datetime) -> int:
    """Delete the bytes to which nothing points any more; returns how many rows they were."""
    del at
    pointing = [
        relation.related_model._default_manager.filter(**{relation.field.name: OuterRef("pk")})
        for relation in Blob._meta.get_fields(include_hidden=True)
        if isinstance(relation, ManyToOneRel)
    ]
    return Blob.objects.filter(*(~Exists(rows) for rows in pointing)).delete()[0]


def attach(message: Message, files: Iterable[FileDraft]) -> None:
    """Put files to a message; of one that is too large its name and size are written down."""
    Attachment.objects.bulk_create(
        [
            Attachment(
                message=message,
                blob=store(file.data) if len(file.data) <= LARGEST else None,
                name=names.one_line(file.name, most=250) or "file",
                content_type=names.one_line(file.content_type, most=120),
                size=len(file.data),
                content_id=names.one_line(file.content_id, most=250),
            )
            for file in list(files)[:MOST]
        ]
    )
