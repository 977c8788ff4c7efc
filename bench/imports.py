"""Import: rows a second, CPU a row and memory of kinds of file, beside COPY of the rows that each leaves behind.

On a machine that others share judge by the CPU a row and by `times_copy`, not by rows a second.
"""

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

import psycopg

from heedful.kit.postgres import Server

ROOT = Path(__file__).parents[1]
MAPS = ROOT / "docs" / "maps"
HEAD = (
    "order;customer_email;phone;name;plan;monthly;ordered_at;promised_for"
    ";delivered_at;reviewed_at;stars;comment;may_mail"
)


def main() -> None:
    """Print a JSON line for each shape of file and one for memory; each import runs in a process of its own."""
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
            peaks = {}
            for name, shape, rows in shapes(options.rows):
                figures = _measured(Path(folder), rows, environment, server, name, shape)
                peaks[name] = figures["peak_mb"]
                print(json.dumps({"bench": "imports", "shape": name, **figures}), flush=True)
        finally:
            server.stop()
    print(json.dumps({"bench": "imports", "memory_ratio": round(peaks["large"] / peaks["small"], 2)}))


def shapes(rows: int) -> "list[tuple[str, Shape, int]]":
    """What is measured: a name, the lines of its file, and how many of them."""
    return [
        ("small", orders, rows // 10),
        ("large", orders, rows),
        ("words", nps, rows // 2),
        ("events", clickstream, rows // 2),
        ("wide", ratings, rows // 5),
    ]


def _measured(
    folder: Path, rows: int, environment: dict[str, str], server: Server, name: str, shape: "Shape"
) -> dict[str, float]:
    file = folder / f"{name}.{shape.__name__}.csv"
    with file.open("w", encoding="utf-8") as out:
        out.writelines(f"{line}\n" for line in shape(rows, name))
    marks = _marks(server)
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
    each_us = (said["cpu_s"] + database) / rows * 1e6
    floor_us = _copy_cpu(server, marks) / rows * 1e6
    return {
        "rows": rows,
        "touchpoints": said["taken"],
        "rows_per_s": round(rows / said["wall_s"]),
        "cpu_us_per_row": round(each_us, 1),
        "python_us_per_row": round(said["cpu_s"] / rows * 1e6, 1),
        "database_us_per_row": round(database / rows * 1e6, 1),
        "copy_us_per_row": round(floor_us, 1),
        "times_copy": round(each_us / floor_us, 1),
        "floor_read_only_us_per_row": round(said["floor_s"] / rows * 1e6, 1),
        "peak_mb": said["peak_mb"],
        "load": round(os.getloadavg()[0], 1),
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


WRITTEN = {
    "customers_customer": "id",
    "customers_identity": "id",
    "customers_touchpoint": "id",
    "customers_feedback": "id",
    "customers_score": "id",
    "customers_consent": "id",
    "customers_arrival": "ctid",
}
"""What an import fills, and by what it is known which rows are new."""


def _marks(server: Server) -> dict[str, object]:
    """Where each table ends before an import."""
    with psycopg.connect(server.url()) as connection:
        return {
            table: connection.execute(f"SELECT max({key}) FROM {table}").fetchone()[0]  # type: ignore[index]
            for table, key in WRITTEN.items()
        }


def _copy_cpu(server: Server, marks: dict[str, object]) -> float:
    """CPU seconds of COPY of the rows that came since, into tables with the same indexes, a thousand at once."""
    with psycopg.connect(server.url(), autocommit=True) as connection:
        before = _backend_cpu(connection)
        for table, mark in marks.items():
            before += _copied_aside(connection, table, WRITTEN[table], mark)
        return _backend_cpu(connection) - before


def _copied_aside(connection: psycopg.Connection, table: str, key: str, mark: object) -> float:
    """Copy the new rows of a table into an empty one like it; returns the CPU seconds that were not the copying's."""
    began = _backend_cpu(connection)
    after = f" WHERE {key} > '{mark}'" if mark is not None else ""
    with connection.cursor().copy(f"COPY (SELECT * FROM {table}{after}) TO STDOUT") as out:
        lines = b"".join(out).splitlines(keepends=True)
    connection.execute(f"CREATE TABLE aside (LIKE {table} INCLUDING ALL)")
    if table == "customers_touchpoint":
        connection.execute("CREATE INDEX ON aside (customer_id, happened_at)")
    aside = _backend_cpu(connection) - began
    for start in range(0, len(lines), 1_000):
        with connection.cursor().copy("COPY aside FROM STDIN") as into:
            into.write(b"".join(lines[start : start + 1_000]))
    began = _backend_cpu(connection)
    connection.execute("DROP TABLE aside")
    return aside + _backend_cpu(connection) - began


def _backend_cpu(connection: psycopg.Connection) -> float:
    return int(Path(f"/proc/{connection.info.backend_pid}/schedstat").read_text().split()[0]) / 1e9


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
