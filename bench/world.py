"""A large world to look at: customers, their log, what they said, promises and cases, made by the database itself.

The company, its people, promises and surveys are the demo's. The rows have the shape and the proportions of real ones
and are spread evenly over the years, so that the last ninety days are as full as those of a company of long standing.
"""

from dataclasses import asdict, dataclass
from datetime import datetime
from pathlib import Path

from django.db import connection
from psycopg import sql

from heedful.demo import company


@dataclass(frozen=True, slots=True)
class Size:
    """How much there is; as it stands, of two years."""

    customers: int = 100_000
    touchpoints: int = 1_000_000
    sheets: int = 100_000
    commitments: int = 200_000
    cases: int = 20_000
    open_cases: int = 600
    invitations: int = 200_000
    days: int = 730

    @classmethod
    def over(cls, *, years: float, scale: float = 1.0) -> "Size":
        """As many customers whatever the years, and as much happening in each of them."""
        grown = ("touchpoints", "sheets", "commitments", "cases", "invitations")
        times = {name: scale * years / 2 if name in grown else scale for name in cls.__slots__}
        sizes = {name: int(number * times[name]) for name, number in asdict(cls()).items()}
        return cls(**sizes | {"days": int(365 * years)})


def fill(*, at: datetime, size: Size) -> None:
    """Fill an empty database; the same each time but for when `at` is."""
    company.create(at=at)
    with connection.cursor() as cursor:
        cursor.execute("SET synchronous_commit = off")
    insert(at=at, size=size)
    connection.close()
    with connection.cursor() as cursor:
        cursor.execute("VACUUM ANALYZE")


def insert(*, at: datetime, size: Size) -> None:
    """Insert the rows of a company that is there."""
    named = {name: sql.Literal(getattr(size, name)) for name in Size.__slots__} | {"at": sql.Literal(at)}
    with connection.cursor() as cursor:
        cursor.execute("SELECT setseed(0.42)")
        for statement in Path(__file__).with_suffix(".sql").read_text().split(";\n")[:-1]:
            cursor.execute(sql.SQL(statement).format(**named).as_string(cursor.connection))
