"""Threads and their articles: rows <-> Thread."""

import hashlib
from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime
from typing import Any

import sqlalchemy as sa
from sqlalchemy.dialects import postgresql, sqlite

from palabre.domain.article import Article, Thread
from palabre.domain.identifier import is_id
from palabre.storage.column_types import Row
from palabre.storage.effects import changed
from palabre.storage.prepared import Prepared
from palabre.storage.tables import articles, threads

_ID: sa.BindParameter[Any] = sa.bindparam("thread")
THREAD = (
    sa.select(
        threads.c.id,
        threads.c.site_id,
        threads.c.created_at,
        threads.c.closes_at,
        threads.c.version,
        threads.c.public_count,
        articles.c.origin,
        articles.c.key,
        articles.c.url,
        articles.c.title,
        articles.c.lang,
        articles.c.section_id,
    )
    .select_from(threads)
    .join(articles, articles.c.thread_id == threads.c.id)
)
_GET = THREAD.where(threads.c.id == _ID)
_FIND = Prepared(THREAD.where(articles.c.address_hash == sa.bindparam("address")))
_VERSION = (
    sa.select(threads.c.id, threads.c.version)
    .join(articles, articles.c.thread_id == threads.c.id)
    .where(articles.c.address_hash == sa.bindparam("address"))
)
_MANY = THREAD.where(threads.c.id.in_(sa.bindparam("many", expanding=True)))
_NEWEST = THREAD.order_by(threads.c.id.desc()).limit(sa.bindparam("limit", type_=sa.Integer))
_COUNTS = (
    sa.select(articles.c.origin, articles.c.key, threads.c.public_count)
    .join(threads, threads.c.id == articles.c.thread_id)
    .where(articles.c.address_hash.in_(sa.bindparam("addresses", expanding=True)))
)
_ADD = sa.insert(threads)
_DESCRIBE = (
    sa.update(articles)
    .where(articles.c.thread_id == _ID)
    .values(title=sa.bindparam("new_title"), lang=sa.bindparam("new_lang"))
)
_TOUCH = sa.update(threads).where(threads.c.id == _ID).values(version=threads.c.version + 1)
_CLOSE = _TOUCH.values(closes_at=sa.bindparam("end"))
_DROP = sa.delete(threads).where(threads.c.id == _ID)
# No common form: both databases have the clause, SQLAlchemy keeps two.
_ADD_ARTICLE = {
    name: insert(articles).on_conflict_do_nothing().execution_options(preserve_rowcount=True)
    for name, insert in (("sqlite", sqlite.insert), ("postgresql", postgresql.insert))
}


class SqlThreads:
    """Threads, found by their article's address."""

    def __init__(self, connection: sa.Connection) -> None:
        self._connection = connection

    def find(self, origin: str, key: str) -> Thread | None:
        """Return the thread of an article."""
        address = {"address": _address_hash(origin, key)}
        row = _FIND.first(self._connection, address)
        return thread_of(row) if row else None

    def get(self, thread_id: str) -> Thread | None:
        """Return the thread with this id; None, too, for text that is no identifier."""
        if not is_id(thread_id):
            return None
        row = self._connection.execute(_GET, {"thread": thread_id}).one_or_none()
        return thread_of(row) if row else None

    def version(self, origin: str, key: str) -> tuple[str, int] | None:
        """Return id and version of an article's thread."""
        address = {"address": _address_hash(origin, key)}
        row = self._connection.execute(_VERSION, address).one_or_none()
        return (row[0], row[1]) if row else None

    def many(self, thread_ids: Iterable[str]) -> dict[str, Thread]:
        """Return the threads with these ids."""
        rows = self._connection.execute(_MANY, {"many": list(thread_ids)})
        return {row.id: thread_of(row) for row in rows}

    def add(self, thread: Thread) -> Thread:
        """Store a new thread; when another transaction was first, return that one instead."""
        article = thread.article
        known = self.find(article.origin, article.key)
        if known is not None:
            return known
        run = self._connection.execute
        run(
            _ADD,
            {
                "id": thread.id,
                "site_id": article.site_id,
                "created_at": thread.created_at,
                "closes_at": thread.closes_at,
                "version": thread.version,
                "public_count": thread.public_count,
            },
        )
        added = run(
            _ADD_ARTICLE[self._connection.dialect.name],
            {
                "thread_id": thread.id,
                "address_hash": _address_hash(article.origin, article.key),
                "origin": article.origin,
                "key": article.key,
                "url": article.url,
                "title": article.title,
                "lang": article.lang,
                "section_id": article.section_id,
            },
        ).rowcount
        if not added:
            run(_DROP, {"thread": thread.id})
        else:
            changed(self._connection, thread.id)
        return self.find(article.origin, article.key) or thread

    def describe(self, thread_id: str, *, title: str, lang: str) -> None:
        """Replace the article's title and language."""
        described = {"thread": thread_id, "new_title": title, "new_lang": lang}
        self._connection.execute(_DESCRIBE, described)
        self._connection.execute(_TOUCH, {"thread": thread_id})
        changed(self._connection, thread_id)

    def close(self, thread_id: str, closes_at: datetime | None) -> None:
        """Set or take back the closing time."""
        self._connection.execute(_CLOSE, {"thread": thread_id, "end": closes_at})
        changed(self._connection, thread_id)

    def counts(self, addresses: Sequence[tuple[str, str]]) -> Mapping[tuple[str, str], int]:
        """Return the published comments per (origin, key)."""
        hashes = [_address_hash(origin, key) for origin, key in addresses]
        rows = self._connection.execute(_COUNTS, {"addresses": hashes})
        return {(origin, key): count for origin, key, count in rows}

    def all(self, *, limit: int) -> Sequence[Thread]:
        """Return the most recently created threads, newest first."""
        return [thread_of(row) for row in self._connection.execute(_NEWEST, {"limit": limit})]


def thread_of(row: Row | tuple[Any, ...]) -> Thread:
    """Return the thread from a row of ``THREAD``."""
    identity, site, created_at, closes_at, version, count, *article = row
    origin, key, url, title, lang, section = article
    return Thread(
        id=identity,
        article=Article(
            site_id=site,
            origin=origin,
            key=key,
            url=url,
            title=title,
            lang=lang,
            section_id=section,
        ),
        created_at=created_at,
        closes_at=closes_at,
        version=version,
        public_count=count,
    )


def _address_hash(origin: str, key: str) -> bytes:
    """Return what an address is unique by; no origin holds a line end."""
    return hashlib.sha256(f"{origin}\n{key}".encode()).digest()
