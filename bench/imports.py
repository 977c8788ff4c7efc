"""Import: rows a second and memory, beside reading the same file and copying its rows raw."""

import argparse
import json
import os
import resource
import subprocess
import sys
import tempfile
import time
from pathlib import Path

from heedful.kit.postgres import Server

MAP = Path(__file__).parent.parent / "docs" / "maps" / "orders.toml"
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
            small = _measured(Path(folder), options.rows // 10, environment, server, "small")
            large = _measured(Path(folder), options.rows, environment, server, "large")
        finally:
            server.stop()
    print(
        json.dumps(
            {
                "bench": "imports",
                "small": small,
                "large": large,
                "memory_ratio": round(large["peak_mb"] / small["peak_mb"], 2),
            }
        )
    )


def _measured(folder: Path, rows: int, environment: dict[str, str], server: Server, name: str) -> dict[str, float]:
    file = folder / f"{name}.csv"
    _write(file, rows, name)
    before = _postgres_cpu(server)
    child = subprocess.run(
        [sys.executable, __file__, "--child", str(file)], env=environment, check=True, capture_output=True, text=True
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

    from heedful.customers import imports
    from heedful.kit.actor import By

    found = imports.read_map(MAP)
    start = time.process_time()
    for _ in imports.open_table(file).rows():
        pass
    floor, cpu, wall = time.process_time() - start, time.process_time(), time.monotonic()
    report = imports.run(
        table=imports.open_table(file),
        found=found,
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


def _write(file: Path, rows: int, salt: str) -> None:
    with file.open("w", encoding="utf-8") as out:
        print(HEAD, file=out)
        for n in range(rows):
            who = n * 7919 % (rows // 3 + 1)
            day = n % 27 + 1
            print(
                f"{salt}{n};{salt}{who}@example.org;;Name {who};M;29,90;{day:02d}.03.2026 10:{n % 60:02d};"
                f"{day + 1:02d}.03.2026;{day:02d}.03.2026 15:{n % 60:02d};;{'5' if n % 4 == 0 else ''};;ja",
                file=out,
            )


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
