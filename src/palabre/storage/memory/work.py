"""The desk's own tables in memory. An entry is made from the comment that waits, and what was said
of it since."""  # noqa: D205, D209

from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime
from typing import Any

from palabre.application.ports import QueueItem, Stored
from palabre.application.search_words import stems
from palabre.application.work_ports import (
    DeskNote,
    DeskRefusal,
    NoteKind,
    Place,
    Rank,
    SavedFilter,
    Waiting,
    Wanted,
)
from palabre.domain.comment import Status
from palabre.domain.identifier import is_id
from palabre.domain.waiting import Entry, Level, Weight
from palabre.storage.memory.comments import stored_of
from palabre.storage.memory.desk import MemoryQueue
from palabre.storage.memory.state import Row, State


@dataclass(frozen=True, slots=True, kw_only=True)
class Kept:
    """What was said of a waiting comment."""

    weight: Weight = field(default_factory=Weight)
    at: datetime
    level: Level = Level.DESK
    group: str
    signature: bytes | None = None
    bands: frozenset[str] = frozenset()
    claimed_by: str | None = None
    claimed_until: datetime | None = None
    assigned_to: str | None = None


class MemoryWork:
    """The desk's own tables."""

    def __init__(self, state: State) -> None:
        self._state = state

    def entry(self, comment_id: str) -> Entry | None:
        """Return the place of a comment in the queue."""
        row = self._state.comments.get(comment_id)
        if row is None or row.comment.status is not Status.HELD:
            return None
        kept = self._kept(row)
        article = self._state.threads[row.comment.thread_id].article
        return Entry(
            comment_id=comment_id,
            site_id=article.site_id,
            section_id=article.section_id,
            weight=kept.weight,
            priority=kept.weight.key(kept.at),
            entered_at=row.comment.created_at,
            level=kept.level,
            group=kept.group,
            claimed_by=kept.claimed_by,
            claimed_until=kept.claimed_until,
            assigned_to=kept.assigned_to,
        )

    def weigh(self, comment_id: str, weight: Weight, at: datetime) -> None:
        """Say how urgent a waiting comment is."""
        self._say(comment_id, weight=weight, at=at)

    def join(self, comment_id: str, group: str, signature: bytes, bands: Sequence[str]) -> None:
        """Note which near copies a waiting comment belongs to."""
        self._say(comment_id, group=group, signature=signature, bands=frozenset(bands))

    def alike(self, bands: Sequence[str], *, limit: int) -> Sequence[tuple[str, bytes]]:
        """Return (group, signature) of waiting comments that share a band."""
        found = [
            (kept.group, kept.signature)
            for _, kept in sorted(self._state.work.items(), reverse=True)
            if kept.signature is not None and kept.bands & set(bands)
        ]
        return found[:limit]

    def page(
        self, wanted: Wanted, *, limit: int, after: Rank | None, now: datetime
    ) -> Sequence[Waiting]:
        """Return what waits, most urgent first."""
        begin = (-after.priority, after.comment_id) if after else (float("-inf"), "")
        found = sorted(
            (e for e in self._entries() if _is_wanted(e, wanted, now, self._lang(e))),
            key=lambda e: (-e.priority, e.comment_id),
        )
        rest = [e for e in found if (-e.priority, e.comment_id) > begin][:limit]
        sizes = Counter(e.group for e in self._entries())
        items = {i.stored.comment.id: i for i in self.items([e.comment_id for e in rest])}
        return [
            Waiting(entry=e, item=items[e.comment_id], group_size=sizes[e.group])
            for e in rest
            if e.comment_id in items
        ]

    def group(self, group: str) -> Sequence[Entry]:
        """Return the waiting comments of a group, oldest first."""
        found = (e for e in self._entries() if e.group == group)
        return sorted(found, key=lambda e: e.comment_id)

    def levels(self, places: Sequence[Place], *, most: int) -> Mapping[Level, int]:
        """Count what waits at each desk, ``most`` at each at most."""
        found = Counter(e.level for e in self._entries() if _within(e, places))
        return {level: min(found[level], most) for level in Level}

    def outgrown(self, comment_ids: Sequence[str], *, limit: int) -> Sequence[tuple[Entry, int]]:
        """Return what waits beside these comments, where the conversation grew by a tenth."""
        rows, threads = self._state.comments, self._state.threads
        grown = {rows[i].comment.thread_id for i in comment_ids if i in rows}
        found = [
            (entry, threads[rows[entry.comment_id].comment.thread_id])
            for entry in self._entries()
            if rows[entry.comment_id].comment.thread_id in grown
        ]
        found.sort(key=lambda pair: pair[0].comment_id, reverse=True)
        kept = ((e, t.public_count) for e, t in found)
        return [(e, n) for e, n in kept if n * 10 >= (e.weight.reach + 1) * 11][:limit]

    def arrived(self, places: Sequence[Place], *, after: str, limit: int) -> Sequence[str]:
        """Return the ids of waiting comments that were written after this one, newest first."""
        here = (e.comment_id for e in self._entries() if _within(e, places))
        return sorted((i for i in here if is_id(after) and i > after), reverse=True)[:limit]

    def claim(
        self, comment_id: str, moderator_id: str, *, until: datetime, now: datetime
    ) -> Entry | None:
        """Keep a comment to one moderator until then."""
        entry = self.entry(comment_id)
        if entry is None or entry.reader(now) not in {None, moderator_id}:
            return None
        self._say(comment_id, claimed_by=moderator_id, claimed_until=until)
        return self.entry(comment_id)

    def taken(self, places: Sequence[Place], *, now: datetime) -> Sequence[tuple[str, str]]:
        """Return (comment, moderator) of what is being read at present."""
        read = ((e.comment_id, e.reader(now)) for e in self._entries() if _within(e, places))
        return [(comment_id, reader) for comment_id, reader in read if reader is not None]

    def release(self, comment_id: str, moderator_id: str) -> None:
        """Give back what this moderator keeps."""
        entry = self.entry(comment_id)
        if entry is not None and entry.claimed_by == moderator_id:
            self._say(comment_id, claimed_by=None, claimed_until=None)

    def hand_to(self, comment_id: str, *, level: Level) -> None:
        """Let a comment wait at another desk, unclaimed."""
        self._say(comment_id, level=level, claimed_by=None, claimed_until=None)

    def assign(self, comment_id: str, moderator_id: str | None) -> None:
        """Say who is to decide."""
        self._say(comment_id, assigned_to=moderator_id)

    def search(
        self,
        terms: Sequence[Sequence[str]],
        *,
        places: Sequence[Place],
        status: Status | None,
        limit: int,
        after: int | None,
    ) -> Sequence[tuple[int, str]]:
        """Return (position, id) of comments that have one form of each term, newest first."""
        found = []
        for position, row in enumerate(self._state.comments.values(), start=1):
            stored = stored_of(row, self._state)
            article = self._state.threads[row.comment.thread_id].article
            if stored.body is None or (after is not None and position >= after):
                continue
            words = set(stems(stored.body.text, row.comment.lang).split())
            words |= set(stems(row.author.name or "", "").split())
            here = any(
                site == article.site_id and section in {None, article.section_id}
                for site, section in places
            )
            wanted = status is None or row.comment.status is status
            if terms and here and wanted and all(words & set(forms) for forms in terms):
                found.append((position, row.comment.id))
        return found[::-1][:limit]

    def items(self, comment_ids: Sequence[str]) -> Sequence[QueueItem]:
        """Return comments as the desk shows them, in the order given."""
        queue = MemoryQueue(self._state)
        return [item for i in comment_ids if (item := queue.item(i)) is not None]

    def by_author(self, author_key: str, *, limit: int) -> Sequence[Stored]:
        """Return an author's latest comments in all threads, newest first."""
        found = [
            stored_of(row, self._state)
            for row in self._state.comments.values()
            if row.comment.author_key == author_key and row.comment.status is not Status.DELETED
        ]
        return sorted(found, key=lambda s: s.comment.id, reverse=True)[:limit]

    def add_note(self, note: DeskNote) -> None:
        """Store a note."""
        self._state.desk_notes[note.id] = note

    def notes(self, comment_id: str) -> Sequence[DeskNote]:
        """Return what colleagues wrote, oldest first."""
        found = (n for n in self._state.desk_notes.values() if n.comment_id == comment_id)
        return sorted(found, key=lambda n: n.id)

    def asked(self, places: Sequence[Place], *, limit: int) -> Sequence[str]:
        """Return the ids of waiting comments on which the last word is a question."""
        last = {n.comment_id: n for n in sorted(self._state.desk_notes.values(), key=_id)}
        asked = sorted((n for n in last.values() if n.kind is NoteKind.QUESTION), key=_id)
        entries = {e.comment_id for e in self._entries() if _within(e, places)}
        return [n.comment_id for n in asked if n.comment_id in entries][:limit]

    def save_filter(self, saved: SavedFilter) -> None:
        """Store a filter."""
        self._state.saved_filters[saved.id] = saved

    def filters(self, moderator_id: str) -> Sequence[SavedFilter]:
        """Return a moderator's filters, by name."""
        found = (f for f in self._state.saved_filters.values() if f.moderator_id == moderator_id)
        return sorted(found, key=lambda f: (f.name, f.id))

    def drop_filter(self, filter_id: str, moderator_id: str) -> None:
        """Forget a filter of this moderator's."""
        found = self._state.saved_filters.get(filter_id)
        if found is not None and found.moderator_id == moderator_id:
            del self._state.saved_filters[filter_id]

    def refuse(self, refusal: DeskRefusal) -> None:
        """Append to the list of refusals."""
        self._state.desk_refusals[max(self._state.desk_refusals, default=0) + 1] = refusal

    def refusals(self, *, limit: int, after: int | None = None) -> Sequence[DeskRefusal]:
        """Return the latest refusals, newest first."""
        found = [r for n, r in self._state.desk_refusals.items() if after is None or n < after]
        return found[::-1][:limit]

    def _entries(self) -> Iterator[Entry]:
        return (entry for i in self._state.comments if (entry := self.entry(i)) is not None)

    def _lang(self, entry: Entry) -> str:
        return self._state.comments[entry.comment_id].comment.lang

    def _kept(self, row: Row) -> Kept:
        kept: Kept | None = self._state.work.get(row.comment.id)
        return kept or Kept(at=row.comment.created_at, group=row.comment.id)

    def _say(self, comment_id: str, **told: Any) -> None:  # noqa: ANN401 -- fields of Kept
        row = self._state.comments.get(comment_id)
        if row is not None and row.comment.status is Status.HELD:
            self._state.work[comment_id] = replace(self._kept(row), **told)


def _id(note: DeskNote) -> str:
    return note.id


def _within(entry: Entry, places: Sequence[Place]) -> bool:
    return any(s == entry.site_id and part in {None, entry.section_id} for s, part in places)


def _is_wanted(entry: Entry, wanted: Wanted, now: datetime, lang: str) -> bool:
    asked = (
        (wanted.site_id, entry.site_id),
        (wanted.section_id, entry.section_id),
        (wanted.rule, entry.weight.rule),
        (wanted.lang, lang),
        (wanted.assigned_to, entry.assigned_to),
    )
    mine = {None, wanted.free_for}
    is_free = wanted.free_for is None or (entry.reader(now) in mine and entry.assigned_to in mine)
    matches = all(value in {None, has} for value, has in asked)
    return entry.level is wanted.level and _within(entry, wanted.places) and matches and is_free
