"""Builds every shipped file of the light tier: python -m models.build --data DIR [vectors] [lexicon] [sentiment]."""

from __future__ import annotations

import argparse
import sys
from collections.abc import Callable
from pathlib import Path

from models import lexicon, sentiment, static_vectors

OUT = Path(__file__).parent.parent / "heedful/understand/light/data"
STEPS: dict[str, Callable[[Path, Path], None]] = {
    "vectors": static_vectors.build,
    "lexicon": lexicon.build,
    "sentiment": sentiment.build,
}


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--data", type=Path, required=True, help="where the sets named in models/README.md lie")
    parser.add_argument("--out", type=Path, default=OUT)
    parser.add_argument("steps", nargs="*", help=f"some of {', '.join(STEPS)}; all of them when none is named")
    asked = parser.parse_args()
    asked.out.mkdir(parents=True, exist_ok=True)
    for name in asked.steps or STEPS:
        STEPS[name](asked.data, asked.out)
        sys.stderr.write(f"built {name}\n")


if __name__ == "__main__":
    main()
