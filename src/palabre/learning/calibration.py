"""From logits to probabilities, per language and score, and what a threshold then gives.

The held-back texts lie in two folds (``calibrate`` and ``report``, halved by pattern, text or row).
The curves that ship are fitted on the first, so that the second stays untouched. The figures of the
card are cross-fitted over both: a text is judged by a curve that never saw its fold.
"""

import math
from collections import Counter
from dataclasses import dataclass
from typing import Any, Final

import numpy as np
from numpy.typing import NDArray
from scipy.optimize import minimize

from palabre.learning.evaluation.intervals import wilson
from palabre.learning.parts import LABELS
from palabre.learning.samples import CALIBRATE, OWN, Sample

ENOUGH: Final = 200
FEWEST: Final = 30
BINS: Final = 10
# Wished for is 0.05. Beyond this a score is null, but hate and toxicity, on which rules rest.
TOO_FAR: Final = 0.1
NEEDED: Final = ("hate", "toxicity")
# How strongly a language's curve is held to that of all: as by so many texts.
PULL: Final = 100.0
SLOPE_PULL: Final = 9.0
WEAK_PULL: Final = 0.01
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
    """Return what is known of a score in a language, weighed.

    Each sentence pattern counts alike however often it was expanded, own texts 3 to 2 against
    others, and both classes alike, so that a probability of one half means even odds between them.
    """
    place = LABELS.index(name)
    rows = [i for i, s in enumerate(samples) if s.lang == lang and s.labels[place] is not None]
    often = Counter(samples[i].frame for i in rows)
    truth = np.array([samples[i].labels[place] == 1 for i in rows], bool)
    own = np.array([samples[i].source.startswith(OWN) for i in rows], bool)
    weight = np.array([1.0 / often[samples[i].frame] if samples[i].frame else 1.0 for i in rows])
    for side in (True, False):
        mine, others = own & (truth == side), ~own & (truth == side)
        both = mine.any() and others.any()
        for part, share in ((mine, OWN_SHARE), (others, 1 - OWN_SHARE)):
            if part.any():
                weight[part] *= (share if both else 1.0) / weight[part].sum()
    if rows:
        weight *= len(rows) / weight.sum()
    first = np.array([samples[i].part == CALIBRATE for i in rows], bool)
    if min((truth & first).sum(), (truth & ~first).sum()) < FEWEST:
        first = np.arange(len(rows)) % 2 == 0  # few patterns hold all positives: halve by row
    return Known(np.array([logits[i, place] for i in rows], float), truth, weight, first)


def fit_curve(rows: Known, toward: Curve | None = None) -> Curve:
    """Fit a curve (Platt), pulled towards that of all languages where one is given.

    A language's own texts to calibrate with are a few dozen patterns: alone, its curve would follow
    their chance. Without ``toward`` a weak pull keeps separable rows from an infinite slope.
    """
    begin = toward or Curve(0.5, 0.5)
    pull = PULL if toward else WEAK_PULL
    truth = rows.truth.astype(float)
    weight = rows.weight / max(rows.weight.sum(), 1e-9) * len(truth)

    def cost(point: Floats) -> tuple[float, Floats]:
        z = np.clip(point[0] * rows.logits + point[1], -40, 40)
        loss = np.logaddexp(0, -z) * truth + np.logaddexp(0, z) * (1 - truth)
        slope = weight * (1 / (1 + np.exp(-z)) - truth)
        away = point - np.array([begin.a, begin.b])
        pulled = pull * np.array([SLOPE_PULL, 1.0])
        gradient = np.array([(slope * rows.logits).sum(), slope.sum()]) + pulled * away
        return float((weight * loss).sum() + (pulled * away**2).sum() / 2), gradient

    a, b = minimize(cost, np.array([begin.a, begin.b]), jac=True, method="BFGS").x
    return Curve(max(float(a), 1e-3), float(b))


def joined(parts: list[Known]) -> Known | None:
    """Return the rows of several languages together, each language counting alike."""
    parts = [part for part in parts if part.truth.sum() >= FEWEST // 3]
    if not parts:
        return None
    return Known(
        np.concatenate([part.logits for part in parts]),
        np.concatenate([part.truth for part in parts]),
        np.concatenate([part.weight / part.weight.sum() for part in parts]),
        np.concatenate([part.first for part in parts]),
    )


def of_all(parts: list[Known], *, fold: bool) -> Curve | None:
    """Return the curve of all languages together, by one fold."""
    whole = joined([part.half(part.first == fold) for part in parts])
    return None if whole is None else fit_curve(whole)


def cross_fitted(rows: Known, every: list[Known]) -> Floats:
    """Return for each row the probability by a curve that was fitted on the other fold."""
    out = np.zeros(len(rows.truth))
    for fold in (True, False):
        here = rows.first == fold
        out[here] = fit_curve(rows.half(~here), of_all(every, fold=not fold))(rows.logits[here])
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
    return f1_of(probability >= cut, rows.truth, np.ones(len(rows.truth), bool))


def f1_of(
    said: NDArray[np.bool_], truth: NDArray[np.bool_], counted: NDArray[np.bool_]
) -> float:  # fmt: skip
    """Return the unweighted mean of the F1 of both classes over the rows that count."""
    said, truth, out = said[counted], truth[counted], 0.0
    for side in (True, False):
        hit = ((said == side) & (truth == side)).sum()
        out += hit / max(1, (said == side).sum() + (truth == side).sum())
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
    curves: dict[str, Any] = {lang: {} for lang in languages}
    figures: dict[str, Any] = {lang: {} for lang in languages}
    common: dict[str, Any] = {}
    for name in LABELS:
        every = {lang: known(samples, logits, lang, name) for lang in languages}
        parts = list(every.values())
        shared = of_all(parts, fold=True)
        common[name] = _written(shared)
        for lang, rows in every.items():
            curve, figure = _one(rows, parts, shared, needed=name in NEEDED)
            curves[lang][name], figures[lang][name] = _written(curve), figure
    return {"languages": curves, "figures": figures, "common": common}


def _one(
    rows: Known, every: list[Known], shared: Curve | None, *, needed: bool
) -> tuple[Curve | None, dict[str, Any]]:
    positives = int(rows.truth.sum())
    figure: dict[str, Any] = {"positives": positives, "given": False}
    if positives < ENOUGH or (~rows.truth).sum() < ENOUGH:
        why = f"{positives} held-back positives; {ENOUGH} are needed"
        return None, figure | {"why": why}
    probability = cross_fitted(rows, every)
    error = calibration_error(probability, rows)
    if error > TOO_FAR and not needed:
        return None, figure | {"why": f"calibration error {error:.2f}; at most {TOO_FAR} is borne"}
    return fit_curve(rows.half(rows.first), shared), {
        "positives": positives, "negatives": int((~rows.truth).sum()), "given": True,
        "calibration_error": round(error, 4), "macro_f1": macro_f1(probability, rows),
        "auc": area(rows.logits, rows.truth), **at_half(probability, rows.truth),
        "operating_point": operating_point(probability, rows.truth),
    }  # fmt: skip


def _written(curve: Curve | None) -> dict[str, float] | None:
    return None if curve is None else {"a": round(curve.a, 5), "b": round(curve.b, 5)}
