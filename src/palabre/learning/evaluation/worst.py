"""The rows that a score is most wrong about: shown only to who asks, for they upset."""

from collections.abc import Sequence

import msgspec
import numpy as np

from palabre.domain.decision import SCORES
from palabre.learning.evaluation.judging import VERDICTS, Judged
from palabre.learning.evaluation.measure import known
from palabre.learning.evaluation.rows import Row


class Example(msgspec.Struct, frozen=True, kw_only=True):
    """A row that was misjudged; ``score`` None: nothing could tell."""

    id: str
    text: str
    lang: str | None
    source: str
    score: float | None
    verdict: str


class Worst(msgspec.Struct, frozen=True, kw_only=True):
    """For one score: the highest of the harmless rows and the lowest of the others."""

    alarms: list[Example]
    misses: list[Example]


def worst(rows: Sequence[Row], judged: Judged, most: int) -> dict[str, Worst]:
    """Return the worst false alarms and misses of each score, at most ``most`` of each."""
    found = {}
    for name in SCORES:
        at, true = known(rows, name)
        if not len(at) or most < 1:
            continue
        scores = np.nan_to_num(judged.scores[name][at])
        order = np.argsort(-scores, kind="stable")
        alarms = [at[i] for i in order if not true[i] and scores[i] >= 0.5][:most]  # noqa: PLR2004
        misses = [at[i] for i in order[::-1] if true[i] and scores[i] < 0.5][:most]  # noqa: PLR2004
        if alarms or misses:
            found[name] = Worst(
                alarms=[_example(rows[i], judged, name, int(i)) for i in alarms],
                misses=[_example(rows[i], judged, name, int(i)) for i in misses],
            )
    return found


def _example(row: Row, judged: Judged, name: str, at: int) -> Example:
    score = float(judged.scores[name][at])
    return Example(
        id=row.id,
        text=row.text,
        lang=row.lang,
        source=row.source,
        score=None if np.isnan(score) else score,
        verdict=VERDICTS[judged.verdicts[at]].value,
    )
