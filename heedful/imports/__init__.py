"""Files become customers, touchpoints and feedback: read by a map, row by row, and never twice."""

from heedful.imports.counting import Report
from heedful.imports.importing import dry_run, run
from heedful.imports.maps import read_map
from heedful.imports.schema import ImportMap
from heedful.kit.files.tables import FileTable, open_table

__all__ = ["FileTable", "ImportMap", "Report", "dry_run", "open_table", "read_map", "run"]
