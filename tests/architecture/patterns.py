"""Regular expressions of the product: where they are, and texts that make a careless one slow."""

import ast
import importlib
import itertools
import re
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from functools import cache
from typing import Any

from tests.architecture import reading

_parser: Any = importlib.import_module("re._parser")
_compiler: Any = importlib.import_module("re._compiler")

FUNCTIONS = {"compile", "match", "fullmatch", "search", "sub", "subn", "findall", "finditer", "split"}
PROBES = "a1 A_.-\"'\\@<>()[]{}/:;,!?=%#+*~\n\tzZ09é★\x00\x7f\u0301"
GLANCE, SHORT, LONG = 400, 1_250, 5_000
GLANCE_S = 0.0002
"""More than the slowest linear pattern takes for `GLANCE` characters; less is not looked at again."""
SLOW_S = 0.00075
"""More than the slowest linear pattern takes for `SHORT` characters."""
FEW = 10
LINEAR = 8
"""Four times the text takes a linear pattern four times as long, and a quadratic one sixteen times."""


@dataclass(frozen=True)
class Use:
    """A pattern and how the product applies it."""

    place: str
    pattern: re.Pattern[Any]
    ways: frozenset[str]


def uses(dynamic: dict[str, list[str]]) -> Iterator[Use]:
    """Every regular expression in the product; those made of a function's values are read from `dynamic`."""
    for file in reading.files():
        tree = reading.tree(file)
        assert not any(isinstance(node, ast.ImportFrom) and node.module == "re" for node in ast.walk(tree)), file
        if any(_calls(tree)):
            yield from _uses_in(".".join(file.relative_to(reading.ROOT).with_suffix("").parts), tree, dynamic)


def _uses_in(module: str, tree: ast.Module, dynamic: dict[str, list[str]]) -> Iterator[Use]:
    names = vars(importlib.import_module(module.removesuffix(".__init__")))
    for call, function, name in _calls(tree):
        place = f"{module}:{function}"
        ways = _ways(name) if call.func.attr == "compile" else frozenset({call.func.attr})  # type: ignore[attr-defined]
        try:
            found = [eval(compile(ast.Expression(call.args[0]), module, "eval"), names)]
        except NameError:
            found = dynamic.pop(place)
        for pattern in found:
            yield Use(place, re.compile(pattern, 0 if isinstance(pattern, re.Pattern) else _flags(call, names)), ways)


def _calls(tree: ast.Module) -> Iterator[tuple[ast.Call, str, str]]:
    """Calls of `re` with the function that they are in, and the name that they are assigned to."""
    for outer in tree.body:
        name = outer.targets[0].id if isinstance(outer, ast.Assign) and isinstance(outer.targets[0], ast.Name) else ""
        for node in ast.walk(outer):
            match node:
                case ast.Call(func=ast.Attribute(value=ast.Name(id="re"), attr=attr)) if attr in FUNCTIONS:
                    yield node, name or getattr(outer, "name", ""), name


def _flags(call: ast.Call, names: dict[str, Any]) -> int:
    said = [word.value for word in call.keywords if word.arg == "flags"]
    place = {"compile": 1, "sub": 4, "subn": 4, "split": 3}.get(call.func.attr, 2)  # type: ignore[attr-defined]
    said += call.args[place:]
    return int(eval(compile(ast.Expression(said[0]), "flags", "eval"), names)) if said else 0


@cache
def _sources() -> str:
    return "\n".join(file.read_text(encoding="utf-8") for file in reading.files())


def _ways(name: str) -> frozenset[str]:
    """How a compiled pattern is applied anywhere; in every way where that cannot be seen."""
    found = re.findall(rf"\b{name}\.(\w+)\b", _sources()) if name else []
    handed = re.findall(rf"[(,]\s*(?:\w+\.)*{name}\s*[,)]", _sources()) if name else []
    ways = FUNCTIONS.intersection(found) - {"compile"} | ({"sub"} if handed else set())
    return frozenset(ways or {"match", "fullmatch", "search"})


def slow(use: Use) -> str:
    """A text for which the pattern is worse than linear; empty when none was found."""
    pattern = use.pattern
    if not _is_unbounded(_parser.parse(pattern.pattern, pattern.flags & ~re.DEBUG)):
        return ""
    for prefix, pump, suffix in attacks(pattern):
        for way in {way if way in ("match", "fullmatch") else "findall" for way in use.ways}:
            run = getattr(pattern, way)
            if _took_s(run, _text(pattern, prefix, pump, suffix, GLANCE)) < GLANCE_S:
                continue
            if _took_s(run, _text(pattern, prefix, pump, suffix, SHORT)) < SLOW_S:
                continue
            short, long = (_text(pattern, prefix, pump, suffix, length) for length in (SHORT, LONG))
            if all(_times_longer(run, short, long, tries) > LINEAR for tries in (2, 6)):
                return f"{way}: {prefix!r}, {pump!r} over and over, {suffix!r}"
    return ""


