"""One of several that the company writes, in each of its languages; it is counted, and has no figure."""

from heedful.customers.question_kinds.kind import Kind

KIND = Kind(
    code="choice",
    name="Choice",
    order=70,
    input="options",
    offer="One of several",
    has_words=False,
    is_named_by_topic=True,
    meaning="Which of the answers was chosen; there is no better and no worse among them, so there is no figure.",
)
