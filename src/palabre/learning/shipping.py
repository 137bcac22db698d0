"""From trained weights to the files that ship: graph, tokenizer, calibrated cards, linear model."""

import hashlib
import json
import math
import random
import shutil
from collections import defaultdict
from collections.abc import Callable
from pathlib import Path
from typing import Any, Final

import numpy as np
from numpy.typing import NDArray

from palabre.learning import linear, recipe, scoring, stages
from palabre.learning.calibration import calibrate
from palabre.learning.cards import write_card
from palabre.learning.fetch import LANGUAGES
from palabre.learning.graph import onnx_model
from palabre.learning.loudness import loud_channels
from palabre.learning.parts import LABELS
from palabre.learning.quick import Reading, settled
from palabre.learning.samples import LEARN, OWN, Sample, folded, share_of
from palabre.moderation.detectors import ngrams
from palabre.moderation.models.encoder import GRAPH, TOKENIZER
from palabre.moderation.models.linear import WEIGHTS

Tell = Callable[[str], None]
Floats = NDArray[np.float64]
EACH_CLASS: Final = 150
# More of the only antisemitism in English; fewer sentences by template and of loose labels.
OTHER_CLASS: Final = {
    "isca-antisemitism": 240, "identity-templates-en": 40, "identity-templates-de": 40,
    "identity-templates-nl": 40, "mlma-en": 40, "mlma-fr": 60, "davidson": 60,
    "ftr-unresolved": 0,
}  # fmt: skip
PROCESSES: Final = 2
LONGEST: Final = 128  # pieces read of a held-back text: comments are shorter


def held_back(samples: list[Sample]) -> list[Sample]:
    """Return the held-back texts: all of our own, so many of each class of each open source."""
    out = [s for s in samples if s.part != LEARN and s.source.startswith(OWN)]
    by_source: dict[tuple[str, str, bool], list[Sample]] = defaultdict(list)
    for sample in samples:
        if sample.part != LEARN and not sample.source.startswith(OWN):
            worst = any(label == 1 for label in sample.labels)
            by_source[sample.lang, sample.source, worst].append(recipe.believed(sample))
    for (_, source, _), rows in sorted(by_source.items()):
        rows.sort(key=lambda row: share_of("order", folded(row.text)))
        out += rows[: OTHER_CLASS.get(source, EACH_CLASS)]
    return [sample for sample in out if sample.lang in LANGUAGES]


def export(run: Path, base: Path, folder: Path, texts: list[str]) -> None:
    """Write ``encoder.onnx`` and ``tokenizer.json``; ``texts`` show which channels are loud."""
    folder.mkdir(parents=True, exist_ok=True)
    encoder = stages.load(run / "encoder.pt")
    loud = loud_channels(encoder, stages.tokenizer_of(base), texts)
    (folder / GRAPH).write_bytes(onnx_model(encoder, loud=loud).SerializeToString())
    shutil.copy(base / TOKENIZER, folder / TOKENIZER)


def listened(samples: list[Sample], most: int = 100) -> list[str]:
    """Return texts to learn from, by which the export finds loud channels."""
    chosen = [s.text for s in samples if s.part == LEARN and s.source.startswith(OWN)]
    return sorted(chosen, key=lambda text: share_of("loud", text))[:most]


def card(name: str, version: str, made: dict[str, Any]) -> dict[str, Any]:
    """Return what both cards say."""
    curves = made["languages"]
    return {
        "name": name, "version": version, "scores": list(LABELS), "languages": curves,
        "other": made["common"],
        "calibration": "Platt, per language and score, pulled towards the curve of all languages, "
        "both classes weighed alike; figures cross-fitted over two folds of held-back texts",
        "figures": _rounded(made["figures"]),
        "made_from": [*sorted(recipe.GENERAL), "the project's own texts"],
        "begins_with": "intfloat/multilingual-e5-small (MIT)",
    }  # fmt: skip


def _rounded(value: Any) -> Any:  # noqa: ANN401 - a tree for JSON
    if isinstance(value, dict):
        return {key: _rounded(one) for key, one in value.items()}
    if isinstance(value, list):
        return [_rounded(one) for one in value]
    if isinstance(value, float):
        return None if math.isnan(value) else round(value, 4)
    return value


