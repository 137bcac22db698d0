"""What programs with a key need from the store; ``ports`` puts them together.

``Labels`` is what the learner reads: the corrections that came over the Akismet and Perspective
protocols, each attributed to its key, none of them final.
"""

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Protocol

from palabre.domain.client import ApiKey, Counts, LabelledExample, Usage


class Clients(Protocol):
    """Keys, and how much they are used."""

    def add(self, key: ApiKey) -> None:
        """Store a new key."""

    def by_hash(self, key_hash: str) -> ApiKey | None:
        """Return the key with this hash, revoked or not."""

    def get(self, key_id: str) -> ApiKey | None:
        """Return a key; None, too, for text that is no identifier."""

    def all(self) -> Sequence[ApiKey]:
        """Return all keys, oldest first, the revoked ones too."""

    def revoke(self, key_id: str, at: datetime) -> None:
        """Let a key end; one that has ended stays as it is."""

    def count(self, uses: Mapping[tuple[str, str, str], Counts]) -> None:
        """Add to the counts of (key id, month, blog)."""

    def usage(self, key_id: str, *, since: str) -> Sequence[Usage]:
        """Return a key's counts from the month ``since`` on, by month and blog."""


class Labels(Protocol):
    """What keys' holders said of texts. One key has one word on one text: its latest."""

    def keep(self, example: LabelledExample) -> None:
        """Store an example in place of what its key said of the same text before."""

    def standing(self, site_id: str, *, after: str | None, limit: int) -> Sequence[LabelledExample]:
        """Return a site's examples that nobody took back, oldest first, after the id given."""

    def of_key(self, key_id: str, *, limit: int) -> Sequence[LabelledExample]:
        """Return what a key said, newest first, what was taken back too."""

    def take_back(self, key_id: str, at: datetime, *, label_id: str | None = None) -> int:
        """Let one of a key's examples, or all of them, count no more; return how many did."""

    def give_back(self, key_id: str, *, label_id: str | None = None) -> int:
        """Let what was taken back count again; return how many."""
