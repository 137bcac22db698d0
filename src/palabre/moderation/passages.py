"""The passage of a text that carries a model's score, found in one of two ways.

``heaviest``: the model has told what each piece of the text added to the score; what is left to ask
is which of two passages, a short or a longer one, takes more of the score with it. ``carrying``:
leave words out and see what drops, by chunks of consecutive words and then inside the chunk that
mattered most. The number of questions is bounded, whatever the length.

What either promises is measured by ``benchmarks/faithfulness.py``: deleting the passage must drop
the score more than deleting as many words elsewhere.
"""

import math
import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from itertools import pairwise
from typing import Any, Final

import numpy as np
from numpy.typing import NDArray

from palabre.domain.decision import Span

_WORD: Final = re.compile(r"\S+")
_CHUNKS: Final = 6
_PARTS: Final = 4
_WIDTHS: Final = (2, 4)
_WIDE: Final = 6  # a passage that nobody tries is a sixth of the text
_WIDEST: Final = 12
_ALIKE: Final = 0.5  # a neighbour that drops the score by so much of the best belongs to it
LEAST: Final = 0.05  # a drop in the logit below this is none

Ask = Callable[[str], Sequence[float]]


@dataclass(frozen=True, slots=True)
class Passage:
    """Consecutive words of a text: where they are, and how many."""

    span: Span
    words: int

    def gain(self, drop: float) -> float:
        """Return what a drop is worth: of two that drop a score alike, the shorter one."""
        return drop / math.sqrt(self.words)

    def left_out(self, text: str) -> str:
        """Return the text without the passage."""
        return text[: self.span.begin] + text[self.span.end :].lstrip()


def heaviest(
    text: str,
    offsets: Sequence[tuple[int, int]],
    weights: NDArray[np.float32],
    *,
    wide: bool = False,
) -> list[Passage]:
    """Return the passages that add most to a score, a short and a longer one; or one ``wide`` one.

    ``offsets`` say where each piece lies in ``text``, ``weights`` [pieces] what it adds. What all
    words add alike carries nothing, so only what a word adds beyond the middle one counts.
    """
    words = [Span(*found.span()) for found in _WORD.finditer(text)]
    if not words or not offsets:
        return []
    begins = np.array([word.begin for word in words])
    middles = np.array([(begin + end) / 2 for begin, end in offsets])
    home = np.maximum(0, np.searchsorted(begins, middles, side="right") - 1)
    each = np.bincount(home, weights, minlength=len(words))
    added = each - float(np.median(each))
    found = []
    widths = (min(max(len(words) // _WIDE, *_WIDTHS), _WIDEST),) if wide else _WIDTHS
    for width in sorted({min(width, len(words)) for width in widths}):
        at = int(np.convolve(added, np.ones(width), "valid").argmax())
        found.append(Passage(Span(words[at].begin, words[at + width - 1].end), width))
    return found


def carrying(text: str, ask: Ask) -> list[Span | None]:
    """Return for each figure that ``ask`` gives the passage that carries it, None where none does.

    ``ask`` returns the logits of a text, always the same ones in the same order.
    """
    words = [Span(*found.span()) for found in _WORD.finditer(text)]
    base = np.array(ask(text))
    if not words:
        return [None] * len(base)
    chunks = _split(0, len(words), _CHUNKS)
    drops = np.array([base - np.array(ask(_without(text, words, *chunk))) for chunk in chunks])
    regions = [_region(chunks, drops[:, i]) for i in range(len(base))]
    refined: dict[tuple[int, int], tuple[list[tuple[int, int]], NDArray[Any]]] = {}
    found: list[Span | None] = []
    for i, region in enumerate(regions):
        if region is None:
            found.append(None)
            continue
        if region not in refined:
            parts = _split(*region, _PARTS)
            refined[region] = (
                parts,
                np.array([base - np.array(ask(_without(text, words, *part))) for part in parts]),
            )
        parts, finer = refined[region]
        begin, end = _region(parts, finer[:, i]) or region
        found.append(Span(words[begin].begin, words[end - 1].end))
    return found


def _split(begin: int, end: int, parts: int) -> list[tuple[int, int]]:
    edges = np.linspace(begin, end, min(parts, end - begin) + 1).round().astype(int).tolist()
    return list(pairwise(edges))


def _without(text: str, words: Sequence[Span], begin: int, end: int) -> str:
    return text[: words[begin].begin] + text[words[end - 1].end :].lstrip()


def _region(chunks: Sequence[tuple[int, int]], drops: NDArray[Any]) -> tuple[int, int] | None:
    """Return the words of the chunk that drops a figure most, with neighbours that do as well."""
    best = int(drops.argmax())
    if drops[best] < LEAST:
        return None
    low = high = best
    while low > 0 and drops[low - 1] >= _ALIKE * drops[best]:
        low -= 1
    while high + 1 < len(chunks) and drops[high + 1] >= _ALIKE * drops[best]:
        high += 1
    return chunks[low][0], chunks[high][1]
