"""Check a map before a row is read: every refusal names the line, what is wrong there, and what may stand there."""

import difflib
import re
import tomllib
from collections.abc import Iterator, Mapping, Sequence
from types import UnionType
from typing import Any, NoReturn, get_args, get_origin

import msgspec

from heedful.imports import rules
from heedful.imports.schema import ImportMap
from heedful.kit.errors import Refused

type Place = tuple[str | int, ...]
"""The way to a value: keys, and the numbers of list items from 0."""


class _Wrong(Exception):
    def __init__(self, place: Place, sentence: str):
        super().__init__(sentence)
        self.place, self.sentence = place, sentence


def read(text: str, name: str) -> ImportMap:
    """Return the map that a text is, or refuse with its first mistake."""
    try:
        document = tomllib.loads(text)
    except tomllib.TOMLDecodeError as error:
        raise Refused(f"{name} is not TOML: {_not_toml(str(error), text)}") from None
    except RecursionError:
        raise Refused(f"{name} is not TOML: it is nested too deeply.") from None
    try:
        _check(document, ImportMap, ())
        mapping = msgspec.convert(document, ImportMap)
        for place, struct in _structs(mapping, ()):
            for key, sentence in rules.wrong(struct):
                raise _Wrong((*place, key) if key else place, sentence)
    except _Wrong as wrong:
        line = _line(text, wrong.place)
        raise Refused(f"{name}{f', line {line}' if line else ''}: {wrong.sentence}") from None
    return mapping


def _check(document: Any, kind: Any, place: Place) -> None:
    """Hold a value against what may stand in its place."""
    options = get_args(kind) if isinstance(kind, UnionType) else (kind,)
    for option in options:
        origin = get_origin(option) or option
        if isinstance(document, dict) and origin is dict:
            for key, one in document.items():
                _check(one, get_args(option)[1], (*place, key))
            return None
        if isinstance(document, dict) and isinstance(origin, type) and issubclass(origin, msgspec.Struct):
            return _check_table(document, origin, place)
        if isinstance(document, list) and origin is list:
            for number, one in enumerate(document):
                _check(one, get_args(option)[0], (*place, number))
            return None
        if _is_scalar(document, origin):
            return None
    raise _Wrong(place, f"{_named(place)} takes {_either(options)}, not {_word(document)}.")


def _check_table(table: Mapping[str, Any], struct: type[msgspec.Struct], place: Place) -> None:
    fields = {field.encode_name: field for field in msgspec.structs.fields(struct)}
    for key in table:
        if key not in fields:
            _refuse_key(key, list(fields), place)
    for key, field in fields.items():
        if key in table:
            _check(table[key], field.type, (*place, key))
        elif field.required:
            raise _Wrong(place, f"{_named(place)} needs {f'`{key}`' if place or key == 'source' else f'[{key}]'}.")


def _refuse_key(key: str, allowed: Sequence[str], place: Place) -> NoReturn:
    top = [field.encode_name for field in msgspec.structs.fields(ImportMap)]
    if place and key in top and key not in allowed:
        hint = f"`{key}` belongs to the top of the map, before the first [table]."
    elif near := difflib.get_close_matches(key, allowed, 1):
        hint = f"Do you mean `{near[0]}`?"
    else:
        hint = f"It may have {', '.join(f'`{one}`' for one in allowed)}."
    raise _Wrong((*place, key), f"{_named(place)} has no key `{key[:60]}`. {hint}")


def _is_scalar(value: Any, kind: Any) -> bool:
    if isinstance(value, bool):
        return kind is bool
    return isinstance(value, str) if kind is str else kind in (int, float) and isinstance(value, (int, kind))


def _structs(value: Any, place: Place) -> Iterator[tuple[Place, msgspec.Struct]]:
    """Every table of a map with its place, the outer one first."""
    if isinstance(value, msgspec.Struct):
        yield place, value
        for field in msgspec.structs.fields(type(value)):
            yield from _structs(getattr(value, field.name), (*place, field.encode_name))
    elif isinstance(value, dict | list):
        for key, one in value.items() if isinstance(value, dict) else enumerate(value):
            yield from _structs(one, (*place, key))


def _named(place: Place) -> str:
    """A place as a person would look for it: `email` of [customer], [[touchpoint]] number 2."""
    if not place:
        return "The map"
    inner: list[str] = []
    while place and not (isinstance(place[-1], int) and place[0] == "touchpoint" and len(place) == 2):
        if len(place) == 1:
            table = place[0] in ("customer", "file", "more_is", "stages")
            inner.append(f"[{place[0]}]" if table else f"`{place[0]}`")
            return " of ".join(inner)
        if isinstance(place[-1], int):
            inner.append(f"number {place[-1] + 1}")
        else:
            inner.append(f"`{place[-1]}`")
        place = place[:-1]
    inner.append(f"[[touchpoint]] number {int(place[1]) + 1}")
    return " of ".join(inner)


