"""What the board counts, as plain numbers that any later version must count again from the same rows."""

from datetime import datetime
from typing import Any

from heedful.customers.models import Customer, Touchpoint
from heedful.ledger.models import Entry
from heedful.prove import answers, loop_speed, periods, scorecards, scores
from heedful.prove.scores import Estimate

QUESTIONS = ("recommend", "satisfaction", "ease", "compared")


def board(*, at: datetime) -> dict[str, Any]:
    """Promises, headlines and the speed of the loop over a year, and how much there is of what they rest on."""
    period = periods.last("365", at=at)
    tallies = answers.tallies(questions=QUESTIONS, period=period)
    loop = loop_speed.speed(period=period, at=at)
    return {
        "promises": {
            card.promise.slug: [
                card.kept, card.due, card.open, card.cases, card.worth.customers, float(card.worth.amount),
                numbers(card.attainment), numbers(card.gap),
                {one.question: numbers(one.kept) for one in card.experience},
            ]
            for card in scorecards.cards(period=period, at=at)
        },
        "headlines": {question: numbers(scores.score(question, tallies[question][""])) for question in QUESTIONS},
        "loop": [
            loop.cases, loop.closed, loop.to_first_act and loop.to_first_act.total_seconds(),
            loop.to_close and loop.to_close.total_seconds(), numbers(loop.in_time), numbers(loop.helped),
        ],
        "rows": [Customer.objects.count(), Touchpoint.objects.count(), Entry.objects.count()],
    }  # fmt: skip


def numbers(figure: Estimate | None) -> list[float] | None:
    """A figure, its interval and what it rests on."""
    return [round(number, 9) for number in (figure.value, figure.low, figure.high, figure.n)] if figure else None
