"""What all tables share: one metadata with naming rules, and a few kinds of column."""

from collections.abc import Iterable, Mapping
from enum import StrEnum
from typing import Any

import sqlalchemy as sa

# Constraints with foreseeable names can be changed by a later migration on every database.
metadata = sa.MetaData(
    naming_convention={
        "ix": "ix_%(table_name)s_%(column_0_N_name)s",
        "uq": "uq_%(table_name)s_%(column_0_N_name)s",
        "ck": "ck_%(table_name)s_%(constraint_name)s",
        "fk": "fk_%(table_name)s_%(column_0_N_name)s_%(referred_table_name)s",
        "pk": "pk_%(table_name)s",
    }
)

# Small rows that are found by key lie in the key's own tree: one lookup instead of two (SQLite).
CLUSTERED: Mapping[str, Any] = {"sqlite_with_rowid": False}
KEY = sa.String(64)  # SHA-256 in hexadecimal


def one_of(column: str, words: Iterable[StrEnum]) -> sa.CheckConstraint:
    """Let the database hold a column to the words of an enumeration."""
    listed = ", ".join(f"'{word.value}'" for word in words)
    return sa.CheckConstraint(f"{column} IN ({listed})", name=column)


def position() -> sa.Column[int]:
    """Return a key that tells the order of arrival, also within one microsecond."""
    kind = sa.BigInteger().with_variant(sa.Integer, "sqlite")
    return sa.Column("position", kind, primary_key=True, autoincrement=True)
