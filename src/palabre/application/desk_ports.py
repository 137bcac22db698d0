"""What the newsroom's accounts need from outside; ``ports`` puts the parts together."""

from collections.abc import Sequence
from datetime import datetime
from typing import Protocol

from palabre.application.stored import Passkey, Session
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
    def sessions(self, *, now: datetime, moderator_id: str | None = None) -> Sequence[Session]:
        """Return the sessions that are open, of one account or of all, the newest first."""

    def see_session(self, key: str, at: datetime) -> None:
        """Note that a session was used."""

    def end_session(self, key: str) -> None: ...  # noqa: D102
    def end_sessions_of(self, moderator_id: str) -> None: ...  # noqa: D102
    def end_expired(self, now: datetime) -> None: ...  # noqa: D102
    def add_passkey(self, passkey: Passkey) -> None:
        """Store a passkey; one that is known already is refused (``bad_field``, ``passkey``)."""

    def passkeys(self, moderator_id: str) -> Sequence[Passkey]:
        """Return an account's passkeys, the oldest first."""

    def passkey(self, key: str) -> Passkey | None: ...  # noqa: D102
    def use_passkey(self, key: str, *, sign_count: int, at: datetime) -> None:
        """Note that a passkey was used, and the counter it showed."""

    def drop_passkey(self, key: str, moderator_id: str) -> bool:
        """Forget a passkey of this account; False: it has none such."""

    def spend(self, challenge: str, *, expires_at: datetime, now: datetime) -> bool:
        """Note that the challenge with this hash was answered; False: it was before."""


class PasswordHasher(Protocol):
    """Slow hashing of passwords (argon2id, RFC 9106)."""

    def hash(self, password: str) -> str: ...  # noqa: D102
    def verify(self, password_hash: str, password: str) -> bool: ...  # noqa: D102
