"""Ask exported models as the judge asks them: one text a run, the very files that ship."""

from collections.abc import Callable
from concurrent.futures import ProcessPoolExecutor
from multiprocessing import get_context
from pathlib import Path
from typing import Final

import numpy as np
import onnxruntime
from numpy.typing import NDArray
from scipy import sparse
from tokenizers import Tokenizer

from palabre.moderation.detectors import ngrams
from palabre.moderation.models.encoder import GRAPH, TOKENIZER, options
from palabre.moderation.models.linear import WEIGHTS

Floats = NDArray[np.float32]
Tell = Callable[[str], None]
EACH: Final = 1_000


def encoder_logits(
    folder: Path, texts: list[str], tell: Tell, *, pieces: int = 512, processes: int = 1
) -> tuple[Floats, Floats]:
    """Return logits [texts, scores] and vectors [texts, hidden] of an exported encoder."""
    parts = [texts[start : start + EACH] for start in range(0, len(texts), EACH)]
    logits, vectors = [], []
    with ProcessPoolExecutor(processes, mp_context=get_context("spawn")) as pool:
        asked = pool.map(_asked, [(folder, part, pieces) for part in parts])
        for number, (one, vector) in enumerate(asked, 1):
            logits.append(one)
            vectors.append(vector)
            tell(f"scored part {number} of {len(parts)}")
    return np.concatenate(logits), np.concatenate(vectors)


def _asked(work: tuple[Path, list[str], int]) -> tuple[Floats, Floats]:
    folder, texts, pieces = work
    cut = Tokenizer.from_file(str(folder / TOKENIZER))
    session = onnxruntime.InferenceSession(str(folder / GRAPH), options(1))
    logits, vectors = [], []
    for text in texts:
        ids = cut.encode(text).ids
        row = np.array([ids[: pieces - 1] + ids[-1:] if len(ids) > pieces else ids], np.int64)
        feed = {"input_ids": row, "attention_mask": np.ones_like(row)}
        one, vector = session.run(["logits", "vector"], feed)
        logits.append(one[0])
        vectors.append(vector[0].astype(np.float16))
    return np.array(logits), np.array(vectors)


def features(texts: list[str], buckets: int) -> sparse.csr_matrix:
    """Return the n-grams of texts as rows of a sparse matrix."""
    places, values, ends = [], [], [0]
    for text in texts:
        indices, weights = ngrams.hashed(text, buckets)
        places.append(indices.astype(np.int32))
        values.append(weights)
        ends.append(ends[-1] + len(indices))
    return sparse.csr_matrix(
        (np.concatenate(values), np.concatenate(places), np.array(ends)), (len(texts), buckets)
    )


def linear_logits(folder: Path, texts: list[str]) -> Floats:
    """Return logits [texts, scores] of an exported linear model."""
    with np.load(folder / WEIGHTS) as arrays:
        weights, bias = arrays["weights"].astype(np.float32), arrays["bias"]
    return np.asarray(features(texts, weights.shape[1]) @ weights.T + bias, dtype=np.float32)
