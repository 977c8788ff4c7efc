"""How well texts are read, on labelled files that nothing was learned from; each function answers with its figures."""

import csv
import hashlib
import os
import tomllib
from collections.abc import Callable, Iterable, Sequence
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from heedful.understand import light
from heedful.understand.light import language, words

DATA = Path(os.environ.get("HEEDFUL_TEST_DATA", Path(__file__).parents[2] / "shared" / "data"))
TALK = Path(__file__).parent / "service_talk.toml"
DUTCH = Path(__file__).parent / "dutch_talk.toml"
LABELLED = Path(__file__).parent / "labelled"

NPS = "nps_verbatims_broadband/nps_verbatims_dev.csv"
TWEETS = "semeval2017_tweets/tweets.csv"
LANGUAGES = "language_id_help/langid_dev.csv"
BANKING = "banking77/banking77_dev.csv"
CLINC = "clinc150/clinc150_dev.csv"
LOUNGES = "skytrax_lounge_seat/lounge_dev.csv"
SEATS = "skytrax_lounge_seat/seat_dev.csv"
OTHERS = "umsab_multilingual/tweets.csv"
RAILWAY = "germeval2017_bahn/germeval_dev.csv"
RESTAURANTS = "mcdonalds_complaints/mcd_dev.csv"
ASPECTS = "absa_semeval_mams/mams_dev.csv"
CHATS = "multidogo/multidogo_dev.csv"
NEVER_SPACED = ("ja", "zh")
OTHER_LANGUAGES = ("german", "french", "spanish", "italian", "portuguese", "arabic", "hindi")
LABELLED_FILES = {
    "nps": (NPS, "text"), "tweets": (TWEETS, "text"), "seat": (SEATS, "content"), "lounge": (LOUNGES, "content"),
    "mcd": (RESTAURANTS, "review"), "dogo": (CHATS, "utterance"), "banking": (BANKING, "text"),
    "bahn": (RAILWAY, "text"), "umsab": (OTHERS, "text"),
}  # fmt: skip
"""Where the texts are whose hashes stand in `bench/labelled`, and in which column."""

type Rows = list[dict[str, str]]
type Labelled = list[tuple[str, str, frozenset[str], frozenset[str]]]
"""A text, its feeling, the signals that are in it, and those that one may argue about."""


def accuracy(data: Path) -> dict[str, float]:
    """The figures of our own sentences and of every labelled file that is there."""
    measured: dict[str, Callable[[Rows], dict[str, float]]] = {
        NPS: detractors, LANGUAGES: languages, BANKING: intents, CLINC: out_of_scope, LOUNGES: lounges, SEATS: seats,
        OTHERS: other_languages, RAILWAY: railway, RESTAURANTS: complaint_topics, ASPECTS: restaurant_topics,
    }  # fmt: skip
    found: dict[str, float] = {"service_talk": service_talk()}
    for name, measure in measured.items():
        if known := rows(data, name):
            found |= measure(known)
    for name in ("english", "german", "english_check", "german_check"):
        if texts := labelled(data, name):
            found |= {f"{name}_{key}": value for key, value in signal_figures(texts).items()}
    if texts := labelled(data, "english"):
        found |= service_feelings(texts)
    return {name: round(value, 3) for name, value in found.items()}


def rows(data: Path, name: str) -> Rows:
    """The rows of a labelled file, none where it is missing."""
    if not (data / name).is_file():
        return []
    with (data / name).open(encoding="utf-8", errors="replace", newline="") as lines:
        return list(csv.DictReader(lines))


def labelled(data: Path, name: str) -> Labelled:
    """The texts that were read by hand in one language; none where one of their files is missing."""
    lines = (LABELLED / f"{name}.tsv").read_text(encoding="utf-8").splitlines()
    marked = [(line.split("\t") + [""] * 4)[:5] for line in lines if not line.startswith("#")]
    texts: dict[str, str] = {}
    for kind in {each[0] for each in marked}:
        file, column = LABELLED_FILES[kind]
        texts |= {_digest(row[column].strip()): row[column].strip() for row in rows(data, file)}
    if any(digest not in texts for _, digest, *_ in marked):
        return []
    return [
        (texts[digest], feeling, frozenset(there.split()), frozenset(arguable.split()))
        for _, digest, feeling, there, arguable in marked
    ]


