"""The data that the light tier was built with, read once when it is first needed."""

from __future__ import annotations

import functools
import threading
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

DATA = Path(__file__).parent / "data"
_loading = threading.RLock()


def load_once[T](load: Callable[[], T]) -> Callable[[], T]:
    """Runs `load` on first use and never twice, whichever thread asks first."""
    cached = functools.cache(load)

    def ask() -> T:
        with _loading:
            return cached()

    return ask


def arrays(name: str) -> Mapping[str, NDArray[Any]]:
    """The named arrays of one shipped file."""
    with np.load(DATA / name) as stored:
        return {key: stored[key] for key in stored.files}


def text(name: str) -> str:
    return (DATA / name).read_text(encoding="utf-8")


def lines(packed: NDArray[Any]) -> list[str]:
    """The strings of a shipped list, stored as one array of UTF-8 bytes with line ends."""
    return bytes(packed).decode().split("\n")
