"""The ledger in memory."""

from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace
from datetime import datetime

from palabre.application.ledger_ports import Head, Place, Task, Waiting
from palabre.domain.decision import DecisionRecord
from palabre.domain.ledger import BEGINNING, Entry, Line, LineKind, Words, link
from palabre.storage.memory.state import State


class MemoryLedger:
    """The ledger."""

    def __init__(self, state: State) -> None:
        self._state = state

    def add(self, entry: Entry, words: Words | None = None, task: Task | None = None) -> Line:
        """Append a line."""
        head = self.head()
        line = link(entry, head.length + 1, head.hash, words.commitment if words else None)
        if any(known.id == line.id for known in self._all()):
            raise RuntimeError("the ledger is append-only")
        self._state.ledger[line.number] = line
        if words is not None:
            self._state.ledger_words[line.id] = words
        if task is not None:
            self._state.ledger_tasks[line.id] = replace(task, turn=task.place)
        return line

    def add_many(self, entries: Sequence[Entry]) -> None:
        """Append lines without words, in their order."""
        for entry in entries:
            self.add(entry)

    def get(self, line_id: str) -> Line | None:
        """Return a line."""
        return next((line for line in self._all() if line.id == line_id), None)

    def of_comment(self, comment_id: str, *kinds: LineKind) -> Sequence[Line]:
        """Return a comment's lines of these kinds, oldest first."""
        return [line for line in self._all(kinds) if line.comment_id == comment_id]

    def answers(self, line_id: str, *kinds: LineKind) -> Sequence[Line]:
        """Return the lines of these kinds that have this one as their subject."""
        return [line for line in self._all(kinds) if line.subject == line_id]

    def between(
        self, kinds: Sequence[LineKind], since: datetime, until: datetime
    ) -> Iterator[Line]:
        """Yield lines from ``since`` on and before ``until``."""
        return iter([line for line in self._all(kinds) if since <= line.at < until])

    def of_kind(
        self, kinds: Sequence[LineKind], *, site_ids: Sequence[str], before: int | None, limit: int
    ) -> Sequence[Line]:
        """Return lines of some sites, the newest first."""
        found = [
            line
            for line in self._all(kinds)
            if line.site_id in site_ids and (before is None or line.number < before)
        ]
        return found[::-1][:limit]

    def words(self, line_id: str) -> Words | None:
        """Return what is kept of a line's words."""
        return self._state.ledger_words.get(line_id)

    def with_words_of(self, mailboxes: Sequence[str]) -> Sequence[Line]:
        """Return the lines that these addresses wrote."""
        words = self._state.ledger_words
        return [
            line for line in self._all() if line.id in words and words[line.id].mailbox in mailboxes
        ]

    def erase_words(self, line_ids: Sequence[str]) -> None:
        """Delete words and salts."""
        for line_id in line_ids:
            self._state.ledger_words.pop(line_id, None)

    def erase_words_of_author(self, comment_id: str) -> None:
        """Delete what a comment's author wrote about it."""
        words = self._state.ledger_words
        here = [line.id for line in self._all() if line.comment_id == comment_id]
        self.erase_words([i for i in here if i in words and words[i].of_author])

    def waiting(
        self, kind: LineKind, *, site_ids: Sequence[str], after: str | None, limit: int
    ) -> Sequence[Waiting]:
        """Return what waits, by rank and then by turn."""
        tasks = self._state.ledger_tasks
        found = sorted(
            (
                Waiting(line=line, task=tasks[line.id])
                for line in self._all((kind,))
                if line.id in tasks and line.site_id in site_ids
            ),
            key=_place,
        )
        last = next((_place(w) for w in found if w.line.id == after), None)
        return [w for w in found if last is None or _place(w) > last][:limit]

    def waiting_on(self, comment_id: str) -> Sequence[Line]:
        """Return the lines about a comment that wait, oldest first."""
        tasks = self._state.ledger_tasks
        return [x for x in self._all() if x.id in tasks and x.comment_id == comment_id]

    def reweigh(self, line_ids: Sequence[str], turn: float) -> None:
        """Give lines that wait another turn."""
        tasks = self._state.ledger_tasks
        for line_id in line_ids:
            tasks[line_id] = replace(tasks[line_id], turn=turn)

    def count_waiting(self, *, site_ids: Sequence[str]) -> Mapping[LineKind, int]:
        """Count what waits, by kind."""
        tasks = self._state.ledger_tasks
        return Counter(
            line.kind for line in self._all() if line.id in tasks and line.site_id in site_ids
        )

    def done(self, line_id: str) -> bool:
        """Take a line off the list of what waits."""
        return self._state.ledger_tasks.pop(line_id, None) is not None

    def head(self) -> Head:
        """Return where the chain ends."""
        count = len(self._state.ledger)
        return Head(count, self._state.ledger[count].hash if count else BEGINNING)

    def chain(self, *, after: int, limit: int) -> Sequence[Line]:
        """Return the lines behind a number, in their order."""
        return [line for line in self._all() if line.number > after][:limit]

    def loose(
        self, *, limit: int, everywhere: bool = False
    ) -> Sequence[tuple[str, DecisionRecord]]:
        """Return decisions that no line holds yet."""
        del everywhere  # all are always looked at
        held = {line.subject for line in self._all((LineKind.DECISION,))}
        found = [r for r in self._state.records.values() if r.id not in held][:limit]
        return [(self._site_of(r.comment_id), replace(r, note=None)) for r in found]

    def decisions(self, ids: Sequence[str]) -> Mapping[str, DecisionRecord]:
        """Return decisions by id."""
        records = self._state.records
        return {i: replace(records[i], note=None) for i in ids if i in records}

    def place(self, name: str) -> Place | None:
        """Return how far a system has been told."""
        return self._state.places.get(name)

    def keep_place(self, place: Place) -> None:
        """Store that, or replace what is stored."""
        self._state.places[place.name] = place

    def _all(self, kinds: Sequence[LineKind] = ()) -> list[Line]:
        return [line for line in self._state.ledger.values() if not kinds or line.kind in kinds]

    def _site_of(self, comment_id: str) -> str:
        row = self._state.comments[comment_id]
        return self._state.threads[row.comment.thread_id].article.site_id


def _place(waiting: Waiting) -> tuple[int, float, str]:
    return waiting.task.rank, waiting.task.place, waiting.line.id
