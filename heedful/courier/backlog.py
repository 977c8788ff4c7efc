"""How the mails stand that have not left: how long the oldest has waited, and why; and those that wait for a hand."""

from dataclasses import dataclass
from datetime import datetime, timedelta

from heedful.courier.models import Mail, Sending
from heedful.kit.spans import span

PATIENCE = timedelta(minutes=10)
"""For how long the oldest mail may wait before somebody should look."""
LATELY = timedelta(days=7)


@dataclass(frozen=True, slots=True)
class Backlog:
    """The mails that wait, and how many were given up lately."""

    waiting: int
    oldest: timedelta | None
    why: str
    given_up: int

    @property
    def is_fine(self) -> bool:
        """Whether none has waited for longer than a mail may."""
        return self.oldest is None or self.oldest <= PATIENCE

    @property
    def sentence(self) -> str:
        """How they stand, for a person."""
        if self.oldest is None:
            return "No mail waits to leave."
        how_many = "One mail waits" if self.waiting == 1 else f"{self.waiting} mails wait, the oldest"
        return f"{how_many} for {span(self.oldest)}.{f' {self.why}' if self.why else ''}"

    @property
    def given_up_sentence(self) -> str:
        """How many were given up lately; nothing where none was."""
        if not self.given_up:
            return ""
        return f"{_count(self.given_up)} of the last seven days could not be sent and can be tried again by hand."


def backlog(*, at: datetime) -> Backlog:
    """Return how the mails stand at a time."""
    waiting = Mail.objects.filter(state=Sending.WAITING)
    oldest = waiting.select_related("destination").order_by("created_at", "pk").first()
    return Backlog(
        waiting=waiting.count() if oldest else 0,
        oldest=max(at - oldest.created_at, timedelta()) if oldest else None,
        why=_reason(oldest, at) if oldest else "",
        given_up=Mail.objects.filter(state=Sending.FAILED, created_at__gt=at - LATELY).count(),
    )


def _reason(mail: Mail, at: datetime) -> str:
    """What its server said last, or the mail's own reason."""
    server = mail.destination
    return server.answer if server and server.is_backing_off(at=at) else mail.said


def _count(number: int) -> str:
    return "One mail" if number == 1 else f"{number} mails"
