"""A reader's opinion of a comment: one per voter, and it can be taken back."""

from dataclasses import dataclass
from typing import Literal

Value = Literal[-1, 0, 1]


@dataclass(frozen=True, slots=True)
class Tally:
    """How a comment stands after a vote, and what this voter's vote now is."""

    up: int
    down: int
    mine: Value

    @property
    def score(self) -> int:
        """Votes for less votes against."""
        return self.up - self.down
