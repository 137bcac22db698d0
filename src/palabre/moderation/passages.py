"""The passage of a text that carries a model's score: leave words out, and see what drops.

Deletion is what the explanation promises, so deletion is how it is found: first by chunks of
consecutive words, then word by word inside the chunk that mattered most. The number of questions is
bounded, whatever the length of the text.
"""

import re
from collections.abc import Callable, Sequence
from itertools import pairwise
from typing import Final

import numpy as np

from palabre.domain.decision import Span

_WORD: Final = re.compile(r"\S+")
_CHUNKS: Final = 6
_PARTS: Final = 4
_ALIKE: Final = 0.5  # a neighbour that drops the score by so much of the best belongs to it
_LEAST: Final = 0.05  # a drop in the logit below this is none

Ask = Callable[[str], Sequence[float]]


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
    refined: dict[tuple[int, int], tuple[list[tuple[int, int]], np.ndarray]] = {}
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


def _region(chunks: Sequence[tuple[int, int]], drops: np.ndarray) -> tuple[int, int] | None:
    """Return the words of the chunk that drops a figure most, with neighbours that do as well."""
    best = int(drops.argmax())
    if drops[best] < _LEAST:
        return None
    low = high = best
    while low > 0 and drops[low - 1] >= _ALIKE * drops[best]:
        low -= 1
    while high + 1 < len(chunks) and drops[high + 1] >= _ALIKE * drops[best]:
        high += 1
    return chunks[low][0], chunks[high][1]
