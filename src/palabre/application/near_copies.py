"""Near copies of a text: a brigade posts one text in a hundred spellings (MinHash, banded).

A signature holds, for each of ``HASHES`` orders of all that could be there, the smallest piece of
the text; of two texts the share of equal places estimates how much of their pieces they have in
common (Broder, 1997). Texts that share a band of places are compared, all others never meet.
"""

import hashlib
from collections.abc import Sequence
from typing import Final

import numpy as np

from palabre.moderation.normalise import fold

HASHES: Final = 32
_ROWS: Final = 2
_PIECE: Final = 5  # characters
_ALIKE: Final = 0.5
_SHORTEST: Final = 12  # what is shorter is alike by accident
_PRIME: Final = (1 << 31) - 1
_RANDOM: Final = np.random.default_rng(20260401)
_A: Final = _RANDOM.integers(1, _PRIME, HASHES, dtype=np.uint64)[:, None]
_B: Final = _RANDOM.integers(0, _PRIME, HASHES, dtype=np.uint64)[:, None]


def signature(text: str) -> bytes | None:
    """Return the signature of a text, 4 bytes a place; None for one too short to compare."""
    plain = "".join(c for c in fold(text).text if c.isalnum())
    if len(plain) < _SHORTEST:
        return None
    pieces = {plain[i : i + _PIECE] for i in range(len(plain) - _PIECE + 1)}
    digests = b"".join(
        hashlib.blake2b(piece.encode(), digest_size=4).digest() for piece in sorted(pieces)
    )
    values = np.frombuffer(digests, dtype=">u4").astype(np.uint64) % _PRIME
    smallest = ((_A * values + _B) % _PRIME).min(axis=1)
    return bytes(smallest.astype(">u4").tobytes())


def bands(site_id: str, signed: bytes) -> tuple[str, ...]:
    """Return the keys under which near copies on one site meet: 32 hexadecimal digits each."""
    width = 4 * _ROWS
    parts = (signed[i : i + width] for i in range(0, len(signed), width))
    return tuple(
        hashlib.blake2b(f"{site_id}\n{n}\n".encode() + part, digest_size=16).hexdigest()
        for n, part in enumerate(parts)
    )


def closest(signed: bytes, others: Sequence[tuple[str, bytes]]) -> str | None:
    """Return the id of the most similar of ``others`` (id, signature), if it is a near copy."""
    mine = np.frombuffer(signed, dtype=">u4")
    best, found = _ALIKE, None
    for name, other in others:
        alike = float((mine == np.frombuffer(other, dtype=">u4")).mean())
        if alike >= best and (found is None or alike > best):
            best, found = alike, name
    return found
