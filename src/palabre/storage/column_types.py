"""How identifiers and moments are kept: each database's best form, one Python form.

Both hand over bind and result functions of their own instead of the usual ``process_`` hooks on
SQLite: a page of 100 comments passes through them a thousand times.
"""

import json
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from functools import partial
from typing import Any

import sqlalchemy as sa
from sqlalchemy import BigInteger, DateTime, Dialect, LargeBinary
from sqlalchemy.dialects import postgresql
from sqlalchemy.types import TypeDecorator, TypeEngine

Row = sa.Row[*tuple[Any, ...]]
json_text = partial(json.dumps, ensure_ascii=False, allow_nan=False, separators=(",", ":"))
_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)


class Id(TypeDecorator[str]):
    """An identifier: canonical UUID text in Python, 16 bytes on SQLite, ``uuid`` on PostgreSQL.

    All three sort alike, so that a UUIDv7 key is also the order in time.
    """

    impl = LargeBinary(16)
    cache_ok = True

    def load_dialect_impl(self, dialect: Dialect) -> TypeEngine[Any]:
        """Choose the column type."""
        if dialect.name == "postgresql":
            return dialect.type_descriptor(postgresql.UUID(as_uuid=False))
        return dialect.type_descriptor(LargeBinary(16))

    def bind_processor(self, dialect: Dialect) -> Callable[[Any], Any] | None:
        """Return what turns text into the column's form; text that is no UUID raises."""
        return super().bind_processor(dialect) if dialect.name == "postgresql" else _packed

    def result_processor(self, dialect: Dialect, coltype: object) -> Callable[[Any], Any] | None:
        """Return what turns the column's form into text."""
        if dialect.name == "postgresql":
            return super().result_processor(dialect, coltype)
        return _unpacked


class UtcTime(TypeDecorator[datetime]):
    """A moment: aware UTC in Python, to the microsecond on both databases; naive ones are refused.

    SQLite has no type for moments; microseconds since 1970 are exact, compact and in order.
    """

    impl = DateTime(timezone=True)
    cache_ok = True

    def load_dialect_impl(self, dialect: Dialect) -> TypeEngine[Any]:
        """Choose the column type."""
        if dialect.name == "postgresql":
            return dialect.type_descriptor(postgresql.TIMESTAMP(timezone=True))
        return dialect.type_descriptor(BigInteger())

    def bind_processor(self, dialect: Dialect) -> Callable[[Any], Any] | None:
        """Return what turns a moment into the column's form."""
        return super().bind_processor(dialect) if dialect.name == "postgresql" else _counted

    def process_bind_param(self, value: datetime | None, dialect: Dialect) -> datetime | None:
        """Check a moment on its way to PostgreSQL."""
        del dialect
        return None if value is None else _aware(value)

    def result_processor(self, dialect: Dialect, coltype: object) -> Callable[[Any], Any] | None:
        """Return what turns the column's form into a moment."""
        if dialect.name == "postgresql":
            return super().result_processor(dialect, coltype)
        return _moment

    def process_result_value(self, value: datetime | None, dialect: Dialect) -> datetime | None:
        """Bring a moment from PostgreSQL, which answers in the session's zone, to UTC."""
        del dialect
        return None if value is None else value.astimezone(UTC)


def _packed(value: str | None) -> bytes | None:
    if value is None:
        return None
    packed = bytes.fromhex(value.replace("-", ""))
    if len(packed) != 16:  # noqa: PLR2004 -- the size of every UUID
        raise ValueError("not an identifier")
    return packed


def _unpacked(value: bytes | None) -> str | None:
    if value is None:
        return None
    text = value.hex()
    return f"{text[:8]}-{text[8:12]}-{text[12:16]}-{text[16:20]}-{text[20:]}"


def _aware(value: datetime) -> datetime:
    if value.tzinfo is None:
        raise ValueError("a moment without a time zone")
    return value.astimezone(UTC)


def _counted(value: datetime | None) -> int | None:
    return None if value is None else (_aware(value) - _EPOCH) // datetime.resolution


def _moment(value: int | None) -> datetime | None:
    return None if value is None else _EPOCH + timedelta(microseconds=value)
