"""Training in miniature: real code from patterns to a model that the judge opens."""

import json
import random
from pathlib import Path

import numpy as np
import pytest

torch = pytest.importorskip("torch", reason="the extra 'learn' is not installed: no torch")
pytest.importorskip("sklearn", reason="the extra 'learn' is not installed: no scikit-learn")

from tokenizers import Tokenizer, models, pre_tokenizers, processors, trainers  # noqa: E402

from palabre.learning import calibration, linear, recipe, scoring, shipping, stages  # noqa: E402
from palabre.learning.batches import batch_count, epoch  # noqa: E402
from palabre.learning.graph import onnx_model  # noqa: E402
from palabre.learning.network import Encoder  # noqa: E402
from palabre.learning.parts import LABELS  # noqa: E402
from palabre.learning.pretrained import Shape  # noqa: E402
from palabre.learning.samples import (  # noqa: E402
    CALIBRATE,
    LEARN,
    REPORT,
    Sample,
    learning_only,
)
from palabre.learning.training import Plan, train  # noqa: E402
from palabre.moderation.models.encoder import load_encoder  # noqa: E402
from palabre.moderation.models.linear import load_linear  # noqa: E402

BAD, GOOD = ("idiot", "crétin", "abruti"), ("voisin", "maire", "boulanger")
ENDS = ("hier soir", "ce matin", "en ville", "au marché", "à la gare", "dans le journal")


def sample(text: str, part: str, *, bad: bool) -> Sample:
    labels = tuple(int(bad) if name in {"toxicity", "insult"} else 0 for name in LABELS)
    return Sample(text, "fr", "own", part, labels)


@pytest.fixture(scope="module")
def samples() -> list[Sample]:
    chance = random.Random(4)  # noqa: S311 - not for secrets
    out = []
    for number in range(900):
        bad = number % 2 == 0
        what = chance.choice(
            ("idiot", "crétin", "abruti") if bad else ("voisin", "maire", "boulanger")
        )
        part = LEARN if number < 400 else CALIBRATE if number % 4 < 2 else REPORT
        text = f"Quel {what} {chance.choice(ENDS)}, {number} personnes"
        out.append(sample(text, part, bad=bad))
    return out


@pytest.fixture(scope="module")
def base(tmp_path_factory: pytest.TempPathFactory, samples: list[Sample]) -> Path:
    folder = tmp_path_factory.mktemp("base")
    tokenizer = Tokenizer(models.Unigram())
    tokenizer.pre_tokenizer = pre_tokenizers.Metaspace()
    specials = ["<s>", "<pad>", "</s>", "<unk>"]
    trainer = trainers.UnigramTrainer(vocab_size=160, special_tokens=specials, unk_token="<unk>")
    tokenizer.train_from_iterator([one.text for one in samples], trainer)
    tokenizer.post_processor = processors.TemplateProcessing(
        single="<s> $A </s>", special_tokens=[("<s>", 0), ("</s>", 2)]
    )
    tokenizer.save(str(folder / "tokenizer.json"))
    torch.manual_seed(3)
    shape = Shape(48, 2, 4, 96, tokenizer.get_vocab_size(), 64, 1e-12)
    stages.save(Encoder(shape, len(LABELS)), folder / "base.pt")
    return folder


PLAN = Plan(epochs=8, size=16, pieces=32, frozen=0, rate=5e-4, head_rate=3e-3)


@pytest.fixture(scope="module")
def run(tmp_path_factory: pytest.TempPathFactory, base: Path, samples: list[Sample]) -> Path:
    folder = tmp_path_factory.mktemp("run")
    torch.set_num_threads(1)  # so small a network only waits for its second thread
    torch.set_num_threads(1)
    encoder = stages.load(base / "base.pt")
    learned = learning_only(samples)
    train(encoder, learned, stages.tokenizer_of(base), PLAN, folder, lambda _: None)
    stages.save(encoder, folder / "encoder.pt")
    return folder


def test_a_killed_run_goes_on_with_the_same_batches(
    tmp_path: Path, base: Path, samples: list[Sample]
) -> None:
    learned, cut = learning_only(samples), stages.tokenizer_of(base)
    plan = Plan(epochs=1, size=16, pieces=32, frozen=0, rate=1e-3, save_seconds=0.0)

    class KilledError(Exception):
        pass

    def kill(line: str) -> None:
        if line.startswith("step 20/"):
            raise KilledError

    with pytest.raises(KilledError):
        train(stages.load(base / "base.pt"), learned, cut, plan, tmp_path / "cut", kill)
    lines: list[str] = []
    resumed = train(
        stages.load(base / "base.pt"), learned, cut, plan, tmp_path / "cut", lines.append
    )
    whole = train(stages.load(base / "base.pt"), learned, cut, plan, tmp_path / "whole", str)
    assert lines[0].startswith("resumed at step 19 of 25")
    for one, other in zip(resumed.parameters(), whole.parameters(), strict=True):
        assert torch.allclose(one, other, atol=2e-3)


