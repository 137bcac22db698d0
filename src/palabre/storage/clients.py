"""Keys of programs and their use: rows <-> ApiKey, Usage."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any

import sqlalchemy as sa
from sqlalchemy.dialects import postgresql, sqlite

from palabre.domain.client import ApiKey, Counts, KeyRole, SpamWhen, Usage
from palabre.domain.identifier import is_id
from palabre.storage.tables import client_keys, client_usage

_COUNTED = ("calls", "spam", "ham", "missed_spam", "false_positives")
_THIS: sa.BindParameter[Any] = sa.bindparam("this", type_=client_keys.c.id.type)
_BY_HASH = sa.select(client_keys).where(client_keys.c.key_hash == sa.bindparam("hash"))
_GET = sa.select(client_keys).where(client_keys.c.id == _THIS)
_ALL = sa.select(client_keys).order_by(client_keys.c.id)
_REVOKE = (
    sa.update(client_keys)
    .where(client_keys.c.id == _THIS, client_keys.c.revoked_at.is_(None))
    .values(revoked_at=sa.bindparam("moment", type_=client_keys.c.revoked_at.type))
)
_USAGE = (
    sa.select(client_usage)
    .where(client_usage.c.key_id == _THIS, client_usage.c.month >= sa.bindparam("since"))
    .order_by(client_usage.c.month, client_usage.c.blog)
)


def _counting(dialect: Any) -> Any:  # noqa: ANN401 -- SQLAlchemy's two inserts share no type
    adding = dialect.insert(client_usage)
    return adding.on_conflict_do_update(
        index_elements=["key_id", "month", "blog"],
        set_={name: client_usage.c[name] + adding.excluded[name] for name in _COUNTED},
    )


_COUNT = {"sqlite": _counting(sqlite), "postgresql": _counting(postgresql)}


class SqlClients:
    """Keys, and how much they are used."""

    def __init__(self, connection: sa.Connection) -> None:
        self._connection = connection

    def add(self, key: ApiKey) -> None:
        """Store a new key."""
        row = {
            "id": key.id,
            "site_id": key.site_id,
            "key_hash": key.key_hash,
            "hint": key.hint,
            "label": key.label,
            "role": key.role.value,
            "spam_when": key.spam_when.value,
            "own_site_only": key.own_site_only,
            "created_at": key.created_at,
            "created_by": key.created_by,
            "revoked_at": key.revoked_at,
        }
        self._connection.execute(sa.insert(client_keys), row)

    def by_hash(self, key_hash: str) -> ApiKey | None:
        """Return the key with this hash, revoked or not."""
        return _key(self._connection.execute(_BY_HASH, {"hash": key_hash}).one_or_none())

    def get(self, key_id: str) -> ApiKey | None:
        """Return a key; None, too, for text that is no identifier."""
        if not is_id(key_id):
            return None
        return _key(self._connection.execute(_GET, {"this": key_id}).one_or_none())

    def all(self) -> Sequence[ApiKey]:
        """Return all keys, oldest first, the revoked ones too."""
        return [key for row in self._connection.execute(_ALL) if (key := _key(row))]

    def revoke(self, key_id: str, at: datetime) -> None:
        """Let a key end; one that has ended stays as it is."""
        self._connection.execute(_REVOKE, {"this": key_id, "moment": at})

    def count(self, uses: Mapping[tuple[str, str, str], Counts]) -> None:
        """Add to the counts of (key id, month, blog)."""
        rows = [
            {"key_id": key_id, "month": month, "blog": blog}
            | {name: getattr(counts, name) for name in _COUNTED}
            for (key_id, month, blog), counts in sorted(uses.items())
        ]
        if rows:
            self._connection.execute(_COUNT[self._connection.dialect.name], rows)

    def usage(self, key_id: str, *, since: str) -> Sequence[Usage]:
        """Return a key's counts from the month ``since`` on, by month and blog."""
        if not is_id(key_id):
            return []
        found = self._connection.execute(_USAGE, {"this": key_id, "since": since})
        return [
            Usage(
                key_id=row.key_id,
                month=row.month,
                blog=row.blog,
                counts=Counts(*(getattr(row, name) for name in _COUNTED)),
            )
            for row in found
        ]


def _key(row: sa.Row[Any] | None) -> ApiKey | None:
    if row is None:
        return None
    return ApiKey(
        id=row.id,
        site_id=row.site_id,
        key_hash=row.key_hash,
        hint=row.hint,
        label=row.label,
        role=KeyRole(row.role),
        spam_when=SpamWhen(row.spam_when),
        own_site_only=row.own_site_only,
        created_at=row.created_at,
        created_by=row.created_by,
        revoked_at=row.revoked_at,
    )