def _either(options: Sequence[Any]) -> str:
    words = [word for option in options if (word := _takes(option))]
    return " or ".join(dict.fromkeys(words))


def _takes(option: Any) -> str:
    origin = get_origin(option) or option
    if isinstance(origin, type) and issubclass(origin, msgspec.Struct):
        keys = [field.encode_name for field in msgspec.structs.fields(origin)][:3]
        return f"a table such as {{ {', '.join(f'{key} = ...' for key in keys)} }}"
    words = {str: "a text in quotes", int: "a whole number", float: "a number", bool: "true or false", list: "a list"}
    return words.get(origin, "a table" if origin is dict else "")


def _word(value: Any) -> str:
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, str):
        return f"the text {value[:40]!r}"
    if isinstance(value, int | float):
        return f"the number {value}"
    if isinstance(value, list | dict):
        return "a list" if isinstance(value, list) else "a table"
    return f"a bare date; put {value} in quotes"


def _line(text: str, place: Place) -> int:
    """The line on which a place stands, or of the nearest thing around it."""
    lines = _lines(text)
    for end in range(len(place), 0, -1):
        if place[:end] in lines:
            return lines[place[:end]]
    return 0


def _lines(text: str) -> dict[Place, int]:
    """The line of each key and each table's head; what is inside a line has none of its own."""
    lines: dict[Place, int] = {}
    table: Place = ()
    counts: dict[Place, int] = {}
    for number, line in enumerate(text.splitlines(), 1):
        if head := re.match(r"\s*(\[\[?)([^\]]+)\]", line):
            table = ()
            parts = _parts(head[2])
            for part in parts:
                table = (*table, part)
                if len(table) == len(parts) and head[1] == "[[":
                    counts[table] = counts.get(table, -1) + 1
                if table in counts:
                    table = (*table, counts[table])
            lines.setdefault(table, number)
        elif key := re.match(r"\s*((?:\"[^\"]*\"|'[^']*'|[\w-]+)(?:\s*\.\s*(?:\"[^\"]*\"|'[^']*'|[\w-]+))*)\s*=", line):
            lines.setdefault((*table, *_parts(key[1])), number)
    return lines


def _parts(dotted: str) -> list[str]:
    return [part.strip("\"'") for part in re.findall(r"\"[^\"]*\"|'[^']*'|[\w-]+", dotted)]


def _not_toml(error: str, text: str) -> str:
    """Say in words what the reader of TOML found, and where."""
    match = re.search(r"\(at (?:line (\d+), column \d+|end of document)\)", error)
    line = int(match[1]) if match and match[1] else len(text.splitlines())
    shown = (text.splitlines() or [""])[min(line, len(text.splitlines()) or 1) - 1].strip()[:80]
    return f"line {line} ({shown}) cannot be read; {_why(error)}"


def _why(error: str) -> str:
    for start, sentence in TOML_SAYS.items():
        if start in error:
            return sentence
    return "a line is `key = value`, `[table]` or `[[touchpoint]]`."


TOML_SAYS = {
    "Invalid value": "a text stands in quotes, and after `=` there is a value.",
    "Expected '=' after": "a key that is more than one word stands in quotes, and `=` follows it.",
    "Invalid statement": "a line is `key = value`, `[table]` or `[[touchpoint]]`.",
    "Expected newline": "after the value there is something more; each key has a line of its own.",
    "Unclosed array": "a list is opened and not closed with `]`.",
    "Unclosed inline table": "a table is opened with `{`, stays on its line, and is closed with `}`.",
    "Cannot declare": "this table is there already; only [[touchpoint]] may come again.",
    "Cannot overwrite": "this key is there already.",
    "Cannot mutate": "this table is complete where it is first written.",
    "Duplicate inline table key": "a key stands twice in this table.",
    "Cannot redefine": "this table is there already; only [[touchpoint]] may come again.",
    "Expected ']'": "the head of a table is closed with `]`, and that of [[touchpoint]] with `]]`.",
    "Illegal character": "a text is not closed with a quote on its line.",
    "Unterminated string": "a text is not closed with a quote.",
    'Expected "\'"': "a text is not closed with a quote.",
    "Unescaped": "in double quotes a backslash begins a special character; write it in single quotes.",
    "Invalid escape": "in double quotes a backslash begins a special character; write it in single quotes.",
    "Invalid hex": "in double quotes a backslash begins a special character; write it in single quotes.",
    "Invalid initial character": "a key begins with a letter or a number, or stands in quotes.",
}
