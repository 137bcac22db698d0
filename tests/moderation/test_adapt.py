"""Rules by example: what the head learns, and the figures that it says of itself."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from palabre.moderation.adapt import ORDINARY_AT_HALF, learn

WIDTH = 24


def cloud(seed: int, texts: int, towards: int | None = None, spread: float = 0.4):
    """Return vectors in a narrow cone, as encoders give them, some of them leaning to one side."""
    made = np.random.default_rng(seed).normal(0, spread, (texts, WIDTH))
    made[:, 0] += 3.0
    if towards is not None:
        made[:, towards] += 2.0
    return made.astype(np.float32)


ORDINARY = cloud(1, 400)


def test_it_finds_what_leans_like_the_examples_and_little_else():
    head = learn(cloud(2, 8, towards=5), cloud(3, 8, towards=6), ORDINARY)
    found = [head.score(v) >= 0.5 for v in cloud(4, 100, towards=5)]
    near = [head.score(v) >= 0.5 for v in cloud(5, 100, towards=6)]
    plain = [head.score(v) >= 0.5 for v in cloud(6, 1000)]
    assert np.mean(found) > 0.8
    assert np.mean(near) < 0.05
    assert np.mean(plain) < 3 * ORDINARY_AT_HALF


def test_one_ordinary_comment_in_a_hundred_reaches_a_half():
    trial = learn(cloud(2, 5, towards=5), cloud(3, 5), ORDINARY).trial
    assert trial.shares(0.5)[2] == pytest.approx(ORDINARY_AT_HALF, abs=1 / len(ORDINARY))


@pytest.mark.parametrize("side", [0, 1, 2])
def test_the_figures_are_those_of_leaving_each_text_out(side):
    sides = [cloud(2, 6, towards=5), cloud(3, 7, towards=6), cloud(1, 60)]
    trial = learn(*sides).trial
    said = (trial.examples, trial.counter_examples, trial.ordinary)[side]
    # By hand: the same weights, the same centre, the regression solved again without the text.
    unit = [s / np.linalg.norm(s.astype(float), axis=1, keepdims=True) for s in sides]
    placed = [s - unit[2].mean(axis=0) for s in unit]
    x = np.vstack([s / np.linalg.norm(s, axis=1, keepdims=True) for s in placed])
    x = np.hstack([x, np.ones((len(x), 1))])
    y = np.repeat([1.0, -1.0, -1.0], [6, 7, 60])
    w = np.repeat([1 / 6, 0.5 / 7, 2 / 60], [6, 7, 60])
    penalty = np.diag([*[0.03] * WIDTH, 1e-9])
    raw = []
    for i in range(len(x)):
        rest = np.arange(len(x)) != i
        left = (x[rest] * w[rest, None]).T
        raw.append(x[i] @ np.linalg.solve(left @ x[rest] + penalty, left @ y[rest]))
    mark = np.quantile(raw[13:], 0.99) + 0.002
    scores = 1 / (1 + np.exp(-4 * (np.array(raw) - mark)))
    expected = np.split(scores, [6, 13])[side]
    np.testing.assert_allclose(said, expected, atol=1e-6)


def test_counter_examples_may_be_missing_and_examples_not():
    none = np.empty((0, WIDTH), np.float32)
    assert len(learn(cloud(2, 5), none, ORDINARY).trial.counter_examples) == 0
    for wrong in ((none, none, ORDINARY), (cloud(2, 5), none, none)):
        with pytest.raises(ValueError, match="ordinary comments"):
            learn(*wrong)


def test_what_is_no_number_is_refused():
    broken = cloud(2, 5)
    broken[3, 3] = np.nan
    with pytest.raises(ValueError, match="no number"):
        learn(broken, cloud(3, 5), ORDINARY)


@settings(max_examples=25, deadline=None)
@given(st.integers(0, 10_000), st.integers(5, 30), st.integers(0, 30))
def test_scores_are_probabilities_and_the_same_twice(seed, shown, near):
    texts = cloud(seed, shown, towards=4), cloud(seed + 1, near)
    first, second = learn(*texts, ORDINARY), learn(*texts, ORDINARY)
    for vector in (*texts[0][:3], np.zeros(WIDTH, np.float32), ORDINARY[0] * 1e6):
        assert 0.0 <= first.score(vector) <= 1.0
        assert first.score(vector) == second.score(vector)


def test_the_same_vector_as_example_and_counter_example_is_no_accident():
    same = cloud(2, 6, towards=5)
    shares = learn(same, same, ORDINARY).trial.shares(0.5)
    assert shares[0] < 1.0 or shares[1] > 0.0


def test_ordinary_comments_that_are_all_alike_are_not_held():
    alike = np.tile(ORDINARY[:1], (50, 1))
    head = learn(cloud(2, 6, towards=5), np.empty((0, WIDTH)), alike)
    assert round(head.score(alike[0]), 3) < 0.5
    assert head.trial.shares(0.5)[2] == 0.0
