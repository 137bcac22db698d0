"""The ledger in SQL. What is appended is chained here, one writer after the other."""

from collections.abc import Iterator, Mapping, Sequence
from datetime import datetime
from typing import Any

import sqlalchemy as sa

from palabre.application.ledger_ports import Head, Place, Task, Waiting
from palabre.domain.decision import DecisionRecord
from palabre.domain.identifier import is_id
from palabre.domain.ledger import Entry, Line, LineKind, Words, link
from palabre.storage import ledger_rows as statements
from palabre.storage.decisions import record_of
from palabre.storage.effects import erased, is_writing
from palabre.storage.ledger_rows import line_of, names, row_of
from palabre.storage.tables import ledger, ledger_tasks, ledger_words, webhook_places


class SqlLedger:
    """The ledger."""

    def __init__(self, connection: sa.Connection) -> None:
        self._connection = connection

    def add(self, entry: Entry, words: Words | None = None, task: Task | None = None) -> Line:
        """Append a line."""
        line = self._append([entry], words.commitment if words else None)[0]
        if words is not None:
            self._keep(line, words)
        if task is not None:
            place = {"line_id": line.id, "kind": line.kind.value, "site_id": line.site_id}
            row = {**place, "rank": task.rank, "due_at": task.due_at, "turn": task.place}
            row["comment_id"] = line.comment_id
            self._connection.execute(sa.insert(ledger_tasks), row)
        return line

    def add_many(self, entries: Sequence[Entry]) -> None:
        """Append lines without words, in their order."""
        if entries:
            self._append(entries)

    def _append(self, entries: Sequence[Entry], commitment: str | None = None) -> list[Line]:
        run = self._connection.execute
        head = run(statements.HEAD.with_for_update()).one()._mapping  # noqa: SLF001 -- its public name
        number, previous = head["count"], head["hash"]
        lines = []
        for entry in entries:
            line = link(entry, number + 1, previous, commitment)
            number, previous = line.number, line.hash
            lines.append(line)
        run(sa.insert(ledger), [row_of(line) for line in lines])
        moved: dict[str, Any] = {"count": number, "hash": previous}
        held = [line.subject for line in lines if line.kind is LineKind.DECISION]
        if held:
            position = run(statements.POSITION, {"this": held[-1]}).scalar()
            moved["decided"] = max(head["decided"], position or 0)
        run(statements.MOVE_HEAD.values(**moved))
        return lines

    def _keep(self, line: Line, words: Words) -> None:
        row = {
            "line_id": line.id,
            "salt": words.salt,
            "texts": dict(words.texts),
            "mailbox": words.mailbox,
            "comment_id": line.comment_id if words.of_author else None,
            "at": line.at,
        }
        self._connection.execute(sa.insert(ledger_words), row)

    def get(self, line_id: str) -> Line | None:
        """Return a line."""
        if not is_id(line_id):
            return None
        row = self._connection.execute(statements.GET, {"this": line_id}).one_or_none()
        return line_of(row) if row else None

    def of_comment(self, comment_id: str, *kinds: LineKind) -> Sequence[Line]:
        """Return a comment's lines of these kinds, oldest first."""
        return self._lines(statements.OF_COMMENT, this=comment_id, kinds=names(kinds))

    def answers(self, line_id: str, *kinds: LineKind) -> Sequence[Line]:
        """Return the lines of these kinds that have this one as their subject."""
        return self._lines(statements.ANSWERS, this=line_id, kinds=names(kinds))

    def between(
        self, kinds: Sequence[LineKind], since: datetime, until: datetime
    ) -> Iterator[Line]:
        """Yield lines from ``since`` on and before ``until``."""
        asked = {"kinds": names(kinds), "since": since, "until": until}
        streaming = statements.BETWEEN.execution_options(yield_per=statements.BATCH)
        for row in self._connection.execute(streaming, asked):
            yield line_of(row)

    def of_kind(
        self, kinds: Sequence[LineKind], *, site_ids: Sequence[str], before: int | None, limit: int
    ) -> Sequence[Line]:
        """Return lines of some sites, the newest first."""
        asked = {"kinds": names(kinds), "sites": list(site_ids), "limit": limit}
        return self._lines(
            statements.OF_KIND, **asked, before=statements.FAR if before is None else before
        )

    def words(self, line_id: str) -> Words | None:
        """Return what is kept of a line's words."""
        row = self._connection.execute(statements.WORDS, {"this": line_id}).one_or_none()
        if row is None:
            return None
        return Words(
            salt=bytes(row.salt),
            texts=row.texts,
            mailbox=row.mailbox,
            of_author=row.comment_id is not None,
        )

    def with_words_of(self, mailboxes: Sequence[str]) -> Sequence[Line]:
        """Return the lines that these addresses wrote."""
        return self._lines(statements.BY_MAILBOX, mailboxes=list(mailboxes))

    def erase_words(self, line_ids: Sequence[str]) -> None:
        """Delete words and salts."""
        if line_ids:
            self._connection.execute(statements.ERASE, {"lines": list(line_ids)})
            erased(self._connection)

    def erase_words_of_author(self, comment_id: str) -> None:
        """Delete what a comment's author wrote about it."""
        if self._connection.execute(statements.ERASE_AUTHOR, {"this": comment_id}).rowcount:
            erased(self._connection)

    def waiting(
        self, kind: LineKind, *, site_ids: Sequence[str], after: str | None, limit: int
    ) -> Sequence[Waiting]:
        """Return what waits, by rank and then by turn."""
        statement, asked = (
            statements.WAITING,
            {"kind": kind.value, "sites": list(site_ids), "limit": limit},
        )
        place = (
            self._connection.execute(statements.PLACE, {"this": after}).one_or_none()
            if after and is_id(after)
            else None
        )
        if place is not None:
            values = (sa.literal(v, c.type) for v, c in zip(place, statements.ORDER, strict=True))
            statement = statements.WAITING.where(sa.tuple_(*statements.ORDER) > sa.tuple_(*values))
        return [
            Waiting(line=line_of(row), task=Task(due_at=row.due_at, rank=row.rank, turn=row.turn))
            for row in self._connection.execute(statement, asked)
        ]

    def waiting_on(self, comment_id: str) -> Sequence[Line]:
        """Return the lines about a comment that wait, oldest first."""
        return self._lines(statements.WAITING_ON, this=comment_id)

    def reweigh(self, line_ids: Sequence[str], turn: float) -> None:
        """Give lines that wait another turn."""
        asked = {"lines": list(line_ids), "new_turn": turn}
        self._connection.execute(statements.REWEIGH, asked)

    def count_waiting(self, *, site_ids: Sequence[str]) -> Mapping[LineKind, int]:
        """Count what waits, by kind."""
        found = self._connection.execute(statements.COUNT, {"sites": list(site_ids)})
        return {LineKind(kind): n for kind, n in found}

    def done(self, line_id: str) -> bool:
        """Take a line off the list of what waits."""
        return bool(self._connection.execute(statements.DONE, {"this": line_id}).rowcount)

    def head(self) -> Head:
        """Return where the chain ends."""
        row = self._connection.execute(statements.HEAD).one()._mapping  # noqa: SLF001 -- its public name
        return Head(row["count"], row["hash"])

    def chain(self, *, after: int, limit: int) -> Sequence[Line]:
        """Return the lines behind a number, in their order."""
        return self._lines(statements.CHAIN, after=after, limit=limit)

    def loose(
        self, *, limit: int, everywhere: bool = False
    ) -> Sequence[tuple[str, DecisionRecord]]:
        """Return decisions that no line holds yet; a writer keeps others from holding them."""
        head = (
            statements.HEAD.with_for_update() if is_writing(self._connection) else statements.HEAD
        )
        decided = self._connection.execute(head).one().decided
        floor = 0 if everywhere else max(0, decided - statements.SLACK)
        found = self._connection.execute(statements.LOOSE, {"floor": floor, "limit": limit})
        return [(row.site_id, record_of(row)) for row in found]

    def decisions(self, ids: Sequence[str]) -> Mapping[str, DecisionRecord]:
        """Return decisions by id."""
        found = self._connection.execute(statements.DECISIONS, {"ids": list(ids)})
        return {row.id: record_of(row) for row in found}

    def place(self, name: str) -> Place | None:
        """Return how far a system has been told."""
        statement = (
            statements.TOLD.with_for_update() if is_writing(self._connection) else statements.TOLD
        )
        row = self._connection.execute(statement, {"system": name}).one_or_none()
        return Place(**row._mapping) if row else None  # noqa: SLF001 -- its public name

    def keep_place(self, place: Place) -> None:
        """Store that, or replace what is stored."""
        row = {name: getattr(place, name) for name in Place.__slots__}
        moved = sa.update(webhook_places).where(webhook_places.c.name == place.name).values(row)
        if not self._connection.execute(moved).rowcount:
            self._connection.execute(sa.insert(webhook_places), row)

    def _lines(self, statement: sa.Select[Any], **asked: Any) -> list[Line]:  # noqa: ANN401
        return [line_of(row) for row in self._connection.execute(statement, asked)]