def _digest(text: str) -> str:
    return hashlib.blake2b(text.encode(), digest_size=6).hexdigest()


def service_talk() -> float:
    """The share of our sentences whose feeling is told; the file says why they are no independent test."""
    return _right(_sentences(TALK))


def dutch_talk() -> float:
    """The same of our Dutch sentences."""
    return round(_right(dutch_sentences()), 3)


def dutch_sentences() -> list[tuple[str, str]]:
    """Dutch sentences of ours with their feelings."""
    return _sentences(DUTCH)


def _sentences(file: Path) -> list[tuple[str, str]]:
    kinds = tomllib.loads(file.read_text(encoding="utf-8"))
    return [(text, feeling) for feeling, texts in kinds.items() for text in texts]


def _right(known: Sequence[tuple[str, str]]) -> float:
    told = feelings([text for text, _ in known])
    return _share(one == feeling for one, (_, feeling) in zip(told, known, strict=True))


def feelings(texts: Sequence[str]) -> list[str]:
    """The likeliest feeling of each text, whether or not it is sure enough to be shown; neutral where none is read."""
    return [likeliest(one) for one in light.read(texts)]


def likeliest(reading: light.LightReading) -> str:
    """The feeling to which the models give the highest probability."""
    return max(("neutral", "negative", "positive"), key=lambda name: float(getattr(reading, name)))


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


def intents_by_all(known: Rows) -> dict[str, float]:
    """The share of a thousand questions whose intent is told with all others as examples."""
    if not known:
        return {}
    chance = np.random.default_rng(0).permutation(len(known))
    held, shown = chance[:1_000], chance[1_000:]
    names = sorted({row["category"] for row in known})
    by_name: dict[str, list[str]] = {name: [] for name in names}
    for row in shown:
        by_name[known[row]["category"]].append(known[row]["text"])
    specs = [light.TopicSpec(name, name.replace("_", " "), examples=tuple(some)) for name, some in by_name.items()]
    sure = light.confidences(light.embed([known[row]["text"] for row in held]), specs)
    right = [names[best] == known[row]["category"] for best, row in zip(sure.argmax(axis=1), held, strict=True)]
    return {"intent_all_examples": _share(right)}


def out_of_scope(known: Rows) -> dict[str, float]:
    """With twenty examples each: right intents, and how many questions of none are refused with nine of ten kept."""
    names = sorted({row["intent"] for row in known} - {"oos"})
    chance = np.random.default_rng(0)
    training = [row for row in known if row["split"] == "train"]
    held = [row for row in known if row["split"] in ("val", "test")]
    strange = [row["text"] for row in known if row["intent"] == "oos"]
    by_name = {name: [row["text"] for row in training if row["intent"] == name] for name in names}
    kinds = [
        light.TopicSpec(
            name, name.replace("_", " "), examples=tuple(some[row] for row in chance.permutation(len(some))[:20])
        )
        for name, some in by_name.items()
    ]
    inside = light.confidences(light.embed([row["text"] for row in held]), kinds)
    outside = light.confidences(light.embed(strange), kinds).max(axis=1)
    limit = np.quantile(inside.max(axis=1), 0.1)
    right = np.mean([names[best] == row["intent"] for best, row in zip(inside.argmax(axis=1), held, strict=True)])
    return {"clinc_twenty_examples": float(right), "clinc_out_of_scope": float(np.mean(outside < limit))}


def lounges(known: Rows) -> dict[str, float]:
    """Long reviews of lounges."""
    return _reviews("lounge", _rated(LOUNGES, known))


def seats(known: Rows) -> dict[str, float]:
    """Long reviews of seats."""
    return _reviews("seat", _rated(SEATS, known))


def rated(data: Path, name: str) -> list[tuple[str, str]]:
    """The reviews of a file with the feeling that their rating says."""
    return _rated(name, rows(data, name))


