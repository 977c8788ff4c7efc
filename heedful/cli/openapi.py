"""Write the description of the API, as docs/openapi.json holds it."""

import argparse
import json
from pathlib import Path
from typing import Any


def arguments(parser: argparse.ArgumentParser) -> None:
    """Say what can be chosen."""
    parser.add_argument("file", type=Path, nargs="?", help="(standard output)")


def run(options: argparse.Namespace) -> int:
    """Write it in an order that a diff can be read in."""
    text = json.dumps(schema(), indent=1, sort_keys=True, ensure_ascii=False) + "\n"
    if options.file:
        options.file.write_text(text, encoding="utf-8")
    else:
        print(text, end="")
    return 0


def schema() -> Any:
    """The description as data."""
    from heedful.api.door import api
    from heedful.api.urls import urlpatterns as _  # noqa: F401 - the routers join there

    return api.get_openapi_schema()
