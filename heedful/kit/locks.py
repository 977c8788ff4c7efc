"""Who looks at a list and then adds to it has it alone meanwhile: of two at once the second sees what the first did."""

from django.db import connection
from django.db.models import Model


def lock(noun: type[Model] | str) -> None:
    """Wait until nobody else is at this list, and have it until this transaction ends. Take it before rows of it.

    What is no list, such as a page on which something is edited, is called by a name of its own.
    """
    name = noun if isinstance(noun, str) else noun._meta.label
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_advisory_xact_lock(hashtextextended(%s, 1))", [name])
