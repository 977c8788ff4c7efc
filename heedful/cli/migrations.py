"""The database's shape: brought to the newest in the time of one query when nothing is new."""

import sys
from collections.abc import Collection, Iterable
from pathlib import Path

from django.apps import apps
from django.core.management import call_command
from django.db import connection
from django.db.migrations.loader import MigrationLoader
from django.db.migrations.recorder import MigrationRecorder

import heedful
from heedful.kit.errors import Refused

# Two commands that start at once must not both migrate.
LOCK = 4_801_337
OURSELVES = "heedful"
"""No app has this name: among the migrations stand, under it, the versions that brought the database to their shape."""

type Migration = tuple[str, str]


def apply() -> bool:
    """Apply what is pending; return whether anything was. Data of a newer version are refused."""
    if not _pending():
        return False
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_advisory_lock(%s)", [LOCK])
        if _pending():
            print("Preparing the database...", file=sys.stderr, flush=True)
            call_command("migrate", verbosity=0, interactive=False)
            call_command("createcachetable", verbosity=0)
            MigrationRecorder(connection).record_applied(OURSELVES, heedful.__version__)
        cursor.execute("SELECT pg_advisory_unlock(%s)", [LOCK])
    return True


def pending() -> set[Migration]:
    """Return the migrations that are in the code and not in the database."""
    return _in_code() - set(_in_database())


def refuse_newer(applied: Collection[Migration], *, what: str) -> None:
    """Refuse data that a newer version brought to a shape which this one does not know."""
    code = _in_code()
    apps_here = {app for app, _ in code}
    unknown = {row for row in applied if row[0] in apps_here} - code
    if unknown and (unknown := unknown - _replaced()):
        versions = [name for app, name in applied if app == OURSELVES]
        writer = f"Heedful {versions[-1]}" if versions else "a newer version of Heedful"
        raise Refused(
            f"{what} was written by {writer}, and this is Heedful {heedful.__version__}, which does not know its shape"
            f" ({_listed(unknown)}). Nothing was changed. Start {writer} or one after it, or restore a backup from"
            " before.",
            code="newer_data",
        )


def _pending() -> set[Migration]:
    applied = _in_database()
    refuse_newer(applied, what="The database")
    return _in_code() - set(applied)


def _listed(unknown: Iterable[Migration]) -> str:
    names = [f"{app} {name}" for app, name in sorted(unknown)]
    return f"{', '.join(names[:3])}{f' and {len(names) - 3} more' if len(names) > 3 else ''}"


def _replaced() -> set[Migration]:
    """Return migrations that are no more because one that came later does the work of all of them."""
    loader = MigrationLoader(None)
    return {replaced for migration in loader.disk_migrations.values() for replaced in migration.replaces}


def _in_code() -> set[Migration]:
    return {
        (app.label, file.stem)
        for app in apps.get_app_configs()
        for file in Path(app.path, "migrations").glob("[0-9]*.py")
    }


def _in_database() -> list[Migration]:
    with connection.cursor() as cursor:
        cursor.execute("SELECT to_regclass('django_migrations') IS NOT NULL")
        if not (cursor.fetchone() or [False])[0]:
            return []
        cursor.execute("SELECT app, name FROM django_migrations ORDER BY id")
        return [(app, name) for app, name in cursor.fetchall()]
