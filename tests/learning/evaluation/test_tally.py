"""Every figure against its definition, computed the slow and obvious way."""

import math

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from palabre.learning.evaluation import tally as counts
from palabre.learning.evaluation.intervals import at_prevalence, between, bootstrap, wilson

# Few different scores, so that ties are the rule; None is a score that nothing could give.
SCORES = st.one_of(st.none(), st.sampled_from([0.0, 0.1, 0.499, 0.5, 0.501, 0.9, 1.0]))
ROWS = st.lists(st.tuples(SCORES, st.booleans()), max_size=40)


def tally(rows):
    scores = np.array([np.nan if s is None else s for s, _ in rows], np.float64)
    return counts.count(scores, np.array([t for _, t in rows], np.bool_))


def read(rows):
    return [(s or 0.0, t) for s, t in rows]


def slow_f1(rows, side):
    tp = sum((s >= 0.5) == side and t == side for s, t in rows)
    fp = sum((s >= 0.5) == side and t != side for s, t in rows)
    fn = sum((s >= 0.5) != side and t == side for s, t in rows)
    return 2 * tp / (2 * tp + fp + fn) if tp + fp + fn else None


def slow_auc(rows):
    wins = [
        1.0 if p > n else 0.5 if p == n else 0.0
        for p, is_p in rows
        if is_p
        for n, is_n in rows
        if not is_n
    ]
    return sum(wins) / len(wins) if wins else None


def slow_precision_area(rows):
    positives = sum(t for _, t in rows)
    if not positives or positives == len(rows):
        return None
    area, before = 0.0, 0.0
    for cut in sorted({s for s, _ in rows}, reverse=True):
        above = [t for s, t in rows if s >= cut]
        recall = sum(above) / positives
        area += (recall - before) * sum(above) / len(above)
        before = recall
    return area


def slow_calibration(rows):
    given_scores = [(s, t) for s, t in rows if s is not None]
    total = 0.0
    for b in range(10):
        inside = [(s, t) for s, t in given_scores if min(round(s * 1000) // 100, 9) == b]
        total += abs(sum(t for _, t in inside) - sum(s for s, _ in inside))
    return total / len(given_scores) if given_scores else None


def same(value, expected):
    if expected is None:
        return math.isnan(value)
    return value == pytest.approx(expected, abs=1e-9)


@given(ROWS)
def test_figures_are_those_of_their_definition(rows):
    made, plain = tally(rows), read(rows)
    both = {t for _, t in rows} == {True, False}
    assert same(counts.f1(made), slow_f1(plain, True))
    sides = [slow_f1(plain, side) or 0.0 for side in (True, False)]
    assert same(counts.macro_f1(made), sum(sides) / 2 if both else None)
    assert same(counts.roc_auc(made), slow_auc(plain))
    assert same(counts.average_precision(made), slow_precision_area(plain))
    assert same(counts.calibration_error(made), slow_calibration(rows))


@given(ROWS)
def test_nothing_is_lost_in_counting(rows):
    made = tally(rows)
    assert sum(made.sizes) == len(rows)
    assert sum(int(n) for n in counts.confusion(made)) == len(rows)
    drawn = counts.resample(made, 7, 1)
    per_draw = drawn.positives.sum(-1) + drawn.negatives.sum(-1) + drawn.silent.sum(-1)
    assert per_draw.tolist() == [len(rows)] * 7


@given(ROWS)
def test_the_curve_ends_where_all_are_found(rows):
    if not any(t for _, t in rows):
        return
    recall, precision = counts.curve(tally(rows))
    assert recall[-1] == 1.0
    assert precision[-1] == pytest.approx(sum(t for _, t in rows) / len(rows))
    assert (np.diff(recall) >= 0).all()


def test_figures_by_hand():
    made = tally([(0.9, True), (0.8, False), (0.7, True), (0.2, False), (None, True)])
    assert [int(n) for n in counts.confusion(made)] == [2, 1, 1, 1]
    assert counts.f1(made) == pytest.approx(4 / 6)
    assert counts.roc_auc(made) == pytest.approx(3 / 6)
    assert counts.average_precision(made) == pytest.approx((1 + 2 / 3 + 3 / 5) / 3)
    assert counts.calibration_error(made) == pytest.approx((0.1 + 0.8 + 0.3 + 0.2) / 4)


@pytest.mark.parametrize(
    ("part", "whole", "low", "high"),
    # Newcombe 1998, Statistics in Medicine 17, table I, method 3.
    [(81, 263, 0.2553, 0.3662), (15, 148, 0.0624, 0.1605), (0, 20, 0.0, 0.1611),
     (1, 29, 0.0061, 0.1718)],
)  # fmt: skip
def test_wilson_as_published(part, whole, low, high):
    figure = wilson(part, whole)
    assert (figure.low, figure.high) == pytest.approx((low, high), abs=5e-5)


@given(st.integers(0, 50), st.integers(0, 50))
def test_a_share_lies_in_its_interval(part, more):
    figure = wilson(part, part + more)
    if part + more == 0:
        assert figure.value is None
    else:
        assert 0.0 <= figure.low <= figure.value <= figure.high <= 1.0


@given(ROWS)
def test_an_interval_is_told_only_with_its_value(rows):
    made = bootstrap(tally(rows), {"auc": counts.roc_auc, "f1": counts.f1}, times=20)
    for figure in made.values():
        assert (figure.low is None) == (figure.high is None)
        assert figure.value is not None or figure.low is None
        if figure.low is not None:
            assert 0.0 <= figure.low <= figure.high <= 1.0


def test_a_bootstrap_interval_covers_as_often_as_it_says():
    rng = np.random.default_rng(5)
    covered = 0
    truth = 0.7602  # AUC of two normals one apart
    for _ in range(100):
        true = rng.random(200) < 0.5
        scores = 1 / (1 + np.exp(-(rng.normal(size=200) + true)))
        figure = bootstrap(counts.count(scores, true), {"a": counts.roc_auc}, times=200)["a"]
        covered += figure.low <= truth <= figure.high
    assert covered >= 88


def test_precision_where_positives_are_rare():
    figure = at_prevalence(wilson(90, 100), wilson(1, 100), 0.05)
    assert figure.value == pytest.approx(0.9 * 0.05 / (0.9 * 0.05 + 0.01 * 0.95))
    assert figure.low < figure.value < figure.high
    assert at_prevalence(wilson(0, 0), wilson(1, 2), 0.05).value is None


def test_what_cannot_be_told_is_none():
    assert between(math.nan, np.array([0.5])).value is None
    assert between(0.5, np.array([math.nan])).low is None
