"""The linear model: what it settles, and what it leaves in doubt."""

import pytest

from moderation.model_conformance import check_first_look
from moderation.tiny_models import SCORES, write_linear
from palabre.moderation.model import UnavailableError
from palabre.moderation.models.linear import load_linear


@pytest.fixture(scope="module")
def linear(tmp_path_factory):
    folder = tmp_path_factory.mktemp("models") / "linear"
    write_linear(folder)
    return load_linear(folder)


def test_it_conforms(linear):
    check_first_look(linear)


def test_it_settles_what_is_plainly_harmless(linear):
    scores = linear.settle("un bon article", "fr")
    assert set(scores) == set(SCORES)
    assert scores["toxicity"] < 0.1


@pytest.mark.parametrize("text", ["gredin", "un gr3din"])
def test_it_leaves_a_doubt(linear, text):
    assert linear.settle(text, "fr") is None


@pytest.mark.parametrize("lang", ["de", None])
def test_it_settles_nothing_in_a_language_without_figures(linear, lang):
    assert linear.settle("un bon article", lang) is None


def test_the_figures_of_other_languages_serve_those_that_are_not_named(tmp_path):
    below = {"fr": None, "other": {"toxicity": 0.5}}
    curves = {score: {"a": 1.0, "b": 0.0} for score in SCORES}
    write_linear(tmp_path / "linear", settled_below=below, other=curves)
    linear = load_linear(tmp_path / "linear")
    assert linear.settle("ein guter artikel", "de") is not None
    assert linear.settle("un bon article", "fr") is None


@pytest.mark.parametrize("wrong", [{"ngrams": 0}, {"buckets": 1 << 10}, {"scores": ["hate"]}])
def test_weights_that_do_not_fit_are_refused(tmp_path, wrong):
    write_linear(tmp_path / "linear", **wrong)
    with pytest.raises(UnavailableError):
        load_linear(tmp_path / "linear")


def test_a_missing_file_is_named(tmp_path):
    write_linear(tmp_path / "linear")
    (tmp_path / "linear" / "linear.npz").unlink()
    with pytest.raises(UnavailableError, match=r"linear\.npz"):
        load_linear(tmp_path / "linear")