def _rated(name: str, known: Rows) -> list[tuple[str, str]]:
    """Seats are rated from 1 to 10, lounges from 1 to 5; a few lounges of another scale are left out."""
    given = [(row["content"], float(row["overall_rating"])) for row in known if row["overall_rating"]]
    if name == SEATS:
        return [(text, _of_ten(rating)) for text, rating in given]
    return [(text, _of_five(rating)) for text, rating in given if rating <= 5]


def _reviews(name: str, rated: Sequence[tuple[str, str]]) -> dict[str, float]:
    found, gold = light.read([text for text, _ in rated]), [feeling for _, feeling in rated]
    told = [likeliest(one) for one in found]
    happy = [one for one, feeling in zip(found, gold, strict=True) if feeling == "positive"]
    return {
        f"{name}_accuracy": _share(one == other for one, other in zip(gold, told, strict=True)),
        f"{name}_macro_f1": macro_f1(gold, told),
        f"{name}_happy_read_as_unhappy": _share(one.sentiment == "negative" for one in happy),
        f"{name}_happy_with_a_signal": _share(bool(one.signals) for one in happy),
    }


def other_languages(known: Rows) -> dict[str, float]:
    """Macro-F1 of tweets in other languages than English, of which none was learned from, and their mean."""
    found = {}
    for name in OTHER_LANGUAGES:
        some = [row for row in known if row["language"] == name]
        found[f"{name}_macro_f1"] = macro_f1([row["label"] for row in some], feelings([row["text"] for row in some]))
    return {**found, "mean_of_seven_macro_f1": sum(found.values()) / len(found)}


def railway(known: Rows) -> dict[str, float]:
    """German talk about a railway, without labels."""
    gold = [row["sentiment"] for row in known]
    return {"railway_macro_f1": macro_f1(gold, feelings([row["text"] for row in known]))}


def service_feelings(texts: Labelled) -> dict[str, float]:
    """Short service talk that was read by hand: of all, and of those whose feeling is shown."""
    known = [(text, feeling) for text, feeling, _, _ in texts if feeling]
    gold, told = [feeling for _, feeling in known], light.read([text for text, _ in known])
    all_told = [likeliest(one) for one in told]
    shown = [(one.sentiment, feeling) for one, feeling in zip(told, gold, strict=True) if one.sentiment]
    return {
        "service_macro_f1": macro_f1(gold, all_told),
        "service_accuracy": _share(one == other for one, other in zip(gold, all_told, strict=True)),
        "service_shown": len(shown) / len(known),
        "service_shown_right": _share(one == other for one, other in shown),
    }


def signal_figures(texts: Labelled) -> dict[str, float]:
    """Strict precision and recall of all signals together and of each, on texts that were read by hand."""
    found = [{signal.signal for signal in one.signals} for one in light.read([text for text, *_ in texts])]
    names = sorted({name for each in (*found, *(there for _, _, there, _ in texts)) for name in each})
    counts = {name: _counted(name, found, texts) for name in names}
    counts = {"all": tuple(map(sum, zip(*counts.values(), strict=True))), **counts}
    figures: dict[str, float] = {}
    for name, (right, wrong, missed) in counts.items():
        figures |= {f"{name}_fired": right + wrong, f"{name}_there": right + missed}
        figures |= {
            f"{name}_precision": right / max(1, right + wrong),
            f"{name}_recall": right / max(1, right + missed),
        }
    return figures


def _counted(name: str, found: Sequence[set[str]], texts: Labelled) -> tuple[int, ...]:
    """How often a signal was right, wrong and missed."""
    pairs = [
        (name in one, name in there)
        for one, (_, _, there, arguable) in zip(found, texts, strict=True)
        if name not in arguable
    ]
    return (pairs.count((True, True)), pairs.count((True, False)), pairs.count((False, True)))


