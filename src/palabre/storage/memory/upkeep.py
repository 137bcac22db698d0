"""What leaves by itself, and the sealed store, in memory."""

import secrets
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import replace
from datetime import datetime
from typing import Any

from palabre.application.mail_ports import MailState
from palabre.application.person_ports import Reading, Run, SealedLine, Snapshot
from palabre.domain.comment import Status
from palabre.domain.pseudonym import Pseudonym
from palabre.domain.retention import OF_COMMENTS, Leaves
from palabre.storage.memory.pseudonyms import MemoryPseudonyms
from palabre.storage.memory.state import Row, State, Table

_NOBODY = "x"
_STATES = {
    Leaves.UNPUBLISHED: {Status.HELD, Status.REFUSED},
    Leaves.PUBLISHED: {Status.PUBLISHED},
}


class MemoryUpkeep:
    """What leaves by itself."""

    def __init__(self, state: State) -> None:
        self._state = state

    def count(self, kind: Leaves, before: datetime) -> int:
        """Count what is due."""
        if kind in OF_COMMENTS:
            return len(self._comments(kind, before))
        if kind is Leaves.REVISIONS:
            return sum(len(r.bodies) - 1 for r in self._revised(before))
        return len(self._due(kind, before))

    def remove(self, kind: Leaves, before: datetime, *, limit: int) -> int:
        """Remove at most ``limit`` of it and return how many."""
        state, rows = self._state, self._state.comments
        if kind is Leaves.REVISIONS:
            found = self._revised(before)[:limit]
            for row in found:
                rows[row.comment.id] = replace(row, bodies=row.bodies[-1:])
            return sum(len(row.bodies) - 1 for row in found)
        keys = self._due(kind, before)[:limit]
        for key in keys:
            if kind is Leaves.SOURCES:
                rows[key] = replace(rows[key], source=None)
            elif kind is Leaves.NAMES:
                self._sign(rows[key], name=None, badge=None)
            elif kind is Leaves.EMAILS:
                self._sign(rows[key], email=None)
            elif kind is Leaves.NOTES:
                state.records[key] = replace(state.records[key], note=None)
            elif kind is Leaves.VOTES:
                vote = state.votes[key]
                del state.votes[key]
                state.votes[key[0], f"{_NOBODY}{secrets.token_hex(32)[1:]}"] = vote
            else:
                self._drop(kind, key)
        return len(keys)

    def _drop(self, kind: Leaves, key: Any) -> None:  # noqa: ANN401 -- keys of all tables
        if kind is Leaves.PSEUDONYMS:
            MemoryPseudonyms(self._state).let_go([key])
            return
        del self._table(kind)[key]
        if kind is Leaves.MAILS:
            self._state.settled.pop(key, None)

    def comments(self, kind: Leaves, before: datetime, *, limit: int) -> Sequence[str]:
        """Return the comments that are due, oldest first."""
        return self._comments(kind, before)[:limit]

    def note(self, run: Run) -> None:
        """Append to the log."""
        self._state.runs[max(self._state.runs, default=0) + 1] = run

    def runs(self, *, limit: int) -> Sequence[Run]:
        """Return the log, newest first."""
        return list(self._state.runs.values())[::-1][:limit]

    def source_key(self, day: str) -> bytes | None:
        """Return the key under which addresses are hashed on a day."""
        found = self._state.source_keys.get(day)
        return found[0] if found else None

    def keep_source_key(self, day: str, key: bytes, at: datetime) -> bytes:
        """Store a day's key, unless another process was first."""
        return self._state.source_keys.setdefault(day, (key, at))[0]

    def _sign(self, row: Row, **change: None) -> None:
        author = replace(row.author, **change)  # type: ignore[arg-type]
        self._state.comments[row.comment.id] = replace(row, author=author)
        if "name" in change:
            thread = self._state.threads[row.comment.thread_id]
            self._state.threads[thread.id] = replace(thread, version=thread.version + 1)

    def _comments(self, kind: Leaves, before: datetime) -> list[str]:
        return sorted(
            i
            for i, row in self._state.comments.items()
            if row.comment.status in _STATES[kind] and row.comment.created_at <= before
        )

    def _revised(self, before: datetime) -> list[Row]:
        return [
            row
            for row in self._state.comments.values()
            if len(row.bodies) > 1 and row.comment.edited_at and row.comment.edited_at <= before
        ]

    def _table(self, kind: Leaves) -> Table[Any, Any]:
        state = self._state
        tables: Mapping[Leaves, Table[Any, Any]] = {
            Leaves.SOURCE_KEYS: state.source_keys,
            Leaves.CONSENTS: state.consents,
            Leaves.STOPPED: state.addresses,
            Leaves.NOTICES: state.notices,
            Leaves.MAILS: state.mails,
            Leaves.EVENTS: state.handled,
            Leaves.REPEATS: state.repeats,
            Leaves.SESSIONS: state.sessions,
            Leaves.REQUESTS: state.requests,
            Leaves.HELD_WORDS: state.held_words,
            Leaves.HOLDS: state.holds,
            Leaves.CONNECTIONS: state.sealed,
            Leaves.SNAPSHOTS: state.snapshots,
            Leaves.READINGS: state.readings,
            Leaves.ERASURES: state.erasures,
            Leaves.LABELS: state.client_labels,
            Leaves.TRACES: state.traces,
            Leaves.MEASURES: state.measures,
            Leaves.PSEUDONYMS: state.pseudonyms,
            Leaves.PSEUDONYM_LINKS: state.pseudonym_links,
            Leaves.RUNS: state.runs,
            Leaves.NOTES: state.records,
            Leaves.REPORT_WORDS: state.ledger_words,
            Leaves.VOTES: state.votes,
        }
        return tables.get(kind, state.comments)

    def _due(self, kind: Leaves, before: datetime) -> list[Any]:
        state = self._state
        lines = {line.id: line for line in state.ledger.values()}

        def is_held(comment_id: str) -> bool:
            hold = state.holds.get(comment_id)
            return hold is not None and hold.ends_at > before

        def has_written(kept: Pseudonym) -> bool:
            return any(
                row.comment.author_key == kept.author_key
                and state.threads[row.comment.thread_id].article.site_id == kept.site_id
                and row.comment.created_at > before
                for row in state.comments.values()
            )

        def is_settled(mail_id: str | None) -> bool:
            mail = state.mails.get(mail_id or "")
            done = mail is not None and mail.state is not MailState.WAITING
            return done and state.settled.get(mail_id or "", before) <= before

        tests: Mapping[Leaves, Callable[[Any, Any], Any]] = {
            Leaves.SOURCES: lambda _, r: r.source and r.comment.created_at <= before,
            Leaves.NAMES: lambda _, r: (
                r.author.name and not r.author.is_staff and r.comment.created_at <= before
            ),
            Leaves.EMAILS: lambda _, r: r.author.email and r.comment.created_at <= before,
            Leaves.NOTES: lambda _, r: r.note is not None and r.at <= before,
            Leaves.VOTES: lambda k, v: v[1] <= before and k[1] < _NOBODY,
            Leaves.REPORT_WORDS: lambda k, _: k not in state.ledger_tasks and lines[k].at <= before,
            Leaves.SOURCE_KEYS: lambda _, v: v[1] <= before,
            Leaves.TRACES: lambda _, v: v[1] <= before,
            Leaves.MEASURES: lambda _, v: v.until <= before,
            Leaves.CONSENTS: lambda _, v: (
                v.at <= before and v.subscription_id not in state.subscriptions
            ),
            Leaves.STOPPED: lambda _, v: v.stopped_at and v.stopped_at <= before,
            Leaves.NOTICES: lambda _, v: is_settled(v.mail_id),
            Leaves.MAILS: lambda k, _: is_settled(k),
            Leaves.EVENTS: lambda _, v: v <= before,
            Leaves.SESSIONS: lambda _, v: v.expires_at <= before,
            Leaves.REQUESTS: lambda _, v: v.asked_at <= before,
            Leaves.PSEUDONYM_LINKS: lambda _, v: v.asked_at <= before,
            Leaves.PSEUDONYMS: lambda _, v: v.kept_at <= before and not has_written(v),
            Leaves.HELD_WORDS: lambda k, _: not is_held(k),
            Leaves.HOLDS: lambda _, v: v.ends_at <= before,
            Leaves.SNAPSHOTS: lambda _, v: v.ends_at <= before and not is_held(v.comment_id),
        }
        due = tests.get(kind, lambda _, v: v.at <= before)
        rows: Iterable[tuple[Any, Any]] = self._table(kind).items()
        return [key for key, value in rows if due(key, value)]


