"""What stands around every page: the company, the places one can go to, and what waits there."""

from collections.abc import Iterator
from dataclasses import dataclass, field
from functools import cached_property
from typing import Any, cast

from django.conf import settings
from django.http import HttpRequest
from django.urls import NoReverseMatch, reverse
from django.utils import timezone

from heedful.act import workload
from heedful.act.workload import Workload
from heedful.associates import associates, company
from heedful.associates.models import Associate, Company
from heedful.web import names, stylesheet
from heedful.web.live import address


@dataclass(frozen=True, slots=True)
class MenuPlace:
    """Somewhere to go: a word, an icon, the page's name, and who may go there."""

    label: str
    icon: str
    page: str
    action: str
    count: str = ""
    inside: tuple["MenuPlace", ...] = ()


MINE = (
    MenuPlace("My queue", "inbox", "desk:queue", "case.read", count="mine"),
    MenuPlace("Customers", "users-round", "desk:customers", "customer.read"),
)
VERBS = (
    MenuPlace("Promise", "handshake", "desk:promises", "promise.read"),
    MenuPlace("Listen", "ear", "desk:surveys", "survey.read"),
    MenuPlace(
        "Understand",
        "lightbulb",
        "desk:feedback",
        "feedback.read",
        inside=(
            MenuPlace("Feedback", "quote", "desk:feedback", "feedback.read"),
            MenuPlace("Topics", "tag", "desk:topics", "topic.read"),
        ),
    ),
    MenuPlace("Act", "hand-heart", "desk:cases", "case.read", count="open"),
    MenuPlace("Prove", "chart-line", "board:board", "board.read"),
)
SETUP_MENU = (MenuPlace("Setup", "settings", "setup:index", "setup.read"),)


@dataclass(frozen=True, slots=True)
class MenuEntry:
    """A place as one reader sees it."""

    place: MenuPlace
    href: str
    is_here: bool
    count: int | None
    is_late: bool
    inside: list["MenuEntry"] = field(default_factory=list)


class Permissions:
    """Lets a template ask `{% if "customer.merge" in may %}`."""

    def __init__(self, user: Any) -> None:
        self.user = user
        self.answers: dict[str, bool] = {}

    def __contains__(self, action: str) -> bool:
        if action not in self.answers:
            self.answers[action] = associates.may(self.user, action)
        return self.answers[action]


class Shell:
    """What stands around one request, each part found when a template first asks for it."""

    def __init__(self, request: HttpRequest) -> None:
        self.request = request

    @cached_property
    def company(self) -> Company:
        """The company, or a nameless one before it is set up."""
        return self._company or Company(pk=1, name="Heedful", created_at=timezone.now())

    @cached_property
    def is_new(self) -> bool:
        """Whether nobody has set the house up yet."""
        return self._company is None

    @cached_property
    def _company(self) -> Company | None:
        """The company as it came along with the session, or read for somebody who has none."""
        return getattr(getattr(self.request, "session", None), "company", None) or company.find()

    @cached_property
    def styles(self) -> str:
        """The address of the one style sheet, in the company's colour."""
        return stylesheet.address(self.company.colour)

    @cached_property
    def live(self) -> str:
        """Where the browser hears what changes."""
        return address.address(self.request)

    @cached_property
    def names(self) -> names.Names:
        """What stages, kinds and topics are called."""
        return names.Names()

    @property
    def has_mail(self) -> bool:
        """Whether mails leave the building."""
        return bool(settings.SMTP_URL)

    @cached_property
    def counts(self) -> Workload:
        """How much waits: mine, what of it is late, everybody's, and whose the open cases are."""
        return workload.count(associate=cast("Associate", self.request.user), at=timezone.now())

    @property
    def mine(self) -> list[MenuEntry]:
        """My queue and the customers."""
        return list(self._doors(MINE))

    @property
    def verbs(self) -> list[MenuEntry]:
        """Promise, listen, understand, act, prove."""
        return list(self._doors(VERBS))

    @property
    def setup_menu(self) -> list[MenuEntry]:
        """Setting the house up."""
        return list(self._doors(SETUP_MENU))

    def _doors(self, places: tuple[MenuPlace, ...]) -> Iterator[MenuEntry]:
        for place in places:
            if (address := href(place.page)) is not None and associates.may(self.request.user, place.action):
                count = getattr(self.counts, place.count) if place.count else None
                inside = list(self._doors(place.inside))
                yield MenuEntry(
                    place,
                    address,
                    self.request.path.startswith(address) or any(door.is_here for door in inside),
                    count,
                    place.count == "mine" and self.counts.mine_late > 0,
                    inside,
                )


def of(request: HttpRequest) -> Shell:
    """Return the request's shell, the same one each time."""
    if not hasattr(request, "shell"):
        request.shell = Shell(request)  # type: ignore[attr-defined]
    return cast("Shell", request.shell)  # type: ignore[attr-defined]


def shell(request: HttpRequest) -> dict[str, Any]:
    """Put `shell` and `may` into every template."""
    return {"shell": of(request), "may": Permissions(getattr(request, "user", None))}


def href(page: str) -> str | None:
    """Return where a page is, or nothing when there is no such page."""
    try:
        return reverse(page)
    except NoReverseMatch:
        return None
