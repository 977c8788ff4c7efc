"""The PostgreSQL server that comes with the product: find it, start it, stop it, as whoever may."""

from heedful.kit.postgres import binaries
from heedful.kit.postgres.server import Server

__all__ = ["Server", "binaries"]
