"""Whether what was done helped: the share that says so."""

from heedful.customers.question_kinds.kind import Kind, Scale, Share

KIND = Kind(
    code="helped",
    name="It helped",
    order=50,
    input="points",
    scale=Scale(0, 1, "It helped"),
    points={0: "No", 1: "Yes"},
    offer="It helped, yes or no",
    score=Share(at_least=1),
    meaning="The share of those who answered that said yes.",
)