COMPLAINTS = {
    "RudeService": ("Rude service", "Staff who are rude, unfriendly or ignore the customers."),
    "SlowService": ("Slow service", "Waiting a long time for the food, slow lines, a slow drive through."),
    "OrderProblem": ("Wrong order", "The order was wrong, something else was in the bag than what was ordered."),
    "Filthy": ("Dirty place", "Dirty tables, floors and restrooms, filth and smell."),
    "BadFood": ("Bad food", "The food was cold, stale, dry or tasted bad."),
    "ScaryMcDs": ("Unsafe place", "Homeless people, fights, drugs; guests feel unsafe."),
    "MissingFood": ("Missing items", "Items that were paid for were missing from the order."),
    "Cost": ("Price", "Too expensive, overcharged, prices and charges."),
}  # fmt: skip
"""What guests of a restaurant complain about, told as a company would tell its topics."""

RESTAURANT = {
    "food": ("Food", "How the dishes taste, how fresh and how large they are."),
    "service": ("Service", "How quick and attentive the service is, waiting for a table or a meal."),
    "staff": ("Staff", "Waiters, hosts, managers and bartenders: friendly, rude, helpful."),
    "price": ("Price", "What it costs and whether it is worth it, the bill, cheap or expensive."),
    "ambience": ("Atmosphere", "The room, decor, music, noise, lighting and mood of the place."),
    "menu": ("Menu", "The choice of dishes, drinks and wines on the menu."),
    "place": ("Place", "Where the restaurant is: the location, the seats, the tables, the room."),
}
"""What guests of a restaurant talk about."""


def complaint_topics(known: Rows) -> dict[str, float]:
    """Restaurant complaints by eight descriptions: how many have a topic, and how often the first is one of theirs."""
    pairs = [(row["review"], set(row["policies_violated"].split(";")) & COMPLAINTS.keys()) for row in known]
    return _topics("complaints", COMPLAINTS, [pair for pair in pairs if pair[1]])


def restaurant_topics(known: Rows) -> dict[str, float]:
    """Sentences of restaurant reviews by seven descriptions."""
    by_text: dict[str, set[str]] = {}
    for row in known:
        if row["task"] == "ACSA":
            by_text.setdefault(row["sentence"], set()).add(row["aspect"])
    pairs = [(text, kinds & RESTAURANT.keys()) for text, kinds in by_text.items()]
    return _topics("restaurants", RESTAURANT, [pair for pair in pairs if pair[1]][:2_000])


def _topics(name: str, kinds: dict[str, tuple[str, str]], pairs: Sequence[tuple[str, set[str]]]) -> dict[str, float]:
    specs = [light.TopicSpec(slug, *described) for slug, described in kinds.items()]
    texts = [text for text, _ in pairs]
    found, ranked = light.topics(texts, specs), light.topics(texts, [_open(spec) for spec in specs])
    first = [some[0].slug in gold for some, (_, gold) in zip(found, pairs, strict=True) if some]
    return {
        f"{name}_with_a_topic": len(first) / len(pairs),
        f"{name}_first_right": _share(first),
        f"{name}_likeliest_right": _share(some[0].slug in gold for some, (_, gold) in zip(ranked, pairs, strict=True)),
    }


def _open(spec: light.TopicSpec) -> light.TopicSpec:
    """A topic without a threshold."""
    return light.TopicSpec(spec.slug, spec.name, spec.description, spec.examples, threshold=0.0)


def calibration_error(sure: NDArray[np.float64], is_right: NDArray[np.bool_], bins: int = 10) -> float:
    """How far the stated confidence is from how often it was right, as the mean over equal bins."""
    order = np.array_split(np.argsort(sure, kind="stable"), bins)
    apart = [len(some) * abs(float(sure[some].mean() - is_right[some].mean())) for some in order if len(some)]
    return sum(apart) / max(1, len(sure))


def _of_ten(rating: float) -> str:
    return "negative" if rating <= 4 else "neutral" if rating <= 6 else "positive"


def _of_five(rating: float) -> str:
    return "negative" if rating <= 2 else "neutral" if rating <= 3 else "positive"


def _share(some: Iterable[bool]) -> float:
    known = list(some)
    return sum(known) / max(1, len(known))


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
