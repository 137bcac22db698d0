"""Vectors of ordinary comments, shipped beside the encoder that made them.

Rules by example need to know what most comments look like. The texts themselves are not shipped;
``palabre.learning.background`` says which they were and makes the file again for a new encoder.
"""

import io
from dataclasses import dataclass
from pathlib import Path
from typing import Final

import msgspec
import numpy as np
from numpy.typing import NDArray

from palabre.moderation.model import UnavailableError

FOLDER: Final = "background"
VECTORS: Final = "vectors.npy"
CARD: Final = "card.json"


class BackgroundCard(msgspec.Struct, frozen=True, kw_only=True):
    """Whose vectors these are. ``sources``: data set -> number of texts, for people."""

    encoder: str
    texts: int
    sources: dict[str, int] = {}
    licence: str = ""


@dataclass(frozen=True, slots=True, eq=False)
class Background:
    """Ordinary comments as an encoder sees them: float16 [texts, width]."""

    card: BackgroundCard
    vectors: NDArray[np.float16]

    def of(self, encoder: str) -> NDArray[np.float32]:
        """Return the vectors; raise ``UnavailableError`` when another encoder made them."""
        if encoder != self.card.encoder:
            raise UnavailableError(
                f"the background was made by encoder {self.card.encoder!r}, not {encoder!r}"
            )
        return self.vectors.astype(np.float32)


def read_background(models: Path) -> Background:
    """Return the background of a folder of models; ``UnavailableError`` says what is wrong."""
    folder = models / FOLDER
    try:
        card = msgspec.json.decode((folder / CARD).read_bytes(), type=BackgroundCard)
        vectors = np.load(io.BytesIO((folder / VECTORS).read_bytes()), allow_pickle=False)
    except (OSError, ValueError, EOFError, msgspec.DecodeError) as error:
        raise UnavailableError(f"{folder}: {error}") from error
    if vectors.ndim != 2 or len(vectors) != card.texts or not np.isfinite(vectors).all():  # noqa: PLR2004
        raise UnavailableError(f"{folder}: {VECTORS} is damaged; install Palabre anew")
    return Background(card, vectors.astype(np.float16))


def write_background(models: Path, vectors: NDArray[np.float32], card: BackgroundCard) -> None:
    """Write a background into a folder of models."""
    folder = models / FOLDER
    folder.mkdir(parents=True, exist_ok=True)
    buffer = io.BytesIO()
    np.save(buffer, vectors.astype(np.float16), allow_pickle=False)
    (folder / VECTORS).write_bytes(buffer.getvalue())
    (folder / CARD).write_bytes(msgspec.json.format(msgspec.json.encode(card), indent=2) + b"\n")
