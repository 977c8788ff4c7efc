import ast
import re
from pathlib import Path

from heedful.courier import kinds
from heedful.loop import wiring
from tests.architecture import reading


def recorded(file: Path) -> list[tuple[str, str]]:
    """The name of each event that a module records, and where."""
    found = []
    for call in reading.calls(reading.tree(file)):
        if reading.dotted(call.func) != "events.record" or not call.args or not isinstance(call.args[0], ast.Call):
            continue
        name = reading.dotted(call.args[0].func).split(".")[-1]
        if name[:1].isupper():
            found.append((name, reading.place(file, call)))
    return found


def test_every_event_that_is_recorded_is_wired_or_listed_as_recorded_only() -> None:
    known = {event.__name__ for event in (*wiring.REACTIONS, *wiring.RECORDED_ONLY)}
    lost = [f"{where} {name}" for file in reading.files() for name, where in recorded(file) if name not in known]
    assert lost == []


def test_no_event_is_both_wired_and_recorded_only() -> None:
    assert set(wiring.REACTIONS) & set(wiring.RECORDED_ONLY) == set()
    assert len(wiring.RECORDED_ONLY) == len(set(wiring.RECORDED_ONLY))


def test_events_have_names_of_their_own() -> None:
    """The ledger keeps an event's name alone, so that two of one name would be one."""
    names = [event.__name__ for event in (*wiring.REACTIONS, *wiring.RECORDED_ONLY)]
    assert len(names) == len(set(names))


def test_reactions_are_found_by_their_names() -> None:
    from django.utils.module_loading import import_string

    for reactions in wiring.REACTIONS.values():
        for reaction in reactions:
            function = reaction.function
            assert import_string(f"{function.__module__}.{function.__qualname__}") is function


def test_every_kind_that_webhooks_hear_is_documented_and_no_other() -> None:
    table = (reading.ROOT / "docs" / "api.md").read_text(encoding="utf-8").partition("## Told as it happens")[2]
    rows = re.findall(r"^\| (`.*?) \|", table, re.MULTILINE)
    assert sorted(re.findall(r"`([a-z_.]+)`", " ".join(rows))) == list(kinds.every())
