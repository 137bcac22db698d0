"""Counts of scores, and every figure that follows from them.

The judge rounds scores to three decimals, so 1,001 cells for each side hold all there is to know:
every figure is exact, ties included, and a resample of the rows is one multinomial draw of the
cells (the bootstrap of Efron, by counts). A score that nothing could give (null) is kept apart: as
``palabre judge`` promises it is read as 0 wherever a cut or a ranking is asked for, and left out
where a probability is judged.
"""

from dataclasses import dataclass
from typing import Final

import numpy as np
from numpy.typing import NDArray

STEPS: Final = 1_000
CELLS: Final = STEPS + 1
BINS: Final = 10
HALF: Final = STEPS // 2

Counts = NDArray[np.int64]
Values = NDArray[np.float64]


@dataclass(frozen=True, slots=True, eq=False)
class Tally:
    """Rows by score in thousandths: ``positives``, ``negatives`` [..., 1001].

    ``silent`` [..., 2]: positives and negatives whose score is null. Leading axes are resamples.
    """

    positives: Counts
    negatives: Counts
    silent: Counts

    @property
    def read(self) -> tuple[Counts, Counts]:
        """Positives and negatives by score, null read as 0."""
        sides = []
        for side, counts in enumerate((self.positives, self.negatives)):
            counted = counts.copy()
            counted[..., 0] += self.silent[..., side]
            sides.append(counted)
        return sides[0], sides[1]

    @property
    def sizes(self) -> tuple[int, int]:
        """The numbers of positives and negatives of a single tally."""
        positives, negatives = self.read
        return int(positives.sum()), int(negatives.sum())


def count(scores: Values, truth: NDArray[np.bool_]) -> Tally:
    """Return the tally of scores (nan: null) against what is true of the rows."""
    given = ~np.isnan(scores)
    cells = np.rint(np.where(given, scores, 0.0) * STEPS).astype(np.int64).clip(0, STEPS)
    sides = [np.bincount(cells[given & side], minlength=CELLS) for side in (truth, ~truth)]
    silent = np.array([(~given & truth).sum(), (~given & ~truth).sum()])
    return Tally(sides[0].astype(np.int64), sides[1].astype(np.int64), silent.astype(np.int64))


def resample(tally: Tally, times: int, seed: int) -> Tally:
    """Return ``times`` resamples of the rows as one tally with a leading axis."""
    flat = np.concatenate([tally.positives, tally.negatives, tally.silent])
    filled = np.flatnonzero(flat)
    drawn = np.zeros((times, len(flat)), np.int64)
    total = int(flat.sum())
    if total:
        share = flat[filled] / total
        drawn[:, filled] = np.random.default_rng(seed).multinomial(total, share, times)
    return Tally(drawn[:, :CELLS], drawn[:, CELLS : 2 * CELLS], drawn[:, 2 * CELLS :])


def confusion(tally: Tally, cut: int = HALF) -> tuple[Counts, Counts, Counts, Counts]:
    """Return true and false positives, false and true negatives, cut at ``cut`` thousandths."""
    positives, negatives = tally.read
    hit, false = positives[..., cut:].sum(-1), negatives[..., cut:].sum(-1)
    return hit, false, positives[..., :cut].sum(-1), negatives[..., :cut].sum(-1)


def ratio(part: NDArray[np.generic], whole: NDArray[np.generic]) -> Values:
    """Return ``part / whole``, nan where there is nothing to divide by."""
    above, below = np.asarray(part, np.float64), np.asarray(whole, np.float64)
    result: Values = np.full(np.broadcast(above, below).shape, np.nan)
    return np.divide(above, below, out=result, where=below > 0)


def f1(tally: Tally) -> Values:
    """Return F1 of the positive side at 0.5; nan when there are neither positives nor alarms."""
    tp, fp, fn, _ = confusion(tally)
    return ratio(2 * tp, 2 * tp + fp + fn)


def macro_f1(tally: Tally) -> Values:
    """Return the mean F1 of both sides at 0.5; nan unless both sides exist.

    A side that nothing was put into has F1 0, as scikit-learn counts with ``zero_division=0``.
    """
    tp, fp, fn, tn = confusion(tally)
    mean = (_or_zero(2 * tp, 2 * tp + fp + fn) + _or_zero(2 * tn, 2 * tn + fp + fn)) / 2
    result: Values = np.where((tp + fn > 0) & (tn + fp > 0), mean, np.nan)
    return result


def _or_zero(part: Counts, whole: Counts) -> Values:
    return np.nan_to_num(ratio(part, whole), nan=0.0)


def roc_auc(tally: Tally) -> Values:
    """Return how often a positive ranks above a negative, ties counting half."""
    positives, negatives = tally.read
    below = np.cumsum(negatives, axis=-1) - negatives
    won = (positives * (below + negatives / 2)).sum(-1)
    return ratio(won, positives.sum(-1) * negatives.sum(-1))


def average_precision(tally: Tally) -> Values:
    """Return the area under the precision-recall curve, as steps; nan without both sides."""
    positives, negatives = tally.read
    hits = np.cumsum(positives[..., ::-1], axis=-1)[..., ::-1]
    alarms = np.cumsum(negatives[..., ::-1], axis=-1)[..., ::-1]
    gained = (positives * np.nan_to_num(ratio(hits, hits + alarms))).sum(-1)
    area = ratio(gained, positives.sum(-1))
    result: Values = np.where(negatives.sum(-1) > 0, area, np.nan)
    return result


def binned(tally: Tally) -> tuple[Counts, Counts, Values]:
    """Return positives, rows and mean score in ten equal bins of the scores that were given."""
    edges = np.arange(BINS) * (STEPS // BINS)
    everything = tally.positives + tally.negatives
    weight = np.arange(CELLS) / STEPS

    def gathered(cells: NDArray[np.generic]) -> NDArray[np.generic]:
        return np.add.reduceat(cells, edges, axis=-1)

    rows = gathered(everything).astype(np.int64)
    positives = gathered(tally.positives).astype(np.int64)
    return positives, rows, ratio(gathered(everything * weight), rows)


def calibration_error(tally: Tally) -> Values:
    """Return the expected calibration error over ten equal bins; nan where no score was given."""
    positives, rows, mean = binned(tally)
    gap = np.abs(positives - np.nan_to_num(mean) * rows).sum(-1)
    return ratio(gap, rows.sum(-1))


def curve(tally: Tally) -> tuple[Values, Values]:
    """Return recall and precision at each cut that changes something, from the highest down."""
    positives, negatives = tally.read
    changes = np.flatnonzero((positives + negatives)[::-1])
    hits = np.cumsum(positives[::-1])[changes]
    alarms = np.cumsum(negatives[::-1])[changes]
    return ratio(hits, positives.sum()), ratio(hits, hits + alarms)
