"""Identifiers that sort by time: UUID version 7 (RFC 9562, section 5.7)."""

import secrets
import uuid
from datetime import UTC, datetime, timedelta

_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)


def new_id(at: datetime) -> str:
    """Return a new UUIDv7 for the moment ``at`` in its canonical text form (36 characters).

    The 12 bits after the millisecond hold its fraction (RFC 9562, section 6.2, method 3), so that
    identifiers order as their microseconds do; the remaining 62 bits are random.
    """
    microseconds = (at - _EPOCH) // (datetime.resolution)
    milliseconds, rest = divmod(microseconds, 1000)
    fraction = rest * 4096 // 1000
    value = (
        (milliseconds & (2**48 - 1)) << 80
        | 0x7 << 76
        | fraction << 64
        | 0b10 << 62
        | secrets.randbits(62)
    )
    return str(uuid.UUID(int=value))


def first_id(at: datetime) -> str:
    """Return what no identifier made from the moment ``at`` on (to the millisecond) is below."""
    milliseconds = (at - _EPOCH) // timedelta(milliseconds=1)
    value = (milliseconds & (2**48 - 1)) << 80 | 0x7 << 76 | 0b10 << 62
    return str(uuid.UUID(int=value))


def moment_of(identifier: str) -> datetime:
    """Return when an identifier was made, to the millisecond; hyphens may be left out."""
    return _EPOCH + timedelta(milliseconds=int(identifier.replace("-", "")[:12], 16))


def is_id(text: str) -> bool:
    """Tell whether ``text`` is an identifier in canonical form."""
    try:
        return str(uuid.UUID(text)) == text
    except ValueError:
        return False
