"""Events per second through the door, durable and with identities, and their CPU beside raw COPY of the same rows."""

import argparse
import base64
import json
import multiprocessing
import random
import socket
import statistics
import time
import uuid
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime, timedelta
from typing import Any

import psycopg

from bench.house import House, standing, tree_s

BATCH = 100
CUSTOMERS = 10_000
CLIENTS = 2
CONNECTIONS = 4
NAMES = ["Order Completed", "Product Viewed", "Product Added", "Checkout Started", "Call Ended", "Article Read"]
COLUMNS = (
    "happened_at, arrived_at, customer_id, kind, channel, stage, message, source, properties, scores, verbatim,"
    " subject, clamped, batch"
)


def event(chance: random.Random) -> dict[str, Any]:
    """One tracked event as a shop's server sends it; half of them know the browser too."""
    customer = chance.randrange(CUSTOMERS)
    at = datetime.now(UTC) - timedelta(seconds=chance.random())
    return {
        "type": "track",
        "userId": f"user-{customer}",
        "anonymousId": f"visitor-{customer}" if customer % 2 else None,
        "event": chance.choice(NAMES),
        "messageId": str(uuid.UUID(int=chance.getrandbits(128))),
        "timestamp": at.isoformat(),
        "properties": {
            "order_id": f"o-{chance.randrange(10**6)}",
            "revenue": round(chance.random() * 200, 2),
            "currency": "EUR",
            "url": f"https://shop.example/products/{chance.randrange(10**4)}",
            "title": "A thing that somebody may well want to buy",
            "quantity": chance.randrange(1, 9),
        },
        "context": {"library": {"name": "analytics-python", "version": "2.4.0"}, "locale": "en-GB"},
    }


def requests(secret: str, batches: int, seed: int) -> list[bytes]:
    """Whole requests, ready to be written to a socket; one event in a hundred comes a second time."""
    chance = random.Random(seed)
    authorization = base64.b64encode(f"{secret}:".encode()).decode()
    earlier = event(chance)
    out = []
    for _ in range(batches):
        events = [event(chance) for _ in range(BATCH - 1)] + [earlier]
        earlier = events[0]
        body = json.dumps({"batch": events, "sentAt": datetime.now(UTC).isoformat()}).encode()
        head = (
            f"POST /v1/batch HTTP/1.1\r\nHost: bench\r\nAuthorization: Basic {authorization}\r\n"
            f"Content-Type: application/json\r\nContent-Length: {len(body)}\r\n\r\n"
        )
        out.append(head.encode() + body)
    return out


def send(port: int, wave: Sequence[bytes]) -> None:
    """Write requests one after the other on one connection; each must be taken."""
    with socket.create_connection(("127.0.0.1", port)) as connection:
        for request in wave:
            connection.sendall(request)
            answer = b""
            while b"\r\n\r\n" not in answer or not answer.endswith(b"}"):
                if not (more := connection.recv(65536)):
                    raise RuntimeError("the connection was closed")
                answer += more
            if b" 200 " not in answer[:20]:
                raise RuntimeError(answer.decode())


def client(port: int, secret: str, batches: int, seed: int, go: Any) -> None:
    """One client process with some connections; waits until all are ready."""
    waves = [requests(secret, batches, seed * 1_000 + n) for n in range(CONNECTIONS)]
    go.wait()
    with ThreadPoolExecutor(CONNECTIONS) as pool:
        done = [pool.submit(send, port, wave) for wave in waves]
    go.wait()
    for one in done:
        one.result()


def load(house: House, secret: str, batches: int, seed: int) -> tuple[float, float, float]:
    """Send through the door; returns the seconds, and the CPU seconds of web and PostgreSQL."""
    context = multiprocessing.get_context("fork")
    go = context.Barrier(CLIENTS + 1)
    each = batches // (CLIENTS * CONNECTIONS)
    clients = [
        context.Process(target=client, args=(house.port, secret, each, seed + n, go), daemon=True)
        for n in range(CLIENTS)
    ]
    for one in clients:
        one.start()
    go.wait()
    web, database = house.cpu_s()
    began = time.monotonic()
    go.wait()
    took_s = time.monotonic() - began
    web_after, database_after = house.cpu_s()
    for one in clients:
        one.join()
        if one.exitcode:
            raise RuntimeError("a client failed")
    return took_s, web_after - web, database_after - database


def copy(url: str, rows: list[tuple[Any, ...]], go: Any) -> None:
    """One writer process with as many connections as a client has; its CPU is part of the floor."""
    each = len(rows) // CONNECTIONS
    waves = [rows[n * each : (n + 1) * each] for n in range(CONNECTIONS)]
    connections = [psycopg.connect(url) for _ in waves]
    for connection in connections:
        warm(connection, rows[0])
    go.wait()
    with ThreadPoolExecutor(CONNECTIONS) as pool:
        done = [pool.submit(write, one, wave) for one, wave in zip(connections, waves, strict=True)]
    go.wait()
    for one in done:
        one.result()
    go.wait()