def _times_longer(run: Callable[[Any], object], short: str | bytes, long: str | bytes, tries: int) -> float:
    """How many times as long the long text takes, at the best of some tries; 0 where the short one was a slip."""
    short_s = min(_took_s(run, short) for _ in range(tries))
    return min(_took_s(run, long) for _ in range(tries)) / short_s if short_s > SLOW_S / 2 else 0


def _is_unbounded(tree: Any) -> bool:
    """Whether anything in a pattern may repeat more than a few times; without that it looks a short way ahead."""
    return any(
        ("REPEAT" in str(op) and value[1] > FEW) or any(map(_is_unbounded, _parts(op, value))) for op, value in tree
    )


def _took_s(run: Callable[[Any], object], text: str | bytes) -> float:
    began = time.thread_time()
    run(text)
    return time.thread_time() - began


def _text(pattern: re.Pattern[Any], prefix: str, pump: str, suffix: str, length: int) -> str | bytes:
    text = prefix + pump * (length // len(pump)) + suffix
    return text.encode("latin-1", "replace") if isinstance(pattern.pattern, bytes) else text


def attacks(pattern: re.Pattern[Any]) -> Iterator[tuple[str, str, str]]:
    """Beginnings that a pattern likes, what may be repeated within it, and an end that it does not like."""
    tree = _parser.parse(pattern.pattern, pattern.flags & ~re.DEBUG)
    likes = _witnesses(tree, tree.state)[:8]
    prefixes = dict.fromkeys(["", *(like[:end] for like in likes for end in {1, 2, 3, len(like) - 1, len(like)} - {0})])
    letters = list(dict.fromkeys(_letters(tree, tree.state)))[:7]
    pumps = dict.fromkeys([*letters, *map("".join, itertools.permutations(letters, 2)), *filter(None, prefixes)])
    yield from itertools.product(list(prefixes)[:12], pumps, ("", "\x01x1"))


def _letters(tree: Any, state: Any) -> Iterator[str]:
    """A letter or two for every place of a pattern."""
    for op, value in tree:
        match str(op):
            case "LITERAL" | "NOT_LITERAL" | "IN" | "ANY":
                yield from _sample(op, value, state)
            case _:
                for part in _parts(op, value):
                    yield from _letters(part, state)


def _sample(op: Any, value: Any, state: Any) -> str:
    if str(op) == "LITERAL":
        return chr(value)
    one = _compiler.compile(_parser.SubPattern(state, [(op, value)]), state.flags & ~re.DEBUG)
    binary = isinstance(state.str, bytes)
    probes = (letter for letter in PROBES if not binary or letter.isascii())
    return "".join(itertools.islice((p for p in probes if one.fullmatch(p.encode() if binary else p)), 2))


def _parts(op: Any, value: Any) -> list[Any]:
    match str(op):
        case "BRANCH":
            return list(value[1])
        case "SUBPATTERN":
            return [value[3]]
        case "MAX_REPEAT" | "MIN_REPEAT" | "POSSESSIVE_REPEAT":
            return [value[2]]
        case "ASSERT" | "ASSERT_NOT":
            return [value[1]]
        case "ATOMIC_GROUP":
            return [value]
        case _:
            return []


def _witnesses(tree: Any, state: Any) -> list[str]:
    """Texts that a pattern matches or nearly does, one for each of its branches."""
    out = [""]
    for op, value in tree:
        match str(op):
            case "LITERAL" | "NOT_LITERAL" | "IN" | "ANY":
                nexts = [_sample(op, value, state)[:1]]
            case "ASSERT" | "ASSERT_NOT":
                nexts = [""]
            case "MAX_REPEAT" | "MIN_REPEAT" | "POSSESSIVE_REPEAT":
                nexts = [text * max(value[0], 1) for text in _witnesses(value[2], state)]
            case _:
                nexts = [text for part in _parts(op, value) for text in _witnesses(part, state)] or [""]
        out = [a + nexts[0] for a in out] + [out[0] + b for b in nexts[1:]]
    return out
