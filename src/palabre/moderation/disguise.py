"""Words that hide: c0nnard, c.o.n.n.a.r.d, c o n n a r d, coooonnard, c*nnard.

A disguise is taken off only where what comes out is a word that the house rules know; anything else
stays as it stands. So "peut-être", "covid19" or "nooon" cost a look-up and change nothing, and no
dictionary of harmless words is needed.
"""

import re
from collections.abc import Iterable
from itertools import groupby
from typing import Final

import ahocorasick_rs

from palabre.moderation.normalise import Reading

_STRETCH: Final = 3
_SHORTEST: Final = 3
_SHORTEST_IN_RUN: Final = 4
_VISIBLE: Final = 3
_LONGEST: Final = 80

# A run of characters in which a word may hide; the first alternative of the two ends a token.
_TOKEN: Final = re.compile(r"""[^\s'"(),;:?/\[\]{}<>=&]+""")
_SUSPECT: Final = re.compile(
    r"[a-z0-9@$€£][^a-z]{1,12}[a-z]|[a-z][0-9@$€*#]|[$€£][a-z]|([a-z])\1\1",
)
# Single letters, each one set apart: "c o n", "c.o.n.n.a.r.d".
_RUN: Final = re.compile(
    r"(?<![a-z0-9'])[a-z0-9@$](?:[^a-z0-9'\"]{1,3}[a-z0-9@$](?![a-z0-9'])){2,}"
)
_WIDE: Final = re.compile(r"(?<=[a-z]) {2,}(?=[a-z])")

_LEET: Final = str.maketrans("03456789@$€£", "oeasgtbgasel")
_ONE: Final = ("1!|", "il")
_MASKS: Final = frozenset("*#%•·■█✱")
_EDGE: Final = ".!-_+|~^#@*•·…"


class Vocabulary:
    """The words and phrases that a disguise may hide, as the house rules know them (folded)."""

    def __init__(self, words: Iterable[str]) -> None:
        entries = sorted({word for word in words if word})
        self._by_squeezed: dict[str, list[tuple[str, str]]] = {}
        self._by_length: dict[int, list[str]] = {}
        keys: dict[str, str] = {}
        for entry in entries:
            letters = "".join(sign for sign in entry if sign.isalnum())
            if len(letters) < _SHORTEST or not letters.isascii():
                continue
            # A single word wins over a phrase of the same letters.
            if letters not in keys or letters == entry:
                keys[letters] = entry
        for letters, entry in keys.items():
            squeezed = "".join(letter for letter, _ in groupby(letters))
            self._by_squeezed.setdefault(squeezed, []).append((letters, entry))
            if letters == entry:
                self._by_length.setdefault(len(letters), []).append(letters)
        self._keys = keys
        self._in_runs = [letters for letters in keys if len(letters) >= _SHORTEST_IN_RUN]
        self._automaton = ahocorasick_rs.AhoCorasick(
            self._in_runs, matchkind=ahocorasick_rs.MatchKind.LeftmostLongest
        )

    def spelled(self, token: str) -> str | None:
        """Return the entry that ``token`` spells with digits, signs, separators or long letters."""
        base = token.translate(_LEET)
        ones = [base] if not any(sign in base for sign in _ONE[0]) else []
        if not ones:
            ones = [base.translate({ord(s): letter for s in _ONE[0]}) for letter in _ONE[1]]
        for spelling in ones:
            letters = "".join(sign for sign in spelling if "a" <= sign <= "z")
            squeezed = "".join(letter for letter, _ in groupby(letters))
            for known, entry in self._by_squeezed.get(squeezed, ()):
                if _stretches(letters, known):
                    return entry
        return None

    def masked(self, token: str) -> str | None:
        """Return the only word that fits ``token``, some of whose letters are masked."""
        if sum(sign not in _MASKS for sign in token) < _VISIBLE or token[0] in _MASKS:
            return None
        fitting = [
            word
            for word in self._by_length.get(len(token), ())
            if all(
                sign == letter or sign in _MASKS for sign, letter in zip(token, word, strict=True)
            )
        ]
        return fitting[0] if len(fitting) == 1 else None

    def inside(self, letters: str) -> list[tuple[int, int, str]]:
        """Return the entries found in letters that were set apart: begin, end, entry."""
        if letters in self._keys:
            return [(0, len(letters), self._keys[letters])]
        return [
            (begin, end, self._keys[self._in_runs[index]])
            for index, begin, end in self._automaton.find_matches_as_indexes(letters)
        ]


