"""Where mails go: the mail server that is set up now, whichever it was when they were written."""

from django.conf import settings

from heedful.courier.carriers.smtp import wire
from heedful.courier.models import Destination, OutboxItem, Sending


def current(_: Destination | None) -> Destination | None:
    """Return the server that is set up; none where there is none. What waits for a former one goes there too."""
    if not settings.SMTP_URL:
        return None
    server = Destination.objects.get_or_create(carrier="smtp", key=_shown(settings.SMTP_URL))[0]
    waiting = OutboxItem.objects.filter(carrier="smtp", state=Sending.WAITING)
    waiting.exclude(destination=server).update(destination=server)
    return server


def _shown(url: str) -> str:
    """The server's address without what is secret."""
    try:
        return wire.parse(url).shown
    except wire.ServerFailed:
        return "HEEDFUL_SMTP"
