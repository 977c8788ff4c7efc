"""Reads the product's own code as trees, for rules that no linter knows."""

import ast
from collections.abc import Iterator
from functools import cache
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
PACKAGE = ROOT / "heedful"

# Uphill first; what stands in one tuple stands side by side.
STAGES = (
    ("config",),
    ("cli", "loop", "web", "api"),
    ("demo",),
    ("imports",),
    ("prove",),
    ("act",),
    ("understand",),
    ("listen",),
    ("promise",),
    ("courier",),
    ("customers",),
    ("associates",),
    ("ledger",),
    ("kit",),
)
HEIGHT = {stage: -depth for depth, stages in enumerate(STAGES) for stage in stages}
NOUNS = tuple(stage for stages in STAGES[2:-1] for stage in stages)

type Function = ast.FunctionDef | ast.AsyncFunctionDef


@cache
def tree(file: Path) -> ast.Module:
    return ast.parse(file.read_text(encoding="utf-8"))


def files(*stages: str) -> list[Path]:
    """Every module of some stages, or of all, without migrations."""
    roots = [PACKAGE / stage for stage in stages] or [PACKAGE]
    return [file for root in roots for file in sorted(root.rglob("*.py")) if "migrations" not in file.parts]


def calls(node: ast.AST) -> Iterator[ast.Call]:
    return (part for part in ast.walk(node) if isinstance(part, ast.Call))


def functions(node: ast.AST) -> Iterator[Function]:
    return (part for part in ast.walk(node) if isinstance(part, ast.FunctionDef | ast.AsyncFunctionDef))


def dotted(node: ast.AST) -> str:
    """A call's or an attribute's chain as text: `Case.objects.filter().update`."""
    match node:
        case ast.Name(id=name):
            return name
        case ast.Attribute(value=value, attr=attribute):
            return f"{dotted(value)}.{attribute}"
        case ast.Call(func=function):
            return f"{dotted(function)}()"
        case ast.Subscript(value=value):
            return f"{dotted(value)}[]"
        case _:
            return "?"


@cache
def name(file: Path) -> str:
    """A file as somebody names it who stands in the checkout."""
    return str(file.relative_to(ROOT))


def place(file: Path, node: ast.AST) -> str:
    return f"{name(file)}:{getattr(node, 'lineno', 0)}"
