"""Whether everything that the product needs is ready, for whatever watches over it."""

import http.client
from collections.abc import Callable

from django.conf import settings
from django.db import DatabaseError, connection
from django.http import HttpRequest, HttpResponse, JsonResponse

from heedful.kit.postgres import failures
from heedful.ledger import jobs

PATH = "/healthz"
READY = "ready"
HEARTBEAT_S = 8
LATE_S = 5.0
"""Clocks that have waited longer are late."""


def answer_first(get_response: Callable[[HttpRequest], HttpResponse]) -> Callable[[HttpRequest], HttpResponse]:
    """Middleware: whoever watches over the house asks by any host name and without HTTPS, so no rule comes before."""

    def middleware(request: HttpRequest) -> HttpResponse:
        return healthz() if request.path_info == PATH else get_response(request)

    return middleware


def healthz() -> JsonResponse:
    """Answer 200 when database, worker and live are all ready, else 503, with the state of each and what waits.

    Clocks that are late are said and no reason for 503: whoever starts the house anew for it makes them later.
    """
    state = {**_database_and_worker(), "live": _live()}
    status = 200 if set(state.values()) == {READY} else 503
    answer = JsonResponse({**state, **_clocks(state["database"])}, status=status)
    answer["Cache-Control"] = "no-store"
    return answer


def _database_and_worker() -> dict[str, str]:
    try:
        with connection.cursor() as cursor:
            cursor.execute(
                # One of times to come was written before the clock was set back.
                "SELECT EXISTS (SELECT FROM procrastinate_workers WHERE last_heartbeat"
                " BETWEEN now() - %s * interval '1 s' AND now() + %s * interval '1 s')",
                [HEARTBEAT_S, HEARTBEAT_S],
            )
            alive = bool((cursor.fetchone() or [False])[0])
    except DatabaseError:
        connection.close()
        return {"database": "unreachable", "worker": "unknown"}
    return {"database": "disk full" if _has_no_room() else READY, "worker": READY if alive else "missing"}


def _clocks(database: str) -> dict[str, str | dict[str, float]]:
    """Whether clocks are on time, and for how many seconds the oldest job of each kind has waited."""
    try:
        ages = {} if database == "unreachable" else jobs.waiting()
    except DatabaseError:
        connection.close()
        database = "unreachable"
    if database == "unreachable":
        return {"clocks": "unknown"}
    is_late = ages.get(jobs.CLOCKS, 0.0) > LATE_S
    return {"clocks": "late" if is_late else READY, "waiting_s": {kind: round(age, 1) for kind, age in ages.items()}}


def _has_no_room() -> bool:
    """Whether a database of ours can keep nothing new; of another machine's disk only its refusals tell."""
    is_ours = (settings.DATA_DIR / "postgres").is_dir() and str(connection.settings_dict["HOST"]).startswith("/")
    return is_ours and failures.is_full(settings.DATA_DIR)


def _live() -> str:
    there = http.client.HTTPConnection(settings.OWN_HOST, settings.LIVE_PORT, timeout=2)
    try:
        there.request("GET", PATH)
        return READY if there.getresponse().status == 200 else "starting"
    except OSError:
        return "missing"
    finally:
        there.close()
