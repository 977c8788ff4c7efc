"""Import: rows a second, CPU a row and memory of kinds of file, beside reading the same file alone."""

import argparse
import json
import os
import resource
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from pathlib import Path

from heedful.kit.postgres import Server

ROOT = Path(__file__).parents[1]
MAPS = ROOT / "docs" / "maps"
HEAD = (
    "order;customer_email;phone;name;plan;monthly;ordered_at;promised_for"
    ";delivered_at;reviewed_at;stars;comment;may_mail"
)


def main() -> None:
    """Print one JSON line: the figures of a small and a large import, each in a process of its own."""
    parser = argparse.ArgumentParser()
    parser.add_argument("--rows", type=int, default=100_000)
    parser.add_argument("--child", type=Path)
    options = parser.parse_args()
    if options.child:
        print(json.dumps(_import(options.child)))
        return
    with tempfile.TemporaryDirectory(prefix="hb") as folder:
        server = Server(Path(folder) / "pg")
        server.start()
        try:
            environment = {
                **os.environ,
                "DATABASE_URL": server.url(),
                "HEEDFUL_SECRET_KEY": "only for this measurement",
                "HEEDFUL_DATA": folder,
                "DJANGO_SETTINGS_MODULE": "heedful.config.settings",
            }
            subprocess.run([sys.executable, "-m", "django", "migrate", "-v0"], env=environment, check=True)
            small = _measured(Path(folder), options.rows // 10, environment, server, "small", orders)
            large = _measured(Path(folder), options.rows, environment, server, "large", orders)
            words = _measured(Path(folder), options.rows // 2, environment, server, "words", nps)
            events = _measured(Path(folder), options.rows // 2, environment, server, "events", clickstream)
            wide = _measured(Path(folder), options.rows // 5, environment, server, "wide", ratings)
        finally:
            server.stop()
    print(
        json.dumps(
            {
                "bench": "imports",
                "small": small,
                "large": large,
                "words": words,
                "events": events,
                "wide": wide,
                "memory_ratio": round(large["peak_mb"] / small["peak_mb"], 2),
            }
        )
    )


def _measured(
    folder: Path, rows: int, environment: dict[str, str], server: Server, name: str, shape: "Shape"
) -> dict[str, float]:
    file = folder / f"{name}.{shape.__name__}.csv"
    with file.open("w", encoding="utf-8") as out:
        out.writelines(f"{line}\n" for line in shape(rows, name))
    before = _postgres_cpu(server)
    child = subprocess.run(
        [sys.executable, "-m", "bench.imports", "--child", str(file)],
        env=environment,
        cwd=ROOT,
        check=True,
        capture_output=True,
        text=True,
    )
    said = json.loads(child.stdout.splitlines()[-1])
    database = _postgres_cpu(server) - before
    return {
        "rows": rows,
        "touchpoints": said["taken"],
        "rows_per_s": round(rows / said["wall_s"]),
        "cpu_us_per_row": round((said["cpu_s"] + database) / rows * 1e6, 1),
        "floor_read_only_us_per_row": round(said["floor_s"] / rows * 1e6, 1),
        "peak_mb": said["peak_mb"],
    }


def _import(file: Path) -> dict[str, float]:
    import django

    django.setup()
    from django.utils import timezone

    from heedful import imports
    from heedful.kit.actor import By

    shape = file.suffixes[0].removeprefix(".")
    if shape == "ratings":
        file.with_suffix(".toml").write_text(RATINGS)
    found = imports.read_map(file.with_suffix(".toml") if shape == "ratings" else MAPS / f"{shape}.toml")
    start = time.process_time()
    for _ in imports.open_table(file).rows():
        pass
    floor, cpu, wall = time.process_time() - start, time.process_time(), time.monotonic()
    report = imports.run(
        table=imports.open_table(file),
        mapping=found,
        rejected=file.with_suffix(".bad"),
        by=By("import", "bench"),
        at=timezone.now(),
    )
    return {
        "wall_s": time.monotonic() - wall,
        "cpu_s": time.process_time() - cpu,
        "floor_s": floor,
        "taken": report.taken,
        "peak_mb": round(resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024, 1),
    }


type Shape = Callable[[int, str], Iterator[str]]
"""The lines of a file of so many rows, named after the map in the documentation that reads it."""


def orders(rows: int, salt: str) -> Iterator[str]:
    """Two touchpoints a row, with facts and a consent, and a review of every fourth; three rows a customer."""
    yield HEAD
    for n in range(rows):
        who = n * 7919 % (rows // 3 + 1)
        day = n % 27 + 1
        yield (
            f"{salt}{n};{salt}{who}@example.org;;Name {who};M;29,90;{day:02d}.03.2026 10:{n % 60:02d};"
            f"{day + 1:02d}.03.2026;{day:02d}.03.2026 15:{n % 60:02d};"
            f"{f'{day:02d}.03.2026 16:{n % 60:02d};5' if n % 4 == 0 else ';'};;ja"
        )


def nps(rows: int, salt: str) -> Iterator[str]:
    """A score a row, every second one with words; each of another customer."""
    yield "id,CUSTOMER_RESPONSE_DATE,SURVEY_SUB_TYPE,NPS_RATING,NPS_SCORE,text"
    for n in range(rows):
        words = f"The technician came {n % 90} minutes late and was kind about it number {n}" if n % 2 else ""
        yield f"{salt}{n},{n % 27 + 1:02d}/03/2026 10:{n % 60:02d},First Payment,,{n % 11},{words}"


def clickstream(rows: int, salt: str) -> Iterator[str]:
    """A step a row; eight steps a customer."""
    yield "user_id,session_id,event,timestamp,platform,acquisition_channel,user_cohort,user_lifecycle"
    for n in range(rows):
        at = f"2026-03-{n % 27 + 1:02d}T10:{n % 60:02d}:00"
        yield f"{salt}{n // 8},s{n // 4},{('view', 'cart', 'buy')[n % 3]},{at},web,search,march,active"


QUESTIONS = [f"q{n}" for n in range(13)]
RATINGS = """
source = "ratings"
id = "id"
[customer]
external = "id"
segment = "class"
attributes = ["gender", "age"]
[[touchpoint]]
kind = "survey_answered"
at = "at"
channel = "survey"
properties = ["distance", "delay"]
[touchpoint.scores]
""" + "".join(f'"satisfaction.{question}" = {{ column = "{question}", none = ["0"] }}\n' for question in QUESTIONS)


def ratings(rows: int, salt: str) -> Iterator[str]:
    """Thirteen scores a row, as passengers fill them in; each row of another customer."""
    yield ",".join(["id", "at", "gender", "age", "class", "distance", "delay", *QUESTIONS])
    for n in range(rows):
        scores = ",".join(str((n * (k + 3) + n // 7) % 6) for k in range(len(QUESTIONS)))
        at = f"2026-03-{n % 27 + 1:02d} 10:{n % 60:02d}"
        who = f"{('f', 'm')[n % 2]},{20 + n % 60},{('eco', 'business')[n % 2]}"
        yield f"{salt}{n},{at},{who},{n % 3000},{n % 90},{scores}"


def _postgres_cpu(server: Server) -> float:
    """CPU seconds that the server and its ended children have used."""
    pid = int((server.files / "postmaster.pid").read_text().splitlines()[0])
    ticks = 0
    for stat in Path("/proc").glob("[0-9]*/stat"):
        try:
            fields = stat.read_text().rpartition(")")[2].split()
        except OSError:
            continue
        if int(stat.parent.name) == pid:
            ticks += sum(int(field) for field in fields[11:15])
        elif int(fields[1]) == pid:
            ticks += int(fields[11]) + int(fields[12])
    return ticks / os.sysconf("SC_CLK_TCK")


if __name__ == "__main__":
    main()
