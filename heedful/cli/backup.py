"""Write everything that the database holds into one file."""

import argparse
import errno
import os
import subprocess
import time
from pathlib import Path

from tqdm import tqdm

from heedful.cli import place
from heedful.kit.errors import Refused
from heedful.kit.postgres import address, binaries, failures


def arguments(parser: argparse.ArgumentParser) -> None:
    """Say what can be chosen."""
    parser.add_argument("file", type=Path, help="the file to write; PostgreSQL's custom format, compressed")
    parser.add_argument("--replace", action="store_true", help="overwrite the file if it is there")


def run(options: argparse.Namespace) -> int:
    """Write the backup beside its final name first, so that a file of that name is always whole."""
    file: Path = options.file.absolute()
    home = place.settle(options.data)
    if file.exists() and not options.replace:
        raise Refused(f"{file} is there already. Choose another name, or say --replace.", code="exists")
    if file.is_dir() or not file.parent.is_dir():
        raise Refused(f"{file} cannot be written: name a file, in a folder that is there.", code="file")
    with home.database() as url, failures.in_sentences(file.parent, what="folder"):
        partial = file.with_name(f".{file.name}.partial")
        try:
            _dump(url, partial)
            partial.replace(file)
        finally:
            partial.unlink(missing_ok=True)
    print(f"Backed up to {file} ({file.stat().st_size / 1e6:.1f} MB).")
    print(f"Signed links and sessions also need {home.data / 'secret_key'}: keep a copy of it apart from the backup.")
    return 0


def _dump(url: str, file: Path) -> None:
    file.touch(mode=0o600)
    program = binaries.clients(place.server_version(url)) / "pg_dump"
    command = [str(program), "-Fc", "--no-owner", "--no-privileges", "--no-comments", "-f", str(file)]
    process = subprocess.Popen(
        [*command, "-d", address.shown(url)], stderr=subprocess.PIPE, text=True, env=address.environment(url)
    )
    try:
        with tqdm(desc="backing up", unit="B", unit_scale=True, delay=2, leave=False) as bar:
            while process.poll() is None:
                time.sleep(0.05)
                bar.update(file.stat().st_size - bar.n)
    finally:
        process.kill()  # does nothing to one that has ended
    if process.returncode:
        raise failed("The backup", process.stderr.read() if process.stderr else "")


def failed(what: str, output: str) -> Refused:
    """Return the refusal for a program of PostgreSQL that gave up."""
    if os.strerror(errno.ENOSPC) in output:
        return Refused(f"{what} did not succeed: the disk is full. Free some space and try again.", code="disk_full")
    lines = [line for line in output.splitlines() if "rror:" in line or "ERROR" in line] or output.splitlines()
    return Refused(f"{what} did not succeed: {lines[0].strip() if lines else 'no reason was given'}", code="failed")
