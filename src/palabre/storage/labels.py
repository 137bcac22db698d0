"""What keys' holders said of texts: rows <-> LabelledExample."""

import hashlib
from collections.abc import Sequence
from datetime import datetime
from typing import Any

import sqlalchemy as sa
from sqlalchemy.dialects import postgresql, sqlite

from palabre.domain.client import KeyRole, LabelledExample
from palabre.domain.identifier import is_id
from palabre.storage.tables import client_keys, client_labels

_KEY_ID: sa.BindParameter[Any] = sa.bindparam("of_key", type_=client_labels.c.key_id.type)
_AFTER: sa.BindParameter[Any] = sa.bindparam("after", type_=client_labels.c.id.type)
_LIMIT = sa.bindparam("limit", type_=sa.Integer)
_READ = sa.select(client_labels, client_keys.c.role).join(
    client_keys, client_keys.c.id == client_labels.c.key_id
)
_STANDING = (
    _READ.where(
        client_labels.c.site_id == sa.bindparam("site"),
        client_labels.c.taken_back_at.is_(None),
    )
    .order_by(client_labels.c.id)
    .limit(_LIMIT)
)
_FURTHER = _STANDING.where(client_labels.c.id > _AFTER)
_OF_KEY = (
    _READ.where(client_labels.c.key_id == _KEY_ID).order_by(client_labels.c.id.desc()).limit(_LIMIT)
)
_MINE = sa.update(client_labels).where(client_labels.c.key_id == _KEY_ID)
_TAKE_BACK = _MINE.where(client_labels.c.taken_back_at.is_(None)).values(
    taken_back_at=sa.bindparam("moment", type_=client_labels.c.taken_back_at.type)
)
_GIVE_BACK = _MINE.where(client_labels.c.taken_back_at.is_not(None)).values(taken_back_at=None)
_ONE = client_labels.c.id == sa.bindparam("label", type_=client_labels.c.id.type)
_REPLACED = ("id", "at", "lang", "labels", "taken_back_at")


def _keeping(dialect: Any) -> Any:  # noqa: ANN401 -- SQLAlchemy's two inserts share no type
    adding = dialect.insert(client_labels)
    return adding.on_conflict_do_update(
        index_elements=["key_id", "digest"],
        set_={name: adding.excluded[name] for name in _REPLACED},
    )


_KEEP = {"sqlite": _keeping(sqlite), "postgresql": _keeping(postgresql)}


def digest_of(text: str) -> str:
    """Return what makes two texts the same one: SHA-256 in hexadecimal."""
    return hashlib.sha256(text.encode()).hexdigest()


class SqlLabels:
    """What keys' holders said of texts."""

    def __init__(self, connection: sa.Connection) -> None:
        self._connection = connection

    def keep(self, example: LabelledExample) -> None:
        """Store an example in place of what its key said of the same text before."""
        row = {
            "id": example.id,
            "key_id": example.key_id,
            "site_id": example.site_id,
            "digest": digest_of(example.text),
            "at": example.at,
            "text": example.text,
            "lang": example.lang,
            "labels": dict(example.labels),
            "taken_back_at": example.taken_back_at,
        }
        self._connection.execute(_KEEP[self._connection.dialect.name], row)

    def standing(self, site_id: str, *, after: str | None, limit: int) -> Sequence[LabelledExample]:
        """Return a site's examples that nobody took back, oldest first, after the id given."""
        asked: dict[str, Any] = {"site": site_id, "limit": limit}
        if after is None:
            return _examples(self._connection.execute(_STANDING, asked))
        if not is_id(after):
            return []
        return _examples(self._connection.execute(_FURTHER, asked | {"after": after}))

    def of_key(self, key_id: str, *, limit: int) -> Sequence[LabelledExample]:
        """Return what a key said, newest first, what was taken back too."""
        if not is_id(key_id):
            return []
        return _examples(self._connection.execute(_OF_KEY, {"of_key": key_id, "limit": limit}))

    def take_back(self, key_id: str, at: datetime, *, label_id: str | None = None) -> int:
        """Let one of a key's examples, or all of them, count no more; return how many did."""
        return self._change(_TAKE_BACK, key_id, label_id, {"moment": at})

    def give_back(self, key_id: str, *, label_id: str | None = None) -> int:
        """Let what was taken back count again; return how many."""
        return self._change(_GIVE_BACK, key_id, label_id, {})

    def _change(
        self, update: sa.Update, key_id: str, label_id: str | None, asked: dict[str, Any]
    ) -> int:
        if not is_id(key_id) or not (label_id is None or is_id(label_id)):
            return 0
        asked["of_key"] = key_id
        if label_id is not None:
            update, asked = update.where(_ONE), asked | {"label": label_id}
        return int(self._connection.execute(update, asked).rowcount)


def _examples(found: sa.CursorResult[Any]) -> list[LabelledExample]:
    return [
        LabelledExample(
            id=row.id,
            key_id=row.key_id,
            site_id=row.site_id,
            at=row.at,
            text=row.text,
            lang=row.lang,
            labels=row.labels,
            by_moderator=row.role == KeyRole.MODERATOR,
            taken_back_at=row.taken_back_at,
        )
        for row in found
    ]
