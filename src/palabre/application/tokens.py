"""Secrets of readers and moderators: random, shown once, kept only as hashes.

A token carries 256 random bits, so a plain SHA-256 is enough: there is nothing to guess.
"""

import hashlib
import hmac
import secrets
from datetime import datetime


def new_token() -> str:
    """Return a new secret (43 URL-safe characters)."""
    return secrets.token_urlsafe(32)


def key_of(token: str) -> str:
    """Return the form in which a token is kept and compared: SHA-256 in hexadecimal."""
    return hashlib.sha256(token.encode()).hexdigest()


def commitment(text: str, salt: bytes) -> str:
    """Return HMAC-SHA-256 (RFC 2104) of a judged text under its body's salt, in hexadecimal."""
    return hmac.new(salt, text.encode(), hashlib.sha256).hexdigest()


def source_of(address: str, *, secret: bytes, day: datetime) -> str:
    """Return the keyed hash under which a client address counts for one UTC day.

    The key changes with the day, so that two days' hashes of one address cannot be linked.
    """
    message = f"{day:%Y-%m-%d}|{address}".encode()
    return hmac.new(secret, message, hashlib.sha256).hexdigest()
