"""Two at once, each on a connection of its own."""

import threading
from collections.abc import Callable

from django.db import connection


def at_once(*calls: Callable[[], object]) -> list[object]:
    """Call all from threads of their own, let go at the same moment; a refusal counts as what was returned."""
    gate, returned = threading.Barrier(len(calls)), []

    def run(call: Callable[[], object]) -> None:
        try:
            gate.wait()
            returned.append(call())
        except Exception as error:  # noqa: BLE001 - what went wrong is what the test looks at
            returned.append(error)
        finally:
            connection.close()

    threads = [threading.Thread(target=run, args=[call]) for call in calls]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    return returned
