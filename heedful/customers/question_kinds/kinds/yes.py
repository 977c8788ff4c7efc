"""A yes or no to whatever its topic says: the share that says yes."""

from heedful.customers.question_kinds.kind import Kind, Scale, Share

KIND = Kind(
    code="yes",
    name="Yes",
    order=60,
    input="points",
    scale=Scale(0, 1, "Yes"),
    points={0: "No", 1: "Yes"},
    has_words=False,
    is_named_by_topic=True,
    is_more_better=False,
    score=Share(at_least=1),
    meaning="The share of those who answered that said yes.",
    is_trouble=True,
)
