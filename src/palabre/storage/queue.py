"""The desk's lists: what waits, what was decided, and how many there are of each."""

from collections.abc import Mapping, Sequence
from typing import Any

import sqlalchemy as sa

from palabre.application.ports import QueueItem
from palabre.domain.comment import Status
from palabre.domain.errors import Code, Refusal
from palabre.domain.identifier import is_id
from palabre.storage.column_types import Id
from palabre.storage.comment_rows import FOR_DESK, all_stored
from palabre.storage.decisions import SqlDecisions
from palabre.storage.tables import comments, sites, threads
from palabre.storage.threads import SqlThreads

_FIRST = "00000000-0000-0000-0000-000000000000"
_LAST = "ffffffff-ffff-ffff-ffff-ffffffffffff"

_STATE: sa.BindParameter[Any] = sa.bindparam("status")
_AFTER: sa.BindParameter[Any] = sa.bindparam("after", type_=Id)
_SITES: sa.BindParameter[Any] = sa.bindparam("sites", expanding=True)
_other = comments.alias("other")


def _page(*, newest: bool) -> sa.Select[Any]:
    """Return the statement for one page over several sites.

    For each site, look up the last identifier that could be wanted and read the index up to it;
    then sort what all sites gave, at most a page of each.
    """

    def beyond(column: sa.ColumnElement[str]) -> sa.ColumnElement[bool]:
        return column < _AFTER if newest else column > _AFTER

    def order(column: sa.ColumnElement[str]) -> sa.ColumnElement[str]:
        return column.desc() if newest else column.asc()

    last_wanted = (
        sa.select(_other.c.id)
        .where(_other.c.site_id == sites.c.id, _other.c.status == _STATE, beyond(_other.c.id))
        .order_by(order(_other.c.id))
        .limit(1)
        .offset(sa.bindparam("skip", type_=sa.Integer))
        .correlate(sites)
        .scalar_subquery()
    )
    bound = sa.func.coalesce(last_wanted, sa.bindparam("last", type_=Id))
    return (
        sa.select(comments.c.id)
        .select_from(sites)
        .join(comments, comments.c.site_id == sites.c.id)
        .where(
            sites.c.id.in_(_SITES),
            comments.c.status == _STATE,
            beyond(comments.c.id),
            comments.c.id >= bound if newest else comments.c.id <= bound,
        )
        .order_by(order(comments.c.id))
        .limit(sa.bindparam("limit", type_=sa.Integer))
    )


OLDEST_FIRST = _page(newest=False)
NEWEST_FIRST = _page(newest=True)
_MANY = FOR_DESK.where(comments.c.id.in_(sa.bindparam("many", expanding=True)))
# Published comments are the many, and their threads have counted them.
PUBLISHED = sa.select(sa.func.coalesce(sa.func.sum(threads.c.public_count), 0)).where(
    threads.c.site_id.in_(_SITES)
)
OTHERS = (
    sa.select(comments.c.status, sa.func.count())
    .where(
        comments.c.site_id.in_(_SITES),
        comments.c.status.in_([s.value for s in Status if s is not Status.PUBLISHED]),
    )
    .group_by(comments.c.status)
)


def _up_to(status: Status) -> sa.Select[str, int]:
    found: sa.Select[Any] = (
        sa.select(sa.literal_column("1"))
        .where(comments.c.site_id.in_(_SITES), comments.c.status == status.value)
        .limit(sa.bindparam("most", type_=sa.Integer))
    )
    name: sa.ColumnElement[str] = sa.literal(status.value)
    return sa.select(name, sa.func.count()).select_from(found.subquery())


# A stretch of the index for each state, no longer than what is shown.
BOUNDED = sa.union_all(*(_up_to(status) for status in Status))


class SqlQueue:
    """What waits for a moderator, and what was decided."""

    def __init__(self, connection: sa.Connection) -> None:
        self._connection = connection
        self._decisions = SqlDecisions(connection)
        self._threads = SqlThreads(connection)

    def page(
        self, *, site_ids: Sequence[str], status: Status, limit: int, after: str | None
    ) -> Sequence[QueueItem]:
        """Return a page of items in five statements, however many there are."""
        if after is not None and not is_id(after):
            raise Refusal(Code.BAD_CURSOR, field="after")
        newest = status is not Status.HELD
        values = {
            "sites": list(site_ids),
            "status": status.value,
            "after": after or (_LAST if newest else _FIRST),
            "last": _FIRST if newest else _LAST,
            "skip": limit - 1,
            "limit": limit,
        }
        statement = NEWEST_FIRST if newest else OLDEST_FIRST
        return self.items(self._connection.execute(statement, values).scalars().all())

    def item(self, comment_id: str) -> QueueItem | None:
        """Return one comment as the desk shows it."""
        return next(iter(self.items([comment_id] if is_id(comment_id) else [])), None)

    def counts(self, *, site_ids: Sequence[str], most: int | None = None) -> Mapping[Status, int]:
        """Return how many comments stand in each state, ``most`` of each at most.

        Without a bound it costs the number of threads and of comments that are not published, from
        indexes; with one, the bound, however many there are.
        """
        here: dict[str, Any] = {"sites": list(site_ids)}
        if most is not None:
            bounded = self._connection.execute(BOUNDED, {**here, "most": most})
            return {Status(name): n for name, n in bounded}
        found = {Status(name): n for name, n in self._connection.execute(OTHERS, here)}
        found[Status.PUBLISHED] = self._connection.execute(PUBLISHED, here).scalar_one()
        return {status: found.get(status, 0) for status in Status}

    def items(self, ids: Sequence[str]) -> list[QueueItem]:
        """Return comments as the desk shows them, in the order given."""
        if not ids:
            return []
        found = {s.comment.id: s for s in self._stored(ids)}
        parents = {s.comment.parent_id for s in found.values()} - {None}
        above = {s.comment.id: s for s in self._stored(list(parents))} if parents else {}
        threads_here = self._threads.many({s.comment.thread_id for s in found.values()})
        records = self._decisions.latest_of_many(found)
        return [
            QueueItem(
                stored=found[i],
                thread=threads_here[found[i].comment.thread_id],
                parent=above.get(found[i].comment.parent_id or ""),
                record=records[i],
            )
            for i in ids
            if i in found and i in records
        ]

    def _stored(self, ids: Sequence[str | None]) -> list[Any]:
        return all_stored(self._connection.execute(_MANY, {"many": ids}))
