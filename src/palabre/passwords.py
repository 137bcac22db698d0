"""Moderators' passwords."""

import argon2


class Argon2Hasher:
    """Passwords by argon2id with the library's recommended cost (RFC 9106, low-memory profile)."""

    def __init__(self) -> None:
        self._hasher = argon2.PasswordHasher()

    def hash(self, password: str) -> str:
        """Return the encoded hash."""
        return self._hasher.hash(password)

    def verify(self, password_hash: str, password: str) -> bool:
        """Tell whether the password fits the hash."""
        try:
            return self._hasher.verify(password_hash, password)
        except (argon2.exceptions.VerificationError, argon2.exceptions.InvalidHashError):
            return False
