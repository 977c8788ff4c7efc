"""Add a key for a program, list the keys, or revoke one."""

import argparse
import sys

from django.utils import timezone

from heedful.associates import keys
from heedful.associates.models import Key
from heedful.kit.actor import SYSTEM
from heedful.kit.errors import Refused


def arguments(parser: argparse.ArgumentParser) -> None:
    """Say what can be chosen."""
    verbs = parser.add_subparsers(dest="verb", required=True, metavar="add|list|revoke")
    add = verbs.add_parser("add", help="make a key and print it once")
    add.add_argument("name", help="the program that will use it")
    scope = add.add_mutually_exclusive_group()
    scope.add_argument(
        "--scope",
        choices=Key.Scope.values,
        default=Key.Scope.SEND,
        help="browser: for pages, apps and mails, where everybody can read it; send: for your servers (the default);"
        " full: the API too",
    )
    scope.add_argument("--full", action="store_const", const=Key.Scope.FULL, dest="scope", help="the same as full")
    verbs.add_parser("list", help="show the keys that are live")
    revoke = verbs.add_parser("revoke", help="shut a program out")
    revoke.add_argument("prefix", help="the first letters of the key, as `key list` shows them")


def run(options: argparse.Namespace) -> int:
    """Do it."""
    if options.verb == "add":
        made, secret = keys.add(name=options.name, scope=options.scope, by=SYSTEM, at=timezone.now())
        print(made.consequence, file=sys.stderr)
        print(secret)
    elif options.verb == "list":
        for key in Key.objects.live().order_by("pk"):
            print(f"{key.prefix}  {key.get_scope_display():<42}  {key.name}")
            print(f"{'':{len(key.prefix)}}  {key.consequence}")
    else:
        keys.revoke(key=_key(options.prefix), by=SYSTEM, at=timezone.now())
        print("Revoked.")
    return 0


def _key(prefix: str) -> Key:
    rows = list(Key.objects.live().filter(prefix__startswith=prefix)[:2])
    if len(rows) != 1:
        raise Refused(f"{'No key starts' if not rows else 'Several keys start'} with {prefix!r}.")
    return rows[0]