def test_unknown_labels_are_left_out_of_the_loss(base: Path) -> None:
    row = Sample("Quel voisin", "fr", "gahd", LEARN, (None, None, 1, *[None] * 5))
    (batch,) = epoch([row], stages.tokenizer_of(base), seed=1, size=4, pieces=16)
    assert batch.weights[0].tolist() == [0, 0, 1.5, 0, 0, 0, 0, 0]
    assert batch_count(1, 4) == 1


def test_a_label_that_a_source_has_one_class_of_is_left_out() -> None:
    rows = [
        Sample(f"Text {n}", "de", "germeval-2018", LEARN, (n % 2, None, 0, *[None] * 5))
        for n in range(40)
    ]
    mixed = recipe.mixed(rows)
    assert {row.label("hate") for row in mixed} == {None}
    assert {row.label("toxicity") for row in mixed} == {0, 1}


def test_the_graph_says_what_the_network_says(run: Path) -> None:
    import onnxruntime

    encoder = stages.load(run / "encoder.pt")
    session = onnxruntime.InferenceSession(onnx_model(encoder).SerializeToString())
    ids = np.random.default_rng(1).integers(4, 60, (3, 9))
    mask = np.ones_like(ids)
    mask[1, 5:] = 0
    logits, vector, parts = session.run(
        ["logits", "vector", "parts"], {"input_ids": ids, "attention_mask": mask}
    )
    with torch.no_grad():
        wanted, direction = encoder(torch.tensor(ids), torch.tensor(mask))
    assert np.abs(logits - wanted.numpy()).max() < 0.35
    assert (vector * direction.numpy()).sum(1).min() > 0.99
    assert np.abs(parts.sum(1) + encoder.whole.bias.detach().numpy() - logits).max() < 1e-4


def test_what_ships_is_what_the_judge_opens(
    tmp_path: Path, run: Path, base: Path, samples: list[Sample]
) -> None:
    held = shipping.held_back(samples)
    shipping.export(run, base, tmp_path / "encoder", shipping.listened(samples))
    shipping.ship_encoder(tmp_path / "encoder", held, "test", str)
    shipping.ship_linear(
        tmp_path / "linear", tmp_path / "encoder", learning_only(samples), held, "test", str,
        teach=50,
    )  # fmt: skip
    figures = json.loads((tmp_path / "encoder" / "card.json").read_text())["figures"]["fr"]
    assert figures["insult"]["macro_f1"] > 0.9
    assert figures["hate"] == {
        "positives": 0, "given": False, "why": "0 held-back positives; 200 are needed",
    }  # fmt: skip
    encoder, plain = load_encoder(tmp_path / "encoder"), load_linear(tmp_path / "linear")
    for scores in (
        lambda text: encoder.read(text, "fr").scores,
        lambda text: plain.scores(text.lower(), "fr"),
    ):
        assert scores("Quel crétin ce matin, 3 personnes")["insult"] > 0.5
        assert scores("Quel boulanger ce matin, 3 personnes")["insult"] < 0.5
        assert "hate" not in scores("Quel voisin")
    assert any("insult: macro-F1" in line for line in shipping.table(tmp_path / "encoder"))


def test_calibration_finds_the_curve_that_made_the_labels() -> None:
    chance = np.random.default_rng(5)
    logits = chance.normal(0, 3, 8000)
    truth = chance.random(8000) < 1 / (1 + np.exp(-(0.7 * logits - 0.4)))
    rows = calibration.Known(logits, truth, np.ones(8000), np.arange(8000) % 2 == 0)
    curve = calibration.fit_curve(rows)
    assert abs(curve.a - 0.7) < 0.06
    assert abs(curve.b + 0.4) < 0.1
    assert calibration.calibration_error(calibration.cross_fitted(rows, [rows]), rows) < 0.03


def test_refusal_needs_few_enough_false_alarms() -> None:
    ones, zeros = np.full(400, 0.97), np.full(6000, 0.1)
    truth = np.arange(6400) < 400
    point = calibration.operating_point(np.concatenate([ones, zeros]), truth)
    assert point["refuse_from"] == 0.3
    assert point["precision_low"] >= 0.95
    noisy = np.concatenate([ones, np.where(np.arange(6000) < 60, 0.99, 0.1)])
    assert calibration.operating_point(noisy, truth) == {"refuse_from": None}


def test_features_are_those_of_the_judge() -> None:
    from palabre.moderation.detectors import ngrams

    matrix = scoring.features(["Bonjour à tous", ""], linear.BUCKETS)
    indices, weights = ngrams.hashed("Bonjour à tous", linear.BUCKETS)
    assert matrix.indices.tolist() == indices.tolist()
    assert np.allclose(matrix.data, weights)
    assert matrix.shape == (2, linear.BUCKETS)
