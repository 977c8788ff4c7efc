"""Where this installation lives: its data folder, its secret and its database."""

import os
import secrets
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import psycopg

from heedful.kit import env, private
from heedful.kit.errors import Refused
from heedful.kit.postgres import Server, failures

CHECKOUT = Path(__file__).resolve().parents[2]


@dataclass(frozen=True, slots=True)
class Installation:
    """A data folder, and the server in it unless DATABASE_URL points elsewhere."""

    data: Path
    server: Server | None

    @contextmanager
    def database(self) -> Iterator[str]:
        """Yield the database's address while it runs; start it for as long as it is needed."""
        if self.server is None:
            yield os.environ["DATABASE_URL"]
        else:
            with self.server.running() as url:
                yield url


def settle(data: str | None) -> Installation:
    """Tell the settings where everything is, and make what is missing; before Django reads them."""
    folder = Path(data or os.environ.get("HEEDFUL_DATA") or CHECKOUT / "data").absolute()
    os.environ["HEEDFUL_DATA"] = str(folder)
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "heedful.config.settings")
    with failures.in_sentences(folder):
        (folder / "static").mkdir(parents=True, exist_ok=True)
        _keep_secret(folder)
    if url := env.value_of("DATABASE_URL"):
        os.environ["DATABASE_URL"] = url
        private.close_folder(folder, uid=os.geteuid(), gid=os.getegid())
        return Installation(folder, None)
    server = Server(folder)
    os.environ["DATABASE_URL"] = server.url()
    return Installation(folder, server)


def server_version(url: str) -> int:
    """Return the number of the server's release, as 150020 is that of 15.20."""
    with psycopg.connect(url) as connection:
        return connection.info.server_version


def prepare() -> None:
    """Start Django, bring the database to the newest shape when it is not there yet, and lay out the scripts."""
    import django

    django.setup()
    from heedful.cli import migrations, static_files

    migrations.apply()
    static_files.lay_out()


def _keep_secret(folder: Path) -> None:
    path = folder / "secret_key"
    if env.value_of("HEEDFUL_SECRET_KEY") or path.exists():
        return
    new = folder / f".secret_key.{os.getpid()}"
    descriptor = os.open(new, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
    with os.fdopen(descriptor, "w", encoding="utf-8") as file:
        file.write(secrets.token_urlsafe(48) + "\n")
    try:
        os.link(new, path)  # unlike a rename it never replaces the key of somebody who was faster
    except FileExistsError:
        pass
    except OSError as error:
        raise Refused(f"The secret key cannot be kept in {folder} ({error.strerror}).") from error
    finally:
        new.unlink()
