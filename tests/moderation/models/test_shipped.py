"""The models that come with Palabre hold to what every model promises, and are what they say."""

from pathlib import Path

import pytest

from moderation.model_conformance import check_first_look, check_model
from palabre.domain.decision import Verdict
from palabre.moderation.engine import Depth, judge
from palabre.moderation.facts import Facts
from palabre.moderation.house import house_rules
from palabre.moderation.models import encoder
from palabre.moderation.models.shelf import read_shelf, shipped_folder, ships_models

pytestmark = pytest.mark.skipif(not ships_models(), reason="this Palabre comes without models")
MEGABYTES_AT_MOST = 40


@pytest.fixture(scope="module")
def shelf():
    return read_shelf()


def test_they_are_whole_and_small_enough(shelf):
    assert shelf.open() == ()
    assert shelf.damaged() == ()
    files = [f for f in Path(shipped_folder()).rglob("*") if f.suffix in {".onnx", ".npz", ".json"}]
    assert sum(f.stat().st_size for f in files) <= MEGABYTES_AT_MOST * 2**20


def test_they_conform(shelf, monkeypatch):
    monkeypatch.setattr(encoder, "_WINDOWS_AT_MOST", 100)
    check_model(shelf.encoder)
    check_first_look(shelf.linear)


def test_the_encoder_tells_what_each_piece_added(shelf):
    model = shelf.encoder.open()
    window = model.windows("Quel article, vraiment !")[0]
    said = model._run(window.ids)
    assert said.parts is not None
    assert len(said.parts) == len(window.ids) == len(window.offsets) + 2
    # The sum is the logit less a bias that is the same for every text.
    other = model._run(model.windows("Une autre phrase, plus longue que la première.")[0].ids)
    bias = said.logits - said.parts.sum(0)
    assert other.logits - other.parts.sum(0) == pytest.approx(bias, abs=1e-3)


@pytest.mark.parametrize("depth", list(Depth))
def test_an_ordinary_comment_is_published_at_every_depth(shelf, depth):
    rules = house_rules(None, shelf)
    assert "classifier" in rules.required
    text = "Merci pour cet article, j'y ai appris l'histoire de notre gare et de son horloge."
    decision = judge(text, Facts(lang="fr"), rules, depth)
    assert decision.verdict is Verdict.PUBLISH
    assert (decision.scores["hate"] is None) == (depth is Depth.RULES)
