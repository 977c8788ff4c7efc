"""List the mails that have not left, with the reason, or try one again."""

import argparse

from django.db.models import QuerySet
from django.utils import timezone

from heedful.courier import backlog, outbox
from heedful.courier.models import Mail, Sending
from heedful.kit.actor import SYSTEM
from heedful.kit.errors import Refused

STAYS = (Sending.WAITING, Sending.FAILED, Sending.KEPT)
MOST = 200


def arguments(parser: argparse.ArgumentParser) -> None:
    """Say what can be chosen."""
    verbs = parser.add_subparsers(dest="verb", required=True, metavar="list|again")
    verbs.add_parser("list", help="show the mails that wait, were given up or are kept, the newest first")
    again = verbs.add_parser("again", help="try to send one again that was given up or kept")
    chosen = again.add_mutually_exclusive_group(required=True)
    chosen.add_argument("number", type=int, nargs="?", help="as `mail list` shows it")
    chosen.add_argument("--all", action="store_true", help="all that were given up in the last seven days")


def run(options: argparse.Namespace) -> int:
    """Do it."""
    if options.verb == "list":
        _show()
        return 0
    rows = list(_chosen(options))
    for row in rows:
        outbox.try_again(item=row, by=SYSTEM, at=timezone.now())
    print("It is on its way to the mail server." if len(rows) == 1 else f"{len(rows)} mails are on their way.")
    return 0


def _show() -> None:
    for mail in Mail.objects.filter(state__in=STAYS).order_by("-pk")[:MOST]:
        print(f"{mail.pk:>6}  {Sending(mail.state).label:<8}  {mail.to}  {mail.subject}")
        if mail.said:
            print(f"{'':>6}  {mail.said}")
    print(backlog.backlog(at=timezone.now()).sentence)


def _chosen(options: argparse.Namespace) -> QuerySet[Mail]:
    if options.all:
        since = timezone.now() - backlog.LATELY
        return Mail.objects.filter(state=Sending.FAILED, created_at__gt=since).order_by("pk")
    if not (row := Mail.objects.filter(pk=options.number)).exists():
        raise Refused(f"There is no mail {options.number}.")
    return row
