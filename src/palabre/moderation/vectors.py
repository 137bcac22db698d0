"""The seam for rules by example: what gives a text its vector."""

from typing import TYPE_CHECKING, Protocol

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray


class TextVectors(Protocol):
    """An encoder, and what ordinary comments look like to it. Same text, same vector.

    All methods may raise: the judge then holds the comment.
    """

    @property
    def version(self) -> str:
        """Changes with every change of the encoder's weights."""
        ...

    def vector(self, text: str) -> "NDArray[np.float32]":
        """Return the vector of a text: [width]."""
        ...

    def ordinary(self) -> "NDArray[np.float32]":
        """Return the vectors of some hundred ordinary comments: [texts, width]."""
        ...
