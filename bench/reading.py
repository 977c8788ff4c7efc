"""Reading, light tier: texts a second and CPU a text beside the floor of cutting and looking up words; and accuracy,
row by row beside what it must be."""

import argparse
import json
import random
import time
from collections.abc import Callable, Sequence
from concurrent.futures import ProcessPoolExecutor
from datetime import UTC, datetime
from pathlib import Path

from bench import reading_figures, reading_rows
from bench.accuracy import DATA, NPS, TWEETS, accuracy, rows
from heedful.understand import light
from heedful.understand.light import language, words

TOPICS = [
    light.TopicSpec("billing", "Bills and payments", "The bill, charges, refunds and direct debits."),
    light.TopicSpec("outage", "Faults and outages", "The service is down, slow or keeps dropping."),
    light.TopicSpec("staff", "People who helped", "How friendly, rude or competent the staff were."),
    light.TopicSpec("price", "Price and value", "How much it costs and whether it is worth it."),
    light.TopicSpec("delivery", "Delivery", "The parcel or the technician: on time, late, missed."),
    light.TopicSpec("reach", "Reaching somebody", "Waiting on the phone and unanswered messages."),
    light.TopicSpec("online", "Website and app", "Logging in, finding things, errors online."),
    light.TopicSpec("contract", "Contract and leaving", "Terms, renewal, moving house and cancelling."),
]
OPENINGS = (
    "I have been a customer for {n} years.",
    "Hello,",
    "Called {n} times this week.",
    "The {noun} arrived on Monday.",
)
MIDDLES = (
    "The {noun} is {adjective} and nobody called me back", "Your {person} was {adjective}, really {adjective}",
    "I was told it would take {n} days but the {noun} never came", "Could you tell me where my {noun} is",
    "Since the {noun} was changed everything works", "I want to cancel my {noun}", "My {noun} is {adjective}",
)  # fmt: skip
ENDINGS = (".", "!!", "? Thanks in advance.", ", thank you so much.", " and I am fed up.", ". Reference {n}{n}{n}.")
WORDS = {
    "noun": "router parcel contract invoice card account phone order meter boiler policy tariff visit",
    "adjective": "slow friendly broken quick rude wrong helpful late easy excellent expensive fine faulty clear",
    "person": "engineer adviser driver colleague manager nurse receptionist technician agent",
}

type Rows = list[dict[str, str]]


def main() -> None:
    """Print one JSON line."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--data", type=Path, default=DATA, help="labelled files; without them accuracy is left out")
    parser.add_argument("--write", action="store_true", help="write the figures of the page How well we read, no more")
    parser.add_argument("--texts", type=int, default=12_000)
    parser.add_argument("--beside", type=int, default=4_000, help="texts that VADER reads too, where it is installed")
    parser.add_argument("--processes", type=int, default=2)
    options = parser.parse_args()
    if options.write:
        reading_figures.write(options.data, on=datetime.now(UTC).date())
        return
    texts, source = _texts(options.data, options.texts)
    figures = {"bench": "reading", "texts": len(texts), "source": source, **_speed(texts, options.processes)}
    measured = accuracy(options.data)
    beside = reading_rows.speed(texts[: options.beside], _pipeline)
    print(json.dumps({**figures, "accuracy": measured, "rows": reading_rows.rows(options.data, measured, beside)}))


def _texts(data: Path, count: int) -> tuple[list[str], str]:
    """Real verbatims and short messages where they are, else made-up ones with made-up rare words."""
    found = [row["text"] for name in (NPS, TWEETS) for row in rows(data, name)]
    chance = random.Random(1)
    if not found:
        return [_made_up(chance) for _ in range(count)], "made up"
    chance.shuffle(found)
    return found[:count], "verbatims and tweets"


def _made_up(chance: random.Random) -> str:
    told = " ".join(map(chance.choice, (OPENINGS, MIDDLES))) + chance.choice(ENDINGS)
    rare = "".join(chance.choices("abcdefghiklmnoprstu", k=7))
    kinds = {kind: chance.choice(line.split()) for kind, line in WORDS.items()}
    return told.format(n=chance.randint(2, 30), **kinds) + f" {rare}"


def _speed(texts: Sequence[str], processes: int) -> dict[str, float]:
    _, load = _timed(lambda: _pipeline(texts[:1]))
    whole, whole_cpu = _timed(lambda: _pipeline(texts))
    floor_cpu = min(_timed(lambda: _floor(texts))[1] for _ in range(3))
    parts = {
        "language": lambda: [language.identify(words.tidy(text)) for text in texts],
        "read": lambda: light.read(texts),
        "embed": lambda: light.embed(texts),
        "topics": lambda: light.topics(texts, TOPICS),
    }
    each = {f"{name}_us": _per_text(_timed(part)[1], texts) for name, part in parts.items()}
    return {
        "load_cpu_ms": round(load * 1e3, 1),
        "texts_per_s": round(_with_processes(texts, processes)),
        "processes": processes,
        "texts_per_s_by_cpu": round(processes * len(texts) / whole_cpu),
        "texts_per_s_one_process": round(len(texts) / whole),
        "cpu_us_per_text": _per_text(whole_cpu, texts),
        "floor_cpu_us_per_text": _per_text(floor_cpu, texts),
        "times_floor": round(whole_cpu / floor_cpu, 1),
        **each,
    }


def _pipeline(texts: Sequence[str]) -> int:
    """All that is done to a verbatim: language, sentiment, signals, vectors and topics."""
    return len(light.read(texts)) + len(light.topics(texts, TOPICS))


def _floor(texts: Sequence[str]) -> int:
    """What any reader must do at least: cut at blanks and look each word up."""
    known = dict.fromkeys(word for line in (*MIDDLES, *WORDS.values()) for word in line.lower().split())
    return sum(known.get(word) is not None or word in known for text in texts for word in text.lower().split())


def _with_processes(texts: Sequence[str], processes: int) -> float:
    share = [texts[start::processes] for start in range(processes)]
    with ProcessPoolExecutor(processes) as pool:
        list(pool.map(_pipeline, [some[:64] for some in share]))
        begun = time.perf_counter()
        list(pool.map(_pipeline, share))
        return len(texts) / (time.perf_counter() - begun)


def _timed(work: Callable[[], object]) -> tuple[float, float]:
    wall, cpu = time.perf_counter(), time.process_time()
    work()
    return time.perf_counter() - wall, time.process_time() - cpu


def _per_text(seconds: float, texts: Sequence[str]) -> float:
    return round(seconds / len(texts) * 1e6, 2)


if __name__ == "__main__":
    main()
