"""What changed, told to the pages that are open: a topic and an id, never the content."""

import json

from django.db import connection

CHANNEL = "heedful_live"


def publish(topic: str, id: object) -> None:  # noqa: A002
    """Tell open pages that something changed; they hear it when the transaction commits."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_notify(%s, %s)", [CHANNEL, json.dumps({"topic": topic, "id": str(id)})])
