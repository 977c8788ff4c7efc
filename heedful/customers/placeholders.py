"""Ids that programs send when they know nobody: each of them would make one customer of thousands."""

import re

NOBODY = {"null", "undefined", "none", "nan", "anonymous", "unknown", "n/a", "[object object]"}
"""Values that broken clients send instead of nothing; they are taken for nothing."""

SHARED = NOBODY | {
    "-1", "anon", "customer", "customer_id", "default", "demo", "dummy", "empty", "example", "false", "guest",
    "guest_user", "id", "missing", "na", "new", "nil", "no", "not set", "notset", "public", "sample", "test",
    "test_user", "testing", "testuser", "true", "unset", "user", "user_id", "userid", "visitor", "yes",
}  # fmt: skip
"""Values that stand for whoever is not logged in, and the words of a form; `(not set)` is read without brackets."""

_BLANK = re.compile(r"[\W_0]*|[\W_f]{8,}")
"""Nothing but noughts and signs, such as the zero UUID; or all bits set."""
_UNFILLED = re.compile(r"\{\{.*\}\}|\$\{.*\}|%%.*%%|<.*>|\$\w+")
"""A gap of a template that nobody filled."""


def is_shared(kind: str, value: str) -> bool:
    """Whether an account or a device of this name is whoever has none of their own."""
    if kind in ("email", "phone"):
        return False
    plain = value.rpartition(":")[2] if kind == "external" else value
    folded = plain.strip().lower()
    is_word = kind in ("user_id", "external") and folded.strip("()[]<>\"'") in SHARED
    return is_word or bool(_BLANK.fullmatch(folded) or _UNFILLED.fullmatch(folded))
