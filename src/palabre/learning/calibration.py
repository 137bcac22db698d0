"""From logits to probabilities, per language and score, and what a threshold then gives.

The held-back texts lie in two folds (``calibrate`` and ``report``, halved by pattern, text or row).
The curves that ship are fitted on the first, so that the second stays untouched. The figures of the
card are cross-fitted over both: a text is judged by a curve that never saw its fold.
"""

import math
from collections import defaultdict
from dataclasses import dataclass
from typing import Any, Final

import numpy as np
from numpy.typing import NDArray
from sklearn.linear_model import LogisticRegression

from palabre.learning.evaluation.intervals import wilson
from palabre.learning.parts import LABELS
from palabre.learning.samples import CALIBRATE, OWN, Sample

ENOUGH: Final = 200
BINS: Final = 10
WORST_ERROR: Final = 0.05
PREVALENCE: Final = 0.05
PRECISION: Final = 0.95
STEPS: Final = np.round(np.arange(0.3, 0.9951, 0.005), 3)
OWN_SHARE: Final = 0.6

Floats = NDArray[np.float64]


@dataclass(frozen=True, slots=True)
class Curve:
    """``sigmoid(a * logit + b)``."""

    a: float
    b: float

    def __call__(self, logits: Floats) -> Floats:
        """Return probabilities."""
        z = np.clip(self.a * logits + self.b, -40, 40)
        return np.asarray(1 / (1 + np.exp(-z)))


@dataclass(frozen=True, slots=True)
class Known:
    """The held-back texts of one language with a label for one score."""

    logits: Floats
    truth: NDArray[np.bool_]
    weight: Floats
    first: NDArray[np.bool_]

    def half(self, chosen: NDArray[np.bool_]) -> "Known":
        """Return a part of them."""
        return Known(
            self.logits[chosen], self.truth[chosen], self.weight[chosen], self.first[chosen]
        )


def known(samples: list[Sample], logits: Floats, lang: str, name: str) -> Known:
    """Return what is known of a score in a language, weighed: own texts 3 to 2 against others,

    and both classes alike, so that a probability of one half means even odds between them.
    """  # noqa: D400
    place = LABELS.index(name)
    rows = [
        i for i, s in enumerate(samples) if s.lang == lang and s.labels[place] is not None
    ]  # fmt: skip
    truth = np.array([samples[i].labels[place] == 1 for i in rows], bool)
    own = np.array([samples[i].source.startswith(OWN) for i in rows], bool)
    weight = np.ones(len(rows))
    for side in (True, False):
        mine, others = own & (truth == side), ~own & (truth == side)
        both = mine.any() and others.any()
        for part, share in (
            (mine, OWN_SHARE if both else 1.0),
            (others, 1 - OWN_SHARE if both else 1.0),
        ):
            if part.any():
                weight[part] = share / part.sum()
    if rows:
        weight *= len(rows) / weight.sum()
    first = np.array([samples[i].part == CALIBRATE for i in rows], bool)
    return Known(np.array([logits[i, place] for i in rows], float), truth, weight, first)


def fit_curve(rows: Known) -> Curve:
    """Fit a curve (Platt); with a weak pull, so that separable rows give no infinite slope."""
    model = LogisticRegression(C=10.0, max_iter=500)
    model.fit(rows.logits[:, None], rows.truth, sample_weight=rows.weight)
    return Curve(max(float(model.coef_[0][0]), 1e-3), float(model.intercept_[0]))


def cross_fitted(rows: Known) -> Floats:
    """Return for each row the probability by a curve that was fitted on the other fold."""
    out = np.zeros(len(rows.truth))
    for fold in (True, False):
        here = rows.first == fold
        out[here] = fit_curve(rows.half(~here))(rows.logits[here])
    return out


def calibration_error(probability: Floats, rows: Known) -> float:
    """Return the expected calibration error over ten bins of equal width."""
    total = 0.0
    bins = np.minimum((probability * BINS).astype(int), BINS - 1)
    for number in range(BINS):
        here = bins == number
        if here.any():
            weight = rows.weight[here]
            gap = np.average(rows.truth[here], weights=weight) - np.average(
                probability[here], weights=weight
            )
            total += abs(gap) * weight.sum()
    return float(total / rows.weight.sum())


