"""How it was, compared with what they had expected: the mean answer."""

from heedful.customers.question_kinds.kind import Band, DefaultRule, Kind, Mean, Scale

KIND = Kind(
    code="compared",
    name="Compared with expectation",
    order=40,
    input="points",
    scale=Scale(-2, 2, "Compared with expectation"),
    points={
        -2: "Much worse than expected",
        -1: "Worse than expected",
        0: "As expected",
        1: "Better than expected",
        2: "Much better than expected",
    },
    is_said_alone=True,
    offer="Better or worse than expected",
    is_headline=True,
    score=Mean(),
    meaning="The mean answer, from −2, much worse than expected, to +2, much better.",
    band=Band(low=-1, high=1),
    is_trouble=True,
    properties=("compared",),
    rules=(DefaultRule(at_most=-1, severity=1), DefaultRule(at_most=-2, severity=2)),
)
