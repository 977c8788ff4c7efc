"""How long `heedful up` takes on existing data until it is healthy, beside the start of PostgreSQL alone."""

import argparse
import contextlib
import http.client
import json
import os
import resource
import shutil
import signal
import socket
import statistics
import subprocess
import tempfile
import time
from pathlib import Path

from heedful.kit.postgres import Server

ROOT = Path(__file__).resolve().parents[1]
PATIENCE_S = 60.0


def main() -> None:
    """Measure some starts and print one line of JSON: medians in seconds."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--rounds", type=int, default=5)
    parser.add_argument("--data", type=Path, help="existing data to start on; an empty installation otherwise")
    options = parser.parse_args()
    folder = Path(tempfile.mkdtemp(prefix="heedful-bench-"))
    folder.chmod(0o711)
    try:
        data = options.data or folder / "data"
        start_and_stop(data)
        floors = [postgres_alone(data) for _ in range(options.rounds)]
        rounds = [start_and_stop(data) for _ in range(options.rounds)]
        print(json.dumps(report(floors, rounds)))
    finally:
        shutil.rmtree(folder, ignore_errors=True)


def report(floors: list[float], rounds: list[tuple[float, float, float]]) -> dict[str, object]:
    """Return what was measured, with the aims beside it."""
    healthy, cpu, stopped = zip(*rounds, strict=True)
    return {
        "bench": "up",
        "healthy_s": round(statistics.median(healthy), 3),
        "worst_s": round(max(healthy), 3),
        "cpu_s": round(statistics.median(cpu), 3),
        "stop_s": round(statistics.median(stopped), 3),
        "floor_postgres_s": round(statistics.median(floors), 3),
        "at_least_s": 6,
        "aim_s": 3,
        "rounds": len(rounds),
    }


def postgres_alone(data: Path) -> float:
    """Return the seconds that PostgreSQL takes until it answers."""
    server = Server(data)
    began = time.monotonic()
    process = server.start()
    took_s = time.monotonic() - began
    server.stop(process)
    return took_s


def start_and_stop(data: Path) -> tuple[float, float, float]:
    """Return seconds until healthy, CPU seconds of all processes in all, and seconds to stop."""
    port = free_pair()
    before = resource.getrusage(resource.RUSAGE_CHILDREN)
    began = time.monotonic()
    command = [str(ROOT / "bin" / "heedful"), "up", "--port", str(port), "--data", str(data)]
    process = subprocess.Popen(command, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    while not is_healthy(port):
        if process.poll() is not None or time.monotonic() - began > PATIENCE_S:
            raise SystemExit("up did not become healthy")
        time.sleep(0.01)
    healthy_s = time.monotonic() - began
    asked_at = time.monotonic()
    process.send_signal(signal.SIGTERM)
    process.wait()
    after = resource.getrusage(resource.RUSAGE_CHILDREN)
    cpu_s = after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime
    return healthy_s, cpu_s, time.monotonic() - asked_at


def is_healthy(port: int) -> bool:
    """Ask once."""
    connection = http.client.HTTPConnection("127.0.0.1", port, timeout=2)
    with contextlib.suppress(OSError, http.client.HTTPException):
        connection.request("GET", "/healthz")
        return connection.getresponse().status == 200
    return False


def free_pair() -> int:
    """Return a port that is free together with the one after it."""
    while True:
        with socket.socket() as one, socket.socket() as two:
            one.bind(("127.0.0.1", 0))
            port: int = one.getsockname()[1]
            with contextlib.suppress(OSError, OverflowError):
                two.bind(("127.0.0.1", port + 1))
                return port


if __name__ == "__main__":
    os.environ.pop("DATABASE_URL", None)
    main()
