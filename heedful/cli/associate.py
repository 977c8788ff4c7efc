"""Add an associate, or give one a new password."""

import argparse
import getpass
import secrets
import sys
from typing import Any

from django.utils import timezone

from heedful.associates import associates
from heedful.associates.models import Associate, Role, Team
from heedful.courier import welcome_mail
from heedful.kit.actor import SYSTEM
from heedful.kit.errors import Refused


def arguments(parser: argparse.ArgumentParser) -> None:
    """Say what can be chosen."""
    verbs = parser.add_subparsers(dest="verb", required=True, metavar="add|invite|password")
    add = verbs.add_parser("add", help="let somebody in")
    add.add_argument("email")
    add.add_argument("--name", help="(the part of the e-mail before the @)")
    add.add_argument("--role", choices=Role.values, default=Role.ASSOCIATE.value, help="(associate)")
    add.add_argument("--team", help="the name of an existing team")
    add.add_argument("--password-stdin", action="store_true", help="read the password from standard input")
    invite = verbs.add_parser("invite", help="invite somebody who has no password yet, by mail or by a link")
    invite.add_argument("email")
    again = verbs.add_parser("password", help="set a new password")
    again.add_argument("email")
    again.add_argument("--password-stdin", action="store_true", help="read the password from standard input")


def run(options: argparse.Namespace) -> int:
    """Do it, and print the password when it was made here."""
    if options.verb == "invite":
        return _invite(options.email)
    password, made = _password(options)
    if options.verb == "add":
        name = options.name or options.email.partition("@")[0].replace(".", " ").title()
        team = _team(options.team) if options.team else None
        somebody = _add(email=options.email, name=name, role=options.role, team=team, password=password)
        print(f"{somebody.name} ({somebody.get_role_display()}) may come in as {somebody.email}.")
    else:
        associates.set_password(associate=_associate(options.email), password=password, by=SYSTEM, at=timezone.now())
        print(f"{options.email} has a new password.")
    if made:
        print(f"Password: {password}")
    return 0


def _add(*, email: str, **about: Any) -> Associate:
    try:
        return associates.add(email=email, **about, by=SYSTEM, at=timezone.now())
    except Refused as no:
        if no.code != associates.ALREADY_HERE or _associate(email).has_usable_password():
            raise
        again = f"heedful associate invite {email} lets them in, and ends a link from before."
        raise Refused(f"{no.sentence} They have no password yet: {again}", code=no.code) from None


def _invite(email: str) -> int:
    welcome = welcome_mail.invite(associate=_associate(email), by=SYSTEM, at=timezone.now())
    if welcome.is_mailed:
        print(f"An invitation is on its way to {email}.")
    else:
        print("No mail server is set up. Hand this link over; it works once, for seven days:", file=sys.stderr)
        print(welcome.link)
    if welcome.ends_earlier:
        print("The link from before no longer works.", file=sys.stderr)
    return 0


def _password(options: argparse.Namespace) -> tuple[str, bool]:
    """Take the password from where it comes; without a terminal make one."""
    if options.password_stdin:
        return sys.stdin.readline().rstrip("\n"), False
    if sys.stdin.isatty() and (typed := getpass.getpass("Password (empty to have one made): ")):
        return typed, False
    return secrets.token_urlsafe(12), True


def _associate(email: str) -> Associate:
    associate = Associate.objects.filter(email__iexact=email.strip()).first()
    if associate is None:
        raise Refused(f"There is no associate {email}.")
    return associate


def _team(name: str) -> Team:
    team = Team.objects.filter(name__iexact=name).first()
    if team is None:
        raise Refused(f"There is no team {name!r}.")
    return team
