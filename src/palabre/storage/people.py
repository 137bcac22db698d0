"""All that is held on a person: finding it, and cutting it loose."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any, cast

import sqlalchemy as sa
from sqlalchemy.dialects import postgresql, sqlite

from palabre.application.person import Person, Scope
from palabre.application.person_ports import DataRequest, Erased, Hold, VoteLine
from palabre.domain.comment import Status
from palabre.domain.identifier import is_id
from palabre.domain.subscription import Subscription
from palabre.domain.vote import Value
from palabre.storage import work_index
from palabre.storage.column_types import Id
from palabre.storage.counters import touch
from palabre.storage.effects import erased
from palabre.storage.locking import hold_comment
from palabre.storage.subscriptions import subscription_of
from palabre.storage.tables import (
    comment_authors,
    comment_mailboxes,
    comment_sources,
    comments,
    data_requests,
    decision_notes,
    erasures,
    held_words,
    legal_holds,
    repeats,
    subscriptions,
    votes,
)

_THIS: sa.BindParameter[Any] = sa.bindparam("this", type_=Id)
_KEYS: sa.BindParameter[Any] = sa.bindparam("keys", expanding=True)
_HASHES: sa.BindParameter[Any] = sa.bindparam("hashes", expanding=True)

_BY_KEY = sa.select(comments.c.id).where(comments.c.author_key.in_(_KEYS))
_BY_MAILBOX = sa.select(comment_mailboxes.c.comment_id).where(
    comment_mailboxes.c.mailbox.in_(_HASHES)
)
_SOURCE = sa.select(comment_sources.c.created_at).where(comment_sources.c.comment_id == _THIS)
_VOTES = (
    sa.select(votes.c.comment_id, votes.c.value, votes.c.at)
    .where(votes.c.voter_key.in_(_KEYS))
    .order_by(votes.c.comment_id)
)
_SUBSCRIPTIONS = (
    sa.select(subscriptions)
    .where(sa.or_(subscriptions.c.author_key.in_(_KEYS), subscriptions.c.address_hash.in_(_HASHES)))
    .order_by(subscriptions.c.id)
)
_DETACH = (
    sa.update(comments)
    .where(comments.c.id == _THIS)
    .values(author_key=sa.bindparam("nobody"))
    .returning(comments.c.thread_id, comments.c.status)
)
_CUT = tuple(
    sa.delete(table).where(table.c.comment_id == _THIS)
    for table in (comment_authors, comment_mailboxes, comment_sources, decision_notes, repeats)
)
_ASK = sa.insert(data_requests)
_REQUEST = sa.select(data_requests).where(data_requests.c.id == _THIS)
_OF_HASH = data_requests.c.address_hash == sa.bindparam("whose")
_REQUESTS = (
    sa.select(sa.func.count())
    .select_from(data_requests)
    .where(_OF_HASH, data_requests.c.asked_at > sa.bindparam("since"))
)
_FORGET = sa.delete(data_requests).where(_OF_HASH)
_RELEASE = (
    sa.update(legal_holds)
    .where(legal_holds.c.comment_id == _THIS, legal_holds.c.ends_at > sa.bindparam("ended"))
    .values(ends_at=sa.bindparam("ended"))
)
_HOLD_OF = sa.select(legal_holds).where(
    legal_holds.c.comment_id == _THIS, legal_holds.c.ends_at > sa.bindparam("now")
)
_KEPT = sa.select(held_words.c.content).where(held_words.c.comment_id == _THIS)
_RECORD = sa.insert(erasures)
_ERASURES = sa.select(erasures).order_by(erasures.c.position.desc()).limit(sa.bindparam("limit"))


def _over(insert: Any, table: sa.Table) -> Any:  # noqa: ANN401 -- both databases have the clause
    statement = insert(table)
    taken = {c.name: statement.excluded[c.name] for c in table.c if not c.primary_key}
    return statement.on_conflict_do_update(index_elements=[table.c.comment_id], set_=taken)


_HOLD = {
    "sqlite": _over(sqlite.insert, legal_holds),
    "postgresql": _over(postgresql.insert, legal_holds),
}
_KEEP = {
    "sqlite": _over(sqlite.insert, held_words),
    "postgresql": _over(postgresql.insert, held_words),
}


class SqlPeople:
    """All that is held on a person."""

    def __init__(self, connection: sa.Connection) -> None:
        self._connection = connection

    def comments(self, person: Person) -> Sequence[str]:
        """Return the ids of the person's comments in any state, oldest first."""
        run = self._connection.execute
        found = {
            *run(_BY_KEY, {"keys": sorted(person.author_keys)}).scalars(),
            *run(_BY_MAILBOX, {"hashes": sorted(person.mailboxes)}).scalars(),
        }
        return sorted(found)

    def source_times(self, comment_id: str) -> Sequence[datetime]:
        """Return when the hash of an address was noted for a comment."""
        return self._connection.execute(_SOURCE, {"this": comment_id}).scalars().all()

    def votes(self, person: Person) -> Sequence[VoteLine]:
        """Return the person's votes, by comment."""
        found = self._connection.execute(_VOTES, {"keys": sorted(person.voter_keys)})
        return [VoteLine(comment_id=i, value=cast("Value", v), at=at) for i, v, at in found]

    def subscriptions(self, person: Person) -> Sequence[Subscription]:
        """Return what was asked for from the person's addresses or with their tokens."""
        asked = {"keys": sorted(person.author_keys), "hashes": sorted(person.address_hashes)}
        return [subscription_of(row) for row in self._connection.execute(_SUBSCRIPTIONS, asked)]

    def detach(self, comment_id: str, author_key: str) -> None:
        """Take all that says who wrote it off a comment."""
        hold_comment(self._connection, comment_id)
        this = {"this": comment_id}
        row = self._connection.execute(_DETACH, {**this, "nobody": author_key}).one()
        for statement in _CUT:
            self._connection.execute(statement, this)
        work_index.unnamed(self._connection, [comment_id])
        if row.status == Status.PUBLISHED.value:
            touch(self._connection, row.thread_id)
        erased(self._connection)

    def ask(self, request: DataRequest) -> None:
        """Store a request."""
        row = {name: getattr(request, name) for name in data_requests.c.keys()}  # noqa: SIM118 -- no dict
        self._connection.execute(_ASK, row)

    def request(self, request_id: str) -> DataRequest | None:
        """Return a request; None, too, for text that is no identifier."""
        if not is_id(request_id):
            return None
        row = self._connection.execute(_REQUEST, {"this": request_id}).one_or_none()
        return DataRequest(**row._mapping) if row else None  # noqa: SLF001 -- its public name

    def requests_since(self, since: datetime, *, address_hash: str) -> int:
        """Count the requests for an address since a moment."""
        asked = {"whose": address_hash, "since": since}
        return int(self._connection.execute(_REQUESTS, asked).scalar_one())

    def forget_requests(self, address_hash: str) -> None:
        """Remove the requests for an address."""
        self._connection.execute(_FORGET, {"whose": address_hash})
        erased(self._connection)

    def hold(self, hold: Hold) -> None:
        """Place a hold, or replace the one there is."""
        row = {name: getattr(hold, name) for name in legal_holds.c.keys()}  # noqa: SIM118 -- no dict
        self._connection.execute(_HOLD[self._connection.dialect.name], row)

    def release(self, comment_id: str, at: datetime) -> None:
        """Let a hold end at a moment."""
        self._connection.execute(_RELEASE, {"this": comment_id, "ended": at})

    def hold_of(self, comment_id: str, now: datetime) -> Hold | None:
        """Return the hold that is on a comment."""
        if not is_id(comment_id):
            return None
        row = self._connection.execute(_HOLD_OF, {"this": comment_id, "now": now}).one_or_none()
        return Hold(**row._mapping) if row else None  # noqa: SLF001 -- its public name

    def keep_words(self, comment_id: str, content: str, at: datetime) -> None:
        """Keep a copy of what a held comment said."""
        row = {"comment_id": comment_id, "content": content, "at": at}
        self._connection.execute(_KEEP[self._connection.dialect.name], row)

    def kept_words(self, comment_id: str) -> str | None:
        """Return that copy."""
        return self._connection.execute(_KEPT, {"this": comment_id}).scalar()

    def record(self, erased: Erased) -> None:
        """Note how much was erased."""
        names = erasures.c.keys()
        row = {name: getattr(erased, name) for name in names if name != "position"}
        self._connection.execute(_RECORD, {**row, "scope": erased.scope.value})

    def erasures(self, *, limit: int) -> Sequence[Erased]:
        """Return the latest notes, newest first."""
        return [
            Erased(
                at=row.at,
                scope=Scope(row.scope),
                asked_by=row.asked_by,
                comments=row.comments,
                votes=row.votes,
                subscriptions=row.subscriptions,
                held=row.held,
            )
            for row in self._connection.execute(_ERASURES, {"limit": limit})
        ]
