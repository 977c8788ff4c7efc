"""Show a score with its interval, whole and by stage, channel, segment, kind or month."""

import argparse

from django.utils import timezone

from heedful.customers import question_kinds
from heedful.prove import answers, directions, periods, scores
from heedful.prove.scores import Estimate


def arguments(parser: argparse.ArgumentParser) -> None:
    """Say what can be chosen."""
    parser.add_argument("question", nargs="?", default="recommend", help="such as recommend or satisfaction.delivery")
    parser.add_argument(
        "--by", choices=["stage", "channel", "segment", "month", "kind", "brand", "source"], default="stage"
    )
    parser.add_argument("--period", choices=periods.CHOICES, default="all")
    parser.add_argument("--weighted", action="store_true", help="each answer by its customer's yearly value")


def run(options: argparse.Namespace) -> int:
    """Print the figures; of two that share a letter nobody can say which is better."""
    question_kinds.scale_of(options.question)
    period = periods.last(options.period, at=timezone.now())
    query = {"questions": [options.question], "period": period, "weighted": options.weighted}
    whole = answers.tallies(**query).get(options.question, {})
    if not whole:
        print(f"Nobody answered {options.question} in this time.")
        return 0
    print(
        _line(
            question_kinds.name_of(options.question),
            scores.score(options.question, whole[""], weighted=options.weighted),
        )
    )
    groups = answers.tallies(**query, by=options.by)[options.question]
    figures = {
        key or "(none)": figure
        for key, tally in groups.items()
        if (figure := scores.score(options.question, tally, weighted=options.weighted))
    }
    for name, figure in figures.items():
        print(_line(f"  {name}", figure))
    more_is = directions.of(options.question)
    ranking = scores.rank(figures, is_less_better=more_is == "worse")
    if ranking.has_any_apart:
        print("Best to worst:" if more_is else "From the highest to the lowest:")
        for name, letters in ranking.letters.items():
            print(f"  {name:<28} {letters}")
        print("Two that share a letter cannot be told apart.")
    elif len(figures) - len(ranking.too_few) > 1:
        print("These cannot be told apart.")
    return 0


def _line(name: str, figure: Estimate | None) -> str:
    if figure is None:
        return f"{name:<28} no answers"
    times, sign = (100, " %") if figure.unit == "share" else (1, "")
    low, high = figure.interval
    words = (
        f"{name:<28} {figure.value * times:6.1f}{sign}  ({low * times:.1f} to {high * times:.1f})  {figure.n:,} answers"
    )
    if figure.weighted:
        words += f" that weigh, as good as {figure.effective_n:,.0f}"
    return words if figure.enough else words + ", too few to tell"
