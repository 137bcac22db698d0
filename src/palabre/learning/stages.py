"""The stages of training as commands use them: base, general, own."""

import json
import random
from pathlib import Path
from typing import Any, Final

import torch
from tokenizers import Tokenizer

from palabre.learning.fetch import LANGUAGES, fetch
from palabre.learning.network import Encoder, cut_shape, load_pretrained
from palabre.learning.parts import LABELS
from palabre.learning.pretrained import Shape, read_weights
from palabre.learning.samples import COMPARING, SHIPPING, open_data, own_texts
from palabre.learning.vocabulary import cut_tokenizer, frequent_words, keep, piece_shares

PIECES_KEPT: Final = 32_000
COUNTED_EACH: Final = 20_000


def make_base(folder: Path, data: Path, texts: Path) -> None:
    """Fetch the pretrained encoder and cut its vocabulary: ``tokenizer.json``, ``base.pt``."""
    if (folder / "base.pt").is_file():
        return
    source = fetch(folder / "fetched")
    tokenizer = Tokenizer.from_file(str(source / "tokenizer.json"))
    counted: dict[str, list[str]] = {}
    for sample in [*open_data(data, SHIPPING + COMPARING), *own_texts(texts)]:
        counted.setdefault(sample.lang, []).append(sample.text[:1000])
    chance = random.Random(1)  # noqa: S311 - not for secrets
    counted = {
        lang: rows if len(rows) <= COUNTED_EACH else chance.sample(rows, COUNTED_EACH)
        for lang, rows in counted.items()
    }
    words = {lang: frequent_words(source / f"words-{lang}.gz") for lang in LANGUAGES}
    full = json.loads((source / "tokenizer.json").read_text(encoding="utf-8"))
    pieces = [piece for piece, _ in full["model"]["vocab"]]
    kept = keep(pieces, piece_shares(tokenizer, counted, words), PIECES_KEPT)
    shape, weights = read_weights(source / "e5-small-q4.bin")
    write_base(folder, cut_tokenizer(full, kept), shape, weights, kept)


def write_base(
    folder: Path, tokenizer: dict[str, Any], shape: Shape, weights: Any, kept: list[int]  # noqa: ANN401
) -> None:  # fmt: skip
    """Write the cut tokenizer and the encoder that training starts from."""
    encoder = Encoder(cut_shape(shape, len(kept)), len(LABELS))
    torch.manual_seed(1)
    load_pretrained(encoder, weights, kept)
    save(encoder, folder / "base.pt")
    text = json.dumps(tokenizer, ensure_ascii=False)
    (folder / "tokenizer.json").write_text(text, encoding="utf-8")


def save(encoder: Encoder, path: Path) -> None:
    """Write an encoder with its shape."""
    shape = {name: getattr(encoder.shape, name) for name in Shape.__slots__}
    part = path.with_suffix(".part")
    torch.save({"shape": shape, "scores": list(LABELS), "encoder": encoder.state_dict()}, part)
    part.replace(path)


def load(path: Path) -> Encoder:
    """Read an encoder that ``save`` wrote."""
    state = torch.load(path, weights_only=True)
    encoder = Encoder(Shape(**state["shape"]), len(state["scores"]))
    encoder.load_state_dict(state["encoder"])
    return encoder.eval()


def tokenizer_of(folder: Path) -> Tokenizer:
    """Return the cut tokenizer of a base folder."""
    return Tokenizer.from_file(str(folder / "tokenizer.json"))
