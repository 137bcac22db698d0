"""The encoder, with a tiny model in the real format, run by the real library."""

import json
import re
from itertools import pairwise

import numpy as np
import pytest

from moderation.model_conformance import check_model
from moderation.tiny_models import CURVES, write_encoder
from palabre.moderation.model import UnavailableError
from palabre.moderation.models.encoder import load_encoder
from palabre.moderation.passages import heaviest

LONG = " ".join(["mot"] * 40)


@pytest.fixture(scope="module")
def folder(tmp_path_factory):
    folder = tmp_path_factory.mktemp("models") / "encoder"
    write_encoder(folder)
    return folder


@pytest.fixture(scope="module", params=["telling", "silent"])
def encoder(request, tmp_path_factory):
    """One whose graph says what each piece adds, and one of which words must be left out."""
    folder = tmp_path_factory.mktemp(request.param) / "encoder"
    write_encoder(folder, telling=request.param == "telling")
    return load_encoder(folder)


def test_it_conforms(encoder, monkeypatch):
    monkeypatch.setattr("palabre.moderation.models.encoder._WINDOWS_AT_MOST", 10_000)
    check_model(encoder)


def test_it_gives_calibrated_probabilities(encoder):
    harmless = encoder.read("un bon article", "fr").scores
    assert harmless == {score: pytest.approx(0.018, abs=0.001) for score in CURVES}
    insulting = encoder.read("vous gredin", "fr").scores
    assert insulting["insult"] > 0.99
    assert insulting["hate"] < 0.02


@pytest.mark.parametrize(
    ("lang", "given"),
    [("pl", {"toxicity", "insult"}), ("ar", set()), ("de", {"toxicity"}), (None, {"toxicity"})],
)
def test_a_score_without_a_curve_is_not_given(encoder, lang, given):
    assert set(encoder.read("vous gredin", lang).scores) == given


def test_a_long_text_is_read_in_overlapping_parts_and_the_highest_counts(encoder):
    text = LONG + " vous gredin " + LONG
    scored = encoder.read(text, "fr")
    assert scored.scores["insult"] > 0.5
    windows = scored.windows
    assert (windows[0].begin, windows[-1].end) == (0, len(text))
    assert all(b.begin < a.end < b.end for a, b in pairwise(windows))
    # Each part by itself gives what it gave in the whole.
    alone = [encoder.read(text[w.begin : w.end], "fr").scores["insult"] for w in windows]
    assert max(alone) == scored.scores["insult"]
    assert encoder.read(LONG, "fr").scores["insult"] < 0.5


def test_a_text_that_fits_is_read_whole(encoder):
    assert encoder.read("un bon article", "fr").windows == ()


def test_a_text_that_is_too_long_is_refused_rather_than_read_in_part(encoder):
    with pytest.raises(UnavailableError, match="more than tiny can read"):
        encoder.read(" ".join([LONG] * 20), "fr")


def test_it_finds_the_passage_that_carries_a_score(encoder):
    text = "Je ne dirai rien de plus, gredin, de tout cela."
    (span,) = encoder.locate(text, "fr", ["insult"])["insult"]
    assert "gredin" in text[span.begin : span.end]
    assert span.end - span.begin < len(text) / 2


def test_it_finds_the_passage_in_the_part_that_counted(encoder):
    text = LONG + " vous gredin " + LONG
    (span,) = encoder.locate(text, "fr", ["insult"])["insult"]
    at = text.index("gredin")
    assert span.begin <= at < at + 6 <= span.end
    assert span.end - span.begin < 40


def test_two_scores_have_their_own_passages(encoder):
    text = "Ce gredin parle comme il peut et la vermine grouille"
    found = encoder.locate(text, "fr", ["insult", "hate"])
    said = {name: text[span.begin : span.end] for name, (span,) in found.items()}
    assert "gredin" in said["insult"]
    assert "vermine" not in said["insult"]
    assert "vermine" in said["hate"]


def test_a_score_that_nothing_carries_has_no_passage(encoder):
    assert encoder.locate("un bon article", "fr", ["insult"]) == {}


def test_a_prefix_is_read_and_never_shown(tmp_path):
    write_encoder(tmp_path / "encoder", prefix="mot mot ")
    encoder = load_encoder(tmp_path / "encoder")
    text = LONG + " gredin"
    assert encoder.windows(text)[0].span.begin == 0
    assert encoder.windows(text)[-1].span.end == len(text)
    assert all(len(window.ids) <= 16 for window in encoder.windows(text))
    (span,) = encoder.locate(text, "fr", ["insult"])["insult"]
    assert text[span.begin : span.end].endswith("gredin")


def test_a_vector_has_length_one_also_of_a_long_text(encoder):
    for text in ("gredin", LONG + " gredin"):
        assert sum(encoder.vector(text) ** 2) == pytest.approx(1.0, abs=1e-5)


@pytest.mark.parametrize("damage", ["encoder.onnx", "tokenizer.json", "card.json"])
@pytest.mark.parametrize("how", ["gone", "cut"])
def test_what_is_missing_or_broken_is_named(tmp_path, damage, how):
    write_encoder(tmp_path / "encoder")
    path = tmp_path / "encoder" / damage
    if how == "gone":
        path.unlink()
    else:
        path.write_bytes(path.read_bytes()[:100])
    with pytest.raises(UnavailableError, match=str(tmp_path)):
        load_encoder(tmp_path / "encoder")


def test_a_card_of_another_model_is_noticed(tmp_path):
    write_encoder(tmp_path / "encoder", scores=["toxicity", "insult"])
    with pytest.raises(UnavailableError, match="3 logits for 2 scores"):
        load_encoder(tmp_path / "encoder")


def test_a_card_with_an_unknown_score_is_refused(folder, tmp_path):
    write_encoder(tmp_path / "encoder", scores=["toxicity", "insult", "bile"])
    assert json.loads((folder / "card.json").read_text())["scores"][2] == "hate"
    with pytest.raises(UnavailableError, match="bile"):
        load_encoder(tmp_path / "encoder")


def test_no_part_of_a_text_is_read_twice(encoder, monkeypatch):
    text = "un bon article " + LONG + " vous gredin " + LONG + " vous"
    runs = Listening(encoder, monkeypatch)
    encoder.read(text, "fr")
    encoder.vector(text)
    encoder.locate(text, "fr", ["insult"])
    assert len(runs.asked) == len(set(runs.asked)) > 1


def test_a_passage_that_nobody_tries_is_wider():
    text = " ".join(["mot"] * 30 + ["gredin"] + ["mot"] * 29)
    offsets = [(found.start(), found.end()) for found in re.finditer(r"\S+", text)]
    weights = np.array([1.0 if text[b:e] == "gredin" else 0.0 for b, e in offsets], np.float32)
    short, longer = heaviest(text, offsets, weights)
    (wide,) = heaviest(text, offsets, weights, wide=True)
    assert (short.words, longer.words, wide.words) == (2, 4, 10)
    assert "gredin" in text[wide.span.begin : wide.span.end]


class Listening:
    """Writes down what an encoder's session is asked."""

    def __init__(self, encoder, monkeypatch):
        self.asked = []
        self._session = encoder._session
        monkeypatch.setattr(encoder, "_session", self)

    def run(self, names, feed, how):
        self.asked.append(tuple(feed["input_ids"][0].tolist()))
        return self._session.run(names, feed, how)
