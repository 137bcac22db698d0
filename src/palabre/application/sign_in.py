"""Moderators come and go: sign-in by password, sessions kept in the store.

A session is an opaque random token in a cookie; the store keeps its hash, so that a leaked backup
opens no door, and ending a session takes effect at once.
"""

from contextlib import suppress
from dataclasses import dataclass
from datetime import timedelta

from palabre.application.ports import Clock, PasswordHasher, Session, Store, UnitOfWork
from palabre.application.stored import Way
from palabre.application.tokens import key_of, new_token
from palabre.domain.errors import Code, Refusal
from palabre.domain.identifier import new_id
from palabre.domain.person import Moderator, Role

MIN_PASSWORD = 12
MAX_PASSWORD = 1000
MAX_DEVICE = 60
# That a session was used is noted no more often than this: reading shall not wait for writers.
SEEN_EVERY = timedelta(minutes=15)


@dataclass(frozen=True, slots=True, kw_only=True)
class SignIn:
    """The use case with the parts it works with."""

    store: Store
    clock: Clock
    hasher: PasswordHasher
    session_length: timedelta

    def __call__(self, login: str, password: str, *, device: str = "") -> str:
        """Return a new session token, or refuse with ``sign_in_failed``.

        ``device`` is said in the list of sessions ("Firefox, Windows").

        An unknown login costs the same hashing as a known one, so that neither the answer nor its
        time tells which accounts exist.
        """
        with self.store.reading() as unit:
            moderator = unit.moderators.by_login(login.strip().casefold())
        password = password[:MAX_PASSWORD]
        expected = moderator.password_hash if moderator else self.hasher.hash("nobody")
        if not self.hasher.verify(expected, password) or moderator is None:
            raise Refusal(Code.SIGN_IN_FAILED)
        with self.store.writing() as unit:
            # A new password that came while this one was compared ends what it would have opened.
            present = unit.moderators.get(moderator.id)
            if present is None or present.password_hash != expected:
                raise Refusal(Code.SIGN_IN_FAILED)
            return self.opened(unit, moderator.id, Way.PASSWORD, device)

    def vouched(self, login: str, *, way: Way, device: str = "") -> str:
        """Return a new session of the account with this login: somebody else has said who it is.

        ``sign_in_failed``: there is no such account; nobody gets one by coming.
        """
        with self.store.writing() as unit:
            moderator = unit.moderators.by_login(login.strip().casefold())
            if moderator is None:
                raise Refusal(Code.SIGN_IN_FAILED)
            return self.opened(unit, moderator.id, way, device)

    def opened(self, unit: UnitOfWork, moderator_id: str, way: Way, device: str) -> str:
        """Open a session in a transaction, and return its token: whoever calls has checked."""
        now, token = self.clock(), new_token()
        unit.moderators.end_expired(now)
        unit.moderators.open_session(
            Session(
                key=key_of(token),
                moderator_id=moderator_id,
                created_at=now,
                expires_at=now + self.session_length,
                device=device[:MAX_DEVICE],
                way=way,
                seen_at=now,
            )
        )
        return token

    def who(self, token: str) -> Moderator:
        """Return whose session this is, or refuse with ``sign_in_required``."""
        now = self.clock()
        with self.store.reading() as unit:
            session = unit.moderators.session(key_of(token))
            if session is None or session.expires_at <= now:
                raise Refusal(Code.SIGN_IN_REQUIRED)
            moderator = unit.moderators.get(session.moderator_id)
        if moderator is None:
            raise Refusal(Code.SIGN_IN_REQUIRED)
        if (session.seen_at or session.created_at) + SEEN_EVERY <= now:
            # Where it cannot be written now, the next request will.
            with suppress(Refusal), self.store.writing() as unit:
                unit.moderators.see_session(session.key, now)
        return moderator

    def out(self, token: str) -> None:
        """End a session."""
        with self.store.writing() as unit:
            unit.moderators.end_session(key_of(token))

    def add_moderator(
        self, *, login: str, name: str, password: str, role: Role, site_ids: tuple[str, ...] = ()
    ) -> Moderator:
        """Create an account, or give an existing login a new password.

        A new password ends every session of the account: it is often given because somebody else
        knows the old one.
        """
        if len(password) < MIN_PASSWORD:
            raise Refusal(Code.BAD_FIELD, field="password", minimum=MIN_PASSWORD)
        now = self.clock()
        login = login.strip().casefold()
        hashed = self.hasher.hash(password)  # takes its time: not while others wait to write
        with self.store.writing() as unit:
            known = unit.moderators.by_login(login)
            if known is not None:
                unit.moderators.set_password(known.id, hashed)
                unit.moderators.end_sessions_of(known.id)
                return known
            moderator = Moderator(
                id=new_id(now),
                login=login,
                name=name,
                role=role,
                password_hash=hashed,
                site_ids=site_ids,
                created_at=now,
            )
            unit.moderators.add(moderator)
        return moderator
