"""From another scorer's threshold, or a newsroom's own past, to the one that does as much here.

Two scorers' figures mean different things: 0.8 of one may be 0.55 of another. What a newsroom knows
is how much it turned away, so the threshold is put where the same share of the same comments lies
above it.
"""

from collections.abc import Sequence
from dataclasses import dataclass


@dataclass(frozen=True, slots=True, kw_only=True)
class Moderated:
    """A comment that was dealt with before; ``turned_away``: it was refused, or scored above."""

    text: str
    lang: str | None
    turned_away: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class Translation:
    """The threshold and what it would have done to the same comments.

    ``before`` and ``after`` are the shares turned away; they differ where many comments have one
    score. ``caught`` is the share of what was turned away that would be so again, ``alike`` the
    share of all comments that would fare as they did. ``curve`` are points (threshold, share).
    """

    threshold: float
    comments: int
    before: float
    after: float
    caught: float
    alike: float
    curve: tuple[tuple[float, float], ...]


def translate(scores: Sequence[float], turned_away: Sequence[bool]) -> Translation:
    """Return the threshold with the same share; ``scores`` and ``turned_away`` go together.

    Raises ``ValueError`` when there is nothing to go by: fewer than 20 comments, or all or none of
    them turned away.
    """
    n, wanted = len(scores), sum(turned_away)
    if n < 20:  # noqa: PLR2004 -- of fewer no share can be told to the nearest 5 %
        raise ValueError(f"{n} comments are too few: 20 or more are needed")
    if not 0 < wanted < n:
        raise ValueError("all comments fared alike: there is no threshold to find")
    falling = sorted(scores, reverse=True)
    threshold = round((falling[wanted - 1] + falling[wanted]) / 2, 3)
    # Between two equal scores there is no cut: the nearer side of the tie is taken.
    cuts = {threshold, round(falling[wanted - 1], 3), _above(falling[wanted - 1])}
    threshold = min(cuts, key=lambda cut: (abs(_share(falling, cut) - wanted / n), cut))
    above = [score >= threshold for score in scores]
    both = sum(a and b for a, b in zip(above, turned_away, strict=True))
    same = sum(a == b for a, b in zip(above, turned_away, strict=True))
    return Translation(
        threshold=threshold,
        comments=n,
        before=wanted / n,
        after=sum(above) / n,
        caught=both / wanted,
        alike=same / n,
        curve=tuple((cut / 100, _share(falling, cut / 100)) for cut in range(101)),
    )


def _above(score: float) -> float:
    return round(score + 0.001, 3)


def _share(scores: Sequence[float], cut: float) -> float:
    return sum(score >= cut for score in scores) / len(scores)
