"""From rows and what was said of them to everything the report shows, as plain values."""

from collections.abc import Mapping, Sequence
from typing import Any, Final

import msgspec
import numpy as np
from numpy.typing import NDArray

from palabre.domain.decision import SCORES, Verdict
from palabre.learning.evaluation import tally as counts
from palabre.learning.evaluation.intervals import (
    TIMES,
    UNKNOWN,
    Figure,
    at_prevalence,
    bootstrap,
    wilson,
)
from palabre.learning.evaluation.judging import VERDICTS, Judged, System
from palabre.learning.evaluation.rows import Row
from palabre.learning.evaluation.tally import Tally
from palabre.moderation.detectors.classifier import PREFIX
from palabre.moderation.rule import Rule

DIMENSIONS: Final = ("lang", "source", "kind", "group")
PREVALENCE: Final = 0.05
FEWEST_IN_SLICE: Final = 10
_SLICE_TIMES: Final = 300
_POINTS: Final = 240
_OF_TALLY: Final = {
    "f1": counts.f1,
    "macro_f1": counts.macro_f1,
    "roc_auc": counts.roc_auc,
    "pr_auc": counts.average_precision,
    "calibration_error": counts.calibration_error,
}


class Shares(msgspec.Struct, frozen=True, kw_only=True):
    """What became of some rows: the share published, held and refused."""

    rows: int
    publish: Figure
    hold: Figure
    refuse: Figure


class Bin(msgspec.Struct, frozen=True, kw_only=True):
    """One bar of the reliability plot: rows, their mean score, the share that is positive."""

    rows: int
    mean: float
    share: Figure


class ScoreFigures(msgspec.Struct, frozen=True, kw_only=True):
    """How well one score tells positives from negatives, cut at 0.5."""

    rows: int
    positives: int
    silent: int
    hits: int
    alarms: int
    misses: int
    passes: int
    precision: Figure
    recall: Figure
    false_alarms: Figure
    f1: Figure
    macro_f1: Figure
    roc_auc: Figure
    pr_auc: Figure
    calibration_error: Figure


class ScoreReport(msgspec.Struct, frozen=True, kw_only=True):
    """A score's figures with its plots, and what became of rows with and without the label."""

    figures: ScoreFigures
    bins: list[Bin]
    curve: list[tuple[float, float]]
    with_label: Shares
    without_label: Shares


class Acting(msgspec.Struct, frozen=True, kw_only=True):
    """How right a rule is when it acts: against the label of the score that it feeds."""

    rows: int
    precision: Figure
    recall: Figure
    false_alarms: Figure
    precision_at_5_percent: Figure


class RuleReport(msgspec.Struct, frozen=True, kw_only=True):
    """What one rule did; ``label`` None: nothing labelled says whether it was right."""

    held: int
    refused: int
    label: str | None = None
    acting: Acting | None = None
    refusing: Acting | None = None


class Slice(msgspec.Struct, frozen=True, kw_only=True):
    """The rows of one language, source, kind or group."""

    shares: Shares
    scores: dict[str, ScoreFigures]


class Speed(msgspec.Struct, frozen=True, kw_only=True):
    """The judge's pace in one thread, reading and writing left out; times in milliseconds."""

    per_second: float
    p50: float
    p95: float
    p99: float


class SystemReport(msgspec.Struct, frozen=True, kw_only=True):
    """Everything about one system."""

    name: str
    depth: str
    rules_version: str
    versions: dict[str, str]
    shares: Shares
    not_checked: int
    read_closely: int
    scores: dict[str, ScoreReport]
    rules: dict[str, RuleReport]
    slices: dict[str, dict[str, Slice]]
    speed: Speed


def system_report(system: System, rows: Sequence[Row], judged: Judged) -> SystemReport:
    """Return the figures of one system."""
    truth = {name: known(rows, name) for name in SCORES}
    everything = np.arange(len(rows))
    labelled = {n: t for n, t in truth.items() if len(t[0])}
    return SystemReport(
        name=system.name,
        depth=system.depth.value,
        rules_version=system.rules.version,
        versions=dict(sorted(judged.versions.items())),
        shares=shares(judged, everything),
        not_checked=judged.not_checked,
        read_closely=judged.read_closely,
        scores={
            name: _score_report(judged, name, at, true) for name, (at, true) in labelled.items()
        },
        rules={rule.id: _rule_report(rule, judged, truth) for rule in system.rules.rules},
        slices=_slices(rows, judged, labelled),
        speed=_speed(judged.seconds),
    )


def known(rows: Sequence[Row], label: str) -> tuple[NDArray[np.int64], NDArray[np.bool_]]:
    """Return the places of the rows whose label is known, and the label."""
    at = [i for i, row in enumerate(rows) if label in row.labels]
    true = [rows[i].labels[label] for i in at]
    return np.array(at, np.int64), np.array(true, np.bool_)


