"""Files become customers, touchpoints and feedback: read by a map, row by row, and never twice."""

from heedful.customers.imports.counting import Report
from heedful.customers.imports.importing import dry_run, run
from heedful.customers.imports.maps import read_map
from heedful.customers.imports.readers import Table, open_table
from heedful.customers.imports.told import ImportMap

__all__ = ["ImportMap", "Report", "Table", "dry_run", "open_table", "read_map", "run"]
