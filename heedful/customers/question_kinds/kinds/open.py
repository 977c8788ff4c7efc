"""What they say in their own words; it is the verbatim, and no score."""

from heedful.customers.question_kinds.kind import Kind

KIND = Kind(
    code="open",
    name="Own words",
    order=90,
    input="words",
    offer="In their own words",
    meaning="What customers wrote; it is read, and not counted.",
)
