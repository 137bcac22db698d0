"""Two systems on the same rows: what differs, and whether by more than chance.

Both are resampled together (paired bootstrap), so that a row that is hard for both widens no
interval.
"""

from collections.abc import Sequence
from typing import Final

import msgspec
import numpy as np
from numpy.typing import NDArray

from palabre.domain.decision import SCORES
from palabre.learning.evaluation import tally as counts
from palabre.learning.evaluation.intervals import Figure, between
from palabre.learning.evaluation.judging import VERDICTS, Judged
from palabre.learning.evaluation.measure import known
from palabre.learning.evaluation.rows import Row
from palabre.learning.evaluation.tally import CELLS, STEPS, Tally

_TIMES: Final = 400
_SEED: Final = 20_260_102


class Difference(msgspec.Struct, frozen=True, kw_only=True):
    """The second system's figures less the first's: above 0 the second is better."""

    macro_f1: Figure
    roc_auc: Figure


class Comparison(msgspec.Struct, frozen=True, kw_only=True):
    """``verdicts[first][second]`` counts rows by what each system decided."""

    verdicts: dict[str, dict[str, int]]
    scores: dict[str, Difference]


def compare(rows: Sequence[Row], first: Judged, second: Judged) -> Comparison:
    """Return how the second system differs from the first."""
    pairs = np.zeros((len(VERDICTS), len(VERDICTS)), np.int64)
    np.add.at(pairs, (first.verdicts, second.verdicts), 1)
    scores = {}
    for name in SCORES:
        at, true = known(rows, name)
        if len(at) and true.any() and not true.all():
            scores[name] = _difference(first.scores[name][at], second.scores[name][at], true)
    return Comparison(
        verdicts={
            a.value: {b.value: int(pairs[i, j]) for j, b in enumerate(VERDICTS)}
            for i, a in enumerate(VERDICTS)
        },
        scores=scores,
    )


def _difference(
    first: NDArray[np.float64], second: NDArray[np.float64], true: NDArray[np.bool_]
) -> Difference:
    cells = [np.rint(np.nan_to_num(s) * STEPS).astype(np.int64) for s in (first, second)]
    rng = np.random.default_rng(_SEED)
    rows = len(true)
    resamples = (rng.integers(0, rows, rows) for _ in range(_TIMES))
    weights = [np.ones(rows, np.int64), *(np.bincount(r, minlength=rows) for r in resamples)]
    drawn = []
    for weight in weights:
        sides = [[np.bincount(c[t], weight[t], CELLS) for t in (true, ~true)] for c in cells]
        tallies = [
            Tally(p.astype(np.int64), n.astype(np.int64), np.zeros(2, np.int64)) for p, n in sides
        ]
        drawn.append(
            [
                float(of(tallies[1])) - float(of(tallies[0]))
                for of in (counts.macro_f1, counts.roc_auc)
            ]
        )
    values = np.array(drawn)
    return Difference(
        macro_f1=between(values[0, 0], values[1:, 0]), roc_auc=between(values[0, 1], values[1:, 1])
    )