class MemoryLegal:
    """The sealed store."""

    def __init__(self, state: State) -> None:
        self._sealed, self._readings = state.sealed, state.readings
        self._snapshots = state.snapshots

    def add(self, line: SealedLine) -> None:
        """Append a line."""
        self._sealed[max(self._sealed, default=0) + 1] = line

    def of_comment(self, comment_id: str) -> Sequence[SealedLine]:
        """Return the lines of a comment, oldest first."""
        return [line for line in self._sealed.values() if line.comment_id == comment_id]

    def note(self, reading: Reading) -> None:
        """Append to the record of readings."""
        self._readings[max(self._readings, default=0) + 1] = reading

    def readings(self, *, limit: int) -> Sequence[Reading]:
        """Return the record, newest first."""
        return list(self._readings.values())[::-1][:limit]

    def keep(self, snapshot: Snapshot) -> None:
        """Store evidence under seal."""
        self._snapshots[snapshot.line_id] = snapshot

    def snapshot(self, line_id: str) -> Snapshot | None:
        """Return the evidence of a line."""
        return self._snapshots.get(line_id)

    def snapshots(self, comment_id: str) -> Sequence[Snapshot]:
        """Return a comment's evidence, the oldest first."""
        found = [s for s in self._snapshots.values() if s.comment_id == comment_id]
        return sorted(found, key=lambda s: s.line_id)
