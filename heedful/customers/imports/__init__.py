"""Files become customers, touchpoints and feedback: read by a map, row by row, and never twice."""

from heedful.customers.imports.importing import Report, dry_run, run
from heedful.customers.imports.maps import ImportMap, read_map
from heedful.customers.imports.readers import Table, open_table

__all__ = ["ImportMap", "Report", "Table", "dry_run", "open_table", "read_map", "run"]
