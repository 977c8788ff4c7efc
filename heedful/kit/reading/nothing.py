"""How files, forms and programs write that there is nothing."""

NOTHING = frozenset(
    {"", "-", "--", "–", "—", ".", "na", "n/a", "n.a.", "nan", "nat", "null", "none", "nil", "not applicable"}
    | {
        "no answer",
        "blank",
        "(blank)",
        "missing",
        "keine angabe",
        "k.a.",
        "k. a.",
        "#n/a",
        "#na",
        "#null!",
        "#value!",
        "#ref!",
        "#div/0!",
        "#name?",
    }
)
"""In lower case."""


def is_nothing(value: object) -> bool:
    """Whether a value only says that there is none."""
    return value is None or (isinstance(value, str) and value.strip().casefold() in NOTHING)
