"""The new words of replies: how many of real mails are cut exactly, white space aside, and what one costs."""

import argparse
import importlib
import json
import time
from collections.abc import Callable
from pathlib import Path

from bench.accuracy import DATA

FILE = "reply_extraction/reply_extraction_dev.jsonl"

type Cut = Callable[[str], str]


def cases(data: Path = DATA) -> list[dict[str, str]]:
    """The mails with the words that are new in each; none where the file is missing."""
    file = data / FILE
    return [json.loads(line) for line in file.read_text(encoding="utf-8").splitlines()] if file.is_file() else []


def visible(body: str) -> str:
    """Our cut."""
    from heedful.listen.channels.email.reading import quoting

    return quoting.split(body.replace("\r\n", "\n").replace("\r", "\n")).visible


def peer() -> Cut | None:
    """The cut of mail-parser-reply, where it is installed."""
    try:
        module = importlib.import_module("mailparser_reply")
    except ImportError:
        return None
    languages = ["en", "de", "fr", "it", "nl", "es", "pl", "pt", "sv", "da", "ru"]
    known = [one for one in languages if one in getattr(module, "CUSTOM_LANGUAGES", languages)]
    reader = module.EmailReplyParser(languages=known)
    return lambda body: str(reader.read(body).latest_reply or "")


def misses(cut: Cut, known: list[dict[str, str]]) -> list[str]:
    """The names of the mails that are cut elsewhere than they should."""
    return [one["name"] for one in known if cut(one["body"]).split() != one["reply"].split()]


def us_each(cut: Cut, known: list[dict[str, str]], rounds: int) -> float:
    """Microseconds of CPU for one mail, the best of some rounds."""
    best = float("inf")
    for _ in range(rounds):
        began = time.thread_time()
        for one in known:
            cut(one["body"])
        best = min(best, time.thread_time() - began)
    return round(best / max(len(known), 1) * 1e6, 1)


def main() -> None:
    """Print one line of JSON."""
    import django

    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--rounds", type=int, default=20)
    rounds = parser.parse_args().rounds
    django.setup()
    known = cases()
    missed = misses(visible, known)
    figures = {
        "hits": len(known) - len(missed),
        "of": len(known),
        "misses": missed,
        "us": us_each(visible, known, rounds),
    }
    if other := peer():
        figures["peer"] = {"hits": len(known) - len(misses(other, known)), "us": us_each(other, known, min(rounds, 3))}
    print(json.dumps(figures))


if __name__ == "__main__":
    main()
