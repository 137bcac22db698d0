"""A stretch of a thread's roots, from a cursor on, in one of the orders."""

from collections.abc import Sequence
from dataclasses import dataclass

from palabre.application import cursor
from palabre.application.ports import Position, Sort, Stored, UnitOfWork
from palabre.domain.article import Thread


@dataclass(frozen=True, slots=True)
class Stretch:
    """A stretch of a thread's roots: its order, its length, and where and when it was begun."""

    sort: Sort
    limit: int
    after: Position | None
    epoch: int | None

    @classmethod
    def asked(cls, sort: Sort, limit: int, after: str | None) -> "Stretch":
        """Return the stretch that begins after a cursor, or refuse with ``bad_cursor``."""
        if after and sort is Sort.TOP:
            return cls(sort, limit, *cursor.decode_top(after))
        return cls(sort, limit, cursor.decode(after, sort) if after else None, None)

    def read(self, unit: UnitOfWork, thread: Thread) -> tuple[Sequence[Stored], str | None]:
        """Return the roots, and the cursor to the rest if there is one."""
        if self.sort is Sort.TOP:
            return self._top(unit, thread)
        found = unit.comments.roots(thread.id, self.sort, limit=self.limit + 1, after=self.after)
        here = found[: self.limit]
        rest = cursor.encode(self.sort, here[-1].comment) if len(found) > self.limit else None
        return here, rest

    def _top(self, unit: UnitOfWork, thread: Thread) -> tuple[Sequence[Stored], str | None]:
        """Go on in the order in which the reader began; a first page begins now."""
        epoch = thread.version if self.epoch is None else self.epoch
        found = unit.comments.top(thread.id, limit=self.limit + 1, epoch=epoch, after=self.after)
        here = found[: self.limit]
        rest = None
        if len(found) > self.limit:
            last, score = here[-1]
            rest = cursor.encode_top(last.comment, score=score, epoch=epoch)
        return [stored for stored, _ in here], rest
