"""Reading, light tier: texts a second and CPU a text beside the floor of cutting and looking up words; and accuracy."""

import argparse
import csv
import json
import os
import random
import time
import tomllib
from collections.abc import Callable, Sequence
from concurrent.futures import ProcessPoolExecutor
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from heedful.understand import light
from heedful.understand.light import language, words

DATA = Path(os.environ.get("HEEDFUL_TEST_DATA", Path(__file__).parents[2] / "shared" / "data"))
TALK = Path(__file__).parent / "service_talk.toml"
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
    parser.add_argument("--texts", type=int, default=12_000)
    parser.add_argument("--processes", type=int, default=2)
    options = parser.parse_args()
    texts, source = _texts(options.data, options.texts)
    figures = {"bench": "reading", "texts": len(texts), "source": source, **_speed(texts, options.processes)}
    print(json.dumps({**figures, "accuracy": accuracy(options.data)}))


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


NPS = "nps_verbatims_broadband/nps_verbatims_dev.csv"
TWEETS = "semeval2017_tweets/tweets.csv"
LANGUAGES = "language_id_help/langid_dev.csv"
BANKING = "banking77/banking77_dev.csv"
LOUNGES = "skytrax_lounge_seat/lounge_dev.csv"
OTHERS = "umsab_multilingual/tweets.csv"
NEVER_SPACED = ("ja", "zh")
OTHER_LANGUAGES = ("german", "french", "spanish", "italian", "portuguese")


def accuracy(data: Path) -> dict[str, float]:
    """The figures of our own sentences and of every labelled file that is there."""
    measured = {
        NPS: detractors, LANGUAGES: languages, BANKING: intents, LOUNGES: reviews, OTHERS: other_languages
    }  # fmt: skip
    found: dict[str, float] = {"service_talk": service_talk()}
    for name, measure in measured.items():
        if known := rows(data, name):
            found |= measure(known)
    return {name: round(value, 3) for name, value in found.items()}


def service_talk() -> float:
    """The share of our sentences whose feeling is told; the file says why they are no independent test."""
    kinds = tomllib.loads(TALK.read_text(encoding="utf-8"))
    gold = [feeling for feeling, texts in kinds.items() for _ in texts]
    told = light.read([text for texts in kinds.values() for text in texts])
    return sum(one.sentiment == feeling for one, feeling in zip(told, gold, strict=True)) / len(gold)


def rows(data: Path, name: str) -> Rows:
    """The rows of a labelled file, none where it is missing."""
    if not (data / name).is_file():
        return []
    with (data / name).open(encoding="utf-8", errors="replace", newline="") as lines:
        return list(csv.DictReader(lines))


def detractors(known: Rows) -> dict[str, float]:
    """How well a verbatim tells detractors from others (area under the curve), and how seldom it wrongs a promoter."""
    scored = [row for row in known if row["NPS_RATING"] and row["text"].strip()]
    told = light.read([row["text"] for row in scored])
    scores = np.array([reading.score for reading in told])
    pleased = [one.sentiment for one, row in zip(told, scored, strict=True) if row["NPS_RATING"] == "Promoter"]
    return {
        "detractor_auc": area(-scores, np.array([row["NPS_RATING"] == "Detractor" for row in scored])),
        "promoters_not_negative": 1 - pleased.count("negative") / len(pleased),
    }


def languages(known: Rows) -> dict[str, float]:
    """The share of short messages, and of their first four words, whose language is told."""
    codes = [row["lang"].split("_")[0] for row in known]
    whole = [language.identify(words.tidy(row["text"]))[0] == code for row, code in zip(known, codes, strict=True)]
    four = [
        language.identify(words.tidy(" ".join(row["text"].split()[:4])))[0] == code
        for row, code in zip(known, codes, strict=True)
        if code not in NEVER_SPACED
    ]
    return {"language": sum(whole) / len(whole), "language_four_words": sum(four) / len(four)}


def intents(known: Rows) -> dict[str, float]:
    """The share of questions whose intent is the nearest topic: by name alone, and with ten examples each."""
    names = sorted({row["category"] for row in known})
    gold = np.array([names.index(row["category"]) for row in known])
    given = light.embed([row["text"] for row in known])
    chance = np.random.default_rng(0)
    shown = [chance.permutation(np.flatnonzero(gold == number))[:10] for number in range(len(names))]
    left = np.setdiff1d(np.arange(len(known)), np.concatenate(shown))
    bare = [light.TopicSpec(name, name.replace("_", " ")) for name in names]
    taught = [
        light.TopicSpec(one.slug, one.name, examples=tuple(known[row]["text"] for row in some))
        for one, some in zip(bare, shown, strict=True)
    ]
    right = [np.mean(light.confidences(given[left], kind).argmax(axis=1) == gold[left]) for kind in (bare, taught)]
    return {"intent_names_only": float(right[0]), "intent_ten_examples": float(right[1])}


def reviews(known: Rows) -> dict[str, float]:
    """Long reviews, whose rating says what they should feel like: up to 4 of 10 negative, from 7 positive."""
    rated = [row for row in known if row["overall_rating"]]
    gold = [_of_rating(float(row["overall_rating"])) for row in rated]
    told = [reading.sentiment for reading in light.read([row["content"] for row in rated])]
    right = [one == other for one, other in zip(gold, told, strict=True)]
    return {"review_accuracy": sum(right) / len(right), "review_macro_f1": macro_f1(gold, told)}


def other_languages(known: Rows) -> dict[str, float]:
    """Macro-F1 of tweets in other languages than English, of which none was learned from."""
    found = {}
    for name in OTHER_LANGUAGES:
        some = [row for row in known if row["language"] == name]
        told = [reading.sentiment for reading in light.read([row["text"] for row in some])]
        found[f"{name}_macro_f1"] = macro_f1([row["label"] for row in some], told)
    return found


def _of_rating(rating: float) -> str:
    return "negative" if rating <= 4 else "neutral" if rating <= 6 else "positive"


def area(scores: NDArray[np.float64], is_hit: NDArray[np.bool_]) -> float:
    """The probability that a hit scores higher than a miss; ties count half."""
    hits, misses = scores[is_hit], scores[~is_hit]
    higher = (hits[:, None] > misses[None, :]).mean() + (hits[:, None] == misses[None, :]).mean() / 2
    return float(higher)


def macro_f1(gold: Sequence[str], told: Sequence[str]) -> float:
    """The mean over the classes of the harmonic mean of precision and recall."""
    found = []
    for kind in sorted(set(gold)):
        both = sum(one == other == kind for one, other in zip(gold, told, strict=True))
        found.append(2 * both / (sum(one == kind for one in gold) + sum(one == kind for one in told)))
    return sum(found) / len(found)


if __name__ == "__main__":
    main()