def _stretches(letters: str, known: str) -> bool:
    """Tell whether ``letters`` is ``known`` with some letters held for three or longer."""
    if letters == known:
        return True
    if len(letters) < len(known):
        return False
    held = [(letter, len(list(group))) for letter, group in groupby(letters)]
    wanted = [(letter, len(list(group))) for letter, group in groupby(known)]
    return all(
        count == needed or (count >= _STRETCH and count > needed)
        for (_, count), (_, needed) in zip(held, wanted, strict=True)
    )


def clear(plain: Reading, vocabulary: Vocabulary) -> Reading | None:
    """Return the reading with disguises taken off; None when there were none."""
    text = plain.text
    changes = _runs(text, vocabulary)
    taken = {index for begin, end, _ in changes for index in range(begin, end)}
    for token in _TOKEN.finditer(text):
        word = token.group()
        if token.start() in taken or len(word) > _LONGEST or not _SUSPECT.search(word):
            continue
        change = _uncover(word, token.start(), vocabulary)
        if change is not None and not taken.intersection(range(change[0], change[1])):
            changes.append(change)
    changes += [(*gap.span(), " ") for gap in _WIDE.finditer(text) if gap.start() not in taken]
    return _rewrite(plain, sorted(changes)) if changes else None


def _uncover(word: str, at: int, vocabulary: Vocabulary) -> tuple[int, int, str] | None:
    left = len(word) - len(word.lstrip(_EDGE))
    right = len(word.rstrip(_EDGE))
    core = word[left:right]
    # "encul**": a mask at the end is a mask when nothing opens it, as Markdown would.
    tail = word[left:].rstrip(".!-_+|~^@…")
    for candidate in (core, tail) if left == 0 else (core,):
        if any(sign in _MASKS for sign in candidate):
            found = vocabulary.masked(candidate)
            if found:
                return at + left, at + left + len(candidate), found
    if len(core) < _SHORTEST:
        return None
    found = vocabulary.spelled(core)
    if found is None or found == core:
        return None
    return at + left, at + right, found


def _runs(text: str, vocabulary: Vocabulary) -> list[tuple[int, int, str]]:
    changes = []
    for run in _RUN.finditer(text):
        where = [i for i in range(*run.span()) if text[i].isalnum() or text[i] in "@$"]
        letters = "".join(text[i] for i in where).translate(_LEET).replace("1", "i")
        for begin, end, entry in vocabulary.inside(letters):
            changes.append((where[begin], where[end - 1] + 1, entry))
    return changes


def _rewrite(plain: Reading, changes: list[tuple[int, int, str]]) -> Reading:
    out: list[str] = []
    begins: list[int] = []
    ends: list[int] = []
    altered: list[tuple[int, int]] = []
    at = 0
    for begin, end, entry in [*changes, (len(plain.text), len(plain.text), "")]:
        for index in range(at, begin):
            span = plain.span(index, index + 1)
            out.append(plain.text[index])
            begins.append(span.begin)
            ends.append(span.end)
        if entry:
            whole = plain.span(begin, end)
            altered.append((len(out), len(out) + len(entry)))
            out += entry
            begins += [whole.begin] * len(entry)
            ends += [whole.end] * len(entry)
        at = end
    return Reading("".join(out), begins, ends, tuple(altered))
