"""How the server is set: durable always, sized by the machine that it runs on."""

import os
import sys
from pathlib import Path

MEGABYTE = 1024 * 1024


# A statement that failed, its parameters and the row that a constraint named hold what customers said.
WITHOUT_VALUES = {
    "log_error_verbosity": "terse",
    "log_min_error_statement": "panic",
    "log_parameter_max_length": "0",
    "log_parameter_max_length_on_error": "0",
}


def options(sockets: Path) -> dict[str, str]:
    """Return the server's settings: no TCP, and no acknowledged write that a power cut could take back."""
    memory = machine_memory() // MEGABYTE
    return {
        "listen_addresses": "",
        "unix_socket_directories": str(sockets),
        "unix_socket_permissions": "0700",
        "fsync": "on",
        "full_page_writes": "on",
        "synchronous_commit": "on",
        "max_connections": "80",
        "shared_buffers": f"{max(32, min(1024, memory // 8))}MB",
        "effective_cache_size": f"{max(64, memory // 2)}MB",
        "work_mem": "16MB",
        "maintenance_work_mem": f"{max(32, min(256, memory // 16))}MB",
        "max_wal_size": "2GB",
        "min_wal_size": "80MB",
        "checkpoint_timeout": "15min",
        "wal_compression": "on",
        "random_page_cost": "1.1",
        "jit": "off",
        "max_parallel_workers_per_gather": "0",  # a count that two processes share takes more of both than of one
        "autovacuum_naptime": "20s",
        "log_checkpoints": "off",
        "log_timezone": "UTC",
        "timezone": "UTC",
        **WITHOUT_VALUES,
        **_beginning(),
    }


def _beginning() -> dict[str, str]:
    """After a kill one call for the whole disk takes the place of one for each of a thousand files; Linux has it."""
    return {"recovery_init_sync_method": "syncfs"} if sys.platform == "linux" else {}


def machine_memory() -> int:
    """Return the bytes of memory that this process may count on."""
    physical = os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES")
    try:
        limit = Path("/sys/fs/cgroup/memory.max").read_text(encoding="ascii").strip()
    except OSError:
        return physical
    return min(physical, int(limit)) if limit.isdigit() else physical
