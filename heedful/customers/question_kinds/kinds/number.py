"""A number that is on no scale, such as minutes or people: the mean answer."""

from heedful.customers.question_kinds.kind import Kind, Mean

KIND = Kind(
    code="number",
    name="Number",
    order=80,
    input="number",
    offer="A number",
    has_words=False,
    is_named_by_topic=True,
    is_more_better=False,
    score=Mean(),
    meaning="The mean of the numbers that were given.",
)
