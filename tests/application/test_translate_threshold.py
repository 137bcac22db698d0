"""The threshold that turns away as much as was turned away before."""

import random

import pytest

from palabre.application.translate_threshold import translate


def test_the_share_stays_the_same():
    chance = random.Random(7)  # noqa: S311 -- no secret
    truth = [chance.random() for _ in range(2000)]
    theirs = [value**0.5 for value in truth]  # another scale, the same order
    found = translate(truth, [score >= 0.8 for score in theirs])
    assert found.threshold == pytest.approx(0.64, abs=0.02)
    assert found.before == pytest.approx(found.after, abs=0.001)
    assert found.alike > 0.999
    assert found.curve[0] == (0.0, 1.0)
    assert [share for _, share in found.curve] == sorted((s for _, s in found.curve), reverse=True)


def test_a_noisy_scorer_still_gets_the_share_and_is_told_what_it_costs():
    chance = random.Random(3)  # noqa: S311 -- no secret
    gone = [chance.random() < 0.1 for _ in range(3000)]
    scores = [min(1.0, max(0.0, 0.3 + 0.3 * g + chance.gauss(0, 0.15))) for g in gone]
    found = translate(scores, gone)
    assert found.after == pytest.approx(found.before, abs=0.002)
    assert 0.4 < found.caught < 0.9
    assert found.alike > 0.85


def test_equal_scores_cannot_be_cut_apart():
    found = translate([0.9] * 10 + [0.5] * 30 + [0.0] * 60, [True] * 12 + [False] * 88)
    assert found.threshold in {0.9, 0.501, 0.7}
    assert found.after == pytest.approx(0.10)


@pytest.mark.parametrize("gone", [[True] * 30, [False] * 30, [True, False]])
def test_nothing_to_go_by_is_said(gone: list[bool]):
    with pytest.raises(ValueError, match=r"alike|too few"):
        translate([0.5] * len(gone), gone)
