"""Sessions seen and ended: each their own, administrators those of the accounts they manage.

A session is named by a hash of its key, so that a page which lists it holds nothing that opens a
door. Ending is deleting a row that every process asks for with every request: it holds at once.
"""

import hashlib
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from palabre.application.ports import Session, UnitOfWork
from palabre.application.sign_in import MAX_PASSWORD, MIN_PASSWORD, SignIn
from palabre.application.stored import Way
from palabre.application.tokens import key_of
from palabre.domain.errors import Code, Refusal
from palabre.domain.permission import Task, may_manage, require_somewhere
from palabre.domain.person import Moderator


@dataclass(frozen=True, slots=True, kw_only=True)
class OpenSession:
    """A session as a page shows it. ``is_this``: the one that asks."""

    handle: str
    moderator_id: str
    login: str
    name: str
    device: str
    way: Way
    created_at: datetime
    seen_at: datetime
    expires_at: datetime
    is_this: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class Sessions:
    """The use case, around the one by which moderators come and go."""

    sign_in: SignIn

    def own(self, moderator: Moderator, token: str) -> Sequence[OpenSession]:
        """Return an account's own sessions, the newest first."""
        with self.sign_in.store.reading() as unit:
            return self._list(unit, [moderator], token, moderator.id)

    def everybody(self, moderator: Moderator, token: str) -> Sequence[OpenSession]:
        """Return the sessions of all accounts that this one manages, the newest first."""
        require_somewhere(moderator, Task.ACCOUNTS)
        with self.sign_in.store.reading() as unit:
            managed = [m for m in unit.moderators.all() if may_manage(moderator, m)]
            return self._list(unit, managed, token, None)

    def end_own(self, moderator: Moderator, handle: str) -> None:
        """End one of an account's own sessions; one that has ended already is no mistake."""
        with self.sign_in.store.writing() as unit:
            found = unit.moderators.sessions(now=self.sign_in.clock(), moderator_id=moderator.id)
            _end(unit, found, handle)

    def end_others(self, moderator: Moderator, token: str) -> int:
        """End all of an account's sessions but the one that asks; return how many."""
        with self.sign_in.store.writing() as unit:
            return self._end_others(unit, moderator, token)

    def end(self, moderator: Moderator, handle: str) -> str | None:
        """End somebody's session, and return whose it was; None: it has ended already."""
        require_somewhere(moderator, Task.ACCOUNTS)
        with self.sign_in.store.writing() as unit:
            found = unit.moderators.sessions(now=self.sign_in.clock())
            whose = next((s.moderator_id for s in found if handle_of(s) == handle), None)
            account = unit.moderators.get(whose) if whose else None
            if account is None:
                return None
            if not may_manage(moderator, account):
                raise Refusal(Code.NOT_PERMITTED, task=Task.ACCOUNTS.value)
            _end(unit, found, handle)
            return account.id

    def change_password(self, moderator: Moderator, token: str, old: str, new: str) -> int:
        """Replace one's own password; it ends all other sessions. Return how many.

        ``sign_in_failed``: the old one is wrong; ``bad_field``: the new one is too short.
        """
        hasher = self.sign_in.hasher
        if len(new) < MIN_PASSWORD:
            raise Refusal(Code.BAD_FIELD, field="password", minimum=MIN_PASSWORD)
        if not hasher.verify(moderator.password_hash, old[:MAX_PASSWORD]):
            raise Refusal(Code.SIGN_IN_FAILED)
        hashed = hasher.hash(new[:MAX_PASSWORD])  # takes its time: not while others wait to write
        with self.sign_in.store.writing() as unit:
            unit.moderators.set_password(moderator.id, hashed)
            return self._end_others(unit, moderator, token)

    def _end_others(self, unit: UnitOfWork, moderator: Moderator, token: str) -> int:
        found = unit.moderators.sessions(now=self.sign_in.clock(), moderator_id=moderator.id)
        others = [session for session in found if session.key != key_of(token)]
        for session in others:
            unit.moderators.end_session(session.key)
        return len(others)

    def _list(
        self, unit: UnitOfWork, accounts: Sequence[Moderator], token: str, only: str | None
    ) -> Sequence[OpenSession]:
        known = {account.id: account for account in accounts}
        return [
            OpenSession(
                handle=handle_of(session),
                moderator_id=account.id,
                login=account.login,
                name=account.name,
                device=session.device,
                way=session.way,
                created_at=session.created_at,
                seen_at=session.seen_at or session.created_at,
                expires_at=session.expires_at,
                is_this=session.key == key_of(token),
            )
            for session in unit.moderators.sessions(now=self.sign_in.clock(), moderator_id=only)
            if (account := known.get(session.moderator_id)) is not None
        ]


def handle_of(session: Session) -> str:
    """Return the name of a session for pages."""
    return hashlib.sha256(f"palabre.session|{session.key}".encode()).hexdigest()[:32]


def _end(unit: UnitOfWork, found: Sequence[Session], handle: str) -> None:
    for session in found:
        if handle_of(session) == handle:
            unit.moderators.end_session(session.key)
