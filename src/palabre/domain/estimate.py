"""Shares with their intervals, and agreement: what a sample says of the whole, and how surely."""

import math
from collections import Counter
from collections.abc import Hashable, Iterable, Sequence
from dataclasses import dataclass

_Z = 1.959964  # 95 %
_PAIR = 2


@dataclass(frozen=True, slots=True, kw_only=True)
class Estimate:
    """A share (0 to 1) with its 95 % interval, and from how many cases it was taken."""

    value: float
    low: float
    high: float
    cases: int


def share(pairs: Iterable[tuple[float, float]]) -> Estimate | None:
    """Return a weighted share from (weight, hit from 0 to 1); None of nothing.

    Wilson's interval (1927), over as many cases as the weights are worth (Kish, 1965:
    (sum of w)^2 / sum of w^2): a sample that was drawn unevenly says less than its count.
    """
    given = [(w, hit) for w, hit in pairs if w > 0]
    total = sum(w for w, _ in given)
    if not total:
        return None
    p = min(1.0, sum(w * hit for w, hit in given) / total)
    n = total**2 / sum(w * w for w, _ in given)
    low, high = wilson(p, n)
    return Estimate(value=p, low=low, high=high, cases=len(given))


def wilson(p: float, n: float) -> tuple[float, float]:
    """Return Wilson's 95 % interval of a share ``p`` found in ``n`` cases."""
    centre = (p + _Z**2 / (2 * n)) / (1 + _Z**2 / n)
    half = _Z / (1 + _Z**2 / n) * math.sqrt(p * (1 - p) / n + _Z**2 / (4 * n * n))
    return max(0.0, centre - half), min(1.0, centre + half)


def cohen(pairs: Sequence[tuple[Hashable, Hashable]]) -> Estimate | None:
    """Return Cohen's kappa (1960) of two people's answers; None where it has no meaning.

    The interval takes the large-sample standard error sqrt(po(1-po) / (n(1-pe)^2)).
    """
    n = len(pairs)
    if not n:
        return None
    observed = sum(a == b for a, b in pairs) / n
    first, second = Counter(a for a, _ in pairs), Counter(b for _, b in pairs)
    return _kappa(observed, sum(first[c] * second[c] for c in first) / n**2, n)


def fleiss(rows: Sequence[Sequence[Hashable]]) -> Estimate | None:
    """Return Fleiss' kappa (1971) over cases of which each was answered by two people or more.

    People need not be the same from case to case; of each case the first two answers count.
    """
    pairs = [row[:_PAIR] for row in rows if len(row) >= _PAIR]
    n = len(pairs)
    if not n:
        return None
    observed = sum(a == b for a, b in pairs) / n
    counts = Counter(answer for pair in pairs for answer in pair)
    return _kappa(observed, sum((c / (_PAIR * n)) ** 2 for c in counts.values()), n)


def _kappa(observed: float, expected: float, n: int) -> Estimate | None:
    if expected >= 1.0:
        return None  # everybody always said the same: there is no chance to compare with
    value = (observed - expected) / (1 - expected)
    error = _Z * math.sqrt(observed * (1 - observed) / n) / (1 - expected)
    return Estimate(
        value=value, low=max(-1.0, value - error), high=min(1.0, value + error), cases=n
    )
