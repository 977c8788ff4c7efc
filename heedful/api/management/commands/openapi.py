"""Write the description of the API, as docs/openapi.json holds it: `python -m django openapi docs/openapi.json`."""

import json
from argparse import ArgumentParser
from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand

from heedful.api.urls import api


class Command(BaseCommand):
    """Writes it in an order that a diff can be read in."""

    help = "Write the description of the API"
    requires_system_checks: list[str] = []

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("file", type=Path)

    def handle(self, *, file: Path, **_: Any) -> None:
        text = json.dumps(schema(), indent=1, sort_keys=True, ensure_ascii=False)
        file.write_text(text + "\n", encoding="utf-8")


def schema() -> Any:
    """The description as data."""
    return api.get_openapi_schema()
