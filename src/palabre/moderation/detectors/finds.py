"""From what a detector found, passage by passage, to evidence that a person can read."""

from collections.abc import Mapping
from typing import Final, Protocol

from palabre.domain.decision import Evidence, Span

# A wall of insults needs no thousand lines of evidence; the strongest are kept.
AT_MOST: Final = 50

Finds = Mapping[tuple[str, Span], float]


class Named(Protocol):
    """What signs the evidence."""

    @property
    def name(self) -> str:
        """The detector's name."""
        ...

    @property
    def version(self) -> str:
        """The detector's version."""
        ...


def evidence(found: Finds, by: Named) -> tuple[Evidence, ...]:
    """Return evidence in the order of the text, without finds inside stronger ones."""
    strongest = sorted(found.items(), key=lambda find: (-find[1], find[0][1], find[0][0]))
    kept: list[tuple[str, Span, float]] = []
    for (symbol, span), score in strongest:
        if len(kept) == AT_MOST:
            break
        if not any(
            symbol == other and around.begin <= span.begin and span.end <= around.end
            for other, around, _ in kept
        ):
            kept.append((symbol, span, score))
    return tuple(
        Evidence(
            symbol=symbol,
            score=round(score, 3),
            detector=by.name,
            version=by.version,
            spans=(span,),
        )
        for symbol, span, score in sorted(kept, key=lambda item: (item[1], item[0]))
    )
