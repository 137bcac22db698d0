"""A bounded place in memory, by bytes: what is asked for again stays, what came once goes first.

A shelf that only knew the latest use could be emptied by anybody who asks for a thousand pages that
nobody reads (every cursor is a page of its own). So newcomers have a quarter for themselves, and
only what is asked for a second time moves to the rest.
"""

from collections import OrderedDict
from collections.abc import Hashable
from typing import Generic, Protocol, TypeVar


class Sized(Protocol):
    """Something that knows how many bytes it takes."""

    @property
    def size(self) -> int:
        """Bytes, all copies included."""
        ...


K = TypeVar("K", bound=Hashable)
V = TypeVar("V", bound=Sized)


class Shelf(Generic[K, V]):
    """Values by key, at most ``capacity`` bytes of them. For one thread only."""

    def __init__(self, capacity: int) -> None:
        self._capacity = capacity
        self._favoured = capacity * 3 // 4
        self._new: OrderedDict[K, V] = OrderedDict()
        self._proven: OrderedDict[K, V] = OrderedDict()
        self._proven_size = 0
        self.size = 0

    def __len__(self) -> int:
        return len(self._new) + len(self._proven)

    def get(self, key: K) -> V | None:
        """Return what lies under ``key``; asking is what keeps it here."""
        value = self._proven.get(key)
        if value is not None:
            self._proven.move_to_end(key)
            return value
        value = self._new.pop(key, None)
        if value is not None:
            self._proven[key] = value
            self._proven_size += value.size
            while self._proven_size > self._favoured and len(self._proven) > 1:
                old, demoted = self._proven.popitem(last=False)
                self._proven_size -= demoted.size
                self._new[old] = demoted
        return value

    def put(self, key: K, value: V) -> None:
        """Lay a value down under ``key``; what would take a quarter of the shelf is not kept."""
        before = self._proven.get(key)
        if value.size > self._capacity // 4:
            self.drop(key)
            return
        if before is not None:
            self._proven[key] = value
            self._proven_size += value.size - before.size
            self.size += value.size - before.size
        else:
            replaced = self._new.pop(key, None)
            self._new[key] = value
            self.size += value.size - (replaced.size if replaced else 0)
        while self.size > self._capacity:
            self._evict()

    def drop(self, key: K) -> None:
        """Take a value away, if it is there."""
        if (proven := self._proven.pop(key, None)) is not None:
            self._proven_size -= proven.size
            self.size -= proven.size
        elif (new := self._new.pop(key, None)) is not None:
            self.size -= new.size

    def _evict(self) -> None:
        if self._new:
            _, value = self._new.popitem(last=False)
        else:
            _, value = self._proven.popitem(last=False)
            self._proven_size -= value.size
        self.size -= value.size
