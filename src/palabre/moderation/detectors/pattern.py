"""The house's own patterns, in an engine whose time is linear in the text (RE2).

No pattern that an editor writes can hang the server. All patterns are tried in one pass; only those
that hit are run again to learn where.
"""

from functools import lru_cache
from typing import Final

import re2

from palabre.domain.decision import Evidence, Span
from palabre.moderation.context import weight
from palabre.moderation.detectors.finds import evidence
from palabre.moderation.facts import Facts
from palabre.moderation.material import Material, Pattern
from palabre.moderation.prepared import Prepared

_MEMORY: Final = 256 << 20
_AT_ONCE: Final = 400


def options() -> re2.Options:
    """Return how house patterns are read: folded text has no capitals, and errors are ours."""
    chosen = re2.Options()
    chosen.log_errors = False
    chosen.case_sensitive = False
    chosen.max_mem = _MEMORY
    return chosen


@lru_cache(maxsize=4096)  # checked once when the file is read, used when the book is made
def compile_pattern(source: str) -> re2._Regexp:
    """Return ``source`` compiled, on whole words; raise ``re2.error`` when it is none."""
    return re2.compile(bounded(source), options())


def bounded(source: str) -> str:
    """Return a pattern that begins and ends where words do."""
    return rf"(?:^|\b)(?:{source})(?:\b|$)"


class HousePatterns:
    """Finds house patterns in a text that may hide the words."""

    name: Final = "pattern"
    version: Final = "1"

    def __init__(self, material: Material) -> None:
        self._patterns = material.patterns
        self._compiled = [compile_pattern(pattern.source) for pattern in material.patterns]
        # A pattern may look at more than it finds: the group "find" is then what it found.
        self._group = [c.groupindex.get("find", 0) for c in self._compiled]
        self._sets: list[tuple[int, re2.Set]] = []
        for first in range(0, len(self._patterns), _AT_ONCE):
            automaton = re2.Set.SearchSet(options())
            for pattern in self._patterns[first : first + _AT_ONCE]:
                automaton.Add(bounded(pattern.source))
            automaton.Compile()
            self._sets.append((first, automaton))

    def examine(self, text: Prepared, facts: Facts) -> tuple[Evidence, ...]:  # noqa: ARG002
        """Return one piece of evidence per passage and symbol."""
        found: dict[tuple[str, Span], float] = {}
        for reading in text.readings:
            for first, automaton in self._sets:
                for index in automaton.Match(reading.text) or ():
                    pattern = self._patterns[first + index]
                    for match in self._compiled[first + index].finditer(reading.text):
                        begin, end = match.span(self._group[first + index])
                        if begin < end and reading.concerns(begin, end):
                            key = (pattern.symbol, reading.span(begin, end))
                            strength = pattern.score * weight(reading.text, begin, end)
                            found[key] = max(strength, found.get(key, 0.0))
        return evidence(found, self) if found else ()


def literal_words(pattern: Pattern) -> set[str]:
    """Return the words written out in a pattern, which a disguise might hide.

    An approximation on purpose: a word too many costs nothing, since it must still match.
    """
    import re  # noqa: PLC0415 -- the other engine; here it only reads our own short sources

    bare = re.sub(r"\\[a-zA-Z]|\(\?:|\[[^\]]*\]", " ", pattern.source)
    words = set(re.findall(r"[a-z]{3,}", bare))
    optional = {word[:-1] for word in re.findall(r"[a-z]{4,}(?=\?)", bare)}
    return words | optional
