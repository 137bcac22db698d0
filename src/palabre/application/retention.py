"""Everything leaves on its day: the job that removes what has had its time, and writes how much.

It can be cut off anywhere and done again. What is due is said first (``due``), and removed in short
transactions, so that posts need not wait long.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta

from palabre.application.erase_person import take_away
from palabre.application.person_ports import Run
from palabre.application.ports import Clock, Store
from palabre.domain.retention import OF_COMMENTS, Leaves

ALL = "all"  # the line of the log that says a run has ended
EVERY = timedelta(hours=24)
_AT_ONCE = 200

Periods = Mapping[Leaves, timedelta | None]


@dataclass(frozen=True, slots=True, kw_only=True)
class Retention:
    """The use case. A class that ``periods`` gives no time stays."""

    store: Store
    clock: Clock
    periods: Periods

    def due(self) -> dict[Leaves, int]:
        """Count what would be removed now."""
        with self.store.reading() as unit:
            before = self._before(self.clock())
            counted = {kind: unit.upkeep.count(kind, moment) for kind, moment in before.items()}
        return {kind: n for kind, n in counted.items() if n}

    def __call__(self) -> dict[Leaves, int]:
        """Remove it, and return how much of each class."""
        now = self.clock()
        done: dict[Leaves, int] = {}
        # Where nothing is due, no writer's turn is taken.
        before_now = self._before(now)
        for kind in self.due():
            before = before_now[kind]
            removed = self._remove(kind, before, now)
            if removed:
                done[kind] = removed
        with self.store.writing() as unit:
            for kind, removed in done.items():
                unit.upkeep.note(Run(at=now, kind=kind.value, removed=removed))
            unit.upkeep.note(Run(at=now, kind=ALL, removed=sum(done.values())))
        return done

    def is_due(self) -> bool:
        """Tell whether nobody has run it for a day."""
        with self.store.reading() as unit:
            last = unit.upkeep.runs(limit=1)
        return not last or last[0].at + EVERY <= self.clock()

    def _before(self, now: datetime) -> dict[Leaves, datetime]:
        # In the order of the words: notices look at their mail, kept words at their hold.
        return {k: now - period for k in Leaves if (period := self.periods.get(k)) is not None}

    def _remove(self, kind: Leaves, before: datetime, now: datetime) -> int:
        done = 0
        while True:
            with self.store.writing() as unit:
                if kind in OF_COMMENTS:
                    found = unit.upkeep.comments(kind, before, limit=_AT_ONCE)
                    for comment_id in found:
                        take_away(unit, comment_id, now)
                    removed = len(found)
                else:
                    removed = unit.upkeep.remove(kind, before, limit=_AT_ONCE)
            done += removed
            if removed < _AT_ONCE:
                return done
