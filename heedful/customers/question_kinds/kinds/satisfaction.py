"""How satisfied they are: the share of those who are."""

from heedful.customers.question_kinds.kind import Band, DefaultRule, Kind, Scale, Share

KIND = Kind(
    code="satisfaction",
    name="Satisfaction",
    order=20,
    input="points",
    scale=Scale(1, 5, "Satisfaction"),
    offer="Satisfied, 1 to 5",
    offer_before="Expects to be satisfied, 1 to 5",
    is_rescalable=True,
    is_headline=True,
    score=Share(at_least=4),
    meaning="The share of those who answered that gave a 4 or a 5 of 5.",
    band=Band(low=2, high=4),
    is_trouble=True,
    rules=(DefaultRule(at_most=2, severity=2), DefaultRule(at_most=1, severity=3)),
    properties=("satisfaction", "csat"),
)
