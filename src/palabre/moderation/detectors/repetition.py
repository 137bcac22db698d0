"""Behaviour rather than words: the same post again, too many posts, a text in capitals."""

import re
from typing import Final

from palabre.domain.decision import Evidence
from palabre.moderation.facts import Facts
from palabre.moderation.material import Material
from palabre.moderation.normalise import fold
from palabre.moderation.prepared import Prepared

SYMBOLS: Final = ("repeat_post", "flood", "shouting")

_MINUTE: Final = 60.0
# "Bravo !" under three articles is no advertising.
_SHORT: Final = 25
_SHORT_TIMES: Final = 3
_CAPITAL_SHARE: Final = 0.8
_SPACE: Final = re.compile(r"\W+")


class Repetition:
    """Looks at what the same source sent before, as the facts have it, and at capitals."""

    name: Final = "repetition"
    version: Final = "1"

    def __init__(self, material: Material) -> None:
        self._limits = material.limits

    def examine(self, text: Prepared, facts: Facts) -> tuple[Evidence, ...]:
        """Return what the author's recent posts and capitals show; no spans, it is about all."""
        found = []
        if facts.recent:
            if self._is_repeat(text, facts):
                found.append(self._evidence("repeat_post", 0.8))
            if self._is_flood(facts):
                found.append(self._evidence("flood", 0.7))
        if self._is_shouting(text.original):
            found.append(self._evidence("shouting", 0.6))
        return tuple(found)

    def _evidence(self, symbol: str, score: float) -> Evidence:
        return Evidence(symbol=symbol, score=score, detector=self.name, version=self.version)

    def _is_repeat(self, text: Prepared, facts: Facts) -> bool:
        mine = _SPACE.sub(" ", text.plain.text).strip()
        if not mine:
            return False
        times = sum(_SPACE.sub(" ", fold(post.text).text).strip() == mine for post in facts.recent)
        return times >= (_SHORT_TIMES if len(mine) < _SHORT else 1)

    def _is_flood(self, facts: Facts) -> bool:
        in_a_minute = sum(post.age <= _MINUTE for post in facts.recent)
        return (
            in_a_minute >= self._limits.posts_per_minute
            or len(facts.recent) >= self._limits.posts_per_ten_minutes
        )

    def _is_shouting(self, original: str) -> bool:
        if len(original) < self._limits.capitals or original.islower():
            return False
        capitals = sum(map(str.isupper, original))
        if capitals < self._limits.capitals:
            return False
        letters = sum(map(str.isalpha, original))
        return capitals >= _CAPITAL_SHARE * letters