def macro_f1(probability: Floats, rows: Known, cut: float = 0.5) -> float:
    """Return the unweighted mean of the F1 of both classes at a cut."""
    said, out = probability >= cut, 0.0
    for side in (True, False):
        hit = ((said == side) & (rows.truth == side)).sum()
        out += 2 * hit / max(1, (said == side).sum() + (rows.truth == side).sum()) / 2
    return float(out)


def area(probability: Floats, truth: NDArray[np.bool_]) -> float:
    """Return the area under the ROC curve, ties counted half."""
    order = np.argsort(probability, kind="stable")
    values = probability[order]
    _, inverse, count = np.unique(values, return_inverse=True, return_counts=True)
    ranks = np.cumsum(count) - (count - 1) / 2
    place = np.empty(len(values))
    place[order] = ranks[inverse]
    ones, zeros = truth.sum(), (~truth).sum()
    if not ones or not zeros:
        return math.nan
    return float((place[truth].sum() - ones * (ones + 1) / 2) / (ones * zeros))


def operating_point(probability: Floats, truth: NDArray[np.bool_]) -> dict[str, Any]:
    """Return the lowest threshold whose refusals are right at a prevalence of 5 per cent.

    Precision is reweighted; its lower bound takes recall's lower and false alarms' upper 95 % bound
    (Wilson). Where no threshold reaches 0.95 so, the score may only hold.
    """
    best: dict[str, Any] = {"refuse_from": None}
    for cut in STEPS:
        found = wilson(int((probability[truth] >= cut).sum()), int(truth.sum()))
        alarms = wilson(int((probability[~truth] >= cut).sum()), int((~truth).sum()))
        if found.low is None or alarms.high is None or found.value is None:
            break
        hits, wrong = found.low * PREVALENCE, alarms.high * (1 - PREVALENCE)
        if hits and hits / (hits + wrong) >= PRECISION:
            return {
                "refuse_from": float(cut), "recall": round(found.value, 3),
                "recall_low": round(found.low, 3), "false_alarms_high": round(alarms.high, 5),
                "precision_low": round(hits / (hits + wrong), 3),
            }  # fmt: skip
    return best


def at_half(probability: Floats, truth: NDArray[np.bool_]) -> dict[str, Any]:
    """Return recall and false alarms of a cut at one half, with 95 % bounds."""
    found = wilson(int((probability[truth] >= 0.5).sum()), int(truth.sum()))  # noqa: PLR2004
    alarms = wilson(int((probability[~truth] >= 0.5).sum()), int((~truth).sum()))  # noqa: PLR2004
    return {
        "recall": [found.value, found.low, found.high],
        "false_alarms": [alarms.value, alarms.low, alarms.high],
    }


def calibrate(samples: list[Sample], logits: Floats, languages: tuple[str, ...]) -> dict[str, Any]:
    """Return curves, figures and operating points per language and score, with reasons for none."""
    curves: dict[str, Any] = {}
    figures: dict[str, Any] = defaultdict(dict)
    for lang in languages:
        curves[lang] = {}
        for name in LABELS:
            rows = known(samples, logits, lang, name)
            positives = int(rows.truth.sum())
            if positives < ENOUGH or (~rows.truth).sum() < ENOUGH:
                curves[lang][name] = None
                figures[lang][name] = {
                    "positives": positives, "given": False,
                    "why": f"{positives} held-back positives; {ENOUGH} are needed",
                }  # fmt: skip
                continue
            probability = cross_fitted(rows)
            error = calibration_error(probability, rows)
            curve = fit_curve(rows.half(rows.first))
            curves[lang][name] = {"a": round(curve.a, 5), "b": round(curve.b, 5)}
            figures[lang][name] = {
                "positives": positives, "negatives": int((~rows.truth).sum()), "given": True,
                "calibration_error": round(error, 4), "macro_f1": macro_f1(probability, rows),
                "auc": area(rows.logits, rows.truth), **at_half(probability, rows.truth),
                "operating_point": operating_point(probability, rows.truth),
            }  # fmt: skip
    return {"languages": curves, "figures": dict(figures)}
