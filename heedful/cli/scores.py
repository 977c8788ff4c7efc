"""Show a score with its interval, whole and by stage, channel, segment, kind or month."""

import argparse

from django.utils import timezone

from heedful.customers import question_kinds
from heedful.prove import answers, periods, scores
from heedful.prove.scores import Estimate


def arguments(parser: argparse.ArgumentParser) -> None:
    """Say what can be chosen."""
    parser.add_argument("question", nargs="?", default="recommend", help="such as recommend or satisfaction.delivery")
    parser.add_argument("--by", choices=["stage", "channel", "segment", "month", "kind"], default="stage")
    parser.add_argument("--period", choices=periods.CHOICES, default="all")
    parser.add_argument("--weighted", action="store_true", help="each answer by its customer's yearly value")


def run(options: argparse.Namespace) -> int:
    """Print the figures; of two that stand in one tier nobody can say which is better."""
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
    ranking = scores.rank(figures)
    if len(ranking.tiers) > 1:
        print("Best to worst: " + "; ".join(" / ".join(tier) for tier in ranking.tiers))
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
    return words if figure.enough else words + ", too few to tell"