def warm(connection: psycopg.Connection, row: tuple[Any, ...]) -> None:
    """Let a connection read what it must know of the table before it is measured, as the door's have long done."""
    with connection.cursor() as cursor, cursor.copy(f"COPY floor ({COLUMNS}) FROM STDIN") as stream:
        stream.write_row(row)
    connection.rollback()


def write(connection: psycopg.Connection, wave: list[tuple[Any, ...]]) -> None:
    """Write rows with COPY, a hundred a transaction."""
    with connection, connection.cursor() as cursor:
        for start in range(0, len(wave), BATCH):
            with cursor.copy(f"COPY floor ({COLUMNS}) FROM STDIN") as stream:
                for row in wave[start : start + BATCH]:
                    stream.write_row(row)
            connection.commit()


def floor_table(url: str) -> None:
    """Make a table of the log's shape, with its partitions and indexes, for COPY to write into."""
    from heedful.customers import partitions

    with psycopg.connect(url, autocommit=True) as connection:
        shape = "LIKE customers_touchpoint INCLUDING ALL"
        connection.execute(f"CREATE TABLE floor ({shape}) PARTITION BY RANGE (happened_at)")
        for name, bound in connection.execute(
            "SELECT c.relname, pg_get_expr(c.relpartbound, c.oid)"
            " FROM pg_inherits i JOIN pg_class c ON c.oid = inhrelid WHERE inhparent = %s::regclass",
            [partitions.PARENT],
        ).fetchall():
            connection.execute(f"CREATE TABLE floor_{name} PARTITION OF floor {bound}")


def floor(house: House, count: int) -> tuple[float, float]:
    """Raw COPY of the rows that the door wrote last; returns its seconds and CPU seconds."""
    url = house.server.url()
    with psycopg.connect(url, autocommit=True) as connection:
        rows = connection.execute(
            f"SELECT {COLUMNS.replace('properties', 'properties::text')} FROM customers_touchpoint"
            " ORDER BY id DESC LIMIT %s",
            [count],
        ).fetchall()
    context = multiprocessing.get_context("fork")
    go = context.Barrier(CLIENTS + 1)
    each = len(rows) // CLIENTS
    writers = [
        context.Process(target=copy, args=(url, rows[n * each : (n + 1) * each], go), daemon=True)
        for n in range(CLIENTS)
    ]
    for one in writers:
        one.start()
    go.wait()
    own = sum(tree_s(one.pid or 0) for one in writers)
    database, began = house.cpu_s()[1], time.monotonic()
    go.wait()
    took_s = time.monotonic() - began
    cpu_s = sum(tree_s(one.pid or 0) for one in writers) - own + house.cpu_s()[1] - database
    go.wait()
    for one in writers:
        one.join()
    return took_s, cpu_s


def main() -> None:
    """Measure in turns, so that a noisy neighbour disturbs the door and its floor alike, and print one line."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--batches", type=int, default=200, help="batches of 100 events in a turn (200)")
    parser.add_argument("--turns", type=int, default=8, help="turns of the door and of COPY (8)")
    options = parser.parse_args()
    with standing() as house:
        from django.utils import timezone

        from heedful.associates import keys
        from heedful.customers.models import Identity, Touchpoint
        from heedful.kit.actor import SYSTEM

        _, secret = keys.add(name="Bench", by=SYSTEM, at=timezone.now())
        load(house, secret, 1_000, 0)
        floor_table(house.server.url())
        turns = []
        for turn in range(options.turns):
            before = Touchpoint.objects.count()
            took_s, web_s, database_s = load(house, secret, options.batches, 10 * (turn + 1))
            kept = Touchpoint.objects.count() - before
            turns.append((took_s, web_s, database_s, kept, *floor(house, kept)))
        took_s, web_s, database_s, kept, copy_took_s, copy_s = (sum(figure) for figure in zip(*turns, strict=True))
        count = options.batches * options.turns * BATCH
        ratios = sorted((web + base) * kept / (options.batches * BATCH * copy) for _, web, base, kept, _, copy in turns)
        figures = {
            "bench": "events",
            "events_per_s": round(count / took_s),
            "cpu_us_per_event": round((web_s + database_s) / count * 1e6, 1),
            "web_cpu_us_per_event": round(web_s / count * 1e6, 1),
            "database_cpu_us_per_event": round(database_s / count * 1e6, 1),
            "copy_rows_per_s": round(kept / copy_took_s),
            "copy_cpu_us_per_event": round(copy_s / kept * 1e6, 1),
            "ratio": round(statistics.median(ratios), 2),
            "ratio_least": round(ratios[0], 2),
            "ratio_most": round(ratios[-1], 2),
            "events": count,
            "duplicates": round(count - kept),
            "identities": Identity.objects.count(),
        }
    print(json.dumps(figures))


if __name__ == "__main__":
    main()
