"""The command `heedful`: hands the shell what the processes do, which is put together up here."""

import sys
from typing import TYPE_CHECKING

from heedful.cli import main as shell

if TYPE_CHECKING:
    from heedful.cli.up import Processes


def main(words: list[str] | None = None) -> int:
    """Run one command."""
    return shell.main(words, processes=_processes)


def _processes() -> "Processes":
    """Load what the processes do; no other command than `up` waits for it."""
    from heedful.config import processes

    return processes


if __name__ == "__main__":
    sys.exit(main())
