"""What the newsroom's accounts need from outside; ``ports`` puts the parts together."""

from collections.abc import Sequence
from datetime import datetime
from typing import Protocol

from palabre.application.stored import Session
from palabre.domain.person import Duty, Moderator


class Moderators(Protocol):
    """Accounts of the newsroom, and their sessions."""

    def add(self, moderator: Moderator) -> None:
        """Store a new account; a login that is taken is refused (``bad_field``, ``login``)."""

    def all(self) -> Sequence[Moderator]:
        """Return all accounts, by login."""

    def set_duties(self, moderator_id: str, duties: Sequence[Duty]) -> None:
        """Replace what the account may do where."""

    def get(self, moderator_id: str) -> Moderator | None: ...  # noqa: D102
    def by_login(self, login: str) -> Moderator | None: ...  # noqa: D102
    def set_password(self, moderator_id: str, password_hash: str) -> None: ...  # noqa: D102
    def open_session(self, session: Session) -> None: ...  # noqa: D102
    def session(self, key: str) -> Session | None: ...  # noqa: D102
    def end_session(self, key: str) -> None: ...  # noqa: D102
    def end_sessions_of(self, moderator_id: str) -> None: ...  # noqa: D102
    def end_expired(self, now: datetime) -> None: ...  # noqa: D102


class PasswordHasher(Protocol):
    """Slow hashing of passwords (argon2id, RFC 9106)."""

    def hash(self, password: str) -> str: ...  # noqa: D102
    def verify(self, password_hash: str, password: str) -> bool: ...  # noqa: D102
