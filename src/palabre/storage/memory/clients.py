"""Keys of programs, their use, and what they said of texts, in memory."""

from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import datetime

from palabre.domain.client import ApiKey, Counts, KeyRole, LabelledExample, Usage
from palabre.storage.memory.state import State


class MemoryClients:
    """Keys, and how much they are used."""

    def __init__(self, state: State) -> None:
        self._keys, self._usage = state.client_keys, state.client_usage

    def add(self, key: ApiKey) -> None:
        """Store a new key."""
        self._keys[key.id] = key

    def by_hash(self, key_hash: str) -> ApiKey | None:
        """Return the key with this hash, revoked or not."""
        return next((k for k in self._keys.values() if k.key_hash == key_hash), None)

    def get(self, key_id: str) -> ApiKey | None:
        """Return a key; None, too, for text that is no identifier."""
        return self._keys.get(key_id)

    def all(self) -> Sequence[ApiKey]:
        """Return all keys, oldest first, the revoked ones too."""
        return sorted(self._keys.values(), key=lambda k: k.id)

    def revoke(self, key_id: str, at: datetime) -> None:
        """Let a key end; one that has ended stays as it is."""
        key = self._keys.get(key_id)
        if key is not None and key.revoked_at is None:
            self._keys[key_id] = replace(key, revoked_at=at)

    def count(self, uses: Mapping[tuple[str, str, str], Counts]) -> None:
        """Add to the counts of (key id, month, blog)."""
        for place, counts in uses.items():
            self._usage[place] = self._usage.get(place, Counts()) + counts

    def usage(self, key_id: str, *, since: str) -> Sequence[Usage]:
        """Return a key's counts from the month ``since`` on, by month and blog."""
        return [
            Usage(key_id=key, month=month, blog=blog, counts=counts)
            for (key, month, blog), counts in sorted(self._usage.items(), key=lambda i: i[0])
            if key == key_id and month >= since
        ]


class MemoryLabels:
    """What keys' holders said of texts."""

    def __init__(self, state: State) -> None:
        self._keys, self._labels = state.client_keys, state.client_labels

    def keep(self, example: LabelledExample) -> None:
        """Store an example in place of what its key said of the same text before."""
        for old in self._of(example.key_id):
            if old.text == example.text:
                del self._labels[old.id]
        self._labels[example.id] = example

    def standing(self, site_id: str, *, after: str | None, limit: int) -> Sequence[LabelledExample]:
        """Return a site's examples that nobody took back, oldest first, after the id given."""
        found = [
            self._weighed(e)
            for e in self._labels.values()
            if e.site_id == site_id and e.taken_back_at is None and (not after or e.id > after)
        ]
        return sorted(found, key=lambda e: e.id)[:limit]

    def of_key(self, key_id: str, *, limit: int) -> Sequence[LabelledExample]:
        """Return what a key said, newest first, what was taken back too."""
        found = sorted(self._of(key_id), key=lambda e: e.id, reverse=True)
        return [self._weighed(e) for e in found[:limit]]

    def take_back(self, key_id: str, at: datetime, *, label_id: str | None = None) -> int:
        """Let one of a key's examples, or all of them, count no more; return how many did."""
        standing = [e for e in self._of(key_id, label_id) if e.taken_back_at is None]
        for example in standing:
            self._labels[example.id] = replace(example, taken_back_at=at)
        return len(standing)

    def give_back(self, key_id: str, *, label_id: str | None = None) -> int:
        """Let what was taken back count again; return how many."""
        gone = [e for e in self._of(key_id, label_id) if e.taken_back_at is not None]
        for example in gone:
            self._labels[example.id] = replace(example, taken_back_at=None)
        return len(gone)

    def _of(self, key_id: str, label_id: str | None = None) -> list[LabelledExample]:
        return [
            e
            for e in self._labels.values()
            if e.key_id == key_id and (label_id is None or e.id == label_id)
        ]

    def _weighed(self, example: LabelledExample) -> LabelledExample:
        is_moderator = self._keys[example.key_id].role is KeyRole.MODERATOR
        return replace(example, by_moderator=is_moderator)
