"""Intervals: how far from what was measured the truth may well lie, at 95 %.

Every interval contains what was measured, stays on its scale, and has a width even where all answers agree.
"""

from math import erfc, sqrt
from statistics import NormalDist

CONFIDENCE = 0.95
Z = NormalDist().inv_cdf((1 + CONFIDENCE) / 2)

# Below this many answers the net promoter score takes the adjusted interval: the plain one is too narrow there.
SMALL = 100

type Interval = tuple[float, float]


def wilson(share: float, n: float) -> Interval:
    """Of a share among n (Wilson 1927); n may be an effective number."""
    centre = (share + Z**2 / (2 * n)) / (1 + Z**2 / n)
    margin = Z / (1 + Z**2 / n) * sqrt(share * (1 - share) / n + Z**2 / (4 * n**2))
    return around(centre, margin, share, 0.0, 1.0)


def net_promoter(promoters: float, detractors: float, n: float, standard_error: float) -> Interval:
    """Of the net promoter score in points, from the shares of both ends, n, and the standard error of the share.

    Few answers, or all alike, get the adjusted Wald interval (Rocks 2016): as if 3/4 of a promoter, 3/4 of a detractor
    and 1 1/2 passives had answered too.
    """
    score = promoters - detractors
    centre = score
    if n < SMALL or standard_error == 0:
        up, down = (promoters * n + 0.75) / (n + 3), (detractors * n + 0.75) / (n + 3)
        centre = up - down
        standard_error = sqrt((up + down - centre**2) / (n + 3))
    return around(100 * centre, 100 * Z * standard_error, 100 * score, -100.0, 100.0)


def mean(value: float, n: float, standard_error: float, lowest: float, highest: float) -> Interval:
    """Of a mean on a scale, by Student's t; `standard_error` with n as its divisor, as `Sums` gives it.

    One answer says nothing of the spread, so its interval is the whole scale. Where all agree, one more answer at each
    end of the scale is supposed, as otherwise the interval would have no width.
    """
    if n <= 1:
        return lowest, highest
    if standard_error == 0:
        supposed = (n * value + lowest + highest) / (n + 2)
        square = n * (value - supposed) ** 2 + (lowest - supposed) ** 2 + (highest - supposed) ** 2
        margin = student_t(n + 1) * sqrt(square / (n + 1) / (n + 2))
        return around(supposed, margin, value, lowest, highest)
    return around(value, student_t(n - 1) * standard_error * sqrt(n / (n - 1)), value, lowest, highest)


def around(centre: float, margin: float, value: float, lowest: float, highest: float) -> Interval:
    return max(lowest, min(value, centre - margin)), min(highest, max(value, centre + margin))


def difference(a: float, of_a: Interval, b: float, of_b: Interval) -> Interval:
    """Of a - b, from the intervals of two independent figures (Newcombe 1998 for shares; Zou and Donner 2008).

    For intervals that are symmetric it is the root of the sum of the squares, as for two waves of a net promoter score.
    """
    below = sqrt((a - of_a[0]) ** 2 + (of_b[1] - b) ** 2)
    above = sqrt((of_a[1] - a) ** 2 + (b - of_b[0]) ** 2)
    return a - b - below, a - b + above


def chance(difference: float, interval: Interval) -> float:
    """How often a difference this large would come about if there were none (two-sided p), from its interval."""
    margin = difference - interval[0] if difference > 0 else interval[1] - difference
    if difference == 0:
        return 1.0
    return erfc(abs(difference) / margin * Z / sqrt(2)) if margin > 0 else 0.0


def student_t(freedom: float) -> float:
    """The 97.5 % point of Student's t, by its expansion about the normal (Abramowitz and Stegun 26.7.5).

    Within 0.01 of the tables from 3 degrees of freedom; below, where nothing is reported anyway, it is too small.
    """
    z, v = Z, max(freedom, 1.0)
    terms = (
        (z**3 + z) / 4,
        (5 * z**5 + 16 * z**3 + 3 * z) / 96,
        (3 * z**7 + 19 * z**5 + 17 * z**3 - 15 * z) / 384,
        (79 * z**9 + 776 * z**7 + 1482 * z**5 - 1920 * z**3 - 945 * z) / 92160,
    )
    return z + sum(term / v**power for power, term in enumerate(terms, start=1))
