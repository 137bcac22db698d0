"""Decisions, the moderators' queue and the outbox in memory."""

from collections import Counter
from collections.abc import Mapping, Sequence
from datetime import datetime

from palabre.application.ports import QueueItem
from palabre.domain.comment import Status
from palabre.domain.decision import DecisionRecord
from palabre.domain.errors import Code, Refusal
from palabre.domain.events import Event
from palabre.domain.identifier import is_id
from palabre.storage.memory.comments import stored_of
from palabre.storage.memory.state import Row, State


class MemoryDecisions:
    """The append-only log; a dict keeps the order in which lines came."""

    def __init__(self, state: State) -> None:
        self._records = state.records

    def add(self, record: DecisionRecord) -> None:
        """Append a line."""
        if record.id in self._records:
            raise RuntimeError("decisions are append-only")
        self._records[record.id] = record

    def latest(self, comment_id: str) -> DecisionRecord | None:
        """Return the decision that stands."""
        return next(reversed(self.history(comment_id)), None)

    def history(self, comment_id: str) -> Sequence[DecisionRecord]:
        """Return all decisions on a comment, oldest first."""
        return [r for r in self._records.values() if r.comment_id == comment_id]


class MemoryQueue:
    """What waits for a moderator, and what was decided."""

    def __init__(self, state: State) -> None:
        self._state = state
        self._decisions = MemoryDecisions(state)

    def page(
        self, *, site_ids: Sequence[str], status: Status, limit: int, after: str | None
    ) -> Sequence[QueueItem]:
        """Return items oldest first when held, newest first otherwise."""
        if after is not None and not is_id(after):
            raise Refusal(Code.BAD_CURSOR, field="after")
        newest = status is not Status.HELD
        here = sorted(
            (
                row
                for row in self._state.comments.values()
                if row.comment.status is status and self._site_of(row) in site_ids
            ),
            key=lambda r: r.comment.id,
            reverse=newest,
        )
        rest = [
            row
            for row in here
            if after is None or (row.comment.id < after if newest else row.comment.id > after)
        ]
        return [item for row in rest[:limit] if (item := self.item(row.comment.id))]

    def item(self, comment_id: str) -> QueueItem | None:
        """Return one comment as the desk shows it."""
        row = self._state.comments.get(comment_id)
        record = self._decisions.latest(comment_id)
        if row is None or record is None:
            return None
        parent = self._state.comments.get(row.comment.parent_id or "")
        return QueueItem(
            stored=stored_of(row, self._state),
            thread=self._state.threads[row.comment.thread_id],
            parent=stored_of(parent, self._state) if parent else None,
            record=record,
        )

    def counts(self, *, site_ids: Sequence[str], most: int | None = None) -> Mapping[Status, int]:
        """Return how many comments of these sites stand in each state."""
        found = Counter(
            row.comment.status
            for row in self._state.comments.values()
            if self._site_of(row) in site_ids
        )
        return {s: found[s] if most is None else min(found[s], most) for s in Status}

    def _site_of(self, row: Row) -> str:
        return self._state.threads[row.comment.thread_id].article.site_id


class MemoryOutbox:
    """Events to be handled after the commit."""

    def __init__(self, state: State) -> None:
        self._events = state.events
        self._handled = state.handled

    def put(self, event: Event) -> None:
        """Store an event."""
        self._events[event.id] = event

    def waiting(self, *, limit: int) -> Sequence[Event]:
        """Return events nobody has handled yet, oldest first."""
        return list(self._events.values())[:limit]

    def handled(self, event_ids: Sequence[str], at: datetime) -> None:
        """Note that events need nothing more."""
        for event_id in event_ids:
            if self._events.pop(event_id, None) is not None:
                self._handled[event_id] = at
