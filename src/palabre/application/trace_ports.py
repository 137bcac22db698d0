"""What remembering by keyed hashes needs from the store. Weights are kept as they are handed in."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Protocol


@dataclass(frozen=True, slots=True, kw_only=True)
class Trace:
    """What is known under a key: sums of weights; ``home`` is the site that it came to first."""

    home: str
    seen: float = 0.0
    elsewhere: float = 0.0
    good: float = 0.0
    bad: float = 0.0


@dataclass(frozen=True, slots=True, kw_only=True)
class Mark:
    """What is to be added under a key; what comes to another site than ``home`` is elsewhere."""

    key: str
    site_id: str
    seen: float = 0.0
    good: float = 0.0
    bad: float = 0.0


class Traces(Protocol):
    """Sums under keyed hashes. Adding is atomic: of two who add at once, neither is lost."""

    def of(self, keys: Sequence[str]) -> Mapping[str, Trace]:
        """Return what is known under the keys; one that nobody knows is left out."""

    def add(self, marks: Sequence[Mark], at: datetime) -> None:
        """Add to what is known, in the order of the keys."""

    def forget(self, keys: Sequence[str]) -> None:
        """Forget what is known under the keys."""
