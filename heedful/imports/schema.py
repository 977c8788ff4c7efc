"""What may stand in a map: its tables, their keys and what each takes; docs/import.md explains them."""

import msgspec


class Value(msgspec.Struct, forbid_unknown_fields=True, frozen=True):
    """Where a value comes from: a column, a fixed text, several columns joined, or the row's number; then translated.

    With a `format` the value is a date or a time, and is kept as ISO 8601. `prefix` is put before what is not empty.
    """

    column: str = ""
    text: str = ""
    join: list[str] = []
    separator: str = " "
    row: bool = False
    prefix: str = ""
    map: dict[str, str] = {}
    default: str | None = None
    format: str = ""
    time_zone: str = ""


class Time(msgspec.Struct, forbid_unknown_fields=True, frozen=True):
    """Where a time comes from: a column, several joined, or one fixed text; how it is written, and by which clock.

    `prefix` is what the file leaves out because all of its rows share it, such as the year.
    """

    column: str = ""
    format: str | list[str] = []
    time_zone: str = ""
    time_zone_column: str = ""
    text: str = ""
    join: list[str] = []
    separator: str = " "
    prefix: str = ""
    unknown: str = ""
    """The time of rows that have a score or words and no time."""


class Number(msgspec.Struct, forbid_unknown_fields=True, frozen=True):
    """A column that holds a score: `none` lists what means no answer, `map` gives words or other codes their number.

    `of` is the worst and the best answer of the file's own scale, where that is another than ours.
    """

    column: str
    none: list[str | int | float] = []
    map: dict[str, int] = {}
    of: list[int] = []
    decimal: str = ""


class Money(msgspec.Struct, forbid_unknown_fields=True, frozen=True):
    """A yearly amount: `times` makes a year of a month's figure, `none` lists what means that it is not known."""

    amount: str
    currency: str = ""
    currency_column: str = ""
    times: float = 1
    none: list[str | int | float] = []
    source: str = "import"
    decimal: str = ""


class OrganisationMap(msgspec.Struct, forbid_unknown_fields=True, frozen=True):
    """The company that a customer belongs to."""

    id: str | Value
    name: str | Value = ""


class CustomerMap(msgspec.Struct, forbid_unknown_fields=True, frozen=True):
    """Which columns name a customer and describe it."""

    user_id: str | Value = ""
    external: str | Value = ""
    email: str | Value = ""
    phone: str | Value = ""
    anonymous_id: str | Value = ""
    device: str | Value = ""
    name: str | Value = ""
    first_name: str | Value = ""
    last_name: str | Value = ""
    language: str | Value = ""
    segment: str | Value = ""
    lifecycle_stage: str | Value = ""
    organisation: OrganisationMap | None = None
    value: Money | None = None
    attributes: list[str] | dict[str, str | Value] = []
    consent: dict[str, str | Value] = {}
    at: str | Time = ""


class When(msgspec.Struct, forbid_unknown_fields=True, frozen=True):
    """Only rows whose column has (`is`) or has not (`is_not`) one of these values; `filled` asks for any value."""

    column: str
    is_: list[str] = msgspec.field(default=[], name="is")
    is_not: list[str] = []
    filled: bool | None = None


class TouchpointMap(msgspec.Struct, forbid_unknown_fields=True, frozen=True):
    """One touchpoint that a row may give."""

    kind: str | Value
    at: str | Time
    channel: str | Value = ""
    stage: str | Value = ""
    brand: str | Value = ""
    verbatim: str | Value = ""
    scores: dict[str, str | Number] = {}
    properties: list[str] | dict[str, str | Value] = []
    when: When | list[When] = []
    id: str | Value = ""


class FileMap(msgspec.Struct, forbid_unknown_fields=True, frozen=True):
    """How the file is written, where that should not be found out."""

    format: str = ""
    encoding: str = ""
    separator: str = ""
    skip: int = 0
    """Lines before the head."""


class ImportMap(msgspec.Struct, forbid_unknown_fields=True, frozen=True):
    """The whole map; see docs/import.md for an example of each shape."""

    source: str
    customer: CustomerMap
    touchpoint: list[TouchpointMap] = []
    id: str | list[str] = ""
    update: bool = False
    """Whether a row that came before and says something else now takes the place of what it said."""
    time_zone: str = ""
    country: str = ""
    decimal: str = ""
    """What stands before the decimals in all columns, where they do not say it by themselves."""
    language: str = ""
    """The language of the months' names, beside English."""
    stages: dict[str, str] = {}
    """Stages to add to the company's list: slug -> name."""
    more_is: dict[str, str] = {}
    """Whether more of a question's answers is better, where nobody has said it yet: question -> `better` or `worse`."""
    file: FileMap = FileMap()


IDENTITIES = ("user_id", "external", "email", "phone", "anonymous_id", "device")


def whens(touchpoint: TouchpointMap) -> list[When]:
    """The conditions of a touchpoint."""
    return touchpoint.when if isinstance(touchpoint.when, list) else [touchpoint.when]
