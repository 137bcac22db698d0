"""How the first migrations say what a table is made of.

A database that ran a migration must be what the migration says: nothing here is ever changed, and a
migration that needs something else brings its own. ``Id`` and ``UtcTime`` come from the package
because they are contracts with data that is already stored.
"""

# ruff: noqa: ANN401 -- what SQLAlchemy takes as a type has no common one

from typing import Any

import sqlalchemy as sa
from alembic import op

from palabre.storage.column_types import Id, UtcTime

__all__ = ["CLUSTERED", "Id", "UtcTime", "column", "one_of", "position", "primary", "reference"]

CLUSTERED: dict[str, Any] = {"sqlite_with_rowid": False}


def column(name: str, kind: Any, *rest: Any, **options: Any) -> sa.Column[Any]:
    """Return a column; it takes no NULL unless it is told to."""
    options.setdefault("nullable", False)
    return sa.Column(name, kind, *rest, **options)


def primary(table: str, *names: str) -> sa.PrimaryKeyConstraint:
    """Return the primary key under its agreed name."""
    return sa.PrimaryKeyConstraint(*names, name=f"pk_{table}")


def reference(table: str, name: str, kind: Any, target: str, **options: Any) -> sa.Column[Any]:
    """Return a column that refers to another table."""
    goal = target.split(".", maxsplit=1)[0]
    key = sa.ForeignKey(target, name=f"fk_{table}_{name}_{goal}")
    return column(name, kind, key, **options)


def one_of(table: str, name: str, *words: str) -> sa.CheckConstraint:
    """Let the database hold a column to a few words."""
    listed = ", ".join(f"'{word}'" for word in words)
    return sa.CheckConstraint(f"{name} IN ({listed})", name=op.f(f"ck_{table}_{name}"))


def position() -> sa.Column[int]:
    """Return a key that counts upwards in the order of arrival."""
    kind = sa.BigInteger().with_variant(sa.Integer, "sqlite")
    return sa.Column("position", kind, autoincrement=True)
