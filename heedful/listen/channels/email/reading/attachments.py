"""The files that came with a mail: their names, and what they are by their content."""

import hashlib

from heedful.listen.channels.email.reading import content_types
from heedful.listen.channels.email.reading.mail import Attachment

FORBIDDEN = '/\\:*?"<>|'
LONGEST_NAME = 150
WITHOUT_NAME = "attachment"


def attachment(*, name: str, data: bytes, stated: str, content_id: str = "") -> Attachment:
    """Return one file as it is kept."""
    kind = content_types.content_type_of(data, stated)
    return Attachment(
        name=file_name(name, kind),
        content_type=kind,
        size=len(data),
        digest=hashlib.sha256(data).hexdigest(),
        data=data,
        content_id=content_id,
    )


def file_name(name: str, kind: str) -> str:
    """A name that any computer takes: of one folder, without signs that mean something to it."""
    plain = "".join("_" if sign in FORBIDDEN else sign for sign in _last(name) if sign.isprintable()).strip(" .")
    if not plain:
        return WITHOUT_NAME + content_types.ENDINGS.get(kind, "")
    stem, dot, ending = plain.rpartition(".")
    if len(plain) > LONGEST_NAME and dot and len(ending) < 10:
        return f"{stem[: LONGEST_NAME - len(ending) - 1]}.{ending}"
    return plain[:LONGEST_NAME]


def _last(name: str) -> str:
    """The name without the folders of whoever sent it."""
    return name.replace("\\", "/").rstrip("/").rpartition("/")[2]
