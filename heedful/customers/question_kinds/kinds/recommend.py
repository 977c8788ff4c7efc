"""Would they recommend us: the net promoter score."""

from heedful.customers.question_kinds.kind import Band, DefaultRule, Kind, NetPromoter, Scale

KIND = Kind(
    code="recommend",
    name="Would recommend",
    order=10,
    input="points",
    scale=Scale(0, 10, "Would recommend"),
    offer="Would recommend us, 0 to 10",
    offer_before="Expects to recommend us, 0 to 10",
    is_headline=True,
    score=NetPromoter(top=9, bottom=6),
    meaning="Of every hundred who answered: how many more would recommend you (9 or 10) than would not (0 to 6).",
    band=Band(low=6, high=9),
    is_trouble=True,
    rules=(DefaultRule(at_most=6, severity=1), DefaultRule(at_most=4, severity=2), DefaultRule(at_most=2, severity=3)),
    properties=("recommend", "nps"),
)
