"""What the table says holds below the doors: a page that forgets to ask is refused by the operation all the same."""

import ast
from collections import defaultdict
from functools import cache

from heedful.associates import permissions
from tests.architecture import reading

DOORS = ("heedful/web/", "heedful/api/", "heedful/cli/")
AT_THE_DOOR = {
    "customer.edit": "what happened is also told by keys that only send, which have no other right",
}
"""Changes that the doors ask about, and why."""


@cache
def asked() -> dict[str, set[str]]:
    """Action -> the files that refuse who may not."""
    found: dict[str, set[str]] = defaultdict(set)
    for file in reading.files():
        for call in reading.calls(reading.tree(file)):
            if reading.dotted(call.func).rpartition(".")[2] in {"must", "lock_for", "page"}:
                for argument in call.args:
                    if isinstance(argument, ast.Constant) and argument.value in permissions.TABLE:
                        found[argument.value].add(reading.name(file))
    return found


def test_every_change_is_refused_by_its_operation() -> None:
    changes = {action for action in permissions.TABLE if not action.endswith(".read")}

    only_at_doors = {action for action in changes if all(file.startswith(DOORS) for file in asked()[action])}

    assert only_at_doors == set(AT_THE_DOOR)


def test_everything_that_is_read_is_asked_about_at_each_door() -> None:
    """Who may read is a question of the page; the same is asked by the API, where it shows the same."""
    reads = {action for action in permissions.TABLE if action.endswith(".read")}

    assert {action for action in reads if not asked()[action]} == set()
    api = {action for action in reads if any(file.startswith("heedful/api/") for file in asked()[action])}
    assert api == {
        "board.read",
        "brand.read",
        "case.read",
        "customer.read",
        "feedback.read",
        "promise.read",
        "topic.read",
    }