def ship_encoder(folder: Path, samples: list[Sample], version: str, tell: Tell) -> Floats:
    """Calibrate an exported encoder, write its card and return its held-back logits."""
    logits = _kept_logits(folder, [sample.text for sample in samples], tell)
    made = calibrate(samples, logits.astype(float), LANGUAGES)
    points = {
        lang: {name: one.get("operating_point") for name, one in figures.items()}
        for lang, figures in made["figures"].items()
    }
    whole = card("palabre-encoder", version, made) | {"max_pieces": 512}
    write_card(folder, (GRAPH, TOKENIZER), whole | {"operating_points": points})
    return np.asarray(logits, float)


def _kept_logits(folder: Path, texts: list[str], tell: Tell) -> NDArray[np.float32]:
    """Return the logits of held-back texts, kept beside the model: asking takes minutes."""
    path = folder.parent / "held-back.npz"
    key = hashlib.sha256((folder / GRAPH).read_bytes() + "\0".join(texts).encode()).hexdigest()
    if path.is_file():
        with np.load(path) as kept:
            if str(kept["key"]) == key:
                return np.asarray(kept["logits"])
    logits, _ = scoring.encoder_logits(folder, texts, tell, pieces=LONGEST, processes=PROCESSES)
    np.savez(path, logits=logits, key=key)
    return logits


def ship_linear(
    folder: Path, encoder: Path, learned: list[Sample], held: list[Sample], version: str,
    tell: Tell, *, teach: int = 36_000,
) -> None:  # fmt: skip
    """Fit, calibrate and write the linear model; ``teach`` texts get the encoder's word too."""
    if not (folder / WEIGHTS).is_file():
        linear.fit(learned, _told(encoder, learned, teach, tell), folder, tell)
    logits = scoring.linear_logits(folder, [sample.text for sample in held]).astype(float)
    made = calibrate(held, logits, LANGUAGES)
    asked = _kept_logits(encoder, [sample.text for sample in held], tell).astype(float)
    curves = json.loads((encoder / "card.json").read_text())["languages"]
    plain, reader = Reading(logits, made["languages"]), Reading(asked, curves)
    whole = card("palabre-linear", version, made) | {
        "ngrams": ngrams.VERSION, "buckets": linear.BUCKETS,
        "settled_below": {lang: settled(held, plain, reader, lang) for lang in LANGUAGES},
    }  # fmt: skip
    write_card(folder, (WEIGHTS,), whole)


def _told(
    encoder: Path, learned: list[Sample], most: int, tell: Tell
) -> NDArray[np.float32] | None:
    if not most:
        return None
    out = np.full((len(learned), len(LABELS)), np.nan, np.float32)
    chance = random.Random(1)  # noqa: S311 - not for secrets
    chosen = sorted(chance.sample(range(len(learned)), min(most, len(learned))))
    logits, _ = scoring.encoder_logits(
        encoder, [learned[i].text for i in chosen], tell, pieces=LONGEST, processes=PROCESSES
    )
    curves = json.loads((encoder / "card.json").read_text())["other"]
    for place, name in enumerate(LABELS):
        curve = curves[name] or {"a": 1.0, "b": 0.0}
        z = np.clip(curve["a"] * logits[:, place] + curve["b"], -40, 40)
        out[chosen, place] = 1 / (1 + np.exp(-z))
    return out


def table(folder: Path) -> list[str]:
    """Return the figures of a card as lines for reading."""
    out = []
    for lang, scores in json.loads((folder / "card.json").read_text())["figures"].items():
        for name, one in scores.items():
            if not one["given"]:
                out.append(f"{lang} {name}: null, {one['why']}")
                continue
            found, alarms = one["recall"], one["false_alarms"]
            out.append(
                f"{lang} {name}: macro-F1 {one['macro_f1']:.3f} AUC {one['auc']:.3f} "
                f"ECE {one['calibration_error']:.3f} recall {found[0]:.2f} [{found[1]:.2f}, "
                f"{found[2]:.2f}] alarms {alarms[0]:.3f} n={one['positives']}+{one['negatives']} "
                f"refuse from {one['operating_point']['refuse_from']}"
            )
    return out
