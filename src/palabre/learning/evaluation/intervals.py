"""Figures with their 95 % intervals."""

import math
from collections.abc import Callable, Mapping
from typing import Final

import msgspec
import numpy as np

from palabre.learning.evaluation.tally import Tally, Values, resample

TIMES: Final = 1_000
_Z: Final = 1.959963984540054
_SEED: Final = 20_260_101


class Figure(msgspec.Struct, frozen=True, kw_only=True):
    """A value between its bounds; ``value`` None: it cannot be told from these rows."""

    value: float | None
    low: float | None = None
    high: float | None = None


UNKNOWN: Final = Figure(value=None)


def wilson(part: int, whole: int) -> Figure:
    """Return a share with its Wilson interval (score interval, no continuity correction)."""
    if whole == 0:
        return UNKNOWN
    share = part / whole
    middle = (share + _Z**2 / (2 * whole)) / (1 + _Z**2 / whole)
    spread = math.sqrt(share * (1 - share) / whole + _Z**2 / (4 * whole**2))
    half = _Z * spread / (1 + _Z**2 / whole)
    low, high = max(0.0, middle - half), min(1.0, middle + half)
    # At the ends the bound is the end itself; floating point misses it by a hair.
    return Figure(value=share, low=0.0 if part == 0 else low, high=1.0 if part == whole else high)


def bootstrap(
    tally: Tally, figures: Mapping[str, Callable[[Tally], Values]], *, times: int = TIMES
) -> dict[str, Figure]:
    """Return figures of a tally with percentile intervals over the same ``times`` resamples.

    A resample in which a figure cannot be told (one side missing) says nothing about it.
    """
    drawn = resample(tally, times, _SEED)
    return {name: between(float(of(tally)), of(drawn)) for name, of in figures.items()}


def between(value: float, drawn: Values) -> Figure:
    """Return a value with the percentiles of what was drawn; nan becomes None."""
    if math.isnan(value):
        return UNKNOWN
    known = drawn[~np.isnan(drawn)]
    if not len(known):
        return Figure(value=float(value))
    low, high = np.percentile(known, (2.5, 97.5))
    return Figure(value=float(value), low=float(low), high=float(high))


def at_prevalence(found: Figure, alarms: Figure, share: float) -> Figure:
    """Return precision where ``share`` of the comments are positive.

    ``found`` is the recall, ``alarms`` the share of harmless rows that are hit. The bounds are
    careful ones: the low bound of one with the high bound of the other.
    """

    def precision(recall: float | None, false: float | None) -> float | None:
        if recall is None or false is None:
            return None
        hits, wrong = recall * share, false * (1 - share)
        return hits / (hits + wrong) if hits + wrong > 0 else None

    return Figure(
        value=precision(found.value, alarms.value),
        low=precision(found.low, alarms.high),
        high=precision(found.high, alarms.low),
    )
