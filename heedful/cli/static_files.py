"""Lays scripts and pictures out in the data folder, packed and under the names that pages call them by."""

import logging

log = logging.getLogger(__name__)

STYLES = "*.css"
"""The style sheet is put together by `web/stylesheet.py`."""


def lay_out() -> None:
    """Copy what is new or changed; where the folder cannot be written to, files are served as they are."""
    from django.core.management import call_command

    try:
        call_command("collectstatic", interactive=False, verbosity=0, ignore_patterns=[STYLES])
    except OSError as error:
        log.warning("Scripts are served as they are, since they cannot be laid out: %s", error)
