"""What rules by example learn from: the encoder's vectors, and the background beside it."""

from pathlib import Path
from typing import TYPE_CHECKING

from palabre.moderation.model import UnavailableError
from palabre.moderation.models.shelf import ShelvedEncoder

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray


class ShelvedVectors:
    """``TextVectors`` of a folder of models; nothing is opened before a rule asks."""

    def __init__(self, encoder: ShelvedEncoder, folder: Path) -> None:
        self._encoder = encoder
        self._folder = folder

    @property
    def version(self) -> str:
        """The encoder's name and version: the background must be of the same."""
        return f"{self._encoder.name}@{self._encoder.version}"

    def vector(self, text: str) -> "NDArray[np.float32]":
        """Return the vector of a text; raise when it is none."""
        import numpy as np  # noqa: PLC0415 -- rules without examples need not pay for it

        found = self._encoder.vector(text)
        if not np.isfinite(found).all():
            raise UnavailableError(f"{self._encoder.name} gave no vector")
        return found

    def ordinary(self) -> "NDArray[np.float32]":
        """Return the vectors of the background; raise ``UnavailableError`` when it does not fit."""
        from palabre.moderation.background import read_background  # noqa: PLC0415 -- imports numpy

        return read_background(self._folder).of(self.version)
