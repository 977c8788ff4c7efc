"""What the terminal says to somebody who has just started the product."""

from django.utils import timezone

from heedful.associates import first
from heedful.associates.models import Associate


def words(*, demo: bool) -> list[str]:
    """Return the lines under the address: the demo's logins, or the way in for the first administrator."""
    if demo:
        from heedful import demo as broadband

        return list(broadband.logins())
    if Associate.objects.exists():
        return []
    return ["Set it up here (this link works once):", f"  {first.link(at=timezone.now())}"]
