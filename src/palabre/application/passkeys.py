"""Passkeys beside passwords: made at one's own page, shown at the door.

The challenge that a browser answers travels in the form, sealed and with its end: nobody who only
asks for the door leaves anything in the store. An answer that is right is taken once.
"""

import base64
import binascii
import hashlib
import hmac
import secrets
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Protocol

from palabre.application.sign_in import MAX_DEVICE, SignIn
from palabre.application.stored import Passkey, Way
from palabre.application.tokens import key_of
from palabre.domain.errors import Code, Refusal
from palabre.domain.person import Moderator

LASTS = timedelta(minutes=15)
MOST = 10  # passkeys of one account
_DOOR = "door"
_PARTS = 3


@dataclass(frozen=True, slots=True, kw_only=True)
class Somebody:
    """For whom a browser makes a passkey."""

    id: str
    login: str
    name: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Made:
    """What it made."""

    credential: bytes
    public_key: bytes
    sign_count: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Offer:
    """What a page hands to the browser: ``options`` as JSON, and the sealed challenge."""

    options: str
    challenge: str


class Reader(Protocol):
    """Who knows the protocol; each ``ValueError`` is an answer that does not hold."""

    def to_make(self, challenge: bytes, whose: Somebody, known: tuple[bytes, ...]) -> str: ...  # noqa: D102
    def to_show(self, challenge: bytes) -> str: ...  # noqa: D102
    def made(self, response: str, challenge: bytes) -> Made: ...  # noqa: D102
    def credential_of(self, response: str) -> bytes: ...  # noqa: D102
    def shown(  # noqa: D102
        self, response: str, challenge: bytes, public_key: bytes, sign_count: int
    ) -> int: ...


@dataclass(frozen=True, slots=True, kw_only=True)
class Passkeys:
    """The use case, around the one by which moderators come and go."""

    sign_in: SignIn
    reader: Reader
    secret: bytes

    def of(self, moderator: Moderator) -> Sequence[Passkey]:
        """Return an account's passkeys, the oldest first."""
        with self.sign_in.store.reading() as unit:
            return unit.moderators.passkeys(moderator.id)

    def offer_new(self, moderator: Moderator, token: str) -> Offer:
        """Return what a browser makes a passkey with, in this session."""
        challenge, sealed = self._challenge(key_of(token))
        whose = Somebody(id=moderator.id, login=moderator.login, name=moderator.name)
        known = tuple(passkey.credential for passkey in self.of(moderator))
        return Offer(options=self.reader.to_make(challenge, whose, known), challenge=sealed)

    def add(
        self, moderator: Moderator, token: str, response: str, challenge: str, *, name: str
    ) -> None:
        """Store a passkey that the browser has made; ``bad_field``: it does not hold."""
        now = self.sign_in.clock()
        try:
            made = self.reader.made(response, self._opened(challenge, key_of(token), now))
        except ValueError:
            raise Refusal(Code.BAD_FIELD, field="passkey") from None
        with self.sign_in.store.writing() as unit:
            if len(unit.moderators.passkeys(moderator.id)) >= MOST:
                raise Refusal(Code.BAD_FIELD, field="passkey", maximum=MOST)
            unit.moderators.add_passkey(
                Passkey(
                    key=_key(made.credential),
                    moderator_id=moderator.id,
                    credential=made.credential,
                    public_key=made.public_key,
                    sign_count=made.sign_count,
                    name=name.strip()[:MAX_DEVICE],
                    created_at=now,
                )
            )

    def drop(self, moderator: Moderator, key: str) -> None:
        """Forget one of an account's own passkeys; one that is gone already is no mistake."""
        with self.sign_in.store.writing() as unit:
            unit.moderators.drop_passkey(key, moderator.id)

    def offer(self) -> Offer:
        """Return what a browser shows a passkey with, at the door."""
        challenge, sealed = self._challenge(_DOOR)
        return Offer(options=self.reader.to_show(challenge), challenge=sealed)

    def enter(self, response: str, challenge: str, *, device: str = "") -> str:
        """Return a new session token, or refuse with ``sign_in_failed``, whatever was wrong."""
        now = self.sign_in.clock()
        try:
            asked = self._opened(challenge, _DOOR, now)
            key = _key(self.reader.credential_of(response))
            with self.sign_in.store.reading() as unit:
                known = unit.moderators.passkey(key)
            if known is None:
                raise Refusal(Code.SIGN_IN_FAILED)
            count = self.reader.shown(response, asked, known.public_key, known.sign_count)
        except ValueError:
            raise Refusal(Code.SIGN_IN_FAILED) from None
        with self.sign_in.store.writing() as unit:
            # A passkey that was taken back while it was shown opens nothing, nor does a repetition.
            if unit.moderators.passkey(key) is None or not unit.moderators.spend(
                key_of(challenge), expires_at=now + LASTS, now=now
            ):
                raise Refusal(Code.SIGN_IN_FAILED)
            unit.moderators.use_passkey(key, sign_count=count, at=now)
            return self.sign_in.opened(unit, known.moderator_id, Way.PASSKEY, device)

    def _challenge(self, binding: str) -> tuple[bytes, str]:
        challenge = secrets.token_bytes(32)
        ends = int((self.sign_in.clock() + LASTS).timestamp())
        text = base64.urlsafe_b64encode(challenge).decode("ascii")
        return challenge, f"{text}.{ends}.{self._seal(text, ends, binding)}"

    def _opened(self, sealed: str, binding: str, now: datetime) -> bytes:
        """Return the challenge; ``ValueError``: it is none of ours, another's, or too old."""
        parts = sealed.split(".")
        if len(parts) != _PARTS or not (parts[1].isascii() and parts[1].isdigit()):
            raise ValueError("challenge")
        text, ends = parts[0], int(parts[1])
        if not hmac.compare_digest(self._seal(text, ends, binding).encode(), parts[2].encode()):
            raise ValueError("challenge")
        if now >= datetime.fromtimestamp(ends, UTC):
            raise ValueError("too old")
        try:
            return base64.urlsafe_b64decode(text)
        except binascii.Error:
            raise ValueError("challenge") from None

    def _seal(self, text: str, ends: int, binding: str) -> str:
        message = f"palabre.passkey|{binding}|{text}|{ends}".encode()
        return hmac.new(self.secret, message, hashlib.sha256).hexdigest()


def _key(credential: bytes) -> str:
    return hashlib.sha256(credential).hexdigest()
