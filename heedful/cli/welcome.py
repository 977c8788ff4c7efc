"""What the terminal says to somebody who has just started the product."""

import importlib
from importlib.util import find_spec


def words(*, demo: bool) -> list[str]:
    """Return the lines under the address: the demo's logins, or the way in for the first administrator."""
    from heedful.associates.models import Associate

    if demo:
        return list(importlib.import_module("heedful.cli.demo").logins())
    if Associate.objects.exists() or find_spec("heedful.associates.first") is None:
        return []
    link = importlib.import_module("heedful.associates.first").link()
    return ["Set it up here (this link works once):", f"  {link}"]
