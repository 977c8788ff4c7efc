"""How easy we made it: the mean answer."""

from heedful.customers.question_kinds.kind import Band, DefaultRule, Kind, Mean, Scale

KIND = Kind(
    code="ease",
    name="Ease",
    order=30,
    input="points",
    scale=Scale(1, 7, "Ease"),
    offer="Made it easy, 1 to 7",
    offer_before="Expects it to be easy, 1 to 7",
    is_rescalable=True,
    is_headline=True,
    score=Mean(),
    meaning="The mean answer to how easy it was, from 1 to 7.",
    band=Band(low=3, high=5),
    is_trouble=True,
    rules=(DefaultRule(at_most=3, severity=1), DefaultRule(at_most=2, severity=2)),
    properties=("ease", "ces"),
)
