"""The database's shape: brought to the newest in the time of one query when nothing is new."""

import sys
from pathlib import Path

from django.apps import apps
from django.core.management import call_command
from django.db import ProgrammingError, connection

# Two commands that start at once must not both migrate.
LOCK = 4_801_337


def apply() -> bool:
    """Apply what is pending; return whether anything was."""
    if not pending():
        return False
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_advisory_lock(%s)", [LOCK])
        if pending():
            print("Preparing the database...", file=sys.stderr, flush=True)
            call_command("migrate", verbosity=0, interactive=False)
            call_command("createcachetable", verbosity=0)
        cursor.execute("SELECT pg_advisory_unlock(%s)", [LOCK])
    return True


def pending() -> set[tuple[str, str]]:
    """Return the migrations that are in the code and not in the database."""
    return _in_code() - _in_database()


def _in_code() -> set[tuple[str, str]]:
    return {
        (app.label, file.stem)
        for app in apps.get_app_configs()
        for file in Path(app.path, "migrations").glob("[0-9]*.py")
    }


def _in_database() -> set[tuple[str, str]]:
    try:
        with connection.cursor() as cursor:
            cursor.execute("SELECT app, name FROM django_migrations")
            return {(app, name) for app, name in cursor.fetchall()}
    except ProgrammingError:
        return set()