def shares(judged: Judged, at: NDArray[np.int64]) -> Shares:
    """Return what became of the rows at these places."""
    verdicts = judged.verdicts[at]
    share = {v.value: wilson(int((verdicts == i).sum()), len(at)) for i, v in enumerate(VERDICTS)}
    return Shares(rows=len(at), **share)


def score_figures(tally: Tally, *, times: int = TIMES) -> ScoreFigures:
    """Return the figures of a score's tally."""
    hits, alarms, misses, passes = (int(n) for n in counts.confusion(tally))
    drawn = bootstrap(tally, _OF_TALLY, times=times)
    return ScoreFigures(
        rows=hits + alarms + misses + passes,
        positives=hits + misses,
        silent=int(tally.silent.sum()),
        hits=hits,
        alarms=alarms,
        misses=misses,
        passes=passes,
        precision=wilson(hits, hits + alarms),
        recall=wilson(hits, hits + misses),
        false_alarms=wilson(alarms, alarms + passes),
        **drawn,
    )


def _score_report(
    judged: Judged, name: str, at: NDArray[np.int64], true: NDArray[np.bool_]
) -> ScoreReport:
    tally = counts.count(judged.scores[name][at], true)
    positives, rows, mean = counts.binned(tally)
    return ScoreReport(
        figures=score_figures(tally),
        bins=[
            Bin(rows=int(n), mean=float(m), share=wilson(int(p), int(n)))
            for p, n, m in zip(positives, rows, mean, strict=True)
            if n
        ],
        curve=_thinned(tally) if true.any() and not true.all() else [],
        with_label=shares(judged, at[true]),
        without_label=shares(judged, at[~true]),
    )


def _thinned(tally: Tally) -> list[tuple[float, float]]:
    recall, precision = counts.curve(tally)
    kept = np.unique(np.linspace(0, len(recall) - 1, _POINTS).round().astype(int))
    return [(round(float(recall[i]), 4), round(float(precision[i]), 4)) for i in kept]


def _rule_report(
    rule: Rule, judged: Judged, truth: Mapping[str, tuple[NDArray[np.int64], NDArray[np.bool_]]]
) -> RuleReport:
    acted = judged.acted[rule.id]
    hold, refuse = VERDICTS.index(Verdict.HOLD), VERDICTS.index(Verdict.REFUSE)
    label = rule.score or (rule.trust.symbol.removeprefix(PREFIX) if rule.trust else None)
    done: dict[str, Any] = {
        "held": int((acted == hold).sum()),
        "refused": int((acted == refuse).sum()),
    }
    if label is None or not len(truth[label][0]):
        return RuleReport(**done)
    at, true = truth[label]
    return RuleReport(
        **done,
        label=label,
        acting=_acting(acted[at] >= hold, true),
        refusing=_acting(acted[at] == refuse, true) if done["refused"] else None,
    )


def _acting(acts: NDArray[np.bool_], true: NDArray[np.bool_]) -> Acting:
    hits, alarms = int((acts & true).sum()), int((acts & ~true).sum())
    recall, false = wilson(hits, int(true.sum())), wilson(alarms, int((~true).sum()))
    return Acting(
        rows=hits + alarms,
        precision=wilson(hits, hits + alarms),
        recall=recall,
        false_alarms=false,
        precision_at_5_percent=at_prevalence(recall, false, PREVALENCE) if hits else UNKNOWN,
    )


def _slices(
    rows: Sequence[Row],
    judged: Judged,
    labelled: Mapping[str, tuple[NDArray[np.int64], NDArray[np.bool_]]],
) -> dict[str, dict[str, Slice]]:
    found: dict[str, dict[str, Slice]] = {}
    for dimension in DIMENSIONS:
        values = np.array([getattr(row, dimension) or "" for row in rows], object)
        by_value: dict[str, Slice] = {}
        for value in sorted({v for v in values.tolist() if v}):
            here = values == value
            if here.sum() < FEWEST_IN_SLICE:
                continue
            scores = {}
            for name, (at, true) in labelled.items():
                inside = here[at]
                if inside.sum() >= FEWEST_IN_SLICE:
                    tally = counts.count(judged.scores[name][at[inside]], true[inside])
                    scores[name] = score_figures(tally, times=_SLICE_TIMES)
            by_value[value] = Slice(shares=shares(judged, np.flatnonzero(here)), scores=scores)
        if by_value:
            found[dimension] = by_value
    return found


def _speed(seconds: NDArray[np.float64]) -> Speed:
    p50, p95, p99 = np.percentile(seconds * 1_000, (50, 95, 99)) if len(seconds) else (0, 0, 0)
    total = float(seconds.sum())
    return Speed(
        per_second=len(seconds) / total if total else 0.0,
        p50=float(p50),
        p95=float(p95),
        p99=float(p99),
    )
