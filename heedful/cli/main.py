"""The command `heedful`: every module beside this one that has a `run` is a command of that name."""

import argparse
import ast
import importlib
import signal
import sys
from collections.abc import Callable
from pathlib import Path
from types import ModuleType

from heedful.cli import place
from heedful.kit.env import Misconfigured
from heedful.kit.errors import Refused

# These start the database and Django themselves, or need neither.
BY_THEMSELVES = {"up", "backup", "restore"}


def main(words: list[str] | None = None, *, processes: Callable[[], object]) -> int:
    """Run one command; refusals are printed as they are, without a traceback.

    `processes` loads what the processes of `up` do, which is put together above the shell.
    """
    words = sys.argv[1:] if words is None else words
    names = commands()
    if not words or words[0] in {"-h", "--help", "help"}:
        print(_overview(names))
        return 0
    if words[0] not in names:
        print(f"heedful: there is no command {words[0]!r}. `heedful help` lists them all.", file=sys.stderr)
        return 2
    signal.signal(signal.SIGTERM, _stop)
    try:
        return _run(words[0], names[words[0]], words[1:], processes)
    except (Refused, Misconfigured) as no:
        print(f"heedful: {no}", file=sys.stderr)
    except KeyboardInterrupt as interrupt:
        print("heedful: stopped.", file=sys.stderr)
        return 128 + (interrupt.args[0] if interrupt.args else signal.SIGINT)
    except BrokenPipeError:
        sys.stderr.close()
    except Exception as error:
        if not _is_outage(error):
            raise
        print(f"heedful: the database does not answer: {str(error).splitlines()[0]}", file=sys.stderr)
    return 1


def _stop(number: int, *_: object) -> None:
    """End as by Ctrl-C, so that a database that was started for this command is not left running."""
    raise KeyboardInterrupt(number)


def commands() -> dict[str, str]:
    """Return each command's name and module, read from the files without importing them."""
    modules = {}
    for file in sorted(Path(__file__).parent.glob("*.py")):
        body = ast.parse(file.read_bytes()).body
        if file.stem != "main" and any(isinstance(part, ast.FunctionDef) and part.name == "run" for part in body):
            modules[file.stem.rstrip("_").replace("_", "-")] = file.stem
    return modules


def _overview(commands: dict[str, str]) -> str:
    lines = ["usage: heedful COMMAND [--data DIR] ...", ""]
    for name, module in commands.items():
        summary = (ast.get_docstring(ast.parse((Path(__file__).parent / f"{module}.py").read_bytes())) or "").split(
            "\n"
        )
        lines.append(f"  {name:<12} {summary[0]}")
    return "\n".join([*lines, "", "`heedful COMMAND --help` says more."])


def _run(name: str, module: str, words: list[str], processes: Callable[[], object]) -> int:
    where = argparse.ArgumentParser(add_help=False, allow_abbrev=False)
    where.add_argument("--data", metavar="DIR", help="the data folder (HEEDFUL_DATA, else data/ in the checkout)")
    if name in BY_THEMSELVES or {"-h", "--help"} & set(words):
        return _call(name, _load(module), where, words, processes)
    home = place.settle(where.parse_known_args(words)[0].data)
    with home.database():
        place.prepare()
        return _call(name, _load(module), where, words, processes)


def _load(module: str) -> ModuleType:
    if "django.conf" not in sys.modules and module not in BY_THEMSELVES:
        place.settle(None)
        import django

        django.setup()
    return importlib.import_module(f"heedful.cli.{module}")


def _call(
    name: str,
    module: ModuleType,
    where: argparse.ArgumentParser,
    words: list[str],
    processes: Callable[[], object],
) -> int:
    parser = argparse.ArgumentParser(f"heedful {name}", description=module.__doc__, parents=[where])
    if hasattr(module, "arguments"):
        module.arguments(parser)
    parsed, rest = where.parse_known_args(words)
    options = parser.parse_args(rest)
    options.data, options.processes = parsed.data, processes
    return module.run(options) or 0


def _is_outage(error: Exception) -> bool:
    return type(error).__name__ in {"OperationalError", "InterfaceError"}
