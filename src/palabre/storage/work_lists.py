"""The desk's lists, as statements: bounded by where an account works, narrowed by a filter."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any

import sqlalchemy as sa

from palabre.application.work_ports import Place, Wanted
from palabre.domain.comment import Status
from palabre.domain.waiting import Level
from palabre.storage.column_types import Id
from palabre.storage.tables import articles, comment_words, comments, queue_entries

_entry = queue_entries.c
_LIMIT: sa.BindParameter[Any] = sa.bindparam("limit", type_=sa.Integer)
_fts = sa.table("comment_search", sa.column("rowid", sa.Integer), sa.column("comment_search"))


def within(
    places: Sequence[Place], site: sa.ColumnElement[str], section: sa.ColumnElement[Any]
) -> sa.ColumnElement[bool]:
    """Tell whether a row belongs to where the account works."""
    whole = [site_id for site_id, section_id in places if section_id is None]
    parts = [
        sa.and_(site == site_id, section == section_id)
        for site_id, section_id in places
        if section_id is not None
    ]
    return sa.or_(site.in_(whole), *parts) if whole else sa.or_(sa.false(), *parts)


def page(entries: sa.Select[Any], wanted: Wanted, now: datetime) -> sa.Select[Any]:
    """Return the statement of one page of the queue, after (``priority``, ``after``).

    It reads one index from that place on; what a filter leaves out is passed over.
    """
    priority: sa.BindParameter[Any] = sa.bindparam("priority", type_=sa.Double)
    begun = sa.bindparam("after", type_=Id)
    conditions = [
        _entry.level == wanted.level.value,
        _entry.priority <= priority,
        sa.or_(_entry.priority < priority, _entry.comment_id > begun),
        within(wanted.places, _entry.site_id, _entry.section_id),
    ]
    for column, value in (
        (_entry.site_id, wanted.site_id),
        (_entry.section_id, wanted.section_id),
        (_entry.rule, wanted.rule),
        (_entry.lang, wanted.lang),
        (_entry.assigned_to, wanted.assigned_to),
    ):
        if value is not None:
            conditions.append(column == value)
    if wanted.free_for is not None:
        free = (_entry.claimed_by.is_(None), _entry.claimed_until <= now)
        conditions.append(sa.or_(*free, _entry.claimed_by == wanted.free_for))
        nobody = _entry.assigned_to.is_(None)
        conditions.append(sa.or_(nobody, _entry.assigned_to == wanted.free_for))
    return (
        entries.where(*conditions).order_by(_entry.priority.desc(), _entry.comment_id).limit(_LIMIT)
    )


def levels(places: Sequence[Place], most: int) -> sa.CompoundSelect[Any]:
    """Return the statement that counts what waits at each desk, ``most`` of each at most."""

    def up_to(level: Level) -> sa.Select[str, int]:
        here = within(places, _entry.site_id, _entry.section_id)
        found: sa.Select[Any] = sa.select(sa.literal_column("1")).where(
            _entry.level == level.value, here
        )
        name: sa.ColumnElement[str] = sa.literal(level.value)
        return sa.select(name, sa.func.count()).select_from(found.limit(most).subquery())

    return sa.union_all(*(up_to(level) for level in Level))


def arrived(places: Sequence[Place]) -> sa.Select[Any]:
    """Return the statement of what was written after a comment, newest first: the key's order."""
    return (
        sa.select(_entry.comment_id)
        .where(
            _entry.comment_id > sa.bindparam("after", type_=Id),
            within(places, _entry.site_id, _entry.section_id),
        )
        .order_by(_entry.comment_id.desc())
        .limit(_LIMIT)
    )


# More matches than this are frequent: reading back from the newest, a page is soon full.
FREQUENT = 2000
# Written as the index has it (migration 0009); nothing from outside is in this text.
_INDEXED: sa.ColumnElement[Any] = sa.literal_column(
    "to_tsvector('simple', comment_words.words || ' ' || comment_words.name)"
)
_SIMPLE: sa.ColumnElement[Any] = sa.literal_column("'simple'")


def _matches(terms: Sequence[Sequence[str]]) -> sa.ColumnElement[bool]:
    query = " & ".join(f"({' | '.join(forms)})" for forms in terms)
    return _INDEXED.op("@@")(sa.func.to_tsquery(_SIMPLE, query))


def frequency(terms: Sequence[Sequence[str]]) -> sa.Select[Any]:
    """Return PostgreSQL's statement that counts matches, from its index, ``FREQUENT`` + 1 at most.

    Its planner knows no word's frequency, and takes a name for a word that stands everywhere: it
    reads all comments back for twenty of them.
    """
    found = sa.select(comment_words.c.position).where(_matches(terms)).limit(FREQUENT + 1)
    return sa.select(sa.func.count()).select_from(found.subquery())


def search(
    dialect: str,
    terms: Sequence[Sequence[str]],
    places: Sequence[Place],
    status: Status | None,
    *,
    is_rare: bool = False,
) -> sa.Select[Any]:
    """Return the statement of one page of what the search finds, newest first.

    Stems are letters and digits only: nothing in them has a meaning to either query language.
    ``is_rare`` lets PostgreSQL gather all matches first.
    """
    on_sqlite = dialect != "postgresql"
    # FTS5 gives rows in the order of their numbers, one by one: the page ends at its limit.
    place = _fts.c.rowid if on_sqlite else comment_words.c.position
    asked = (
        sa.select(place.label("position"), comment_words.c.comment_id)
        .select_from(_fts if on_sqlite else comment_words)
        .where(place < sa.bindparam("after", type_=sa.BigInteger))
        .order_by(place.desc())
        .limit(_LIMIT)
    )
    if on_sqlite:
        asked = asked.join(comment_words, comment_words.c.position == _fts.c.rowid)
    asked = asked.join(comments, comments.c.id == comment_words.c.comment_id)
    if is_rare:
        found = sa.select(comment_words.c.position).where(_matches(terms)).cte("found")
        found = found.prefix_with("MATERIALIZED", dialect="postgresql")
        asked = asked.where(place.in_(sa.select(found.c.position)))
    elif not on_sqlite:
        asked = asked.where(_matches(terms))
    else:
        query = " AND ".join("(" + " OR ".join(f'"{f}"' for f in forms) + ")" for forms in terms)
        asked = asked.where(_fts.c.comment_search.op("MATCH")(query))
    if status is not None:
        asked = asked.where(comments.c.status == status.value)
    if any(section_id is not None for _, section_id in places):
        asked = asked.join(articles, articles.c.thread_id == comments.c.thread_id)
    return asked.where(within(places, comments.c.site_id, articles.c.section_id))
