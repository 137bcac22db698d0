"""The queue by urgency: rows <-> Entry, claims that one moderator wins, groups of near copies."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any

import sqlalchemy as sa
from sqlalchemy.dialects import postgresql, sqlite

from palabre.application.ports import QueueItem, Stored
from palabre.application.work_ports import Place, Rank, Waiting, Wanted
from palabre.domain.comment import Status
from palabre.domain.identifier import is_id
from palabre.domain.waiting import Entry, Level, Weight
from palabre.storage import work_lists
from palabre.storage.column_types import Id, Row, UtcTime
from palabre.storage.comment_rows import FOR_DESK, all_stored
from palabre.storage.queue import SqlQueue
from palabre.storage.tables import comments, queue_bands, queue_entries, threads
from palabre.storage.work_notes import SqlDeskNotes

_ID: sa.BindParameter[Any] = sa.bindparam("comment")
_HIGHEST = Rank(1e300, "00000000-0000-0000-0000-000000000000")
_entry = queue_entries.c
_ENTRY = sa.select(*(c for c in queue_entries.c if c.key != "signature"))
_GET = _ENTRY.where(_entry.comment_id == _ID)
_OUTGROWN = (
    _ENTRY.add_columns(threads.c.public_count)
    .join(threads, threads.c.id == _entry.thread_id)
    .where(
        _entry.thread_id.in_(
            sa.select(comments.c.thread_id).where(
                comments.c.id.in_(sa.bindparam("many", expanding=True))
            )
        ),
        threads.c.public_count * 10 >= (_entry.reach + 1) * 11,
    )
    .order_by(_entry.comment_id.desc())
    .limit(sa.bindparam("limit", type_=sa.Integer))
)
_GROUP = _ENTRY.where(_entry.group_id == sa.bindparam("group")).order_by(_entry.comment_id)
_SIZES = (
    sa.select(_entry.group_id, sa.func.count())
    .where(_entry.group_id.in_(sa.bindparam("groups", expanding=True)))
    .group_by(_entry.group_id)
)
_WEIGH = (
    sa.update(queue_entries)
    .where(_entry.comment_id == _ID)
    .values(
        priority=sa.bindparam("new_priority"),
        harm=sa.bindparam("new_harm"),
        reach=sa.bindparam("new_reach"),
        votes=sa.bindparam("new_votes"),
        reports=sa.bindparam("new_reports"),
        rule=sa.bindparam("new_rule"),
    )
)
_JOIN = (
    sa.update(queue_entries)
    .where(_entry.comment_id == _ID)
    .values(group_id=sa.bindparam("new_group"), signature=sa.bindparam("new_signature"))
)
_BANDS = {
    name: insert(queue_bands).on_conflict_do_nothing()
    for name, insert in (("sqlite", sqlite.insert), ("postgresql", postgresql.insert))
}
_NO_BANDS = sa.delete(queue_bands).where(queue_bands.c.comment_id == _ID)
_ALIKE = (
    sa.select(_entry.group_id, _entry.signature)
    .where(
        _entry.comment_id.in_(
            sa.select(queue_bands.c.comment_id).where(
                queue_bands.c.band.in_(sa.bindparam("bands", expanding=True))
            )
        ),
        _entry.signature.is_not(None),
    )
    .order_by(_entry.comment_id.desc())
    .limit(sa.bindparam("limit", type_=sa.Integer))
)
_MINE = sa.or_(
    _entry.claimed_by.is_(None),
    _entry.claimed_until <= sa.bindparam("now", type_=UtcTime),
    _entry.claimed_by == sa.bindparam("who", type_=Id),
)
_CLAIM = (
    sa.update(queue_entries)
    .where(_entry.comment_id == _ID, _MINE)
    .values(claimed_by=sa.bindparam("new_who"), claimed_until=sa.bindparam("new_until"))
)
_TAKEN = sa.select(_entry.comment_id, _entry.claimed_by).where(
    _entry.claimed_by.is_not(None),  # as the index has it
    _entry.claimed_until > sa.bindparam("now", type_=UtcTime),
)
_RELEASE = (
    sa.update(queue_entries)
    .where(_entry.comment_id == _ID, _entry.claimed_by == sa.bindparam("who", type_=Id))
    .values(claimed_by=None, claimed_until=None)
)
_HAND = (
    sa.update(queue_entries)
    .where(_entry.comment_id == _ID)
    .values(level=sa.bindparam("new_level"), claimed_by=None, claimed_until=None)
)
_ASSIGN = (
    sa.update(queue_entries)
    .where(_entry.comment_id == _ID)
    .values(assigned_to=sa.bindparam("new_who"))
)
BY_AUTHOR = (
    FOR_DESK.where(
        comments.c.author_key == sa.bindparam("author"),
        comments.c.status != Status.DELETED.value,
    )
    .order_by(comments.c.id.desc())
    .limit(sa.bindparam("limit", type_=sa.Integer))
)


class SqlWork(SqlDeskNotes):
    """The desk's own tables."""

    def entry(self, comment_id: str) -> Entry | None:
        """Return the place of a comment in the queue."""
        if not is_id(comment_id):
            return None
        row = self._connection.execute(_GET, {"comment": comment_id}).one_or_none()
        return entry_of(row) if row else None

    def weigh(self, comment_id: str, weight: Weight, at: datetime) -> None:
        """Say how urgent a waiting comment is."""
        self._connection.execute(
            _WEIGH,
            {
                "comment": comment_id,
                "new_priority": weight.key(at),
                "new_harm": weight.harm,
                "new_reach": weight.reach,
                "new_votes": weight.votes,
                "new_reports": weight.reports,
                "new_rule": weight.rule,
            },
        )

    def join(self, comment_id: str, group: str, signature: bytes, bands: Sequence[str]) -> None:
        """Note which near copies a waiting comment belongs to."""
        run = self._connection.execute
        told = {"comment": comment_id, "new_group": group, "new_signature": signature}
        if not run(_JOIN, told).rowcount:
            return
        run(_NO_BANDS, {"comment": comment_id})
        rows = [{"band": band, "comment_id": comment_id} for band in sorted(set(bands))]
        run(_BANDS[self._connection.dialect.name], rows)

    def alike(self, bands: Sequence[str], *, limit: int) -> Sequence[tuple[str, bytes]]:
        """Return (group, signature) of waiting comments that share a band."""
        found = self._connection.execute(_ALIKE, {"bands": list(bands), "limit": limit})
        return [(group, bytes(signed)) for group, signed in found]

    def page(
        self, wanted: Wanted, *, limit: int, after: Rank | None, now: datetime
    ) -> Sequence[Waiting]:
        """Return what waits, most urgent first."""
        if not wanted.places:
            return []
        begin = after or _HIGHEST
        statement = work_lists.page(_ENTRY, wanted, now)
        values = {"priority": begin.priority, "after": begin.comment_id, "limit": limit}
        entries = [entry_of(row) for row in self._connection.execute(statement, values)]
        groups = {"groups": list({entry.group for entry in entries})}
        sizes: dict[str, int] = {}
        if entries:
            sizes = {row[0]: row[1] for row in self._connection.execute(_SIZES, groups)}
        items = {i.stored.comment.id: i for i in self.items([e.comment_id for e in entries])}
        return [
            Waiting(entry=entry, item=items[entry.comment_id], group_size=sizes.get(entry.group, 1))
            for entry in entries
            if entry.comment_id in items
        ]

    def group(self, group: str) -> Sequence[Entry]:
        """Return the waiting comments of a group, oldest first."""
        if not is_id(group):
            return []
        return [entry_of(row) for row in self._connection.execute(_GROUP, {"group": group})]

    def levels(self, places: Sequence[Place], *, most: int) -> Mapping[Level, int]:
        """Count what waits at each desk, ``most`` at each at most."""
        if not places:
            return dict.fromkeys(Level, 0)
        counted = self._connection.execute(work_lists.levels(places, most))
        return {Level(name): n for name, n in counted}

    def outgrown(self, comment_ids: Sequence[str], *, limit: int) -> Sequence[tuple[Entry, int]]:
        """Return what waits beside these comments, where the conversation grew by a tenth."""
        asked = {"many": list(comment_ids), "limit": limit}
        rows = self._connection.execute(_OUTGROWN, asked)
        return [(entry_of(row), row.public_count) for row in rows]

    def arrived(self, places: Sequence[Place], *, after: str, limit: int) -> Sequence[str]:
        """Return the ids of waiting comments that were written after this one, newest first."""
        if not places or not is_id(after):
            return []
        asked = work_lists.arrived(places)
        values = {"after": after, "limit": limit}
        return self._connection.execute(asked, values).scalars().all()

    def claim(
        self, comment_id: str, moderator_id: str, *, until: datetime, now: datetime
    ) -> Entry | None:
        """Keep a comment to one moderator until then."""
        if not is_id(comment_id):
            return None
        asked = {"comment": comment_id, "who": moderator_id, "now": now}
        taken = {"new_who": moderator_id, "new_until": until}
        if not self._connection.execute(_CLAIM, {**asked, **taken}).rowcount:
            return None
        return self.entry(comment_id)

    def taken(self, places: Sequence[Place], *, now: datetime) -> Sequence[tuple[str, str]]:
        """Return (comment, moderator) of what is being read at present."""
        if not places:
            return []
        here = work_lists.within(places, _entry.site_id, _entry.section_id)
        found = self._connection.execute(_TAKEN.where(here), {"now": now})
        return [(comment_id, moderator_id) for comment_id, moderator_id in found]

    def release(self, comment_id: str, moderator_id: str) -> None:
        """Give back what this moderator keeps."""
        self._connection.execute(_RELEASE, {"comment": comment_id, "who": moderator_id})

    def hand_to(self, comment_id: str, *, level: Level) -> None:
        """Let a comment wait at another desk, unclaimed."""
        self._connection.execute(_HAND, {"comment": comment_id, "new_level": level.value})

    def assign(self, comment_id: str, moderator_id: str | None) -> None:
        """Say who is to decide."""
        self._connection.execute(_ASSIGN, {"comment": comment_id, "new_who": moderator_id})

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
        if not terms or not places:
            return []
        dialect, is_rare = self._connection.dialect.name, False
        if dialect == "postgresql":
            counted = self._connection.execute(work_lists.frequency(terms)).scalar_one()
            is_rare = counted <= work_lists.FREQUENT
        asked = work_lists.search(dialect, terms, places, status, is_rare=is_rare)
        values = {"after": after if after is not None else 2**62, "limit": limit}
        return [(position, found) for position, found in self._connection.execute(asked, values)]

    def items(self, comment_ids: Sequence[str]) -> Sequence[QueueItem]:
        """Return comments as the desk shows them, in the order given."""
        return SqlQueue(self._connection).items(comment_ids)

    def by_author(self, author_key: str, *, limit: int) -> Sequence[Stored]:
        """Return an author's latest comments in all threads, newest first."""
        asked = {"author": author_key, "limit": limit}
        return all_stored(self._connection.execute(BY_AUTHOR, asked))


def entry_of(row: Row) -> Entry:
    """Return the entry from its row."""
    return Entry(
        comment_id=row.comment_id,
        site_id=row.site_id,
        section_id=row.section_id,
        weight=Weight(
            harm=row.harm, reach=row.reach, rule=row.rule, votes=row.votes, reports=row.reports
        ),
        priority=row.priority,
        entered_at=row.entered_at,
        level=Level(row.level),
        group=row.group_id,
        claimed_by=row.claimed_by,
        claimed_until=row.claimed_until,
        assigned_to=row.assigned_to,
    )
