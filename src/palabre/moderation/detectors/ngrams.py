"""A text as hashed word and character n-grams: what the linear model reads.

A pure function, shared by training and judging, so that both see the same. The text is folded as
the word lists fold it (small letters, no accents, look-alikes resolved), and the commonest
disguises are taken off without any vocabulary: digits inside words, letters held long, letters set
apart. Then come words, pairs of words, and pieces of 2 to 5 characters within a word, its edges
included (as scikit-learn's ``char_wb`` has them).

The hash is a polynomial over code points finished by murmur's mixer: the same on every machine, in
every process and version of Python. Whoever changes anything here raises ``VERSION``: weights
trained for one version are noise under another, and a model's card names the one that it needs.
"""

import re
from typing import Final

import numpy as np
from numpy.typing import NDArray

from palabre.moderation.normalise import fold

VERSION: Final = 1
BUCKETS: Final = 1 << 18

_SIZES: Final = (2, 3, 4, 5)
_SPACE: Final = 32
_LETTERS_FROM: Final = 97
_BASE: Final = np.uint64(0x9E3779B97F4A7C15)
_PERIOD: Final = 64  # a word longer than this repeats the powers: still a hash
_POWERS: Final = np.cumprod(np.full(_PERIOD, _BASE, np.uint64))
# One salt for each kind of feature, so that the word "le" and the piece "le" lie apart.
_WORD_SALT: Final = np.uint64(0x243F6A8885A308D3)
_PAIR_SALT: Final = np.uint64(0x13198A2E03707344)
_PIECE_SALTS: Final = {n: np.uint64(0xA4093822299F31D0 + n) for n in _SIZES}

_LEET: Final = str.maketrans("0134579@$€£", "oieastgasel")
_INSIDE: Final = re.compile(r"(?<=[a-z])[0-9@$€£]{1,4}(?=[a-z])")
_MASK_EDGE: Final = re.compile(r"(?<![a-z*])\*+|\*+(?![a-z*])")
_SPACES: Final = re.compile(r" {2,}")
_APART: Final = re.compile(r"(?<= )[^ ](?: [^ ]){3,}(?= )")

Indices = NDArray[np.uint32]
Weights = NDArray[np.float32]


class _Separating(dict[int, str]):
    """Letters, digits and masks stay; a picture is a word of its own; all else is a gap."""

    def __missing__(self, code: int) -> str:
        sign = chr(code)
        if sign.isalnum() or sign == "*":
            kept = sign
        else:
            kept = f" {sign} " if code >= 0x2190 and sign.isprintable() else " "  # noqa: PLR2004
        self[code] = kept
        return kept


_SEPARATING: Final = _Separating()


def hashed(text: str, buckets: int = BUCKETS) -> tuple[Indices, Weights]:
    """Return the distinct buckets that ``text`` falls in, rising, and the weight of each.

    ``buckets`` is a power of two, the number of columns of the model. The weights of a text have
    length 1 (L2), all equal: what occurs twice counts once. Both arrays are empty for a text
    without letters or digits.
    """
    return hashed_folded(fold(text).text, buckets)


def hashed_folded(folded: str, buckets: int = BUCKETS) -> tuple[Indices, Weights]:
    """As ``hashed``, of a text that ``normalise.fold`` has folded already."""
    if buckets < 1 or buckets & (buckets - 1):
        raise ValueError(f"{buckets} is no power of two")
    bare = _bare(folded)
    if bare == " ":
        return np.empty(0, np.uint32), np.empty(0, np.float32)
    signs = _squeezed(np.frombuffer(bare.encode("utf-32-le", "replace"), np.uint32))
    found = np.concatenate([*_words(signs), *_pieces(signs)])
    indices = np.sort((_mixed(found) & np.uint64(buckets - 1)).astype(np.uint32))
    # np.unique says the same and takes forty times as long on a short array.
    first = np.ones(len(indices), bool)
    np.not_equal(indices[1:], indices[:-1], out=first[1:])
    indices = indices[first]
    weights = np.full(len(indices), 1.0 / np.sqrt(len(indices)), np.float32)
    return indices, weights


def _bare(folded: str) -> str:
    """Return words set apart by single spaces, one space before and after."""
    if _INSIDE.search(folded):
        folded = _INSIDE.sub(lambda found: found.group().translate(_LEET), folded)
    if "*" in folded:
        folded = _MASK_EDGE.sub(" ", folded)
    bare = _SPACES.sub(" ", f" {folded.translate(_SEPARATING)} ")
    if _APART.search(bare):
        bare = _APART.sub(lambda found: found.group().replace(" ", ""), bare)
    return bare


def _squeezed(signs: NDArray[np.uint32]) -> NDArray[np.uint64]:
    """Return code points with letters that are held for three or longer said once."""
    same = signs[1:] == signs[:-1]
    twice = same[1:] & same[:-1]
    wide = signs.astype(np.uint64)
    if not twice.any():
        return wide
    held = np.zeros(len(signs), bool)
    held[1:-1] |= twice
    held[2:] |= twice
    return wide[~(held & (signs >= _LETTERS_FROM))]


def _words(signs: NDArray[np.uint64]) -> tuple[NDArray[np.uint64], NDArray[np.uint64]]:
    """Return the hashes of all words and of all pairs of neighbours."""
    gaps = np.flatnonzero(signs == _SPACE)
    starts = gaps[:-1]
    within = np.arange(len(signs) - 1) - starts.repeat(gaps[1:] - starts)
    valued = signs[:-1] * _POWERS[within & (_PERIOD - 1)]
    words = np.add.reduceat(valued, starts)
    return words ^ _WORD_SALT, (words[:-1] * _BASE + words[1:]) ^ _PAIR_SALT


def _pieces(signs: NDArray[np.uint64]) -> list[NDArray[np.uint64]]:
    """Return the hashes of the pieces of each size that lie in one word."""
    gap = signs == _SPACE
    rolling = signs
    inside = np.ones(len(signs), bool)
    found = []
    for size in _SIZES:
        last = len(signs) - size + 1
        if last < 1:
            break
        rolling = rolling[:last] * _BASE + signs[size - 1 :]
        # A gap may stand at either end of a piece, never inside it.
        inside = inside[:last] if size == _SIZES[0] else inside[:last] & ~gap[size - 2 : -1]
        found.append(rolling[inside] ^ _PIECE_SALTS[size])
    return found


def _mixed(values: NDArray[np.uint64]) -> NDArray[np.uint64]:
    """Return murmur3's 64-bit finish of each value."""
    values = (values ^ (values >> np.uint64(33))) * np.uint64(0xFF51AFD7ED558CCD)
    values = (values ^ (values >> np.uint64(33))) * np.uint64(0xC4CEB9FE1A85EC53)
    return values ^ (values >> np.uint64(33))
