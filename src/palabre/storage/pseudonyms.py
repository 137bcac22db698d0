"""Pseudonyms that guests keep, and their links: rows <-> Pseudonym, Link."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any

import sqlalchemy as sa
from sqlalchemy.dialects import postgresql, sqlite

from palabre.domain.identifier import is_id
from palabre.domain.pseudonym import Asks, Link, Pseudonym
from palabre.storage.column_types import Id, Row
from palabre.storage.counters import touch
from palabre.storage.effects import changed, erased
from palabre.storage.tables import comments, pseudonym_links, pseudonyms

_P, _L = pseudonyms.c, pseudonym_links.c
_SITE: sa.BindParameter[Any] = sa.bindparam("site")
_THIS: sa.BindParameter[Any] = sa.bindparam("this", type_=Id)
_HASH: sa.BindParameter[Any] = sa.bindparam("hash")
_SITES = sa.select(_P.site_id).distinct().order_by(_P.site_id)
_NAMED = sa.select(pseudonyms).where(_P.site_id == _SITE, _P.name_key == sa.bindparam("look"))
_OF_ADDRESS = sa.select(pseudonyms).where(_P.address_hash == _HASH).order_by(_P.site_id)
_OF_AUTHORS = (
    sa.select(pseudonyms)
    .where(_P.author_key.in_(sa.bindparam("authors", expanding=True)))
    .order_by(_P.site_id, _P.author_key)
)
# In one order everywhere: two transactions must not wait for each other's threads.
_THREADS = (
    sa.select(comments.c.thread_id)
    .where(comments.c.author_key == sa.bindparam("author"), comments.c.site_id == _SITE)
    .distinct()
    .order_by(comments.c.thread_id)
)
_REPLACE = (
    sa.delete(pseudonyms)
    .where(
        _P.site_id == _SITE,
        sa.or_(_P.author_key == sa.bindparam("author"), _P.address_hash == _HASH),
    )
    .returning(_P.author_key, _P.site_id)
)
# Of two who keep one name at once, the later finds it taken.
_KEEP = {
    "sqlite": sqlite.insert(pseudonyms).on_conflict_do_nothing().returning(_P.id),
    "postgresql": postgresql.insert(pseudonyms).on_conflict_do_nothing().returning(_P.id),
}
_LET_GO = (
    sa.delete(pseudonyms)
    .where(_P.id.in_(sa.bindparam("ids", type_=Id, expanding=True)))
    .returning(_P.author_key, _P.site_id)
)
_ASK = sa.insert(pseudonym_links)
_LINK = sa.select(pseudonym_links).where(_L.id == _THIS)
_COUNT = (
    sa.select(sa.func.count())
    .select_from(pseudonym_links)
    .where(_L.address_hash == _HASH, _L.asked_at > sa.bindparam("since", type_=_L.asked_at.type))
)
_USE = (
    sa.update(pseudonym_links)
    .where(_L.id == _THIS, _L.code_at.is_(None))
    .values(code_key=sa.bindparam("code"), code_at=sa.bindparam("at", type_=_L.code_at.type))
)
_BY_CODE = sa.select(pseudonym_links).where(_L.code_key == sa.bindparam("code"))
_FORGET = sa.delete(pseudonym_links).where(_L.id == _THIS)
_FORGET_ALL = sa.delete(pseudonym_links).where(_L.address_hash == _HASH)


class SqlPseudonyms:
    """Kept pseudonyms, and the links that were asked for."""

    def __init__(self, connection: sa.Connection) -> None:
        self._connection = connection

    def sites(self) -> Sequence[str]:
        """Return the sites on which somebody keeps one."""
        return self._connection.execute(_SITES).scalars().all()

    def named(self, site_id: str, name_key: str) -> Pseudonym | None:
        """Return the pseudonym that looks like this on a site."""
        asked = {"site": site_id, "look": name_key}
        row = self._connection.execute(_NAMED, asked).one_or_none()
        return _pseudonym(row) if row else None

    def of_address(self, address_hash: str) -> Sequence[Pseudonym]:
        """Return what an address keeps."""
        found = self._connection.execute(_OF_ADDRESS, {"hash": address_hash})
        return [_pseudonym(row) for row in found]

    def of_authors(self, author_keys: Sequence[str]) -> Sequence[Pseudonym]:
        """Return what the holders of these tokens keep."""
        found = self._connection.execute(_OF_AUTHORS, {"authors": list(author_keys)})
        return [_pseudonym(row) for row in found]

    def keep(self, pseudonym: Pseudonym) -> bool:
        """Store a pseudonym; False: somebody else keeps one that looks like it."""
        new, connection = pseudonym, self._connection
        taken = self.named(new.site_id, new.name_key)
        if taken is not None and taken.author_key != new.author_key:
            return False
        whose = {"site": new.site_id, "author": new.author_key, "hash": new.address_hash}
        for old in connection.execute(_REPLACE, whose).all():
            if old.author_key != new.author_key:
                self._mark(old.author_key, old.site_id)
        row = {name: getattr(new, name) for name in _P.keys()}  # noqa: SIM118 -- no dict
        found = connection.execute(_KEEP[connection.dialect.name], row).one_or_none()
        self._mark(new.author_key, new.site_id)
        changed(connection, None)
        return found is not None

    def let_go(self, ids: Sequence[str]) -> int:
        """Remove pseudonyms."""
        known = [i for i in ids if is_id(i)]
        gone = self._connection.execute(_LET_GO, {"ids": known}).all() if known else []
        for author_key, site_id in gone:
            self._mark(author_key, site_id)
        if gone:
            changed(self._connection, None)
            erased(self._connection)
        return len(gone)

    def ask(self, link: Link) -> None:
        """Store a link."""
        row = {name: getattr(link, name) for name in _L.keys()}  # noqa: SIM118 -- no dict
        self._connection.execute(_ASK, row | {"asks": link.asks.value})

    def link(self, link_id: str) -> Link | None:
        """Return a link."""
        if not is_id(link_id):
            return None
        row = self._connection.execute(_LINK, {"this": link_id}).one_or_none()
        return _link(row) if row else None

    def links_since(self, since: datetime, *, address_hash: str) -> int:
        """Count the links that were asked for an address since a moment."""
        asked = {"hash": address_hash, "since": since}
        return int(self._connection.execute(_COUNT, asked).scalar_one())

    def use(self, link_id: str, *, code_key: str, at: datetime) -> bool:
        """Note that a link was used and for which code."""
        values = {"this": link_id, "code": code_key, "at": at}
        return self._connection.execute(_USE, values).rowcount == 1

    def exchanged(self, code_key: str) -> Link | None:
        """Remove the link with this code and return it."""
        row = self._connection.execute(_BY_CODE, {"code": code_key}).one_or_none()
        return _link(row) if row is not None and self.forget_link(row.id) else None

    def forget_link(self, link_id: str) -> bool:
        """Remove a link."""
        gone = self._connection.execute(_FORGET, {"this": link_id}).rowcount == 1
        if gone:
            erased(self._connection)
        return gone

    def forget_links(self, address_hash: str) -> None:
        """Remove the links of an address."""
        if self._connection.execute(_FORGET_ALL, {"hash": address_hash}).rowcount:
            erased(self._connection)

    def _mark(self, author_key: str, site_id: str) -> None:
        """Let the pages be made anew on which the author's comments stand."""
        asked = {"author": author_key, "site": site_id}
        for thread_id in self._connection.execute(_THREADS, asked).scalars().all():
            touch(self._connection, thread_id)


def _pseudonym(row: Row) -> Pseudonym:
    return Pseudonym(**row._mapping)  # noqa: SLF001 -- its public name


def _link(row: Row) -> Link:
    return Link(**{**row._mapping, "asks": Asks(row.asks)})  # noqa: SLF001 -- its public name
