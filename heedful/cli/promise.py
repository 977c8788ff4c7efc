"""Make a promise from the shell, or list them with how often each was kept."""

import argparse
from collections.abc import Iterator
from datetime import date, datetime, time
from zoneinfo import ZoneInfo

from django.utils import timezone

from heedful.associates import company
from heedful.associates.models import Associate
from heedful.customers.models import Stage
from heedful.kit.actor import SYSTEM
from heedful.kit.errors import Refused
from heedful.promise import promises, retrospect, standards
from heedful.promise.models import Calendar
from heedful.promise.retrospect import Retrospect
from heedful.promise.standards import StandardDraft
from heedful.prove import periods, scorecards
from heedful.prove.experience import ExperienceByOutcome
from heedful.prove.scores import Estimate


def arguments(parser: argparse.ArgumentParser) -> None:
    """Say what can be chosen."""
    verbs = parser.add_subparsers(dest="verb", required=True, metavar="add|list")
    add = verbs.add_parser("add", help="promise something, and see how it would have gone lately")
    add.add_argument("words", help="as the customer hears it")
    add.add_argument("--stage", default="", help="of the relationship, such as onboarding")
    add.add_argument("--owner", default="", metavar="EMAIL")
    how = add.add_mutually_exclusive_group(required=True)
    for form in standards.forms():
        option = f"--{form.code.replace('_', '-')}"
        how.add_argument(option, nargs=len(form.shell.words), metavar=form.shell.words, help=form.shell.help)
    add.add_argument("--match", default="", metavar="PROPERTY", help="FROM and TO belong together by this property")
    add.add_argument("--since", default="", metavar="DAY", help="promised since that day, such as 2026-01-01")
    add.add_argument(
        "--experience-question", default="", metavar="QUESTION", help="the question by which it is known how it felt"
    )
    add.add_argument("--calendar", default="", metavar="NAME", help="count working time by this calendar")
    show = verbs.add_parser("list", help="show each promise: kept of due, and the score when kept and when broken")
    show.add_argument("--period", choices=periods.CHOICES, default="all")


def run(options: argparse.Namespace) -> int:
    """Do it."""
    if options.verb == "add":
        return _add(options)
    now = timezone.now()
    for card in scorecards.cards(period=periods.last(options.period, at=now), at=now):
        print(card.promise.words)
        for line in _lines(card):
            print(f"  {line}")
    return 0


def _lines(card: scorecards.PromiseCard) -> Iterator[str]:
    if counting := card.promise.counting:
        yield f"still being counted: {counting.done:,} of {counting.total:,} customers; the figures are not yet whole"
    if not card.is_measurable:
        yield "cannot be measured: nothing has come in of what it needs"
    elif card.attainment is None:
        yield f"nothing was due; {card.open:,} open"
    else:
        yield f"kept {card.attainment.value:.1%} of {card.due:,} (95 %: {_span(card.attainment)}), {card.open:,} open"
    for experience in card.experience:
        yield from _experience(experience)
    if card.gap:
        yield f"gap {card.gap.value:+.1f} of {card.gap.n:,} answers (95 %: {_span(card.gap)}){_few(card.gap)}"


def _experience(one: ExperienceByOutcome) -> Iterator[str]:
    for state, figure, whole in (("kept", one.kept, one.of_all_kept), ("broken", one.broken, one.of_all_broken)):
        if whole:
            yield f"{one.question} of all {state}: {_value(whole)} of {whole.n:,} (95 %: {_span(whole)}){_few(whole)}"
        if figure:
            words = f"{one.question} when {state}: {_value(figure)} of {figure.n:,} answers"
            yield f"{words} (95 %: {_span(figure)}){_few(figure)}"


def _value(figure: Estimate) -> str:
    return f"{figure.value:.1%}" if figure.unit == "share" else f"{figure.value:.2f}"


def _span(figure: Estimate) -> str:
    shape = {"share": ".1%", "gap": "+.1f"}.get(figure.unit, ".2f")
    return f"{figure.low:{shape}} to {figure.high:{shape}}"


def _few(figure: Estimate) -> str:
    return "" if figure.enough else ", too few to tell"


def _add(options: argparse.Namespace) -> int:
    stage = Stage.objects.filter(pk=options.stage).first()
    if options.stage and stage is None:
        raise Refused(f"There is no stage {options.stage!r}.")
    owner = Associate.objects.filter(email__iexact=options.owner).first()
    if options.owner and owner is None:
        raise Refused(f"Nobody here has the address {options.owner!r}.")
    wording = promises.Wording(
        words=options.words, stage=stage, owner=owner, experience_question=options.experience_question
    )
    draft, now, since = _standard(options), timezone.now(), _since(options.since)
    lately = retrospect.would_have_been(drafts=[draft], audience={}, at=now)
    made = promises.make(wording=wording, standards=[draft], since=since, by=SYSTEM, at=now)
    print(f"Promised: {made.words}")
    for sentence in promises.sentences(made):
        print(f"  {sentence}")
    for line in _retrospect(lately):
        print(f"  {line}")
    if since:
        print("What happened since is counted in the background while `heedful up` runs.")
    return 0


def _retrospect(lately: Retrospect) -> Iterator[str]:
    for missing in lately.missing:
        meant = f" Did you mean {missing.nearest}?" if missing.nearest else ""
        yield f"cannot be measured: nothing called {missing.kind} has come in yet.{meant}"
    if lately.share is not None:
        yield f"in the last {lately.days} days it would have been kept {lately.share:.0%}, {lately.broken:,} broken"


def _since(day: str) -> datetime | None:
    """The first moment of a day where the company is."""
    try:
        return datetime.combine(date.fromisoformat(day), time.min, ZoneInfo(company.zone())) if day else None
    except ValueError:
        raise Refused(f"Write a day as 2026-01-31, not {day!r}.") from None


def _standard(options: argparse.Namespace) -> StandardDraft:
    calendar = Calendar.objects.filter(name=options.calendar).first()
    if options.calendar and calendar is None:
        raise Refused(f"There is no calendar {options.calendar!r}.")
    form, words = next((form, words) for form in standards.forms() if (words := getattr(options, form.code)))
    by = {"calendar": calendar, "match_property": options.match}
    return StandardDraft(form=form.code, **by, **form.shell.read(*words))
