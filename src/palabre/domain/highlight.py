"""What the newsroom lifts out of a thread: pinned before all others, or marked where it stands."""

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum


class Mark(StrEnum):
    """The two ways."""

    PINNED = "pinned"  # a whole conversation, shown first in every order
    FEATURED = "featured"  # any comment, with a badge where it stands


# Of each in one thread: what is lifted out everywhere is lifted out nowhere.
MOST: Mapping[Mark, int] = {Mark.PINNED: 3, Mark.FEATURED: 10}


@dataclass(frozen=True, slots=True, kw_only=True)
class Highlight:
    """How one comment is lifted out."""

    pinned: bool = False
    featured: bool = False

    def __bool__(self) -> bool:
        return self.pinned or self.featured

    def has(self, mark: Mark) -> bool:
        """Tell whether the comment has a mark."""
        return self.pinned if mark is Mark.PINNED else self.featured

    def put(self, mark: Mark, *, on: bool) -> "Highlight":
        """Return the highlight with a mark set or taken off."""
        return Highlight(
            pinned=on if mark is Mark.PINNED else self.pinned,
            featured=on if mark is Mark.FEATURED else self.featured,
        )


PLAIN = Highlight()
